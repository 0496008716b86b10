"""Owns token buckets in this process's memory: bounded, forgotten with the process. Decides nothing by itself."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_MOST_KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class Pace:
    """So many at once, then so many a second."""

    burst: float
    per_second: float


class Buckets:
    """Token buckets by key, the least recently used forgotten first; one that is forgotten is full again."""

    def __init__(self, pace: Pace, *, clock: Callable[[], float] = time.monotonic, most: int = _MOST_KEPT) -> None:
        self.pace = pace
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Take a token; return 0, or the seconds until there is one, in which case none was taken."""
        return self._take(key, owing=False)

    def owe(self, key: Hashable) -> float:
        """Take a token, if need be one that is still to come; return the seconds to wait for it."""
        return self._take(key, owing=True)

    def _take(self, key: Hashable, *, owing: bool) -> float:
        now = self._clock()
        with self._lock:
            tokens, seen = self._kept.pop(key, (self.pace.burst, now))
            tokens = min(self.pace.burst, tokens + (now - seen) * self.pace.per_second)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self.pace.per_second
            self._kept[key] = (tokens if wait and not owing else tokens - 1, now)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return wait

    def give_back(self, key: Hashable) -> None:
        """Give a token back that was taken for what then did not come about."""
        with self._lock:
            if key in self._kept:
                tokens, seen = self._kept[key]
                self._kept[key] = (min(self.pace.burst, tokens + 1), seen)

    def forget(self, key: Hashable) -> None:
        """Forget a key that never comes again."""
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Forget all: for tests."""
        with self._lock:
            self._kept.clear()
