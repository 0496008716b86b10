"""Owns serving the static files where no web server in front does: listed when the first of them is asked for."""

from asyncio import to_thread
from threading import Lock

from django.http import HttpRequest, HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware  # type: ignore[import-untyped]


class StaticFilesMiddleware(ServeStaticMiddleware):  # type: ignore[misc]  # it ships no types
    """servestatic, which looks at each of some 200 files at the start: a twentieth of it, before any guest is served.

    Behind a web server that has them itself they are never listed.
    """

    _listed = False
    _listing = Lock()

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve a static file, or go on."""
        if not self._listed and request.path_info.startswith(self.static_prefix):
            await to_thread(self._list)
        answer: HttpResponseBase = await super().__call__(request)
        return answer

    def add_files_from_finders(self) -> None:
        """List nothing yet: servestatic calls this while the middleware is made."""

    def _list(self) -> None:
        with self._listing:
            if not self._listed:
                super().add_files_from_finders()
                self._listed = True
