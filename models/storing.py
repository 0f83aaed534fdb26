"""A network's weights kept as float16 in its file; it computes in float32 as before.

Half the bytes to ship and to keep in the history. onnxruntime turns the weights back once, when it
opens the file, so that a look costs what it did. Checkpoints of ultralytics are float16 as well.
"""

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST: Final = 256
"""Smaller tensors stay as they are: biases, anchors and shapes weigh nothing."""

LARGEST: Final = float(np.finfo(np.float16).max)


def store_in_half(path: Path) -> None:
    """Write an ONNX file again with its large float32 weights as float16.

    Errors: ValueError when a weight is too large for float16.
    """
    network = onnx.load(str(path))
    graph = network.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < LEAST:
            continue
        values = numpy_helper.to_array(weight)
        if np.abs(values).max() > LARGEST:
            raise ValueError(f"{weight.name}: expected weights up to {LARGEST:g}")
        name = weight.name
        half = numpy_helper.from_array(values.astype(np.float16), f"{name}_half")
        weight.CopyFrom(half)
        casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(network)
    onnx.save(network, str(path))
