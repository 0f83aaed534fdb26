"""`siaga data`: make a training set, look at a set of pictures with its boxes."""

import argparse
import sys
from pathlib import Path

from datasets import attire, desk, making
from datasets.contact_sheet import sheet_of
from datasets.sets import Origin
from service.commands.evaluate import SETS_HELP, SHARED_HELP
from service.inputs import shown
from service.scored_networks import pictures_of
from vision.errors import DataError

MADE = {"attire": attire, "desk": desk}
NETWORK_OF = {"attire": "attire", "desk": "scene"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    line = "a contact sheet of the held-back pictures with their true boxes"
    show = what.add_parser("show", help=line, description=f"{line[0].upper()}{line[1:]}.")
    line = "a training set from real pictures and renders"
    make = what.add_parser("make", help=line, description=f"{line[0].upper()}{line[1:]}.")
    kinds = make.add_subparsers(dest="kind", required=True, metavar="SET")
    for kind, module in MADE.items():
        line = f"pictures for the network `{NETWORK_OF[kind]}`"
        one = kinds.add_parser(kind, help=line, description=f"{line[0].upper()}{line[1:]}.")
        making.configure(one, module.COUNTS, module.UNIT)
    show.add_argument("set", metavar="SET", help=SETS_HELP)
    show.add_argument("--out", type=Path, required=True, metavar="FILE", help="sheet.jpg to write")
    show.add_argument("--shared", type=Path, default=Path("../shared"), help=SHARED_HELP)
    show.add_argument(
        "--network",
        choices=("scene", "attire"),
        default="scene",
        help="whose labels of a rendered folder are drawn (default: scene)",
    )
    show.add_argument(
        "--count", type=_count, default=30, metavar="N", help="pictures at most (default: 30)"
    )


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 200:
        raise argparse.ArgumentTypeError(f"expected 1 to 200 pictures, got {text}")
    return count


def run(arguments: argparse.Namespace) -> int:
    """Write the set or the sheet where the user says. Errors: DataError."""
    if arguments.what == "make":
        module = MADE[arguments.kind]
        return making.run(arguments, module.make, module.COUNTS)
    pictures = pictures_of(arguments.set, arguments.shared / "data", arguments.network)
    jpeg = sheet_of(pictures, arguments.count)
    try:
        arguments.out.write_bytes(jpeg)
    except OSError as error:
        place = shown(arguments.out)
        raise DataError(f"{place}: expected a file to write, found: {error.strerror}") from None
    if pictures.origin is Origin.REAL:
        print(
            f"siaga data: {shown(arguments.out)} shows people and pictures from elsewhere: "
            "for work here only. Keep it out of the repository, documents and demos.",
            file=sys.stderr,
        )
    return 0
