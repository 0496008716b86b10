"""Owns fitting what requests are like, and writing it where serving reads it."""

import json
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guestchat.answering.wanting import FILE, KINDS
from guestchat.management.arguments import chance
from guestchat.retrieval.embedder import get_embedder

_BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9)


class Command(BaseCommand):
    """Fit what requests are like."""

    help = "Fit what messages that want something done are like, beside questions, and write wanting.json."
    requires_system_checks = ()  # needs no database and no settings of the hotel

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--propose-from",
            type=chance,
            default=0.8,
            metavar="CHANCE",
            help="how likely a message must want something",
        )
        parser.add_argument(
            "--guests", type=int, default=12_000, metavar="COUNT", help="so many imagined guests' questions beside"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from guestchat.training.corpus import CorpusError
        from guestchat.training.guests import read_guests
        from guestchat.training.requests import GUESTS_WEIGH, cross_fitted, fit, read_requests

        try:
            table, guests = read_requests(), read_guests(as_read=True)
        except CorpusError as error:
            raise CommandError(str(error)) from error
        random = np.random.default_rng(1)
        table = [table[place] for place in random.permutation(len(table))]
        asked = sorted({text for each in guests.articles for text in (*each.messages, *each.beside)})
        beside = [asked[place] for place in random.permutation(len(asked))[: max(0, options["guests"])]]
        kinds = [each.kind for each in table] + [""] * len(beside)
        share = np.array([1.0] * len(table) + [GUESTS_WEIGH] * len(beside))
        texts = [each.text for each in table] + beside
        vectors = get_embedder().encode_document(texts).astype(np.float64)
        found = cross_fitted(vectors, kinds, share)
        meant, best = np.array([KINDS.index(kind) for kind in kinds]), 1 + found[:, 1:].argmax(axis=1)
        in_table = np.arange(len(kinds)) < len(table)
        curve = []
        for bound in _BOUNDS:
            proposed = 1 - found[:, 0] >= bound
            told = {
                "bound": bound,
                "requests": int((meant > 0).sum()),
                "proposed": int((proposed & (meant > 0)).sum()),
                "of_their_kind": int((proposed & (meant > 0) & (best == meant)).sum()),
                "questions": int(((meant == 0) & in_table).sum()),
                "questions_proposed": int((proposed & (meant == 0) & in_table).sum()),
                "guests": len(beside),
                "guests_proposed": int((proposed & ~in_table).sum()),
            }
            curve.append(told)
            self.stdout.write(
                f"{bound:.2f}: of {told['requests']} requests {told['proposed']} proposed, "
                f"{told['of_their_kind']} as what they are; of {told['questions']} questions about the same "
                f"{told['questions_proposed']}, of {told['guests']} other questions {told['guests_proposed']}"
            )
        kept = {
            "encoder": get_embedder().name,
            "kinds": list(KINDS),
            "messages": len(table),
            "propose_from": options["propose_from"],
            **{name: np.round(value, 4).tolist() for name, value in fit(vectors, kinds, share).items()},
            "curve": curve,
        }
        FILE.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        self.stdout.write(f"Wrote {FILE.name}: {len(table):,} messages, {len(beside):,} questions of imagined guests.")
