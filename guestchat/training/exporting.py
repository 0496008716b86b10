"""Owns making int8 graphs of torch modules, as both models that serve are made. Imports torch only when it is used."""

import hashlib
import json
import logging
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_graph(module: Any, inputs: Sequence[str], output: str, path: Path) -> None:
    """Write a module's float32 graph; it takes `inputs`, each (batch, sequence) int64, in this order."""
    torch: Any = import_module("torch")
    # Two texts of several tokens: an axis of length 1 in the example would be taken for a constant.
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=512)}
    logging.getLogger("torch.onnx").setLevel(
        logging.ERROR
    )  # it reports that torchvision, which nothing here needs, is missing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        torch.onnx.export(
            module.eval(),
            tuple(torch.ones((2, 8), dtype=torch.int64) for _ in inputs),
            str(path),
            input_names=list(inputs),
            output_names=[output],
            dynamic_shapes=tuple(axes for _ in inputs),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _clear_traces(path)


def quantise(source: Path, target: Path, *, per_channel: bool, reduce_range: bool) -> None:
    """Write a graph with int8 weights, of seven bits where `reduce_range`."""
    quantization = import_module("onnxruntime.quantization")
    logging.disable(
        logging.WARNING
    )  # it recommends a preprocessing that changes nothing here: size and cosine came out the same
    try:
        quantization.quantize_dynamic(
            str(source),
            str(target),
            weight_type=quantization.QuantType.QInt8,
            per_channel=per_channel,
            reduce_range=reduce_range,
        )
    finally:
        logging.disable(logging.NOTSET)


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the float32 weights of an int8 graph that `quantise` wrote, by the names they have in the module.

    They are as exact as eight bits are: enough to train on from.
    """
    onnx: Any = import_module("onnx")
    graph = onnx.load(str(path)).graph
    kept = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    readers: dict[str, Any] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, node)

    def plain(name: str) -> NDArray[np.float32]:
        zero, scale = kept[f"{name}_zero_point"], kept[f"{name}_scale"]
        found: NDArray[np.float32] = (kept[f"{name}_quantized"].astype(np.float32) - zero) * scale
        return found

    found = {name: each.astype(np.float32) for name, each in kept.items() if name.endswith((".weight", ".bias"))}
    for name in kept:
        if name.endswith(".weight_quantized"):
            found[name.removesuffix("_quantized")] = plain(name.removesuffix("_quantized"))
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        # A product's weights have lost their name; the bias that is added next to it has kept its own.
        product, bias = node, ""
        while not bias:
            product = readers[product.output[0]]
            bias = next((name for name in product.input if name.endswith(".bias")), "")
        found[bias.removesuffix("bias") + "weight"] = plain(node.input[1].removesuffix("_quantized")).T
    return found


def measure_file(path: Path) -> dict[str, Any]:
    """Return what a card says of a model's file."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write the card beside a model."""
    (folder / "model.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _clear_traces(path: Path) -> None:
    """Remove the stack traces that the exporter leaves at every node: the paths of one machine, and 0.6 MB."""
    onnx = import_module("onnx")
    graph = onnx.load(str(path))
    for part in (
        graph,
        graph.graph,
        *graph.graph.node,
        *graph.graph.value_info,
        *graph.graph.initializer,
        *graph.graph.input,
        *graph.graph.output,
    ):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(graph, str(path))
