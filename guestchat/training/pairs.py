"""Owns what the judge is trained on: questions, each with articles that answer it and articles beside it.

A wrong article teaches only where it is near: of public FAQs those of the same house that sound alike, of imagined
guests those of the same group that the encoder finds nearest. What guests ask `beside` an article no article answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guestchat.training.aspects import Aspects
from guestchat.training.batches import Batches
from guestchat.training.chatter import spoken
from guestchat.training.guests import Guests

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

FAQ_SHARES = {"hotel": 0.6, "restaurant": 0.35, "attraction": 0.05}
FAQ, ASPECTS, TRANSLATED = 14_000, 3_840, 2_500
"""How many questions are drawn of each kind; what guests were imagined to write is taken whole."""
_SAYS_THE_SAME, _SAME_TOPIC = 0.75, 0.6
_NEAREST, _NEAREST_BESIDE = 4, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A question with the article that answers it, or an empty text, and near ones that do not."""

    question: str
    right: str
    wrong: tuple[str, ...]

    @property
    def articles(self) -> tuple[str, ...]:
        """All of them, the right one first."""
        return (self.right, *self.wrong) if self.right else self.wrong


def cases(batches: Batches, aspects: Aspects, guests: Guests, encode: Encode, *, seed: int) -> list[Case]:
    """Return every case, in an order that only the seed decides."""
    random = np.random.default_rng(seed)
    return [
        *_of_faqs(batches, random),
        *_of_aspects(aspects, random),
        *_of_translations(batches, random),
        *of_written(guests, encode),
    ]


def some_of(seen: Sequence[Case], share: float, *, seed: int) -> list[Case]:
    """Return a share of what a judge has seen, in its order, to see again beside what is new."""
    drawn = np.random.default_rng(seed).permutation(len(seen))[: round(share * len(seen))]
    return [seen[number] for number in sorted(drawn)]


def of_written(guests: Guests, encode: Encode) -> list[Case]:
    """Return all that guests were imagined to write: of articles, beside them, and right after them."""
    return [*of_guests(guests, encode), *of_follow_ups(guests)]


def of_guests(guests: Guests, encode: Encode) -> Iterator[Case]:
    """Yield what was asked of each article, and beside it, against the nearest of its group."""
    for group in guests.groups:
        vectors = encode([article.text for article in group])
        for place, article in enumerate(group):
            for message, alike in zip(article.messages, encode(article.messages) @ vectors.T, strict=True):
                order = [other for other in np.argsort(-alike) if other != place][:_NEAREST]
                yield Case(question=message, right=article.text, wrong=tuple(group[other].text for other in order))
            if not article.beside:
                continue
            for message, alike in zip(article.beside, encode(article.beside) @ vectors.T, strict=True):
                order = [int(other) for other in np.argsort(-alike)[:_NEAREST_BESIDE]]
                if place not in order:
                    order = [place, *order[:-1]]
                yield Case(question=message, right="", wrong=tuple(group[other].text for other in order))


def of_follow_ups(guests: Guests) -> Iterator[Case]:
    """Yield what was asked right after an article was told, under its heading, against both forms of the article.

    The whole is what serving reads; the answer alone must tell it itself.
    """
    for article in guests.articles:
        for messages, answered in ((article.follows, True), (article.strays, False)):
            for message in messages:
                for text in (article.text, article.answer):
                    right, wrong = (text, ()) if answered else ("", (text,))
                    yield Case(question=f"{article.heading} {message}", right=right, wrong=wrong)


def _of_faqs(batches: Batches, random: np.random.Generator) -> Iterator[Case]:
    for domain, share in FAQ_SHARES.items():
        drawn = 0
        while drawn < FAQ * share:
            for asked, right, near, others in batches.questions(domain, random):
                wrong = [doc for doc in near if batches.alike(doc, right) < _SAYS_THE_SAME]
                wrong = [doc for doc in wrong if batches.alike(doc, asked) < _SAYS_THE_SAME]
                far = [doc for doc in others if batches.alike(doc, asked) < _SAME_TOPIC]
                if far:
                    wrong += [far[place] for place in random.choice(len(far), size=min(2, len(far)), replace=False)]
                yield Case(
                    question=batches.said(asked, random),
                    right=f"{right.title} {right.body}",
                    wrong=tuple(dict.fromkeys(f"{doc.title} {doc.body}" for doc in wrong)),
                )
                drawn += 1


def _of_aspects(aspects: Aspects, random: np.random.Generator) -> Iterator[Case]:
    for _ in range(ASPECTS // 64):
        for asked in aspects.draw(64, random):
            text = spoken(asked.text, random) if random.random() < 0.4 else asked.text
            wrong = () if asked.other_key in asked.answers else (asked.other,)
            yield Case(question=text, right=asked.article, wrong=wrong)


def _of_translations(batches: Batches, random: np.random.Generator) -> Iterator[Case]:
    topics = list(batches.translations)
    for _ in range(TRANSLATED):
        topic, *others = (topics[place] for place in random.choice(len(topics), size=4, replace=False))
        one, other, first, second = batches.phrasings(topic, random)
        wrong = [
            batches.translations[each][random.integers(len(batches.translations[each]))][second] for each in others
        ]
        yield Case(question=one[first], right=other[second], wrong=tuple(wrong))


def stack(vectors: Mapping[str, Floats], texts: Sequence[str]) -> Floats:
    """Return known texts' vectors, (n, 384)."""
    return np.stack([vectors[text] for text in texts])
