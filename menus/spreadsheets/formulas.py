"""Owns what a spreadsheet program would calculate, and the apostrophe that keeps it from doing so; pure."""

import re

# What a spreadsheet program takes for the beginning of a formula, also in the full width of East Asian keyboards.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

# What XML cannot hold, and no dish needs.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return a text as every kind of table can hold it."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def neutral(text: str) -> str:
    """Return a text that a spreadsheet shows as it is: one that it would calculate gets an apostrophe before it."""
    return f"'{text}" if _would_act(text) else text


def plain(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if text.startswith("'") and _would_act(text) else text


def _would_act(text: str) -> bool:
    # One behind apostrophes gets another, so that taking one away gives back each text.
    bare = text.lstrip("'")
    begins = bare.lstrip(" \N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\ufeff")
    return begins.startswith(_BEGINS_A_FORMULA) or bare.startswith(_BEGINS_A_FORMULA)
