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
from service.measures.wishes import COUNT, GOALS, KINDS, SCENARIOS, Wishes
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
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    cameras = parser.add_argument_group("for the measure cameras")
    cameras.add_argument("--count", type=int, default=COUNT, help=f"in real time ({COUNT})")
    cameras.add_argument(
        "--kind",
        action="append",
        choices=tuple(GOALS),
        help="1080p main stream, 360p sub-stream or 1080p snapshots (default: main and sub)",
    )
    cameras.add_argument(
        "--source", choices=("clip", "rtsp"), default="clip", help="where frames come from (clip)"
    )
    cameras.add_argument("--scenario", action="append", choices=SCENARIOS, help="(default: all)")
    cameras.add_argument(
        "--minutes", type=float, default=2.0, help="how long the real-time ones run, 10 at most (2)"
    )
    cameras.add_argument(
        "--against", choices=("naive",), help="the naive pipeline beside it (extra `train`)"
    )
    cameras.add_argument(
        "--python", default=sys.executable, help="the interpreter that has ultralytics (this one)"
    )


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
        wishes = _wishes(arguments) if name == "cameras" else None
        try:
            found = measured(name, arguments.models, wishes)
        except NotMeasured as error:
            left_out[name] = str(error)
            _tell_left_out(name, str(error), arguments.format)
            continue
        figures += found
        for line in _lines(found, arguments.format):
            print(line, flush=True)
    if arguments.json is not None:
        lines = (json.dumps(asdict(figure), ensure_ascii=False) for figure in figures)
        arguments.json.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if arguments.format == "markdown":
        print(page(holds_for, figures, left_out), end="")
    return 1 if left_out else 0


def measured(name: str, models: Path | None, wishes: Wishes | None = None) -> list[Figure]:
    """The figures of a measure, taken in a fresh process. Errors: NotMeasured."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(measure_here, name, models, wishes).result()


def measure_here(name: str, models: Path | None, wishes: Wishes | None = None) -> list[Figure]:
    """The figures of a measure, taken in this process. Errors: NotMeasured."""
    measure = import_module(f"service.measures.{name}").measure
    found: list[Figure] = measure(models) if wishes is None else measure(models, wishes)
    return found


def _wishes(arguments: argparse.Namespace) -> Wishes:
    """What the measure `cameras` is asked for."""
    return Wishes(
        count=arguments.count,
        kinds=tuple(arguments.kind or KINDS),
        scenarios=tuple(arguments.scenario or SCENARIOS),
        source=arguments.source,
        naive=arguments.against == "naive",
        minutes=arguments.minutes,
        python=arguments.python,
    )


HEADING = (
    f"{'measure':<10} {'figure':<38} {'value':>9} {'':<9} {'goal':>12}  {'met':<4}"
    f"{'n':>5}  {'from - to':>19}  {'load':>5}  {'wall/CPU':>8}"
)


def row_of(figure: Figure) -> str:
    """A figure as a line of the table."""
    met = {None: "", True: "yes", False: "no"}[figure.met]
    span = f"{figure.low:.2f} - {figure.high:.2f}"
    row = (
        f"{figure.measure:<10} {figure.name:<38} {figure.value:>9.2f} {figure.unit:<9} "
        f"{figure.wanted:>12}"
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
