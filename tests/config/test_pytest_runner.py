"""`manage.py test` runs the same tests as `pytest`, with Django's words."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from config.pytest_runner import PytestRunner, _path
from tests.config.conftest import ROOT, Manage

LABEL = "tests/test_layers.py"


@pytest.mark.parametrize(
    ("label", "path"),
    [
        (LABEL, LABEL),
        (f"{LABEL}::test_x", f"{LABEL}::test_x"),
        ("tests", "tests"),
        ("tests.config", "tests/config"),
        ("tests.test_layers", LABEL),
        ("tests.test_layers.test_imports_run_one_way", f"{LABEL}::test_imports_run_one_way"),
    ],
)
def test_labels(label: str, path: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    assert _path(label) == path


def test_a_label_that_is_none() -> None:
    with pytest.raises(CommandError, match=r"There are no tests 'nowhere\.else'\."):
        _path("nowhere.else")


def test_options_reach_pytest() -> None:
    runner = PytestRunner(verbosity=2, failfast=True, keepdb=True, pattern="word")
    assert runner.arguments == ["--exitfirst", "--reuse-db", "-k", "word", "-v"]


def test_the_same_tests_run(manage: Manage, pytestconfig: pytest.Config) -> None:
    done = manage("test", "tests.test_layers", "-v", "2", "--failfast")
    assert done.returncode == 0, done.stdout + done.stderr
    parts = re.findall(r"test_imports_run_one_way\[.+?\] PASSED", done.stdout)
    assert len(parts) > 5
    assert "\nfiles: " in done.stdout
    assert f"\nfiles: {pytestconfig.option.basetemp}" not in done.stdout, "each run has a folder of its own"
    assert manage("test", "tests/no_such_test.py").returncode == 1


def test_unknown_options_are_refused(manage: Manage) -> None:
    done = manage("test", "--nonsense")
    assert done.returncode == 2
    assert "unrecognized arguments: --nonsense" in done.stderr


def test_cleaning_never_touches_the_hotel(tmp_path: Path) -> None:
    for folder in ("var/__pycache__", "config/__pycache__", ".venv/lib/__pycache__", ".pytest_cache"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")}
    assert {"var/__pycache__", ".venv/lib/__pycache__"} <= left
    assert not {"config/__pycache__", ".pytest_cache"} & left
