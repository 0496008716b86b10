"""Owns fitting when an article speaks, and writing it where serving reads it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from guestchat.answering.deciding import FILE, SIGNALS
from guestchat.evaluation import questions
from guestchat.evaluation.questions import QuestionsError
from guestchat.management.arguments import chance
from guestchat.migrated import is_migrated
from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.judge import get_judge
from menus import hotel_file

_BOUNDS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


class Command(BaseCommand):
    """Fit how an article's signals are weighed."""

    help = (
        "Fit when an article answers on questions with known answers and on imagined guests, and write deciding.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="a questions file, JSON lines")
        parser.add_argument(
            "--hotel", metavar="HOTEL_FILE", type=Path, action="append", default=[], help="a hotel file they ask about"
        )
        parser.add_argument(
            "--answer-from", type=chance, default=0.64, metavar="CHANCE", help="how sure it must be to answer"
        )
        parser.add_argument(
            "--ask-from", type=chance, default=0.3, metavar="CHANCE", help="how sure it must be to offer a question"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from guestchat.training.corpus import CorpusError
        from guestchat.training.deciding import IMAGINED_WEIGHT, cross_fitted, examples, fit, imagined, measure
        from guestchat.training.guests import read_guests

        if not is_migrated():
            raise CommandError("The database does not have this version's tables: run manage.py migrate first.")
        try:
            asked = [question for path in options["files"] for question in questions.read_file(path)]
            houses = list(imagined(read_guests().held_out()))
            with transaction.atomic():
                for path in options["hotel"]:
                    hotel_file.apply(hotel_file.read(path.read_bytes()))
                for hotel, _ in houses:
                    hotel_file.apply(hotel_file.read(json.dumps(hotel).encode()))
                found = list(examples(asked))
                written = len(found)
                found += examples((each for _, of_it in houses for each in of_it), weight=IMAGINED_WEIGHT)
                transaction.set_rollback(True)
        except (OSError, QuestionsError, CorpusError, hotel_file.HotelFileError) as error:
            raise CommandError(str(error)) from error
        if not written:
            raise CommandError("None of these questions comes down to an article: there is nothing to fit.")
        chances = cross_fitted(found)
        curve = []
        for bound in _BOUNDS:
            of_houses = measure(found[:written], chances[:written], bound)
            of_imagined = measure(found[written:], chances[written:], bound)
            curve.append({"bound": bound, "houses": vars(of_houses), "imagined": vars(of_imagined)})
            self.stdout.write(
                f"{bound:.2f}: of {of_houses.answerable} answerable in whole houses {of_houses.right} right, "
                f"{of_houses.wrong} wrong, {of_houses.invented} of {of_houses.unanswerable} invented; of "
                f"{of_imagined.answerable} imagined {of_imagined.right} right, {of_imagined.wrong} wrong, "
                f"{of_imagined.invented} of {of_imagined.unanswerable} invented"
            )
        kept = {
            "encoder": get_embedder().name,
            "judge": get_judge().name,
            "examples": len(found),
            "answer_from": options["answer_from"],
            "ask_from": options["ask_from"],
            "signals": list(SIGNALS),
            **fit(found),
            "curve": curve,
        }
        FILE.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        self.stdout.write(f"Wrote {FILE.name}: {len(found):,} questions, {written:,} of them over whole houses.")
