"""Owns the forms of ordinary verbs in German and Spanish, from how they are called. Pure, and crude.

A form too many is only known to ask for nothing of its own. French forms were tried and gained nothing.
"""

from collections.abc import Iterator

_GERMAN = ("e", "st", "t", "te", "ten", "est", "et", "end")
_SPANISH = {
    "ar": ("o", "as", "a", "amos", "ais", "an", "ado", "ando", "e", "aba", "aria", "are", "en", "es", "emos"),
    "er": ("o", "es", "e", "emos", "eis", "en", "ido", "iendo", "ia", "eria", "ere", "a", "an", "as"),
    "ir": ("o", "es", "e", "imos", "is", "en", "ido", "iendo", "ia", "iria", "ire", "a", "an", "as"),
}
_LEAST = 3  # letters that tell one verb from another


def forms(verb: str, language: str) -> Iterator[str]:
    """Yield the forms of a folded infinitive; none of a word that is none, or of a language that has few."""
    if language == "de" and verb.endswith("en") and len(verb) >= _LEAST + 2:
        yield from (verb[:-2] + ending for ending in _GERMAN)
        return
    endings = _SPANISH.get(verb[-2:], ()) if language == "es" else ()
    if len(verb) >= _LEAST + 2:
        yield from (verb[:-2] + ending for ending in endings)
