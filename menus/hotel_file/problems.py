"""Owns how a hotel file's problems are told: a JSON pointer (RFC 6901) and a sentence; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong; the pointer of something missing is where it should stand."""

    pointer: str
    sentence: str

    def __str__(self) -> str:
        line = f"{self.pointer or '(the file)'}: {self.sentence}"
        # A file may hold anything: what a terminal would obey, or cannot show, is escaped.
        return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)


class HotelFileError(Exception):
    """The hotel file cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


# A file whose every value is wrong would have a problem for each of its bytes; nobody reads that many.
MOST_PROBLEMS = 10_000


def note(problems: list[Problem], problem: Problem) -> None:
    """Add a problem to those found; raises HotelFileError where there are too many to go on."""
    if len(problems) >= MOST_PROBLEMS:
        more = Problem(pointer="", sentence=f"There are more than {MOST_PROBLEMS} problems; this is not a hotel file.")
        raise HotelFileError([more, *problems])
    problems.append(problem)


def below(pointer: str, step: str | int) -> str:
    """Return the pointer of a member or an element of what `pointer` points at."""
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"
