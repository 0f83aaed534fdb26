"""The command `siaga`: one line of help per command, each command a module of `service.commands`.

A command's module is imported only when it is called, so that `siaga check` does not wait for the
web service. It offers `configure(parser)` and `run(arguments) -> exit code`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

# Before numpy, OpenCV and onnxruntime are imported: two single threads beat one double one, and
# spinning threads double the cost as soon as anything else runs (docs/performance.md).
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from vision.errors import SiagaError  # noqa: E402

VERSION = f"siaga {version('siaga')}, licence AGPL-3.0-or-later, without any warranty"

COMMANDS = {
    "demo": "play the bundled office morning on a board of this machine",
    "run": "serve an office: cameras in, board and API out",
    "check": "look at pictures, folders or clips without any configuration",
    "detect": "print what a network sees in pictures, box by box",
    "replay": "run a recording through the code of `run`, print every change",
    "config": "check an office.toml and print every fault at once",
    "doctor": "examine models, cameras, disk, clock, data; say what to do",
    "cameras": "say what a camera gives, and whether it is enough for each check",
    "messages": "try out whether messages arrive, see what became of them",
    "user": "add, list or remove accounts and tokens",
    "evaluate": "score networks on pictures, and verdicts on mornings",
    "train": "rebuild a network, export it in several sizes and as int8",
    "data": "make a training set, look at a set with its boxes",
    "scenes": "render training pictures and mornings with their truth",
    "bench": "measure speed and memory on this machine",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 something could not be done, 2 wrong call."""
    parser = argparse.ArgumentParser(
        prog="siaga",
        description="Which counter is ready five minutes before opening, which is not, and why.",
        epilog="Licence AGPL-3.0-or-later. `siaga COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = list(sys.argv[1:] if argv is None else argv)
    called = next((word for word in arguments if not word.startswith("-")), None)
    for name, line in COMMANDS.items():
        sub = commands.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.")
        if name == called:
            import_module(f"service.commands.{name}").configure(sub)
    parsed = parser.parse_args(arguments)
    try:
        code: int = import_module(f"service.commands.{parsed.command}").run(parsed)
    except SiagaError as error:
        print(f"siaga: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `siaga check ... | head`
        sys.stderr.close()
        return 0
    return code
