"""Backup and restore, with PostgreSQL's own programs and a login that is no superuser: all of it, or a refusal."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from benchmarks.chaos.stack import Postgres
from config.embedded_postgres.server import programs
from tests.config.conftest import ROOT, environment

LOGIN, PASSWORD = "hotelier", "p@ss:w/rd%"
IN_A_URL = "p%40ss%3Aw%2Frd%25"
TALK = """
import uuid
from guestchat import turns
from guestchat.models import Conversation
from menus.models import Hotel
hotel = Hotel.objects.get()
conversation = Conversation.objects.create(hotel=hotel, place=hotel.places.first(), language="en")
for text in ("When is breakfast?", "Is there milk in the tomato soup?"):
    turn = turns.begin(conversation.pk, text, uuid.uuid4())
    turns.finish(turn, turns.answer_turn(turn))
"""


@dataclass(frozen=True)
class Place:
    """A PostgreSQL over TCP, and a folder for backups."""

    postgres: Postgres
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://{LOGIN}:{IN_A_URL}@127.0.0.1:{self.postgres.address['port']}/{database}"

    def run(self, *command: str, database: str = "guestchat", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={
                **environment(self.folder / "var", DATABASE_URL=self.url(database), SECRET_KEY="of-one-test-" * 4),
                "PATH": f"{programs()}:{os.environ['PATH']}",
                **variables,
            },
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def manage(self, *arguments: str, database: str = "guestchat") -> str:
        done = self.run(sys.executable, "manage.py", *arguments, database=database)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self, database: str, *statements: str) -> None:
        """Make an empty database as an administrator does."""
        name = sql.Identifier(database)
        with self.postgres.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER hotelier").format(name))
        address = {**self.postgres.address, "dbname": database}
        with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def rows(self, database: str) -> dict[str, int]:
        """Count every table's rows, past the wall."""
        address = {**self.postgres.address, "dbname": database}
        with psycopg.connect(**address) as connection:  # type: ignore[arg-type]
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            counted = {}
            for (name,) in names:
                count = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
                counted[name] = (count.fetchone() or (0,))[0]
        return counted


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("backups")
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid() and not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o001)  # started by root, PostgreSQL runs as another user
    postgres = Postgres(folder / "postgres")
    postgres.start()
    try:
        postgres.give_to(LOGIN, PASSWORD)
        postgres.move(["127.0.0.1"])
        there = Place(postgres, folder)
        there.manage("serve", "--prepare-only")
        there.manage("shell", "-v", "0", "-c", TALK)
        yield there
    finally:
        postgres.stop()


@pytest.fixture(scope="module")
def backup(place: Place) -> Path:
    done = place.run("deploy/backup.sh", str(place.folder / "kept"))
    assert done.returncode == 0, done.stderr
    (made,) = (place.folder / "kept").iterdir()
    assert done.stdout.startswith(f"{made}: 1 hotels, ")
    return made


def test_a_backup_is_its_owners_alone(backup: Path) -> None:
    assert backup.name.startswith("guestchat-")
    assert backup.name.endswith("Z.dump")
    assert backup.stat().st_mode & 0o077 == 0


def test_what_is_restored_is_all_that_was_there_with_its_wall(place: Place, backup: Path) -> None:
    place.make("again", "CREATE EXTENSION vector")
    restored = place.run("deploy/restore.sh", str(backup), database="again")
    assert restored.returncode == 0, restored.stderr
    assert "1 hotels, 4 messages are back." in restored.stdout
    assert place.rows("again") == place.rows("guestchat")
    place.manage("serve", "--prepare-only", database="again")
    standing = "from guestchat import wall; print(wall.gaps(), wall.raise_wall())"
    assert place.manage("shell", "-v", "0", "-c", standing, database="again").strip() == "[] False"
    asked = json.loads(place.manage("ask", "lindenhof", "When is breakfast?", "--json", database="again"))
    assert asked["outcome"] == "answered"
    assert place.manage("export_hotel", "lindenhof", database="again") == place.manage("export_hotel", "lindenhof")


def test_only_an_empty_database_is_restored_into(place: Place, backup: Path) -> None:
    before = place.rows("guestchat")
    refused = place.run("deploy/restore.sh", str(backup))
    assert refused.returncode == 1
    assert "The database has" in refused.stderr
    assert place.rows("guestchat") == before


def test_without_pgvector_it_says_what_an_administrator_has_to_do(place: Place, backup: Path) -> None:
    place.make("bare")
    refused = place.run("deploy/restore.sh", str(backup), database="bare")
    assert refused.returncode == 1
    assert refused.stderr == "The database lacks pgvector. As an administrator, in it: CREATE EXTENSION vector;\n"
    assert place.rows("bare") == {}


def test_half_a_backup_restores_nothing(place: Place, backup: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.dump"
    half.write_bytes(backup.read_bytes()[: backup.stat().st_size * 2 // 3])
    place.make("half", "CREATE EXTENSION vector")
    refused = place.run("deploy/restore.sh", str(half), database="half")
    assert refused.returncode != 0
    assert place.rows("half") == {}


def test_a_plain_dump_by_the_owner_is_refused(place: Place, tmp_path: Path) -> None:
    plain = place.run("pg_dump", "--dbname", place.url("guestchat"), "--file", str(tmp_path / "plain.sql"))
    assert plain.returncode != 0
    assert "row-level security" in plain.stderr


def test_a_backup_without_rows_is_not_kept(place: Place, tmp_path: Path) -> None:
    """What a pooler does that drops the option: the wall hides every row from the tables' own owner."""
    dropping = tmp_path / "bin" / "pg_dump"
    dropping.parent.mkdir()
    dropping.write_text(f'#!/bin/sh\nunset PGOPTIONS\nexec {programs()}/pg_dump "$@"\n')
    dropping.chmod(0o755)
    path = f"{dropping.parent}:{programs()}:{os.environ['PATH']}"
    refused = place.run("deploy/backup.sh", str(tmp_path / "kept"), PATH=path)
    assert refused.returncode == 1
    assert "The backup has 0 of 1 hotels, so it was not kept." in refused.stderr
    assert list((tmp_path / "kept").iterdir()) == []


def test_old_backups_go_only_after_a_new_one_is_there(place: Place, tmp_path: Path) -> None:
    old, other = tmp_path / "guestchat-20200101T000000Z.dump", tmp_path / "notes.dump"
    for each in (old, other):
        each.write_text("old")
        os.utime(each, (0, 0))
    refused = place.run("deploy/backup.sh", str(tmp_path), KEEP_DAYS="14", DATABASE_URL="postgresql://127.0.0.1:1/no")
    assert refused.returncode != 0
    assert old.exists()
    done = place.run("deploy/backup.sh", str(tmp_path), KEEP_DAYS="14")
    assert done.returncode == 0, done.stderr
    assert not old.exists()
    assert other.exists()
    assert len(list(tmp_path.glob("guestchat-*.dump"))) == 1
