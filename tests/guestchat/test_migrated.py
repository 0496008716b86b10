"""Whether the tables are of this version: told without reading a migration where all are recorded."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from guestchat import migrated

pytestmark = pytest.mark.django_db


def test_what_is_recorded_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrated, "MigrationExecutor", None)
    assert migrated.is_migrated()


@pytest.mark.parametrize("app", ["menus", "guestchat", "procrastinate", "auth"])
def test_what_is_not_recorded_is_left_to_apply(app: str) -> None:
    last = MigrationRecorder.Migration.objects.filter(app=app).order_by("name").last()
    assert last is not None
    last.delete()
    assert not migrated.is_migrated()


def test_one_whose_file_is_gone_is_no_reason_to_migrate() -> None:
    MigrationRecorder.Migration.objects.create(app="menus", name="9999_of_a_newer_version")
    assert migrated.is_migrated()
