"""`siaga data make attire|desk`: training sets from real pictures and renders.

    siaga data make attire --shared ../shared --renders RENDERS --out DATA

`python -m datasets.attire` and `python -m datasets.desk` take the same arguments.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from vision.errors import DataError, SiagaError

Make = Callable[[Path, Path | None, Path, dict[str, int], int], Mapping[str, object]]
"""shared, renders, out, how many of each sort, seed -> what was made."""


def configure(parser: argparse.ArgumentParser, counts: Mapping[str, int], unit: str) -> None:
    """The arguments; `counts` are the sorts of picture with their usual number of `unit`."""
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/ and weights/")
    parser.add_argument(
        "--renders",
        type=Path,
        help="folder with attire/, desk/, whole/ of the scene maker (default: no renders)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the set")
    parser.add_argument("--seed", type=int, default=1)
    for name, number in counts.items():
        parser.add_argument(
            f"--{name}", type=int, default=number, metavar="N", help=f"{unit} of sort {name}"
        )


def run(given: argparse.Namespace, make: Make, counts: Mapping[str, int]) -> int:
    """0 when the set was made. Errors: DataError when a folder is not there."""
    for folder in (given.shared / "data", given.shared / "weights", given.renders):
        if folder is not None and not folder.is_dir():
            raise DataError(f"{folder}: expected a folder, found none")
    given.out.mkdir(parents=True, exist_ok=True)
    chosen = {name: getattr(given, name) for name in counts}
    made = make(given.shared, given.renders, given.out, chosen, given.seed)
    sys.stdout.write(json.dumps(made) + "\n")
    return 0


def main(doc: str | None, make: Make, counts: Mapping[str, int], unit: str) -> int:
    """One sort of set as a program of its own. Exit codes: 0 made, 1 not, 2 wrong call."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    configure(parser, counts, unit)
    try:
        return run(parser.parse_args(), make, counts)
    except SiagaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
