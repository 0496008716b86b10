"""Owns what an evaluation leaves behind: a table by category, the worst answers, and the saved figures of a run."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guestchat.evaluation import curve as calibration
from guestchat.evaluation.asking import Asked
from guestchat.evaluation.judging import Kind

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run's judged questions with other figures by name, as recall of a FAQ."""

    asked: Sequence[Asked] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    def by_category(self) -> dict[str, dict[Kind, int]]:
        """Return how many answers of each kind every category has, categories in alphabetical order."""
        counts: dict[str, dict[Kind, int]] = {}
        for each in sorted(self.asked, key=lambda each: each.question.category):
            kinds = counts.setdefault(each.question.category, dict.fromkeys(Kind, 0))
            kinds[each.kind] += 1
        return counts

    def count(self, kind: Kind) -> int:
        """Return how many answers are of a kind."""
        return sum(each.kind is kind for each in self.asked)

    def share_right(self, category: str | None = None) -> float | None:
        """Return the share of right answers, of one category or of all; None where nothing was asked."""
        asked = [each for each in self.asked if category in (None, each.question.category)]
        return sum(each.kind is Kind.RIGHT for each in asked) / len(asked) if asked else None

    def below(self, floors: Mapping[str, float]) -> list[str]:
        """Return a sentence for every floor that is not met; a figure's name is a floor's name as well."""
        sentences = []
        for name, floor in floors.items():
            reached = self.figures.get(name, self.share_right(None if name == "all" else name))
            if reached is None:
                sentences.append(f"{name}: there is nothing of that name, its floor is {floor:g}")
            elif reached < floor:
                sentences.append(f"{name}: {reached:.3f}, its floor is {floor:g}")
        return sentences

    def by_language(self) -> dict[str, float]:
        """Return the share of right answers by the language that is expected, where one is."""
        counts: dict[str, list[bool]] = {}
        for each in self.asked:
            if each.question.expect.lang:
                counts.setdefault(each.question.expect.lang, []).append(each.kind is Kind.RIGHT)
        return {language: sum(right) / len(right) for language, right in counts.items()}

    def worst(self, number: int) -> list[Asked]:
        """Return so many answers that are not right, the unsafe ones first."""
        kinds = tuple(Kind)
        wrong = [each for each in self.asked if each.kind is not Kind.RIGHT]
        return sorted(wrong, key=lambda each: -kinds.index(each.kind))[:number]

    def calibration(self) -> list[dict[str, float]]:
        """Return how likely the best articles were said to be right, and how often they were."""
        return calibration.table(each.guess for each in self.asked if each.guess is not None)

    def lines(self, worst: int) -> Iterator[str]:
        """Yield the report as it is printed."""
        if self.asked:
            yield from self._table()
            languages = "  ".join(f"{language} {share:.1%}" for language, share in self.by_language().items())
            if languages:
                yield f"by language: {languages}"
        width = max(map(len, self.figures), default=0)
        for name, value in self.figures.items():
            yield f"{name:{width}}  {value:.3f}" if isinstance(value, float) else f"{name:{width}}  {value}"
        if curve := self.calibration():
            yield from ("", *calibration.lines(curve))
        for each in self.worst(worst):
            yield ""
            yield f"[{each.kind}] {each.question.id} ({each.question.category}): {each.question.text}"
            if each.answer is not None:
                first, *more = each.answer.text.splitlines() or [""]
                yield f"  {each.answer.outcome}: {first}{' …' if more else ''}"
            yield from (f"  - {reason}" for reason in each.verdict.reasons[:4])

    def _table(self) -> Iterator[str]:
        counts = self.by_category()
        width = max(len("category"), *map(len, counts))
        yield f"{'category':{width}}  asked  right  wrong  invented  unsafe   share"
        total = dict.fromkeys(Kind, 0)
        for category, kinds in counts.items():
            yield _row(category, kinds, width)
            total = {kind: total[kind] + kinds[kind] for kind in Kind}
        yield _row("all", total, width)

    def as_json(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is saved of a run: when, of which commit, the counts, the figures and every answer not right."""
        return {
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            **about,
            "asked": len(self.asked),
            "kinds": {kind.value: self.count(kind) for kind in Kind},
            "categories": {
                category: {kind.value: number for kind, number in kinds.items()}
                for category, kinds in self.by_category().items()
            },
            "languages": self.by_language(),
            "figures": dict(self.figures),
            "calibration": self.calibration(),
            "timings_ms": timings(each.answer.timings_ms["total"] for each in self.asked if each.answer),
            "not_right": [each.as_json() for each in self.worst(len(self.asked))],
        }


def _row(category: str, kinds: Mapping[Kind, int], width: int) -> str:
    asked = sum(kinds.values())
    share = kinds[Kind.RIGHT] / asked if asked else 0.0
    return (
        f"{category:{width}}  {asked:5}  {kinds[Kind.RIGHT]:5}  {kinds[Kind.WRONG]:5}  {kinds[Kind.INVENTED]:8}"
        f"  {kinds[Kind.UNSAFE]:6}  {share:6.1%}"
    )


def timings(totals: Iterable[float]) -> dict[str, float]:
    """Return the median and the 99th percentile of the turns' times, in milliseconds."""
    ordered = sorted(totals)
    if not ordered:
        return {}
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 2),
    }


def commit() -> str | None:
    """Return the checkout's commit, with `+` where files differ from it; None outside a checkout."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True, timeout=20)
    return ran.stdout.strip()


def save(written: Mapping[str, Any], path: Path) -> None:
    """Write a run's figures; the folder is made where it is missing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
