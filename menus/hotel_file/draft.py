"""Owns what is known of a hotel file while it is read: its languages and currency, its keys, its problems; pure."""

from collections import defaultdict
from dataclasses import dataclass, field

from menus.hotel_file.problems import Problem, note


@dataclass(kw_only=True)
class Draft:
    """What the parts of a file have to agree on; what the file itself got wrong is empty here, and not checked."""

    problems: list[Problem] = field(default_factory=list)
    default_language: str = ""
    languages: tuple[str, ...] = ()
    decimals: int | None = None
    venues: frozenset[str] = frozenset()
    _keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def refuse(self, pointer: str, sentence: str) -> None:
        """Note a problem; reading goes on, so that all are found in one go."""
        note(self.problems, Problem(pointer=pointer, sentence=sentence))

    def claim(self, kind: str, key: str, pointer: str) -> None:
        """Take a key for one thing of a kind, and refuse it where another one has it."""
        if key in self._keys[kind]:
            self.refuse(pointer, f"Another {kind} of this hotel has the key {key!r}.")
        self._keys[kind].add(key)
