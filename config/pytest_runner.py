"""Owns `manage.py test`: it runs the same tests as `pytest`, through pytest."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError


class PytestRunner:
    """Django's runner interface over pytest; unknown options are refused by Django's own parser."""

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Add Django's usual options that pytest has, too."""
        parser.add_argument("--failfast", action="store_true", help="Stop at the first failure.")
        parser.add_argument("--keepdb", action="store_true", help="Keep the test database for the next run.")
        parser.add_argument("-k", dest="pattern", help="Run only tests whose name matches, as pytest's -k.")

    def __init__(
        self,
        verbosity: int = 1,
        failfast: bool = False,
        keepdb: bool = False,
        pattern: str | None = None,
        **options: Any,
    ) -> None:
        self.arguments = ["--exitfirst"] * failfast + ["--reuse-db"] * keepdb
        self.arguments += ["-k", pattern] if pattern else []
        self.arguments += {0: ["-q"], 2: ["-v"], 3: ["-vv"]}.get(verbosity, [])

    def run_tests(self, test_labels: Sequence[str], **kwargs: Any) -> int:
        """Return pytest's exit status, 0 for success; labels are paths, node ids or dotted modules."""
        return int(pytest.main([*self.arguments, *map(_path, test_labels)]))


def _path(label: str) -> str:
    """Return a label as pytest takes it: `tests.menus.test_qr` is `tests/menus/test_qr.py`."""
    if Path(label.partition("::")[0]).exists():
        return label
    parts = label.split(".")
    for length in range(len(parts), 0, -1):
        path = Path(*parts[:length])
        for found in (path, path.with_suffix(".py")):
            if found.exists():
                return "::".join([str(found), *parts[length:]])
    raise CommandError(f"There are no tests {label!r}.")
