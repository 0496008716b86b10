"""Compiles the vocabularies beside their files, as `python -m compileall` does with modules: for an image, a start."""

from guestchat.understanding.vocabulary import LANGUAGES
from guestchat.understanding.vocabulary.compiled import tables_of

for language in LANGUAGES:
    tables_of(language, keep=True)
