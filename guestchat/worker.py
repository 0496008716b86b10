"""Owns the worker inside the serving process: jobs run beside the guests, on the server's event loop and its threads.

Its few connections are its own, outside Django's pool: one listens for new jobs for as long as it works. Where the
database goes away, all of them are given up, and it begins anew when the database is back.
"""

import asyncio
import logging
import random
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

log = logging.getLogger(__name__)

# By which PostgreSQL's own lists tell these connections from the others.
NAME = "guestchat jobs"
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_WORKED_WELL_S = 60.0


async def run() -> None:
    """Work until cancelled; then finish what is being done, within the worker's own patience."""
    failures = 0
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await _work()
        except Exception as error:
            log.warning("jobs pause until the database is back (%s)", type(error).__name__)
        failures = 1 if asyncio.get_running_loop().time() - began > _WORKED_WELL_S else failures + 1
        await asyncio.sleep(random.uniform(0.5, 1) * min(_LONGEST_PAUSE_S, _PAUSE_S * 2**failures))


async def _work() -> None:
    """Work for as long as the database can be reached."""
    connector = PsycopgConnector(
        kwargs=await asyncio.to_thread(_reach_database), min_size=1, max_size=2, timeout=10.0, name="jobs"
    )
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(install_signal_handlers=False)


def _reach_database() -> dict[str, Any]:
    """Return the database's address once it answers: an embedded server that has died is started by being asked."""
    try:
        connection.ensure_connection()
        return {**connector_params(), "application_name": NAME}
    finally:
        connection.close()
