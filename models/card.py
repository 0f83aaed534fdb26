"""The card of a network: what its file must be, what goes in, what comes out, where it comes from.

A card is a TOML file beside the network. It is read whole or refused with the place of the fault.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from vision.errors import ModelMismatch
from vision.labels import Label, label_of

_Word = TypeVar("_Word", bound=StrEnum)

STRIDES = (8, 16, 32)
"""Cells of the three grids in input pixels. Source: YOLO11, YOLO26 and YOLOX alike."""


class Decoding(StrEnum):
    """How the output of a network is laid out. N is the number of cells of all three grids.

    YOLO11: [1, 4 + classes, N] of centre, size and class scores; overlaps remain (YOLOv8 as well).
    YOLO26: [1, N, 6] of corners, score and class; no overlaps remain.
    YOLOX: [1, N, 5 + classes] per cell, before grid and stride; overlaps remain.
    """

    YOLO11 = "yolo11"
    YOLO26 = "yolo26"
    YOLOX = "yolox"


class Precision(StrEnum):
    """What the network computes with. INT8: `models.quantise` made it; its file says so too."""

    FLOAT32 = "float32"
    INT8 = "int8"


class Colour(StrEnum):
    """Order of the input's three channels."""

    RGB = "RGB"
    BGR = "BGR"


class Placing(StrEnum):
    """Where the picture lies in the input; the rest is padding."""

    CENTRE = "centre"
    TOP_LEFT = "top_left"


@dataclass(frozen=True, slots=True)
class Input:
    """What the network is given: float32 [1, 3, height, width], value = pixel x `scale`.

    `pad` is the grey of the padding, 0 to 255. `dynamic`: it takes less of either side too, in
    multiples of 32, and is given no more padding than that needs.
    """

    name: str
    size_wh: tuple[int, int]
    colour: Colour
    scale: float
    placing: Placing
    pad: int
    dynamic: bool = False

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """As onnxruntime writes it; the largest, where it is dynamic."""
        return 1, 3, self.size_wh[1], self.size_wh[0]


@dataclass(frozen=True, slots=True)
class Output:
    """What the network answers. Boxes of one label that overlap by more than `nms_iou` are one.

    `branches`: so many times the cells of all three grids stand in the output, one set after the
    other (models/branches.py).
    """

    name: str
    decoding: Decoding
    classes: int
    nms_iou: float
    branches: int = 1


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `hi` on a box is taken as seen; below `lo` as nothing; between them nobody can tell."""

    hi: float
    lo: float


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was read. `file` is the network; `rows` gives each output row its label or None.

    `why` says for what reason this precision and input size ship and no other. `lineage`, `scores`
    and `failures` are for people and are kept as they were written. `lines`: where each key stands.
    """

    path: Path
    name: str
    version: str
    file: Path
    sha256: str
    licence: str
    input: Input
    output: Output
    rows: tuple[Label | None, ...]
    default: Threshold
    thresholds: Mapping[Label, Threshold]
    precision: Precision
    why: str
    lineage: Mapping[str, Any]
    scores: tuple[Mapping[str, Any], ...]
    failures: tuple[Mapping[str, Any], ...]
    lines: Mapping[str, int]

    @property
    def model(self) -> str:
        """`name@version`, as verdicts cite it."""
        return f"{self.name}@{self.version}"

    @property
    def labels(self) -> frozenset[Label]:
        """Everything this network may name."""
        return frozenset(label for label in self.rows if label is not None)

    @property
    def floor(self) -> float:
        """The lowest `lo`: below it no label is worth returning."""
        return min(self.threshold(label).lo for label in self.labels)

    def place(self, table: str, key: str) -> str:
        """Where a key stands, for messages: `scene.toml:9 [input] shape`."""
        return _place_of(self.path, self.lines, table, key)

    def threshold(self, label: Label) -> Threshold:
        """The threshold of `label`: its own, or the default."""
        return self.thresholds.get(label, self.default)


def read_card(path: Path) -> Card:
    """Read a card. Errors: ModelMismatch with the place, what was expected and what came."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise ModelMismatch(f"{path}: expected a model card, got no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelMismatch(f"{path}: expected a model card in TOML, got {error}") from None
    lines = _lines_of(text)
    top = _Place(path, "", table, lines)
    output = _output(top.table("output"))
    rows = _rows(top.table("labels"), output.classes)
    default, thresholds = _thresholds(top.table("thresholds"))
    precision, why = _shipped(top)
    return Card(
        path=path,
        name=top.text("name"),
        version=top.text("version"),
        file=path.parent / top.text("file"),
        sha256=top.text("sha256").lower(),
        licence=top.text("licence"),
        input=_input(top.table("input")),
        output=output,
        rows=rows,
        default=default,
        thresholds=thresholds,
        precision=precision,
        why=why,
        lineage=table.get("lineage", {}),
        scores=tuple(table.get("scores", ())),
        failures=tuple(table.get("failures", ())),
        lines=lines,
    )


def _lines_of(text: str) -> dict[str, int]:
    """The line (from 1) of every table and of every key that begins a line: `input.shape`."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)\s*\]", line):
            table = header[1]
            lines.setdefault(table, number)
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            lines.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return lines


def _place_of(path: Path, lines: Mapping[str, int], table: str, key: str) -> str:
    whole = f"{table}.{key}" if table else key
    known = (whole, whole.rpartition(".")[0], table)  # a threshold's `hi` is on its label's line
    line = next((lines[name] for name in known if name in lines), 1)
    return f"{path}:{line} [{table}] {key}" if table else f"{path}:{line} {key}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of the card and where it stands, for messages."""

    path: Path
    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def refuse(self, key: str, expected: str, got: object) -> ModelMismatch:
        place = _place_of(self.path, self.lines, self.name, key)
        return ModelMismatch(f"{place}: expected {expected}, got {got}")

    def value(self, key: str, expected: str) -> Any:
        if key not in self.values:
            raise self.refuse(key, expected, "nothing")
        return self.values[key]

    def table(self, key: str) -> "_Place":
        value = self.value(key, "a table")
        if not isinstance(value, dict):
            raise self.refuse(key, "a table", repr(value))
        return _Place(self.path, key, value, self.lines)

    def text(self, key: str) -> str:
        value = self.value(key, "a text")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # version = 1
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, "a text", repr(value))
        return value

    def whole(self, key: str, lowest: int, highest: int) -> int:
        value = self.value(key, expected := f"a whole number from {lowest} to {highest}")
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise self.refuse(key, expected, repr(value))
        return value

    def truth(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "true or false", repr(value))
        return value

    def share(self, key: str) -> float:
        return _share(self, key, self.value(key, "a number from 0 to 1"))

    def known(self, allowed: set[str]) -> None:
        for key in self.values:
            if key not in allowed:
                raise self.refuse(key, f"one of {', '.join(sorted(allowed))}", "this unknown key")


def _share(place: _Place, key: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise place.refuse(key, "a number from 0 to 1", repr(value))
    return float(value)


def _input(place: _Place) -> Input:
    place.known({"name", "shape", "colour", "scale", "letterbox", "pad", "dynamic"})
    shape = place.value("shape", expected := "[1, 3, height, width], both multiples of 32")
    match shape:
        case [1, 3, int(height), int(width)] if min(height, width) >= 32:
            if height % STRIDES[-1] or width % STRIDES[-1]:
                raise place.refuse("shape", expected, shape)
        case _:
            raise place.refuse("shape", expected, shape)
    scale = place.value("scale", "a number above 0")
    if not isinstance(scale, int | float) or isinstance(scale, bool) or scale <= 0:
        raise place.refuse("scale", "a number above 0", repr(scale))
    return Input(
        name=place.text("name"),
        size_wh=(width, height),
        colour=_choice(place, "colour", Colour),
        scale=float(scale),
        placing=_choice(place, "letterbox", Placing),
        pad=place.whole("pad", 0, 255),
        dynamic=place.truth("dynamic"),
    )


def _output(place: _Place) -> Output:
    place.known({"name", "decoding", "classes", "nms_iou", "branches"})
    decoding = _choice(place, "decoding", Decoding)
    most = 4 if decoding is Decoding.YOLO11 else 1
    branches = place.whole("branches", 1, most) if "branches" in place.values else 1
    return Output(
        name=place.text("name"),
        decoding=decoding,
        classes=place.whole("classes", 1, 10_000),
        nms_iou=place.share("nms_iou"),
        branches=branches,
    )


def _choice(place: _Place, key: str, words: type[_Word]) -> _Word:
    value = place.value(key, expected := " or ".join(words))
    try:
        return words(value)
    except ValueError:
        raise place.refuse(key, expected, repr(value)) from None


def _rows(place: _Place, classes: int) -> tuple[Label | None, ...]:
    rows: list[Label | None] = [None] * classes
    for key, word in place.values.items():
        if not key.isdecimal() or int(key) >= classes:
            raise place.refuse(key, f"an output row from 0 to {classes - 1}", repr(key))
        try:
            rows[int(key)] = label_of(str(word))
        except KeyError as error:
            raise place.refuse(key, "a label of vision.labels", error.args[0]) from None
    if not place.values:
        raise place.refuse("", "at least one output row", "none")
    return tuple(rows)


def _thresholds(place: _Place) -> tuple[Threshold, dict[Label, Threshold]]:
    default = _threshold(place, "default")
    thresholds: dict[Label, Threshold] = {}
    for key in place.values:
        if key == "default":
            continue
        try:
            label = label_of(key)
        except KeyError as error:
            raise place.refuse(key, "default or a label", error.args[0]) from None
        thresholds[label] = _threshold(place, key)
    return default, thresholds


def _shipped(top: _Place) -> tuple[Precision, str]:
    """Cards of before there was a choice do not hold the table."""
    if "shipped" not in top.values:
        return Precision.FLOAT32, ""
    place = top.table("shipped")
    place.known({"precision", "why"})
    return _choice(place, "precision", Precision), place.text("why")


def _threshold(place: _Place, key: str) -> Threshold:
    value = place.value(key, expected := "{ hi = number, lo = number }, lo <= hi")
    match value:
        case {"hi": hi, "lo": lo, **rest} if not rest:
            pair = Threshold(_share(place, f"{key}.hi", hi), _share(place, f"{key}.lo", lo))
        case _:
            raise place.refuse(key, expected, value)
    if pair.lo > pair.hi:
        raise place.refuse(key, expected, value)
    return pair
