"""Owns a serving process's memory: what garbage collection looks through and when, what goes back to the system."""

import contextlib
import ctypes
import gc
import sys
import time
from collections.abc import Mapping

# From glibc's malloc.h.
_M_ARENA_MAX = -8
# The young are looked through when so many objects more have come than gone; at every third time with those that
# stayed, and at every second of these with all that are not frozen. So nobody waits for longer than some 15,000 objects
# take. A page leaves 120 objects that only a collection frees; a socket and a question leave none.
_THRESHOLDS = (2_500, 2, 1)
_LOOK_AT_ALL_EVERY_S = 3600.0

_last_look_s = 0.0


def keep_together() -> None:
    """Let all threads take their memory from two pools: glibc gives each of the first sixteen one that only grows."""
    with contextlib.suppress(AttributeError, OSError):  # another C library has no such pools
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Return to the system what is free inside glibc's pools; by itself it returns only what lies at their end.

    Some 8 MB after the start, then what a crowd has left; takes 0.1 to 0.4 ms.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> None:
    """Keep all that is loaded out of garbage collection's way, and from here on whatever a collection finds alive.

    Python would look through all again whenever a quarter has come to it, which pauses everybody: for 0.9 s where
    10,000 guests are here. So each object is looked at once; one that dies later goes by itself, as nearly all do, or
    with the next `look_at_all`.
    """
    global _last_look_s
    # Not looked through before: modules leave next to no garbage, and the first guests would wait for 150 ms.
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)
    gc.callbacks.append(_freeze_what_is_alive)
    _last_look_s = time.monotonic()
    # A question that is being answered holds the interpreter for a few milliseconds; others only want to say that
    # theirs is committed, and would wait for 5 ms each time that PostgreSQL has answered them.
    sys.setswitchinterval(0.001)


def look_at_all() -> None:
    """Free what died in rings since it was found alive, once an hour; for when nobody is here: it takes 0.2 s."""
    global _last_look_s
    if time.monotonic() - _last_look_s >= _LOOK_AT_ALL_EVERY_S:
        gc.unfreeze()
        gc.collect()
        _last_look_s = time.monotonic()


def _freeze_what_is_alive(phase: str, info: Mapping[str, int]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
