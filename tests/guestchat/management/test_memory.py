"""What a serving process looks through for garbage, and what a question leaves for that."""

import gc
import subprocess
import sys

import pytest

from tests.config.conftest import ROOT
from tests.conftest import Ask

ALIVE = """
import gc, weakref
from guestchat.management import memory

class Ring:
    def __init__(self):
        self.itself = self

memory.settle()
alive = Ring()
seen = weakref.ref(alive)
gc.collect()
print(len(gc.get_objects(generation=2)), any(each is alive for each in gc.get_objects()))
del alive
gc.collect()
print(seen() is not None)
memory.look_at_all()
print(seen() is not None)
memory._last_look_s = float("-inf")
memory.look_at_all()
print(seen() is None, gc.get_threshold()[0] > 700, gc.isenabled())
"""


def test_what_is_found_alive_is_not_looked_at_again_until_nobody_is_here() -> None:
    done = subprocess.run([sys.executable, "-c", ALIVE], cwd=ROOT, text=True, capture_output=True, timeout=60)
    assert done.stdout.splitlines() == ["0 False", "True", "True", "True True True"], done.stderr


@pytest.mark.parametrize("text", ["What time is breakfast?", "Does the risotto contain nuts, and what is the burger?"])
def test_a_question_leaves_nothing_that_only_a_collection_frees(ask: Ask, text: str) -> None:
    ask(text)
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            assert ask(text).text
        assert gc.collect() < 10
    finally:
        gc.enable()
