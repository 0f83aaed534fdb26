"""`siaga bench`: speed and memory on this machine, beside what they are meant to be."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from models.detector import WEIGHTS
from service.commands.detect import MODELS_HELP
from service.measures import MEASURES
from service.measuring import Figure, NotMeasured, machine
from service.measuring_page import page

SLOWER_KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Where these are set, another kernel would be measured than an office runs."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "measures:\n" + "\n".join(
        f"  {name:<10} {line}" for name, line in MEASURES.items()
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        default=[],
        help="measure only these (default: all); see below",
    )
    parser.add_argument("--format", choices=("table", "jsonl", "markdown"), default="table")
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything was measured, whatever the figures; 1 when something was left out."""
    unknown = [name for name in arguments.names if name not in MEASURES]
    if unknown:
        print(
            f"siaga bench: expected {', '.join(MEASURES)}, got {', '.join(unknown)}",
            file=sys.stderr,
        )
        return 2
    for name in SLOWER_KERNELS:
        os.environ.pop(name, None)
    names = arguments.names or list(MEASURES)
    figures: list[Figure] = []
    left_out: dict[str, str] = {}
    holds_for = machine(arguments.models or WEIGHTS)
    if arguments.format == "table":
        print("\n".join(f"{key:<10} {value}" for key, value in holds_for.items()))
        print(HEADING, flush=True)
    elif arguments.format == "jsonl":
        print(json.dumps({"machine": holds_for}), flush=True)
    for name in names:
        try:
            found = measured(name, arguments.models)
        except NotMeasured as error:
            left_out[name] = str(error)
            _tell_left_out(name, str(error), arguments.format)
            continue
        figures += found
        for line in _lines(found, arguments.format):
            print(line, flush=True)
    if arguments.format == "markdown":
        print(page(holds_for, figures, left_out), end="")
    return 1 if left_out else 0


def measured(name: str, models: Path | None) -> list[Figure]:
    """The figures of a measure, taken in a fresh process. Errors: NotMeasured."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(measure_here, name, models).result()


def measure_here(name: str, models: Path | None) -> list[Figure]:
    """The figures of a measure, taken in this process. Errors: NotMeasured."""
    found: list[Figure] = import_module(f"service.measures.{name}").measure(models)
    return found


HEADING = (
    f"{'measure':<10} {'figure':<29} {'value':>9} {'':<9} {'goal':>8}  {'met':<4}"
    f"{'n':>5}  {'from - to':>19}  {'load':>5}  {'wall/CPU':>8}"
)


def row_of(figure: Figure) -> str:
    """A figure as a line of the table."""
    goal = "" if figure.goal is None else f"{figure.goal:g}"
    met = {None: "", True: "yes", False: "no"}[figure.met]
    span = f"{figure.low:.2f} - {figure.high:.2f}"
    row = (
        f"{figure.measure:<10} {figure.name:<29} {figure.value:>9.2f} {figure.unit:<9} {goal:>8}"
        f"  {met:<4}{figure.n:>5}  {span:>19}  {figure.load:>5.1f}  {figure.wall_per_cpu:>8.2f}"
    )
    return f"{row}  {figure.note}".rstrip()


def _lines(figures: Sequence[Figure], form: str) -> Iterator[str]:
    for figure in figures:
        if form == "table":
            yield row_of(figure)
        elif form == "jsonl":
            more = {"met": figure.met, "wall_per_cpu": round(figure.wall_per_cpu, 3)}
            yield json.dumps({**asdict(figure), **more}, ensure_ascii=False)


def _tell_left_out(name: str, why: str, form: str) -> None:
    if form == "table":
        print(f"{name:<10} left out: {why}", flush=True)
    elif form == "jsonl":
        print(json.dumps({"measure": name, "left_out": why}, ensure_ascii=False), flush=True)
    else:
        print(f"{name} left out: {why}", file=sys.stderr)
