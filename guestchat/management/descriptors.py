"""Owns how many files a process may open: every socket is one, and many systems allow 1,024 unless it asks for more."""

import contextlib
import resource

_MOST_OPEN_FILES = 65_536


def allow_many_sockets() -> None:
    """Raise the soft limit of open files as far as this user may, for this process and those it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(ValueError, OSError):  # macOS names a limit that it then refuses
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
