"""Owns opening what onnxruntime and tokenizers load: a graph on one thread, a vocabulary cut at a length."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any


@lru_cache(maxsize=4)
def load_tokenizer(path: Path, max_tokens: int) -> Any:
    """Return the tokenizer in a file, which cuts at `max_tokens`; one for all who ask: it is never changed."""
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def open_session(path: Path) -> Any:
    """Return onnxruntime's session over a graph: one thread, no spinning, exact int8 products."""
    # By name and untyped: onnxruntime ships no types, and importing this module must stay cheap.
    onnxruntime = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    # A guest's question is too small to share out; by default onnxruntime takes every core and spins between runs.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    if not has_vnni():
        # Such x86 processors add up int8 products in 16 bits, which overflows; this makes them exact, if 1.6 times
        # slower.
        options.add_session_config_entry("session.x64quantprecision", "1")
    # Memory plans are kept for each shape seen, and nearly every length of question is another shape.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def has_vnni() -> bool:
    """Tell whether the processor adds up int8 products in 32 bits; where unknown, no. ARM ignores the setting."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
