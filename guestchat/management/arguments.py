"""Owns reading what several commands take as arguments."""

import argparse


def chance(text: str) -> float:
    """Return a chance between 0 and 1, both left out; raise what argparse tells in a sentence."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no chance between 0 and 1.")
    return value
