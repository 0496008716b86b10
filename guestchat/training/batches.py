"""Owns what one training step sees: which texts stand against which. Draws everything from a seed; encodes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from guestchat.training.aspects import Aspects
from guestchat.training.chatter import noisy, spoken
from guestchat.training.corpus import LANGUAGES, Doc, fragment
from guestchat.training.guests import Guests
from guestchat.training.mining import Articles, Ints, Sampler, mine_contrasts, mine_pairs
from guestchat.training.topics import Topics

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_NAMED = ("named", 0)
"""The group of all phrases that name topics."""

DOMAINS = {"hotel": 0.55, "restaurant": 0.35, "attraction": 0.1}
"""How often articles of each domain are drawn; the train and the taxi service have no second of their kind."""

SAME_TOPIC = 0.6
"""Questions this alike, by the untrained encoder, may want the same answer: neither is a wrong answer to the other."""
FRAGMENT_TOPIC = 0.5
"""For a fragment less is enough: "parking" asks for every article on parking."""

NOISE = 0.1
"""How likely a word is lost, and letters are lost or turned, in what is typed in haste."""
HEADING_ALONE = 0.25
"""How often what guests wrote stands beside the article's heading alone: half of a passage's vector is made of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """What batches are made of: how many examples, and the shares of each kind."""

    size: int = 64
    written: float = 0.0
    translated: float = 0.3
    aspects: float = 0.15
    named: float = 0.0
    contrasts: float = 0.6
    fragments: float = 0.12
    chatter: float = 0.45
    in_haste: float = 0.25

    def with_written(self, share: float) -> "Mix":
        """Return the mix with this share of what guests wrote, and less of all else alike."""
        left = 1 - share
        translated, aspects, named = (each * left for each in (self.translated, self.aspects, self.named))
        return replace(self, written=share, translated=translated, aspects=aspects, named=named)


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """`anchors` and `positives` row by row, `contrasts` extra wrong answers.

    `allowed` is (anchors, positives + contrasts): which of them are candidates of an anchor. The diagonal always is.
    """

    anchors: list[str]
    positives: list[str]
    contrasts: list[str]
    allowed: Bools


@dataclass(frozen=True, kw_only=True, slots=True)
class _Example:
    """`anchor_key` and `positive_key` name English texts with a known vector, by which topics are compared.

    `asked` is the aspect of a made question, `answers` and `contrast_answers` the aspects that its articles answer.
    """

    group: tuple[str, int]
    anchor: str
    positive: str
    anchor_key: str
    positive_key: str
    contrast: str = ""
    contrast_key: str = ""
    short: bool = False
    asked: str = ""
    answers: frozenset[str] = frozenset()
    contrast_answers: frozenset[str] = frozenset()


class Batches:
    """Every batch of a training run, by its number: the same seed and number always give the same batch."""

    def __init__(
        self,
        docs: Sequence[Doc],
        translations: Mapping[str, Sequence[Mapping[str, str]]],
        vectors: Mapping[str, Floats],
        *,
        seed: int,
        mix: Mix | None = None,
        aspects: Aspects | None = None,
        guests: Guests | None = None,
        topics: Topics | None = None,
    ) -> None:
        """Mine the pairs.

        `vectors` maps every title, body, English translation, key of an aspect or a topic and article of the guests to
        its vector, (d,) of unit norm.
        """
        self._seed = seed
        self._mix = mix or Mix()
        self._vectors = vectors
        self.translations = {topic: list(rows) for topic, rows in translations.items()}
        self._translated_topics = list(self.translations)
        self._named_topics = topics
        self._aspects = aspects
        self._guests = guests
        self._docs = {domain: [doc for doc in docs if doc.domain == domain] for domain in DOMAINS}
        self._samplers = {domain: sampler for domain in DOMAINS if (sampler := self._mine(domain))}

    @property
    def pairs(self) -> int:
        """How many pairs were mined."""
        return sum(sampler.pairs for sampler in self._samplers.values())

    def batch(self, number: int) -> Batch:
        """Return batch `number`."""
        random = np.random.default_rng([self._seed, number])
        translated = round(self._mix.size * self._mix.translated) if self._translated_topics else 0
        made = round(self._mix.size * self._mix.aspects) if self._aspects else 0
        written = round(self._mix.size * self._mix.written) if self._guests else 0
        named = round(self._mix.size * self._mix.named) if self._named_topics else 0
        mined = self._mix.size - translated - made - written - named
        examples = self._articles(mined, random) if self._samplers else []
        examples += self._written(written, random)
        examples += self._translated(translated, random)
        examples += self._made(made, random)
        examples += self._named(named, random)
        contrasts = [(row, example) for row, example in enumerate(examples) if example.contrast]
        return Batch(
            anchors=[example.anchor for example in examples],
            positives=[example.positive for example in examples],
            contrasts=[example.contrast for _, example in contrasts],
            allowed=self._allowed(examples, contrasts),
        )

    def questions(self, domain: str, random: np.random.Generator) -> Iterator[tuple[Doc, Doc, list[Doc], list[Doc]]]:
        """Draw two entities and yield pairs of their articles that ask the same.

        Each with those of the second one's entity that sound alike and ask another thing, at most three, and all others
        of it.
        """
        sampler, docs = self._samplers[domain], self._docs[domain]
        triples = sampler.draw_group(self._mix.size, random)
        house = [doc for doc in docs if doc.entity == docs[triples[0].positive].entity]
        for triple in triples:
            asked, right = docs[triple.anchor], docs[triple.positive]
            near = [docs[place] for place in sampler.contrasts(triple.positive)[:3]]
            yield asked, right, near, [doc for doc in house if doc is not right]

    def alike(self, one: Doc, other: Doc) -> float:
        """Return how alike the titles of two articles are, by the untrained encoder."""
        return float(self._vectors[one.title] @ self._vectors[other.title])

    def said(self, doc: Doc, random: np.random.Generator) -> str:
        """Return an article's title as a guest might type it."""
        return self._asked(doc.title, random)[0]

    def phrasings(
        self, topic: str, random: np.random.Generator
    ) -> tuple[Mapping[str, str], Mapping[str, str], str, str]:
        """Draw two of a topic's phrasings and a language for each: two languages, or one of two different ones."""
        rows = self.translations[topic]
        one, other = rows[random.integers(len(rows))], rows[random.integers(len(rows))]
        first, second = random.permutation(LANGUAGES)[:2]
        if one is not other and random.random() < 0.3:
            second = first
        return one, other, first, second

    def _mine(self, domain: str) -> Sampler | None:
        docs = self._docs[domain]
        if not docs:
            return None
        numbers = {entity: number for number, entity in enumerate(dict.fromkeys(doc.entity for doc in docs))}
        articles = Articles(
            titles=np.stack([self._vectors[doc.title] for doc in docs]),
            bodies=np.stack([self._vectors[doc.body] for doc in docs]),
            entities=np.array([numbers[doc.entity] for doc in docs], dtype=np.int64),
        )
        pairs: Ints = mine_pairs(articles)
        return Sampler(pairs, articles.entities, mine_contrasts(articles)) if len(pairs) else None

    def _articles(self, count: int, random: np.random.Generator) -> list[_Example]:
        domains = list(self._samplers)
        shares = np.array([DOMAINS[domain] for domain in domains])
        examples: list[_Example] = []
        while len(examples) < count:
            domain = str(random.choice(domains, p=shares / shares.sum()))
            docs = self._docs[domain]
            group = ("articles", len(examples))
            for triple in self._samplers[domain].draw_group(count - len(examples), random):
                anchor, positive = docs[triple.anchor], docs[triple.positive]
                contrast = (
                    docs[triple.contrast] if triple.contrast >= 0 and random.random() < self._mix.contrasts else None
                )
                text, short = self._asked(anchor.title, random)
                # A passage's vector will be the mean of these two texts' vectors.
                form = str(random.choice(["{question}", "{question} {answer}"]))
                examples.append(
                    _Example(
                        group=group,
                        anchor=text,
                        positive=_passage(positive, form),
                        contrast=_passage(contrast, form) if contrast else "",
                        anchor_key=anchor.title,
                        positive_key=positive.title,
                        contrast_key=contrast.title if contrast else "",
                        short=short,
                    )
                )
        return examples

    def _asked(self, title: str, random: np.random.Generator) -> tuple[str, bool]:
        """Return how a guest might type a question, and whether it is a fragment of it."""
        chance = random.random()
        if chance < self._mix.fragments:
            short = fragment(title)
            return (short, True) if short else (title, False)
        if chance < self._mix.fragments + self._mix.chatter:
            return spoken(title, random), False
        return title, False

    def _written(self, count: int, random: np.random.Generator) -> list[_Example]:
        """Draw what guests wrote, several articles of a group: which of these answers which is known."""
        if self._guests is None:
            return []
        return [
            _Example(
                group=(article.group, 0),
                anchor=noisy(message, NOISE, random) if random.random() < self._mix.in_haste else message,
                positive=article.heading if random.random() < HEADING_ALONE else article.text,
                anchor_key=article.text,
                positive_key=article.text,
            )
            for article, message in self._guests.draw(count, random)
        ]

    def _translated(self, count: int, random: np.random.Generator) -> list[_Example]:
        """Draw topics; of each, two phrasings in two languages, or two phrasings in one."""
        examples = []
        for number in random.choice(
            len(self._translated_topics), size=min(count, len(self._translated_topics)), replace=False
        ):
            topic = self._translated_topics[number]
            one, other, first, second = self.phrasings(topic, random)
            examples.append(
                _Example(
                    group=(topic, 0),
                    anchor=one[first],
                    positive=other[second],
                    anchor_key=one["en"],
                    positive_key=other["en"],
                )
            )
        return examples

    def _made(self, count: int, random: np.random.Generator) -> list[_Example]:
        """Draw made questions about one aspect of a thing, each with an article on another aspect of it."""
        if self._aspects is None:
            return []
        return [
            _Example(
                group=("aspects", 0),
                anchor=spoken(asked.text, random) if random.random() < self._mix.chatter else asked.text,
                positive=asked.article,
                contrast=asked.other,
                anchor_key=self._aspects.keys[asked.key],
                positive_key=self._aspects.keys[asked.key],
                contrast_key=self._aspects.keys[asked.other_key],
                asked=asked.key,
                answers=asked.answers,
                contrast_answers=frozenset({asked.other_key}),
            )
            for asked in self._aspects.draw(count, random)
        ]

    def _named(self, count: int, random: np.random.Generator) -> list[_Example]:
        """Draw topics of the vocabularies; of each, two phrases that name it, mostly in two languages."""
        if self._named_topics is None:
            return []
        keys = self._named_topics.keys
        return [
            _Example(
                group=_NAMED,
                anchor=one,
                positive=other,
                anchor_key=keys[name],
                positive_key=keys[name],
                short=True,
            )
            for name, one, other in self._named_topics.draw(count, random)
        ]

    def _allowed(self, examples: Sequence[_Example], contrasts: Sequence[tuple[int, _Example]]) -> Bools:
        anchors = np.stack([self._vectors[example.anchor_key] for example in examples])
        keys = [example.positive_key for example in examples] + [example.contrast_key for _, example in contrasts]
        alike = anchors @ np.stack([self._vectors[key] for key in keys]).T
        groups = np.array([f"{topic}/{number}" for topic, number in (example.group for example in examples)])
        owners = np.concatenate([groups, groups[[row for row, _ in contrasts]]]) if contrasts else groups
        together = groups[:, None] == owners[None, :]
        short = np.array([example.short for example in examples])[:, None]
        # Within two entities the mined pairs say what is wrong; elsewhere only what is clearly about something else is.
        limit = np.where(short, FRAGMENT_TOPIC, np.where(together, np.inf, SAME_TOPIC))
        # An article may be the positive of one anchor and the contrast of another of its group.
        allowed: Bools = (alike < limit) & (np.array(keys[: len(examples)])[:, None] != np.array(keys)[None, :])
        # A topic's name beside an article on it: no vector of an untrained encoder tells that these belong together.
        named = np.array([example.group == _NAMED for example in (*examples, *(example for _, example in contrasts))])
        allowed &= named[: len(examples), None] == named[None, :]
        # Of made questions it is known which article answers which.
        answers = [example.answers for example in examples] + [each.contrast_answers for _, each in contrasts]
        for row, example in enumerate(examples):
            if example.asked:
                known = np.array([bool(each) for each in answers])
                allowed[row, known] = [example.asked not in each for each in answers if each]
        rows = np.arange(len(examples))
        allowed[rows, rows] = True
        return allowed


def _passage(doc: Doc, form: str) -> str:
    return form.format(question=doc.title, answer=doc.body)
