"""Static files are listed when the first of them is asked for, once, and by nobody else."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory
from servestatic.middleware import ServeStaticMiddleware  # type: ignore[import-untyped]

from config.static_files import StaticFilesMiddleware

PAGE = HttpResponse("a page")


async def _page(_request: HttpRequest) -> HttpResponseBase:
    return PAGE


@pytest.fixture
def middleware() -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    return StaticFilesMiddleware(_page)


def _get(path: str) -> HttpRequest:
    return RequestFactory().get(path)


async def test_a_page_lists_no_file(middleware: StaticFilesMiddleware) -> None:
    assert await middleware(_get("/g/some-code/")) is PAGE
    assert not middleware.files


async def test_the_first_static_file_is_served(middleware: StaticFilesMiddleware) -> None:
    answer = await middleware(_get("/static/guest/chat.js"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'text/javascript; charset="utf-8"')
    assert "/static/guest/chat.js" in middleware.files
    assert await middleware(_get("/static/guest/none.js")) is PAGE


async def test_many_at_once_list_once(middleware: StaticFilesMiddleware, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, threads = [], set()
    inner = ServeStaticMiddleware.add_files_from_finders

    def count(self: StaticFilesMiddleware) -> None:
        listed.append(self)
        threads.add(threading.get_ident())
        inner(self)

    monkeypatch.setattr(ServeStaticMiddleware, "add_files_from_finders", count)
    answers = await asyncio.gather(*(middleware(_get("/static/guest/chat.js")) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert listed == [middleware]
    assert threading.get_ident() not in threads, "the loop that serves guests looked at files"
