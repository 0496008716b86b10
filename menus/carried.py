"""Owns what a page carries from a look at a file to the word that it counts: signed, for one person and one hour."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

_LOOKED_AT_FOR_S = 3_600
# Django reads no more of a form than 2.5 MB.
MOST_CHARS = 2_400_000


class NotWhatWasSeen(Exception):
    """What came back is not what this person looked at within the hour; the message is for them."""


class TooMuch(Exception):
    """A page cannot carry so much."""


def seal(what: Mapping[str, Any], person: int, purpose: str) -> str:
    """Return what a page carries; raises TooMuch."""
    sealed = signing.dumps({"by": person, **what}, salt=purpose, compress=True)
    if len(sealed) > MOST_CHARS:
        raise TooMuch
    return sealed


def unseal(sealed: str, person: int, purpose: str) -> dict[str, Any]:
    """Return what was sealed for this person and purpose."""
    try:
        what: dict[str, Any] = signing.loads(sealed, salt=purpose, max_age=_LOOKED_AT_FOR_S)
    except signing.BadSignature:
        sentence = _("This is not what was looked at, or too long ago. Choose the file again.")
        raise NotWhatWasSeen(sentence) from None
    if what["by"] != person:
        raise NotWhatWasSeen(_("Somebody else looked at this file. Choose it again."))
    return what
