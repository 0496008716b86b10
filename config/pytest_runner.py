"""Owns `manage.py test`: it runs the same tests as `pytest`, through pytest."""

import sys
from typing import Any

import pytest


class PytestRunner:
    """Django's runner interface over pytest; unknown options are refused by Django's own parser."""

    def __init__(self, verbosity: int = 1, failfast: bool = False, keepdb: bool = False, **options: Any) -> None:
        self.arguments = ["--exitfirst"] * failfast + ["--reuse-db"] * keepdb
        self.arguments += {0: ["-q"], 2: ["-v"], 3: ["-vv"]}.get(verbosity, [])

    def run_tests(self, test_labels: list[str], **kwargs: Any) -> int:
        """Return pytest's exit status for the labels (paths or node ids)."""
        status = int(pytest.main([*self.arguments, *test_labels]))
        if status:
            sys.exit(status)
        return 0
