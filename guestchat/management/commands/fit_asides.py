"""Owns fitting what guests say around a question, and writing it where understanding reads it."""

import base64
import json
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guestchat.management.arguments import chance
from guestchat.understanding.asides import FILE

_BOUNDS = (0.5, 0.7, 0.8, 0.9, 0.95)


class Command(BaseCommand):
    """Fit what asides are like."""

    help = "Fit what guests say around a question, beside what they ask and tell, and write asides.json."
    requires_system_checks = ()  # needs no database and no settings of the hotel

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            type=chance,
            default=0.7,
            metavar="CHANCE",
            help="how likely a piece must say nothing",
            dest="least",
        )
        parser.add_argument(
            "--beside", type=int, default=25_000, metavar="COUNT", help="so many imagined questions and requests beside"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from guestchat.training.asides import BESIDE_WEIGHS, Piece, cross_fitted, fit, in_steps, read_asides
        from guestchat.training.corpus import CorpusError
        from guestchat.training.guests import read_guests
        from guestchat.training.requests import read_requests

        try:
            table, guests, requests = read_asides(), read_guests(), read_requests(as_read=False)
        except CorpusError as error:
            raise CommandError(str(error)) from error
        random = np.random.default_rng(1)
        table = [table[place] for place in random.permutation(len(table))]
        asked = {
            text for each in guests.articles for text in (*each.messages, *each.beside, *each.follows, *each.strays)
        }
        asked |= {each.text for each in requests if each.kind}
        said = sorted(asked)
        said = [said[place] for place in random.permutation(len(said))[: max(0, options["beside"])]]
        pieces = table + [Piece(text=text, is_aside=False) for text in said]
        share = np.array([1.0] * len(table) + [BESIDE_WEIGHS] * len(said))
        found = cross_fitted(pieces, share)
        meant, in_table = np.array([piece.is_aside for piece in pieces]), np.arange(len(pieces)) < len(table)
        curve = []
        for bound in _BOUNDS:
            taken = found >= bound
            told = {
                "bound": bound,
                "asides": int(meant.sum()),
                "taken": int((taken & meant).sum()),
                "others": int((in_table & ~meant).sum()),
                "others_taken": int((taken & in_table & ~meant).sum()),
                "beside": len(said),
                "beside_taken": int((taken & ~in_table).sum()),
            }
            curve.append(told)
            self.stdout.write(
                f"from {bound}: {told['taken']} of {told['asides']} asides, {told['others_taken']} of "
                f"{told['others']} pieces like them, {told['beside_taken']} of {told['beside']} questions and requests"
            )
        weights, bias = fit(pieces, share)
        slots, step = in_steps(weights)
        kept = {"from": options["least"], "curve": curve, "bias": round(bias, 3), "step": step}
        kept["slots"] = base64.b64encode(slots).decode()
        FILE.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        self.stdout.write(self.style.SUCCESS(f"Kept {len(slots)} weights in {FILE.name}."))
