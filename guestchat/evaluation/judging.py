"""Owns the judgement of one answer: an expectation against an answer, right or wrong with every reason; pure.

Wording is free: figures are compared as figures ("07:00" is also "7 am", "4.20" is also "4,20 €").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from guestchat.answering.answer import Answer, Claim, Outcome
from guestchat.evaluation.questions import Expectation, Needle
from guestchat.evaluation.referee import Referee
from menus.allergens import Status


class Kind(StrEnum):
    """How an answer was, best first."""

    RIGHT = "right"
    WRONG = "wrong"
    INVENTED = "invented"  # answered where the content says nothing
    UNSAFE = "unsafe"  # told or offered as free what is not


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an answer."""

    kind: Kind
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The judgement of an answer: the worst kind of its faults, and all of them."""

    faults: tuple[Fault, ...] = ()

    @property
    def kind(self) -> Kind:
        """The worst of the faults; right where there is none."""
        return max((fault.kind for fault in self.faults), key=tuple(Kind).index, default=Kind.RIGHT)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason, the worst first."""
        ordered = sorted(self.faults, key=lambda fault: -tuple(Kind).index(fault.kind))
        return tuple(fault.reason for fault in ordered)


# Where the assistant must not answer, these say so honestly.
SILENT = (Outcome.UNANSWERED, Outcome.CLARIFY, Outcome.HANDOVER)


def judge(expect: Expectation, answer: Answer, truth: Referee | None = None) -> Verdict:
    """Judge an answer. With the hotel's truth, every claim is checked, whatever is expected."""
    faults = [*_outcome(expect, answer), *_sources(expect, answer), *_words(expect, answer), *_items(expect, answer)]
    faults += _claims(expect, answer)
    if truth is not None:
        faults += [*_untrue(answer, truth), *_offers(expect, answer, truth)]
    return Verdict(faults=tuple(faults))


def _wrong(reason: str) -> Fault:
    return Fault(Kind.WRONG, reason)


def _outcome(expect: Expectation, answer: Answer) -> Iterator[Fault]:
    if expect.silent and answer.outcome is Outcome.ANSWERED:
        yield Fault(Kind.INVENTED, f"answered from {_keys(answer) or 'nothing'}, but the content does not say")
    elif expect.silent and answer.outcome not in SILENT:
        yield _wrong(f"outcome {answer.outcome}, expected one of {', '.join(SILENT)}")
    if expect.silent and answer.outcome is not Outcome.ANSWERED:
        told = [source.key for source in answer.sources if source.type in {"article", "item"}]
        if told:
            yield Fault(Kind.INVENTED, f"told from {', '.join(told)}, but the content does not say")
    if expect.outcome and answer.outcome not in expect.outcome:
        yield _wrong(f"outcome {answer.outcome}, expected {' or '.join(expect.outcome)}")
    if expect.request and (answer.request is None or answer.request.kind not in expect.request):
        proposed = answer.request.kind if answer.request else "none"
        yield _wrong(f"request {proposed}, expected {' or '.join(expect.request)}")
    if expect.lang and answer.language != expect.lang:
        yield _wrong(f"language {answer.language}, expected {expect.lang}")


def _sources(expect: Expectation, answer: Answer) -> Iterator[Fault]:
    found = {source.key for source in answer.sources} | {f"{each.type}/{each.key}" for each in answer.sources}
    if expect.sources and not found & set(expect.sources):
        yield _wrong(f"from {_keys(answer) or 'nothing'}, expected {' or '.join(expect.sources)}")
    for key in expect.no_sources:
        if key in found:
            yield _wrong(f"from {key}, which does not answer it")


def _keys(answer: Answer) -> str:
    return ", ".join(source.key for source in answer.sources)


# --- words ------------------------------------------------------------------
def _words(expect: Expectation, answer: Answer) -> Iterator[Fault]:
    text = _plain(answer.text)
    for needle in expect.says:
        if not _holds(text, needle):
            yield _wrong(f"does not say {_shown(needle)}")
    for needle in expect.never_says:
        if _holds(text, needle):
            yield _wrong(f"says {_shown(needle)}")


def says(text: str, needle: str) -> bool:
    """Return whether a text holds a needle: words case-folded, times and amounts in any usual writing."""
    return _holds(_plain(text), needle)


_SPACES = re.compile(r"\s+")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_AMOUNT = re.compile(r"(\d+)\.(\d+)")


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.replace("’", "'").replace("**", "")).casefold()


def _holds(text: str, needle: Needle) -> bool:
    if isinstance(needle, tuple):
        return any(_holds(text, each) for each in needle)
    return re.search(_pattern(_plain(needle)), text) is not None


def _pattern(needle: str) -> str:
    time, amount = _TIME.fullmatch(needle), _AMOUNT.fullmatch(needle)
    if time:
        return _time(int(time[1]), time[2])
    if amount:
        cents = rf"(?:[.,]{amount[2]})" + ("?" if amount[2] == "00" else "")
        return rf"(?<!\d){amount[1]}{cents}(?![.,]?\d)"
    # "18" must not be found in "118", in "180" nor in "18.50"; a price of 18.00 is the same figure.
    before = r"(?<!\d)(?<!\d[.,])" if needle[:1].isdigit() else ""
    cents = r"(?:[.,]00(?!\d))?" if needle.isdigit() else ""
    after = r"(?![.,]?\d)" if needle[-1:].isdigit() else ""
    return before + re.escape(needle) + cents + after


def _time(hour: int, minute: str) -> str:
    """Return a pattern for a time of the day: 07:00, 7.00, 7h00, 7 Uhr, 7 am; midnight is 24:00 as well."""
    hours = {f"{hour:02}", f"{hour}"} | ({"24"} if hour == 0 else set())
    full = rf"(?:{'|'.join(hours)})\s?(?:[:.h]|uhr)\s?{minute}"
    if minute == "00":
        full += rf"|(?:{'|'.join(hours)})\s?(?:h|uhr)(?!\s?\d)"
    short = rf"{hour % 12 or 12}(?:[:.]{minute})" + ("?" if minute == "00" else "")
    full += rf"|{short}\s?{'p' if hour >= 12 else 'a'}\.?m"
    return rf"(?<![\d:.])(?:{full})(?!\d)"


def _shown(needle: Needle) -> str:
    return " or ".join(map(repr, needle)) if isinstance(needle, tuple) else repr(needle)


# --- dishes and allergens ---------------------------------------------------
def _items(expect: Expectation, answer: Answer) -> Iterator[Fault]:
    wanted, offered = expect.items, list(answer.items)
    missing = [key for key in wanted.all if key not in offered]
    if missing:
        yield _wrong(f"does not offer {_few(missing)}")
    if wanted.some and not set(wanted.some) & set(offered):
        yield _wrong(f"offers none of {_few(wanted.some)}")
    unwanted = [key for key in wanted.none if key in offered]
    if unwanted:
        yield _wrong(f"offers {_few(unwanted)}")
    if wanted.only is not None:
        more = [key for key in offered if key not in wanted.only]
        if more:
            yield _wrong(f"offers {_few(more)}, which does not fit")
    if wanted.first and offered[:1] != [wanted.first]:
        yield _wrong(f"offers {offered[0] if offered else 'nothing'} first, expected {wanted.first}")


def _claims(expect: Expectation, answer: Answer) -> Iterator[Fault]:
    for wanted in expect.claims:
        found = [
            claim.status for claim in answer.claims if claim.item == wanted.item and claim.allergen == wanted.allergen
        ]
        told = f"{wanted.item} {wanted.allergen}"
        expected = " or ".join(wanted.statuses)
        if not found:
            yield _wrong(f"says nothing of {told}, expected {expected}")
        elif Status.FREE in found and Status.FREE not in wanted.statuses:
            yield Fault(Kind.UNSAFE, f"claims {told} free, expected {expected}")
        elif not set(found) <= set(wanted.statuses):
            yield _wrong(f"claims {told} {' and '.join(found)}, expected {expected}")


def _untrue(answer: Answer, truth: Referee) -> Iterator[Fault]:
    """Yield the claims that the declarations do not bear out. A dish's options may make it worse, never better."""
    for claim in answer.claims:
        if claim.item not in truth.items:
            yield _wrong(f"claims {claim.allergen} of {claim.item}, which is no dish")
            continue
        declared = truth.status(claim.item, claim.allergen)
        told = f"claims {claim.item} {claim.allergen} {claim.status}, declared is {declared}"
        if claim.status is Status.FREE and declared != Status.FREE:
            yield Fault(Kind.UNSAFE, told)
        elif claim.status != declared and not truth.items[claim.item].get("options"):
            yield _wrong(told)


def _offers(expect: Expectation, answer: Answer, truth: Referee) -> Iterator[Fault]:
    """Yield the dishes offered that are not free of what the guest avoids, or that do not suit the guest's diet."""
    warned = {(claim.item, claim.allergen) for claim in answer.claims if claim.status is not Status.FREE}
    for key in answer.items:
        if key not in truth.items:
            yield _wrong(f"offers {key}, which is no dish")
            continue
        for code in expect.avoid:
            if not truth.is_free(key, [code]) and (key, code) not in warned:
                yield Fault(Kind.UNSAFE, f"offers {key} to a guest without {code}: {truth.status(key, code)}")
        for diet in expect.diets:
            if not truth.suits(key, diet):
                yield Fault(Kind.UNSAFE, f"offers {key} as {diet}, which it is not declared to be")


def claimed(answer: Answer, item: str, allergen: str) -> Claim | None:
    """Return what an answer claims of an allergen in a dish."""
    return next((each for each in answer.claims if each.item == item and each.allergen == allergen), None)


def _few(keys: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(keys[:5])
    return shown if len(keys) <= 5 else f"{shown} and {len(keys) - 5} more"
