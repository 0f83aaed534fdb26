"""An onnxruntime session that keeps to one thread, opened only for a file that fits its card."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from models.card import STRIDES, Card, Decoding, Precision
from vision.errors import ModelMismatch

LOAD_FAULTS = (
    runtime_errors.Fail,  # an operator set newer than the runtime, among others
    runtime_errors.InvalidArgument,
    runtime_errors.InvalidGraph,
    runtime_errors.InvalidProtobuf,
    runtime_errors.NotImplemented,
    runtime_errors.RuntimeException,
)
PRECISION_KEY = "precision"
"""Under this name a file says what it computes with."""

REMEDY = "take card and file from the same version of Siaga"


def session_options() -> Any:
    """One thread per call and no spinning: two callers on one session then share two cores best.

    Source: docs/performance.md.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # 36 MB less with two threads at work, no slower
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    _share_one_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 3  # what matters is raised
    return options


@cache
def _share_one_arena() -> None:
    """All sessions of the process take their memory from one arena that grows by what is asked."""
    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(
        place, onnxruntime.OrtArenaCfg({"arena_extend_strategy": 1})
    )


def open_session(card: Card) -> Any:
    """The network of a card, ready to run; threads may share it.

    Errors: ModelMismatch when the file is missing, is another one than the card names, cannot be
    loaded by this onnxruntime, or has other inputs, outputs or classes.
    """
    check_file(card)
    try:
        session = onnxruntime.InferenceSession(
            str(card.file), session_options(), providers=["CPUExecutionProvider"]
        )
    except LOAD_FAULTS as error:
        raise ModelMismatch(
            f"{card.file}: expected a network that onnxruntime {onnxruntime.__version__} can load, "
            f"got {_what_the_runtime_says(error)}; {REMEDY}, or export it again"
        ) from None
    _check_ends(card, session)
    _check_classes(card, session)
    _check_precision(card, session)
    return session


def _what_the_runtime_says(error: Exception) -> str:
    """The heart of an onnxruntime message, without the C++ around it."""
    text = " ".join(str(error).split())
    opset = re.search(r"Opset (\d+) is under development.* till opset (\d+)", text)
    if opset:
        return f"operator set {opset[1]} (it knows them up to {opset[2]})"
    return f"{type(error).__name__}: {text.split(' : ', 3)[-1][:300]}"


def check_file(card: Card) -> None:
    """Errors: ModelMismatch when the network of the card is missing or its bytes are others."""
    if not card.file.is_file():
        raise ModelMismatch(
            f"{card.place('', 'file')}: expected {card.file}, got no such file; "
            "restore it from the package"
        )
    digest = sha256_of(card.file)
    if digest != card.sha256:
        raise ModelMismatch(
            f"{card.place('', 'sha256')}: expected {card.sha256}, "
            f"got {digest} in {card.file}; {REMEDY}"
        )


def sha256_of(path: Path) -> str:
    """The sha256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def output_shape(card: Card) -> tuple[int | None, ...]:
    """The shape the card's decoding promises. None: not fixed by it."""
    width, height = card.input.size_wh
    cells: int | None = sum((width // stride) * (height // stride) for stride in STRIDES)
    if card.input.dynamic:
        cells = None
    match card.output.decoding:
        case Decoding.YOLO11:
            every = None if cells is None else card.output.branches * cells
            return 1, 4 + card.output.classes, every
        case Decoding.YOLOX:
            return 1, cells, 5 + card.output.classes
        case Decoding.YOLO26:
            return 1, None, 6


def _check_ends(card: Card, session: Any) -> None:
    given: tuple[int | str | None, ...] = card.input.shape
    if card.input.dynamic:
        given = (*given[:2], "height", "width")
    ends = (
        ("input", session.get_inputs(), card.input.name, given),
        ("output", session.get_outputs(), card.output.name, output_shape(card)),
    )
    for table, arguments, name, shape in ends:
        if [argument.name for argument in arguments] != [name]:
            raise ModelMismatch(
                f"{card.place(table, 'name')}: expected {name}, "
                f"got {', '.join(argument.name for argument in arguments)} in {card.file}; {REMEDY}"
            )
        got = tuple(arguments[0].shape)
        fits = len(got) == len(shape) and all(
            want in (None, have) for want, have in zip(shape, got, strict=True)
        )
        if not fits or arguments[0].type != "tensor(float)":
            wanted = ", ".join("any" if want is None else str(want) for want in shape)
            raise ModelMismatch(
                f"{card.place(table, 'shape')}: expected tensor(float) [{wanted}], "
                f"got {arguments[0].type} {list(got)} in {card.file}; {REMEDY}"
            )


def _check_classes(card: Card, session: Any) -> None:
    """A YOLO26 output does not show its classes; the exporter writes their names into the file."""
    names = session.get_modelmeta().custom_metadata_map.get("names")
    if names is None:
        return
    try:
        count = len(ast.literal_eval(names))
    except (ValueError, SyntaxError, TypeError):
        return  # written by another exporter: nothing to compare
    if count != card.output.classes:
        raise ModelMismatch(
            f"{card.place('output', 'classes')}: expected {card.output.classes}, "
            f"got {count} in {card.file}; {REMEDY}"
        )


def _check_precision(card: Card, session: Any) -> None:
    """`models.quantise` writes into the file what it made of it; exporters write nothing."""
    said = session.get_modelmeta().custom_metadata_map.get(PRECISION_KEY, Precision.FLOAT32.value)
    if said != card.precision.value:
        raise ModelMismatch(
            f"{card.place('shipped', 'precision')}: expected {card.precision.value}, "
            f"got {said} in {card.file}; {REMEDY}"
        )
