"""An int8 copy of a network with its card, calibrated on training pictures.

    python -m models.quantise models/weights/scene.toml --pictures DATA --out FOLDER

Activations are 8 bits without sign and weights 8 bits with it, one scale a channel, one bit of the
weights left unused (u8s8, reduced range): on processors without VNNI the sums of full-range u8s8
overflow, and s8s8 is slower than float32 (docs/performance.md). What turns the last convolutions
into boxes stays in float32: box sides of 640 px and scores of 1 share one tensor there, and 256
steps for both would leave scores of 0 and 2.5. Needs `onnx`, of the extra `train`.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from models.card import Card, Precision, read_card
from models.detector import OnnxDetector
from models.letterbox import InputBuffer
from models.session import PRECISION_KEY, check_file, sha256_of
from vision.errors import DataError, ModelMismatch, SiagaError
from vision.geometry import iou
from vision.values import Floats, Image

PICTURES: Final = 64
"""Calibrated on at most so many. Source: own."""

PERCENTILE: Final = 99.995
"""So many of 100 activations fit the range, the rest is cut off. With the full range (the tool's
default) scene@2 lost 3.3 points of mean AP50 on office_cctv_ccby, with this one 1.6."""

KEPT_AT_ONCE: Final = 4
"""Pictures whose activations are in memory together: some hundred MB each."""

SURE: Final = 0.5
SAME_PLACE: Final = 0.7

HEADS: Final = {
    "decode": r"^/(?:model\.{last}(?:_\d+)?/(?:dfl/|[A-Z])|[A-Z])",
    "last": r"^/(?:model\.{last}(?:_\d+)?/(?:dfl/|[A-Z]|cv[23]\.\d/cv[23]\.\d\.2/)|[A-Z])",
    "whole": r"^/(?:model\.{last}(?:_\d+)?/|[A-Z])",
}
"""What of the detection head stays in float32: the decoding, its last layers too, or all of it.
Of two branches the second's head is `/model.23_1/`; what joins them has no layer in its name."""


def quantise(card: Card, pictures: Sequence[Path], target: Path, head: str = "decode") -> None:
    """Write an int8 copy of a card's network. Errors: ModelMismatch, DataError."""
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    stride = min(KEPT_AT_ONCE, len(pictures))
    chosen = pictures[: len(pictures) - len(pictures) % stride]

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
        """Training pictures as the network is given them."""

        def __init__(self) -> None:
            self.batches = batches_of(card, chosen)

        def __len__(self) -> int:
            return len(chosen)

        def set_range(self, start_index: int, end_index: int) -> None:
            self.batches = batches_of(card, chosen[start_index:end_index])

        def get_next(self) -> dict[str, Floats] | None:
            batch = next(self.batches, None)
            return None if batch is None else {card.input.name: batch}

    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(card.file), str(ready), skip_symbolic_shape=True)
        network = onnx.load(str(ready))
        floats = kept_in_float([node.name for node in network.graph.node], head, card)
        quantize_static(
            str(ready),
            str(target),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.Percentile,
            nodes_to_exclude=floats,
            extra_options={
                "CalibPercentile": PERCENTILE,
                "CalibStridedMinMax": stride,  # for every method, whatever its name says
            },
        )
    network = onnx.load(str(target))
    said = {entry.key for entry in network.metadata_props}
    for entry in onnx.load(str(card.file), load_external_data=False).metadata_props:
        if entry.key not in said:
            network.metadata_props.append(entry)
    network.metadata_props.append(
        onnx.StringStringEntryProto(key=PRECISION_KEY, value=Precision.INT8.value)
    )
    onnx.save(network, str(target))


def kept_in_float(nodes: Sequence[str], head: str, card: Card) -> list[str]:
    """The nodes that stay in float32. Errors: ModelMismatch when the head cannot be found."""
    numbers = [int(found[1]) for name in nodes if (found := re.match(r"/model\.(\d+)/", name))]
    pattern = HEADS[head].replace("{last}", str(max(numbers, default=0)))
    kept = [name for name in nodes if re.match(pattern, name)]
    if not numbers:
        raise ModelMismatch(
            f"{card.file}: expected layers named /model.N/ as ultralytics exports them, "
            "got others; which of them decode the boxes is not known"
        )
    return kept


def batches_of(card: Card, pictures: Sequence[Path]) -> Iterator[Floats]:
    """Each picture in the network's input, shape (1, 3, H, W). Errors: DataError."""
    buffer = InputBuffer(replace(card.input, dynamic=False))  # all of one shape
    for picture in pictures:
        buffer.fill(read(picture))
        yield buffer.array.copy()


def read(picture: Path) -> Image:
    """The pixels. Errors: DataError."""
    image = cv2.imread(str(picture))
    if image is None:
        raise DataError(f"{picture}: expected a picture to calibrate with, found none")
    return np.asarray(image, np.uint8)


def agreement(one: Card, other: Card, pictures: Sequence[Path]) -> tuple[float, int]:
    """The share of the first network's sure boxes that the second finds too, and their number.

    Sure: a raw score of SURE; found: the same row at SURE / 2, overlapping by SAME_PLACE.
    Errors: ModelMismatch, DataError.
    """
    sides = OnnxDetector(one.path, SURE), OnnxDetector(other.path, SURE / 2)
    found = total = 0
    for picture in pictures:
        image = read(picture)
        sure, all_of_it = (side.rows(image) for side in sides)
        for row, box in zip(sure.label, sure.xyxy.tolist(), strict=True):
            same = all_of_it.xyxy[all_of_it.label == row].tolist()
            found += any(iou(tuple(box), tuple(one)) >= SAME_PLACE for one in same)
            total += 1
    return (found / total if total else 1.0), total


def write_copy_of_card(card: Card, network: Path, why: str) -> Path:
    """The card of an int8 copy beside it: as the first, but file, hash, version and precision.

    Its thresholds and scores are still those of the first: `siaga evaluate compare` tells how far
    they hold.
    """
    changed = {
        "version": f"{card.version}-int8",
        "file": network.name,
        "sha256": sha256_of(network),
    }
    lines = card.path.read_text(encoding="utf-8").splitlines()
    for key, value in changed.items():
        lines[card.lines[key] - 1] = f'{key} = "{value}"'
    if "shipped" in card.lines:
        first = card.lines["shipped"] - 1
        after = next((n for n in range(first + 1, len(lines)) if lines[n].startswith("[")), None)
        del lines[first:after]
    at = card.lines["labels"] - 1
    shipped = ["[shipped]", f'precision = "{Precision.INT8}"', f"why = {json.dumps(why)}", ""]
    path = network.with_suffix(".toml")
    path.write_text("\n".join([*lines[:at], *shipped, *lines[at:]]) + "\n", encoding="utf-8")
    return path


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("card", type=Path, help="card of the float32 network (its .toml)")
    parser.add_argument(
        "--pictures", type=Path, required=True,
        help="set made by datasets.desk or datasets.attire (train.txt), or a folder of pictures",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, help="folder for the int8 copy")
    parser.add_argument(
        "--head", choices=sorted(HEADS), default="decode",
        help="what of the detection head stays in float32 (default: its decoding)",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    """0 when the copy was written. Errors: ModelMismatch, DataError."""
    card = read_card(given.card)
    check_file(card)
    pictures = calibration_pictures(given.pictures)
    given.out.mkdir(parents=True, exist_ok=True)
    target = given.out / f"{card.file.stem}_int8.onnx"
    quantise(card, pictures, target, given.head)
    why = f"u8s8 of {card.model}, calibrated on {len(pictures)} pictures, head: {given.head}"
    copy = read_card(write_copy_of_card(card, target, why))
    share, boxes = agreement(card, copy, pictures[:: max(1, len(pictures) // 40)])
    print(f"{copy.path}: finds {100 * share:.1f} % of the {boxes} sure boxes of {card.model} again")
    return 0


def calibration_pictures(place: Path) -> list[Path]:
    """At most PICTURES of a set's train.txt, or of a folder, spread evenly. Errors: DataError."""
    listed = place / "train.txt"
    if listed.is_file():
        every = [place / line for line in listed.read_text(encoding="utf-8").split()]
    else:
        every = sorted(p for p in place.rglob("*") if p.suffix in (".jpg", ".png"))
    if not every:
        raise DataError(f"{place}: expected train.txt or pictures to calibrate with, found neither")
    return every[:: max(1, -(-len(every) // PICTURES))]


def main() -> int:
    """Exit codes: 0 done, 1 something could not be done, 2 wrong call or without `onnx`."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    configure(parser)
    try:
        return run(parser.parse_args())
    except SiagaError as error:
        print(f"models.quantise: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
