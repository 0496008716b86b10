"""Owns how a log line is written: events, numbers and places in the code; never what a guest or the staff wrote."""

import copy
import logging
import traceback
from collections.abc import Mapping
from typing import Any


class EventFormatter(logging.Formatter):
    """Writes an exception as its kind and where it came from. Its own words are left out: they may quote a guest.

    PostgreSQL's errors, for one, quote the row that was refused.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an exception among the message's arguments is named, not quoted."""
        quiet = copy.copy(record)
        quiet.exc_text = None  # another handler may have kept its own, with the words
        if isinstance(record.args, Mapping):
            quiet.args = {key: _unquoted(value) for key, value in record.args.items()}
        elif record.args:
            quiet.args = tuple(map(_unquoted, record.args))
        return super().format(quiet)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Return an exception after those that it came from."""
        told: list[str] = []
        error: BaseException | None = ei[1]
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            told.append("".join([*traceback.format_tb(error.__traceback__), _kind(error)]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nand then\n".join(reversed(told))


def _unquoted(value: object) -> object:
    return _kind(value) if isinstance(value, BaseException) else value


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
