"""Owns how an error is told in a log line: where it came from and its kind, never its words."""

import traceback


def trace(error: BaseException) -> str:
    """Return where an error came from and its kind. Its own words are left out: they may quote what a guest wrote."""
    return "".join([type(error).__name__, "\n", *traceback.format_tb(error.__traceback__)])
