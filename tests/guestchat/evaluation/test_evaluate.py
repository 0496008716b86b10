"""The command, from a file to its exit status."""

import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from guestchat.management.commands import evaluate
from guestchat.management.commands.demo import FILE
from guestchat.training.guests import Asked, Guests
from menus.models import Hotel

HARBOUR = Path(__file__).resolve().parents[2] / "hotels" / "harbour.json"

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def write(path: Path, *lines: dict[str, Any]) -> str:
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(path)


def question(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "hotel": "lindenhof",
        "text": "when is check-out?",
        "at": "2026-11-24T12:30",
        "category": "facts",
        "expect": {"says": ["11:00"]},
    } | changes


def test_a_file_is_asked_judged_and_saved(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question(), question(id="2", hotel="nowhere"))
    out, _err = run(file, "--json", str(tmp_path / "saved" / "run.json"))
    assert "there is no hotel 'nowhere'" in out
    saved = json.loads((tmp_path / "saved" / "run.json").read_text())
    assert saved["kinds"] == {"right": 1, "wrong": 1, "invented": 0, "unsafe": 0}


def test_a_conversation_is_asked_in_order(tmp_path: Path) -> None:
    file = write(
        tmp_path / "own.jsonl",
        question(text="how much is the wiener schnitzel?", conversation="c", expect={"says": ["29.50"]}),
        question(
            id="2",
            text="does it contain egg?",
            conversation="c",
            expect={"claims": [{"item": "wiener-schnitzel", "allergen": "eggs", "status": "contains"}]},
        ),
    )
    run(file, "--json", str(tmp_path / "run.json"), "--floor", "all=1")


def test_slips_are_put_into_the_questions_and_counted(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question(), question(id="2", text="wifi?", expect={"silent": True}))
    out, _err = run(file, "--slips", "1", "--json", str(tmp_path / "run.json"))
    assert "when is check-out?" not in out
    assert ": wifi?" in out


def test_talk_is_put_around_questions_that_stand_alone(tmp_path: Path) -> None:
    lines = [
        question(expect={"lang": "en", "silent": True}),
        question(id="2", text="wifi?", conversation="c", expect={"lang": "en", "silent": True}),
    ]
    talk = write(
        tmp_path / "talk.jsonl",
        {"lang": "en", "place": "before", "text": "I ask for my aunt: "},
        {"lang": "en", "place": "after", "text": ", I ask for my aunt"},
    )
    out, _err = run(write(tmp_path / "own.jsonl", *lines), "--talk", talk, "--json", str(tmp_path / "run.json"))
    assert "I ask for my aunt" in out
    assert ": wifi?" in out


@pytest.mark.parametrize("line", ["[]", '{"lang": "en", "place": "between", "text": "hm"}', '{"lang": "en"}', "hm"])
def test_a_line_of_talk_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    talk = tmp_path / "talk.jsonl"
    talk.write_text("\n" + line)
    with pytest.raises(CommandError, match=r"talk\.jsonl:2: A line is"):
        run(write(tmp_path / "own.jsonl", question()), "--talk", str(talk))


def test_imagined_messages_are_asked_beside_a_houses_venues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(
        group="one",
        heading="Goose eggs",
        answer="Our geese lay in spring; ask at the kitchen door.",
        messages=("when do your geese lay eggs",),
        beside=("how much is the crab roll",),
    )
    # Of the first groups none is held out: the ninth is.
    others = [replace(asked, group=str(number)) for number in range(8)]
    monkeypatch.setattr(evaluate, "read_guests", lambda: Guests([asked, *others]))
    run("--imagined", "--hotel", str(HARBOUR), "--json", str(tmp_path / "run.json"))
    saved = json.loads((tmp_path / "run.json").read_text())
    assert saved["asked"] == 2 * len(Guests([asked, *others]).held_out().groups)
    assert any("crab-roll" in each["sources"] for each in saved["not_right"]), "the harbour's menus are there"
    assert not Hotel.objects.filter(slug__startswith="imagined").exists()


def test_a_floor_that_is_missed_fails(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question(expect={"says": ["23:00"]}))
    with pytest.raises(SystemExit) as ended:
        run(file, "--json", str(tmp_path / "run.json"), "--floor", "facts=0.9")
    assert ended.value.code == 1


def test_a_bad_file_is_refused_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question(), {"id": "2"})
    with pytest.raises(CommandError, match=r"own\.jsonl:2: missing"):
        run(file)
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(tmp_path / "none.jsonl"))
    with pytest.raises(CommandError, match="Name a questions file"):
        run()
    with pytest.raises(CommandError, match="is no NAME=SHARE"):
        run(file, "--floor", "facts")


def test_a_hotel_is_imported_for_the_run_only(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question(hotel="ropewalk", expect={"says": ["10:30"]}))
    saved = str(tmp_path / "run.json")
    run(file, "--hotel", str(HARBOUR), "--json", saved, "--floor", "all=1")
    out, _err = run(file, "--json", saved)
    assert "there is no hotel 'ropewalk'" in out


def test_a_hotel_that_cannot_be_imported_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question())
    with pytest.raises(CommandError, match="cannot be read"):
        run(file, "--hotel", str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="is no hotel file"):
        run(file, "--hotel", file)


def test_a_database_without_this_versions_tables_is_said(tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", question())
    MigrationRecorder.Migration.objects.filter(app="guestchat").latest("pk").delete()
    with pytest.raises(CommandError, match=r"run manage\.py migrate first"):
        run(file)


def test_folders_that_are_missing_are_said(tmp_path: Path) -> None:
    out, _err = run("--canteens", str(tmp_path / "none"))
    assert "There are no hotel files" in out
    out, _err = run("--faq", str(tmp_path / "none"))
    assert "There is no knowledge.json" in out


def test_menus_are_asked_about_and_left_as_they_were(tmp_path: Path) -> None:
    hotel = json.loads(FILE.read_text(encoding="utf-8"))
    hotel["hotel"]["slug"] = "elsewhere"
    write(tmp_path / "elsewhere.json", hotel)
    saved = tmp_path / "saved" / "run.json"
    with contextlib.suppress(SystemExit):  # ten questions may happen to find something unsafe
        run("--canteens", str(tmp_path), "--questions", "10", "--json", str(saved))
    assert json.loads(saved.read_text())["asked"] == 10
    assert not Hotel.objects.filter(slug="elsewhere").exists()


def test_real_questions_are_asked_with_and_without_their_article(tmp_path: Path) -> None:
    docs = {
        "1": {"title": "Is there parking?", "body": "Yes, parking is free."},
        "2": {"title": "Are pets allowed?", "body": "No, pets are not allowed."},
    }
    (tmp_path / "knowledge.json").write_text(json.dumps({"hotel": {"7": {"name": "SWAN", "docs": docs}}}))
    turn = {"id": "a", "entity": "hotel/7", "context": [], "text": "Is there parking?", "gold": ["hotel/7/1"]}
    write(tmp_path / "dev.jsonl", turn)
    saved = tmp_path / "run.json"
    run("--faq", str(tmp_path), "--json", str(saved), "--floor", "houses recall@1=1", "--floor", "houses auc=1")
    assert json.loads(saved.read_text())["figures"]["houses recall@5"] == 1.0
    assert not Hotel.objects.filter(slug="faq-hotel-7").exists()
