"""Compiles vocabularies and glossaries beside their files, as `compileall` does with modules: for an image, a start."""

from guestchat.understanding import glossing
from guestchat.understanding.vocabulary import LANGUAGES, compiled

if __name__ == "__main__":
    for language in LANGUAGES:
        compiled.tables_of(language, keep=True)
    for language in glossing.LANGUAGES:
        glossing.tables_of(language, keep=True)
