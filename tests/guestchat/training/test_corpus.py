"""What training reads, and how names leave it."""

from pathlib import Path

import pytest

from guestchat.training.corpus import (
    LANGUAGES,
    CorpusError,
    fragment,
    held_out,
    plain,
    read_knowledge,
    read_questions,
    read_translations,
)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Is Carolina Bed & Breakfast quiet?", "CAROLINA BED AND BREAKFAST", "Is the hotel quiet?"),
        ("Does the Hard Knox Cafe have TVs?", "Hard Knox Cafe - Outer Richmond", "Does the hotel have TVs?"),
        ("The Lucky Star's menu", "THE LUCKY STAR", "the hotel's menu"),
        ("Where is the Lucky Star?", "THE LUCKY STAR", "Where is the hotel?"),
        ("Avalonia is far.", "AVALON", "Avalonia is far."),
        ("No  name", None, "No name"),
    ],
)
def test_a_house_loses_its_name(text: str, name: str | None, expected: str) -> None:
    assert plain(text, name, "the hotel") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Is parking available at the hotel?", "parking"),
        ("Is there a fee for parking at the hotel?", "fee parking"),
        ("What time is check-in?", "time checkin"),
        ("Do you offer it?", ""),
        ("Green eggs, ham, seven grey owls and one red fox?", ""),
    ],
)
def test_fragments_keep_what_a_guest_in_a_hurry_types(title: str, expected: str) -> None:
    assert fragment(title) == expected


def test_knowledge_is_read_in_order_without_names(data: Path) -> None:
    docs = read_knowledge(data / "knowledge.json")
    assert len(docs) == 4 * 5 + 2
    assert (docs[0].identity, docs[0].title) == ("hotel/0/0", "Is there at the hotel parking?")
    assert docs[-1].entity == "train/*"


def test_as_served_every_house_is_the_hotel(data: Path, knowledge: dict[str, object]) -> None:
    path = data / "knowledge.json"
    path.write_text(path.read_text().replace('"hotel"', '"restaurant"'))
    assert read_knowledge(path)[0].title == "Is there at the restaurant parking?"
    assert read_knowledge(path, as_served=True)[0].title == "Is there at the hotel parking?"


def test_questions_are_the_last_turn_without_the_name(data: Path) -> None:
    first, second = read_questions(data)
    assert (first.text, first.domain, first.gold) == ("Parking at the hotel?", "hotel", frozenset({"hotel/2/0"}))
    assert second.entity == "train/*"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"The articles .*knowledge\.json cannot be read: .*No such file"):
        read_knowledge(tmp_path / "knowledge.json")
    (tmp_path / "knowledge.json").write_text('{"hotel": {"1": {"name": "A"}}}')
    with pytest.raises(CorpusError, match="cannot be read: 'docs'"):
        read_knowledge(tmp_path / "knowledge.json")
    with pytest.raises(CorpusError, match=r"The translations .* cannot be read"):
        read_translations(tmp_path / "none.tsv")


def test_questions_must_fit_the_knowledge(data: Path) -> None:
    (data / "dev.jsonl").write_text('{"id": "q", "entity": "hotel/9", "text": "?", "gold": []}\n')
    with pytest.raises(CorpusError, match=r"The questions .*dev\.jsonl cannot be read: 'hotel/9'"):
        read_questions(data)


def test_the_translations_are_complete() -> None:
    topics = read_translations()
    rows = [row for rows in topics.values() for row in rows]
    assert len(rows) >= 250
    assert all(row[language] for row in rows for language in LANGUAGES)
    assert all(len(rows) >= 2 for rows in topics.values())
    english = [row["en"].lower() for row in rows]
    assert len(set(english)) == len(english)


def test_every_fifth_entity_is_held_out_whatever_the_run() -> None:
    kept = [held_out(f"hotel/{number}") for number in range(1000)]
    assert 150 < sum(kept) < 250
    assert [number for number in range(30) if kept[number]] == [13, 16, 23, 24]
