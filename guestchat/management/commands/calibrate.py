"""Owns fitting the calibration on public articles, and writing it where serving reads it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guestchat.retrieval.calibration import FILE
from guestchat.retrieval.embedder import get_embedder


class Command(BaseCommand):
    """Fit how sure the assistant is of an article."""

    help = "Fit the calibration of answers on public articles (knowledge.json) and write calibration.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", help="the folder with knowledge.json")
        parser.add_argument("--count", type=int, default=2_000, help="how many questions a kind of entity")

    def handle(self, *args: Any, **options: Any) -> None:
        from guestchat.training.calibrating import examples, fit
        from guestchat.training.corpus import CorpusError, held_out, read_knowledge

        embedder = get_embedder()
        try:
            docs = [doc for doc in read_knowledge(Path(options["data"]) / "knowledge.json") if held_out(doc.entity)]
        except CorpusError as error:
            raise CommandError(str(error)) from error
        found = []
        for domain in ("hotel", "restaurant"):
            kind = [doc for doc in docs if doc.domain == domain]
            found += examples(kind, embedder, count=options["count"])
        fitted = fit(found)
        written = {"encoder": embedder.name, "questions": len(found), **vars(fitted)}
        FILE.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(json.dumps(written, indent=1))
