"""Owns `evaluate`: questions with expectations asked and judged, dishes of whole menus, and real guests' FAQs."""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from guestchat import catalogue
from guestchat.catalogue import Catalogue
from guestchat.evaluation import canteens, faq, questions, report
from guestchat.evaluation.asking import Asked, Asker
from guestchat.evaluation.judging import Kind
from guestchat.evaluation.questions import Expectation, Question, QuestionsError
from guestchat.evaluation.referee import Referee
from guestchat.evaluation.report import Report
from guestchat.evaluation.slips import with_a_slip
from guestchat.evaluation.talk_around import read_talk, with_talk
from guestchat.migrated import is_migrated
from guestchat.training.deciding import imagined
from guestchat.training.guests import read_guests
from menus import hotel_file
from menus.content import Content
from menus.models import Article, Hotel

_QUESTIONS = 3_000
T = TypeVar("T")


class Command(BaseCommand):
    """Tell how right, how honest and how safe the answers are."""

    help = (
        "Ask questions with expectations and judge the answers; exit 1 where a floor is missed or anything is unsafe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="a questions file, JSON lines")
        parser.add_argument(
            "--hotel",
            metavar="HOTEL_FILE",
            type=Path,
            action="append",
            default=[],
            help="a hotel file to import for the run, which the files ask about; may be given several times",
        )
        parser.add_argument(
            "--slips", metavar="SEED", type=int, help="put a slip of the finger into a word of each question of a file"
        )
        parser.add_argument(
            "--talk", metavar="FILE", type=Path, help="put talk of this file around each question that stands alone"
        )
        parser.add_argument(
            "--imagined",
            action="store_true",
            help="ask what guests were imagined to write of articles that no model was trained on, each group of "
            "articles as a house with the venues and menus of the first HOTEL_FILE, if any",
        )
        parser.add_argument("--canteens", metavar="DIR", type=Path, help="hotel files to make questions from")
        parser.add_argument("--questions", metavar="N", type=int, default=_QUESTIONS, help="how many to make in all")
        parser.add_argument("--seed", metavar="N", type=int, default=1, help="other questions of the same files")
        parser.add_argument("--faq", metavar="DIR", type=Path, help="a folder with knowledge.json and dev.jsonl")
        parser.add_argument("--json", metavar="OUT", type=Path, help="where to save the figures")
        parser.add_argument("--worst", metavar="N", type=int, default=10, help="how many wrong answers to print")
        parser.add_argument(
            "--floor", metavar="NAME=SHARE", type=_floor, action="append", default=[], help="the least share right"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_migrated():
            raise CommandError("The database does not have this version's tables: run manage.py migrate first.")
        parts = [
            self._files(options["files"], options["hotel"], options["slips"], options["talk"])
            if options["files"]
            else None,
            self._imagined(options["hotel"]) if options["imagined"] else None,
            self._canteens(options["canteens"], options["questions"], options["seed"]) if options["canteens"] else None,
            self._faq(options["faq"]) if options["faq"] else None,
        ]
        if not any(options[name] for name in ("files", "imagined", "canteens", "faq")):
            raise CommandError("Name a questions file, --imagined, --canteens DIR or --faq DIR.")
        ran = [part for part in parts if part is not None]
        if not ran:
            return
        whole = Report(
            asked=[asked for part in ran for asked in part.asked],
            figures={name: value for part in ran for name, value in part.figures.items()},
        )
        path = self._save(whole, options)
        for line in whole.lines(options["worst"]):
            self.stdout.write(line)
        self.stdout.write(f"\nSaved in {path}.")
        self._judge(whole, dict(options["floor"]))

    # --- kinds of runs --------------------------------------------------------
    def _files(self, paths: Sequence[Path], hotels: Sequence[Path], slips: int | None, talk: Path | None) -> Report:
        asked = [question for path in paths for question in _read(path, questions.read_file)]
        if slips is not None:
            asked = [with_a_slip(each, seed=slips) for each in asked]
        if talk is not None:
            around = _read(talk, read_talk)
            asked = [with_talk(each, around) for each in asked]
        with transaction.atomic():
            for path in hotels:
                self._import(path)
            report = Report(asked=list(Asker().ask(asked)))
            transaction.set_rollback(True)
        return report

    def _import(self, path: Path) -> Content:
        """Make a hotel equal to its file for as long as the open transaction lasts; return what the file says."""
        try:
            content = hotel_file.read(path.read_bytes())
            hotel_file.apply(content)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except hotel_file.HotelFileError as error:
            raise CommandError(f"{path} is no hotel file: {error}") from None
        return content

    def _imagined(self, hotels: Sequence[Path]) -> Report:
        beside: dict[str, Any] = {}
        for path in hotels[:1]:
            with transaction.atomic():
                beside = hotel_file.dump(self._import(path))
                transaction.set_rollback(True)
        asked: list[Asked] = []
        for house, messages in imagined(read_guests().held_out()):
            whole = {**house, **beside, "hotel": {**beside.get("hotel", {}), **house["hotel"]}}
            with transaction.atomic():
                _imported({**whole, "articles": house["articles"]})
                asked += Asker().ask(messages)
                transaction.set_rollback(True)
        return Report(asked=asked)

    def _canteens(self, folder: Path, number: int, seed: int) -> Report | None:
        files = sorted(folder.glob("*.json"))
        if not files:
            self.stdout.write(f"There are no hotel files in {folder}: nothing is asked.")
            return None
        asked: list[Asked] = []
        made: list[tuple[canteens.Made, Any]] = []
        for path in files:
            written = json.loads(path.read_text(encoding="utf-8"))
            truth = Referee(written)
            asker = Asker()
            with transaction.atomic():
                hotel = _imported(written)
                for each in canteens.questions(written, number // len(files), seed):
                    answer = asker.answer(hotel, each.question)
                    verdict = canteens.judge_made(each, answer, truth)
                    made.append((each, answer))
                    asked.append(Asked(question=each.question, answer=answer, verdict=verdict))
                transaction.set_rollback(True)
            self.stderr.write(f"{path.name}: {sum(each.question.hotel == hotel.content.slug for each in asked)} asked")
        return Report(asked=asked, figures=canteens.shares(made))

    def _faq(self, folder: Path) -> Report | None:
        try:
            entities, turns = faq.read(folder)
        except OSError:
            self.stdout.write(f"There is no knowledge.json with a dev.jsonl in {folder}: nothing is asked.")
            return None
        likeness = faq.Likeness(entities)
        tried: list[faq.Tried] = []
        for entity in entities.values():
            with transaction.atomic():
                hotel = _imported(entity.hotel_file())
                tried += [
                    _try(turn, hotel, likeness.same(entity, turn.gold), likeness.near(entity, turn.gold))
                    for turn in turns
                    if turn.entity == entity.id
                ]
                transaction.set_rollback(True)
        return Report(asked=[asked for each in tried for asked in faq.judged(each)], figures=faq.figures(tried))

    # --- what is left of a run ------------------------------------------------
    def _save(self, whole: Report, options: Mapping[str, Any]) -> Path:
        now = dt.datetime.now(dt.UTC)
        path: Path = options["json"] or settings.VAR_DIR / "evaluations" / f"{now:%Y%m%dT%H%M%SZ}.json"
        about = {
            "files": [path.name for path in options["files"]],
            "canteens": str(options["canteens"].name) if options["canteens"] else None,
            "faq": str(options["faq"].name) if options["faq"] else None,
        }
        try:
            report.save(whole.as_json(about), path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        return path

    def _judge(self, whole: Report, floors: Mapping[str, float]) -> None:
        missed = whole.below(floors)
        for sentence in missed:
            self.stderr.write(f"Below the floor: {sentence}.")
        unsafe = whole.count(Kind.UNSAFE)
        if unsafe:
            self.stderr.write(f"Unsafe answers: {unsafe}.")
        if missed or unsafe:
            sys.exit(1)


def _read(path: Path, read: Callable[[Path], list[T]]) -> list[T]:
    try:
        return read(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except QuestionsError as error:
        raise CommandError(str(error)) from None


def _floor(written: str) -> tuple[str, float]:
    name, _, share = written.rpartition("=")
    try:
        return name, float(share)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no NAME=SHARE, as dishes=0.9") from None


def _imported(written: Mapping[str, Any]) -> Catalogue:
    """Import a hotel file into the open transaction, and return it as it answers."""
    content = hotel_file.read(json.dumps(written))
    hotel_file.apply(content)
    return _catalogue(content.slug)


def _catalogue(slug: str) -> Catalogue:
    found = catalogue.current(Hotel.objects.values_list("pk", flat=True).get(slug=slug))
    if found is None:
        raise CommandError(f"The hotel {slug!r} is gone.")
    return found


def _try(turn: faq.Turn, hotel: Catalogue, same: frozenset[str], near: frozenset[str]) -> faq.Tried:
    """Ask a turn with all articles, then without those that could answer it, which are put back."""
    asker = Asker()
    asked = Question(
        id=turn.id, hotel=hotel.content.slug, text=turn.text, category=turn.group, expect=Expectation(), at=canteens.AT
    )
    full = asker.answer(hotel, asked)
    with transaction.atomic():
        for article in Article.objects.filter(hotel_id=hotel.hotel_id, key__in=near):
            article.delete()  # one by one: the passages follow each row's own signal
        silenced = asker.answer(_catalogue(hotel.content.slug), asked)
        transaction.set_rollback(True)
    return faq.Tried(turn=turn, full=full, silenced=silenced, same=same)
