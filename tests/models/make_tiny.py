"""Real ONNX files of a few thousand bytes, written field by field: no exporter is needed.

The tiny network answers `gain * (channel . mean of each channel) + bias`, in whatever shape a test
wants: what it sees is the mean colour of its input, and everything else is chosen by the test.
Field numbers: onnx/onnx.proto, IR version 8.
"""

import hashlib
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def tiny_network(
    bias: Array,
    gain: Array | None = None,
    channel: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3),
    size_wh: tuple[int, int] = (64, 64),
    opset: int = 17,
    names: tuple[str, str] = ("images", "output0"),
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of an ONNX file. `bias` and `gain` have the shape of the output, batch included."""
    gain = np.zeros_like(bias) if gain is None else gain
    weights = np.array(channel, np.float32).reshape(3, 1)
    initialisers = {"weights": weights, "gain": gain, "bias": bias}
    axes = _text(1, "axes") + _number(20, 7) + _number(8, 2) + _number(8, 3)
    keep = _text(1, "keepdims") + _number(20, 2) + _number(3, 0)
    nodes = [
        _node("ReduceMean", (names[0],), "mean", axes, keep),
        _node("MatMul", ("mean", "weights"), "grey"),  # (1, 1)
        _node("ReduceMean", ("grey",), "seen", _text(1, "keepdims") + _number(20, 2)),
        _node("Mul", ("gain", "seen"), "scaled"),
        _node("Add", ("scaled", "bias"), names[1]),
    ]
    graph = b"".join(_bytes(1, node) for node in nodes) + _text(2, "tiny")
    graph += b"".join(_bytes(5, _tensor(name, a)) for name, a in initialisers.items())
    graph += _bytes(11, _value(names[0], (1, 3, size_wh[1], size_wh[0])))
    graph += _bytes(12, _value(names[1], bias.shape))
    model = _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, opset))
    for key, value in (metadata or {}).items():
        model += _bytes(14, _text(1, key) + _text(2, value))
    return model


def yolo11_output(boxes: Array, scores: Array, cells: int = 84) -> Array:
    """[1, 4 + classes, cells] of boxes (N, 4: x, y, width, height) and scores (N, classes)."""
    output = np.zeros((1, 4 + scores.shape[1], cells), np.float32)
    output[0, :4, : len(boxes)] = boxes.T
    output[0, 4:, : len(boxes)] = scores.T
    return output


CARD = """\
name = "{name}"
version = "1"
file = "{file}"
sha256 = "{sha256}"
licence = "AGPL-3.0-or-later"

[input]
name = "images"
shape = [1, 3, {height}, {width}]
colour = "RGB"
scale = 0.00392156862745098
letterbox = "centre"
pad = 114

[output]
name = "output0"
decoding = "{decoding}"
classes = {classes}
nms_iou = 0.5

[labels]
{labels}

[thresholds]
default = {{ hi = 0.6, lo = 0.25 }}
"""


def write_tiny(
    folder: Path,
    network: bytes,
    *,
    name: str = "tiny",
    decoding: str = "yolo11",
    labels: Mapping[int, str] | None = None,
    classes: int = 2,
    size_wh: tuple[int, int] = (64, 64),
) -> Path:
    """Write the network and a card that fits it; the card's path."""
    (folder / f"{name}.onnx").write_bytes(network)
    rows = {0: "person", 1: "cup"} if labels is None else labels
    card = CARD.format(
        name=name,
        file=f"{name}.onnx",
        sha256=hashlib.sha256(network).hexdigest(),
        width=size_wh[0],
        height=size_wh[1],
        decoding=decoding,
        classes=classes,
        labels="\n".join(f'{row} = "{word}"' for row, word in rows.items()),
    )
    path = folder / f"{name}.toml"
    path.write_text(card, encoding="utf-8")
    return path


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _node(operator: str, inputs: tuple[str, ...], output: str, *attributes: bytes) -> bytes:
    node = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)
    return node + b"".join(_bytes(5, attribute) for attribute in attributes)


def _tensor(name: str, array: Array) -> bytes:
    dims = b"".join(_number(1, side) for side in array.shape)
    values = struct.pack(f"<{array.size}f", *array.ravel())
    return dims + _number(2, 1) + _text(8, name) + _bytes(9, values)


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, side)) for side in shape)
    tensor = _number(1, 1) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))
