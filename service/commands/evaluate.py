"""`siaga evaluate`: how right the networks and the verdicts are, with intervals."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import cv2

from datasets.accuracy_page import page, pictures_of_page, summary
from datasets.accuracy_report import EQUAL_LABELS, Report
from datasets.comparing import compare, table_of, table_of_entrants
from datasets.evaluation import SetScore
from datasets.failures import Failures, sheet_of_failures, table_of_failures
from datasets.failures_page import RENDERED_SHEETS, failures_page
from datasets.hidden_heads import table_of_heads
from datasets.morning_truth import CounterTruth, read_truth
from datasets.score_tables import (
    Table,
    as_markdown,
    as_text,
    table_of_equality,
    table_of_persons,
    tables_of_set,
    tables_of_verdicts,
)
from datasets.sets import Origin, PictureSet, read_set
from datasets.verdict_scores import Replayed, Told, VerdictScores, score_verdicts
from models.detector import NETWORKS, load_eyes
from models.legibility import CardReader
from service.assembly import Forgetful, build_office
from service.calendar import plan_at
from service.commands.demo import MORNING
from service.commands.detect import MODELS_HELP
from service.commands.replay import open_for, replay
from service.gate_recall import gate_recall, tables_of_recall
from service.inputs import shown
from service.office import ReadinessDecided, VerdictChanged
from service.paired_times import ROUNDS
from service.scored_networks import (
    PERSONS,
    REAL_SETS,
    Networks,
    compared_in,
    pictures_of,
    rendered_sets,
)
from service.settings import load_settings
from vision.errors import DataError
from vision.eyes import Eyes
from vision.layout import Counter
from vision.values import Readiness

REPOSITORY = Path(__file__).parents[2]

SETS_HELP = "a set by its name (below SHARED/data), or a folder of rendered pictures"
SHARED_HELP = "folder with data/ (default: ../shared)"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, line in (
        ("scene", "people: average precision, precision, recall, by height and source"),
        ("desk", "things on desks: the same"),
        ("attire", "heads, chests, cards: the same, and badge worn or not person by person"),
    ):
        network = what.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.")
        network.add_argument("sets", nargs="+", metavar="SET", help=SETS_HELP)
        _common(network)
    line = "replay mornings with truth and count right and wrong verdicts per clause"
    verdicts = what.add_parser("verdicts", help=line, description=f"{line[0].upper()}{line[1:]}.")
    _mornings(verdicts)
    _common(verdicts)
    line = "whether the change gate alone sees what alters a truth; no network is asked"
    gate = what.add_parser("gate", help=line, description=f"{line[0].upper()}{line[1:]}.")
    _mornings(gate)
    gate.add_argument("--format", choices=("table", "jsonl", "markdown"), default="table")
    line = "networks side by side: average precision, its difference, CPU time in pairs"
    compared = what.add_parser("compare", help=line, description=f"{line[0].upper()}{line[1:]}.")
    compared.add_argument(
        "networks",
        nargs="+",
        type=Path,
        metavar="NETWORK",
        help="ONNX files with their cards (.toml) beside them; differences are to the first",
    )
    compared.add_argument(
        "--set",
        dest="sets",
        action="append",
        metavar="SET",
        help=f"{SETS_HELP}; may be given again (default: the real sets of the network)",
    )
    _rounds(compared)
    _common(compared)
    line = "contact sheets of the worst misses and false alarms"
    failures = what.add_parser("failures", help=line, description=f"{line[0].upper()}{line[1:]}.")
    failures.add_argument("sets", nargs="+", metavar="SET", help=SETS_HELP)
    failures.add_argument("--network", choices=NETWORKS, default="scene")
    failures.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the sheets are written"
    )
    failures.add_argument(
        "--count", type=int, default=20, metavar="N", help="failures a sheet (default: 20)"
    )
    _common(failures)
    line = "score everything and write docs/accuracy.md and what-still-fails.md beside it"
    report = what.add_parser("report", help=line, description=f"{line[0].upper()}{line[1:]}.")
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write")
    report.add_argument(
        "--rendered",
        type=Path,
        metavar="FOLDER",
        help="rendered pictures, as folders attire, desk, whole (default: none are scored)",
    )
    report.add_argument(
        "--readme",
        type=Path,
        metavar="FILE",
        help="a page whose part between the accuracy marks is written anew (default: none)",
    )
    report.add_argument(
        "--compare",
        type=Path,
        metavar="FOLDER",
        help="folders of networks with cards: runs of `siaga train --sizes --int8`, and `renders` "
        "for networks trained with and without them (real sets only)",
    )
    _rounds(report)
    report.add_argument(
        "--morning",
        type=Path,
        action="append",
        default=[],
        metavar="MORNING",
        help="a morning with truth; may be given again (default: all bundled ones)",
    )
    _common(report)


def _rounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rounds",
        type=int,
        default=ROUNDS,
        metavar="N",
        help=f"CPU time of networks compared, so many rounds; 0: none (default: {ROUNDS})",
    )


def _mornings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "mornings",
        nargs="+",
        type=Path,
        metavar="MORNING",
        help="folder with recording.toml, office.toml and truth.toml",
    )


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help=SHARED_HELP)
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)
    parser.add_argument("--format", choices=("table", "jsonl", "markdown"), default="table")


def run(arguments: argparse.Namespace) -> int:
    """0 when everything was scored. Errors: DataError, ModelMismatch, ConfigError."""
    cv2.setNumThreads(1)
    if arguments.what == "gate":
        found = [one for folder in arguments.mornings for one in gate_recall(folder)]
        _print(tables_of_recall(found), (asdict(one) for one in found), arguments)
        return 0
    if arguments.what == "verdicts":
        verdicts = verdicts_of(arguments.mornings, arguments.models)
        _print(tables_of_verdicts(verdicts), (asdict(one) for one in verdicts.slots), arguments)
        if verdicts.not_derived and arguments.format != "jsonl":
            print(f"Not scored, truth.toml does not decide it: {', '.join(verdicts.not_derived)}")
        return 0
    networks = Networks(arguments.models)
    data = arguments.shared / "data"
    if arguments.what == "report":
        return _report(arguments, networks, data)
    if arguments.what == "compare":
        return _compare(arguments, networks, data)
    if arguments.what == "failures":
        return _failures(arguments, networks, data)
    for name in arguments.sets:
        pictures = pictures_of(name, data, arguments.what)
        score = networks.score(arguments.what, pictures)
        _print(tables_of_set(score), [asdict(score)], arguments)
        if arguments.what == "attire" and pictures.origin is Origin.RENDERED:
            _print_groups(score, pictures, networks, arguments)
        if arguments.what == "attire" and name == PERSONS:
            for scale, persons in networks.persons(data).items():
                tables = [table_of_persons(title_of(scale), persons)]
                rows = ({"persons": PERSONS, "scale": scale, **asdict(one)} for one in persons)
                _print(tables, rows, arguments)
    return 0


def _print_groups(
    score: SetScore, pictures: PictureSet, networks: Networks, arguments: argparse.Namespace
) -> None:
    """Recall of badge, head and person by group, and whether heads are hidden in evidence."""
    people = networks.people(pictures)
    scores = [score] if people is None else [score, people]
    if people is not None and arguments.format == "jsonl":
        _print([], [asdict(people)], arguments)
    _print([table_of_equality(scores, EQUAL_LABELS)], [], arguments)
    heads = networks.heads(pictures)
    rows = ({"heads": pictures.name, **asdict(one)} for one in heads)
    _print([table_of_heads(f"Heads of {pictures.name} (rendered)", heads)], rows, arguments)


def _failures(arguments: argparse.Namespace, networks: Networks, data: Path) -> int:
    """The sheets. Real pictures are never written into the repository. Errors: DataError."""
    for name in arguments.sets:
        pictures = pictures_of(name, data, arguments.network)
        if pictures.origin is Origin.REAL and arguments.out.resolve().is_relative_to(REPOSITORY):
            raise DataError(
                f"{shown(arguments.out)}: expected a folder outside the repository for pictures "
                f"of {pictures.name}, which show real people; found one inside"
            )
        failures = networks.failures(arguments.network, pictures)
        _print([table_of_failures(failures)], [asdict(failures)], arguments)
        for path in write_sheets(failures, arguments.out, arguments.count):
            print(f"siaga evaluate: wrote {shown(path)}", file=sys.stderr)
    return 0


def write_sheets(failures: Failures, folder: Path, count: int) -> list[Path]:
    """A sheet of misses and one of false alarms, where there are any. Errors: DataError."""
    written: list[Path] = []
    network = failures.network.partition("@")[0]
    for name, mine in (("misses", failures.misses), ("false-alarms", failures.false_alarms)):
        path = folder / f"{name}-{network}-{failures.set_name}.jpg"
        if not mine:
            path.unlink(missing_ok=True)  # of an earlier network
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sheet_of_failures(mine, count))
        except OSError as error:
            raise DataError(
                f"{shown(folder)}: expected a folder to write to, found: {error.strerror}"
            ) from None
        written.append(path)
    return written


def _compare(arguments: argparse.Namespace, networks: Networks, data: Path) -> int:
    entrants = networks.entrants(arguments.networks, arguments.rounds)
    _print([table_of_entrants(entrants)], [], arguments)
    network = entrants[0].card.name
    for name in arguments.sets or REAL_SETS[network]:
        comparison = compare(pictures_of(name, data, network), entrants)
        _print([table_of(comparison)], [asdict(comparison)], arguments)
    return 0


def _report(arguments: argparse.Namespace, networks: Networks, data: Path) -> int:
    real = {
        network: [read_set(name, data) for name in names] for network, names in REAL_SETS.items()
    }
    rendered = rendered_sets(arguments.rendered)
    compared = (
        []
        if arguments.compare is None
        else compared_in(
            arguments.compare,
            networks,
            {one: real[one] + rendered[one] for one in REAL_SETS},
            arguments.rounds,
        )
    )
    mornings = arguments.morning or bundled_mornings()
    crops = [one for one in rendered["attire"] if one.name == "attire"]
    people = [networks.people(one) for one in crops]
    report = Report(
        real=tuple(networks.score(one, each) for one in real for each in real[one]),
        rendered=tuple(networks.score(one, each) for one in rendered for each in rendered[one]),
        people=tuple(one for one in people if one is not None),
        heads={one.name: networks.heads(one) for one in rendered_people(rendered)},
        compared=tuple(compared),
        persons=networks.persons(data),
        verdicts=verdicts_of(mornings, arguments.models),
        cards=networks.cards,
    )
    failed = [
        networks.failures(network, each)
        for sets in (real, rendered)
        for network in sets
        for each in sets[network]
    ]
    folder = arguments.out.parent / "pictures" / "accuracy"
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures_of_page(report).items():
        (folder / name).write_text(svg, encoding="utf-8")
    sheets = [
        path.name
        for one in failed
        if one.origin == Origin.RENDERED.value
        for path in write_sheets(one, folder, RENDERED_SHEETS)
    ]
    note = arguments.out.with_name("what-still-fails.md")
    note.write_text(failures_page(failed, sheets, report.cards), encoding="utf-8")
    arguments.out.write_text(page(report), encoding="utf-8")
    written = [arguments.out, note]
    if arguments.readme is not None:
        between_marks(arguments.readme, summary(report))
        written.append(arguments.readme)
    print(f"siaga evaluate: wrote {', '.join(map(shown, written))}", file=sys.stderr)
    return 0


def rendered_people(rendered: Mapping[str, Sequence[PictureSet]]) -> list[PictureSet]:
    """The rendered sets that show whole people: crops of one, and whole frames."""
    return [one for sets in rendered.values() for one in sets if one.name in ("attire", "whole")]


MARKS = ("<!-- accuracy: written by siaga evaluate report -->", "<!-- accuracy: end -->")


def between_marks(path: Path, text: str) -> None:
    """Put `text` between the marks of a page. Errors: DataError without both."""
    whole = path.read_text(encoding="utf-8")
    before, first, rest = whole.partition(MARKS[0])
    _, last, after = rest.partition(MARKS[1])
    if not first or not last:
        raise DataError(f"{shown(path)}:1: expected the lines {' and '.join(MARKS)}, found none")
    path.write_text(f"{before}{first}\n{text.strip()}\n{last}{after}", encoding="utf-8")


def _print(
    tables: Sequence[Table], rows: Iterable[Mapping[str, Any]], arguments: argparse.Namespace
) -> None:
    if arguments.format == "jsonl":
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=str), flush=True)
        return
    form = as_text if arguments.format == "table" else as_markdown
    for table in tables:
        print(form(table), end="\n\n", flush=True)


def title_of(scale: float) -> str:
    """The heading of the table of persons."""
    shrunk = "" if scale == 1 else f", pictures shrunk to {scale:g} of their sides"
    return f"Badge worn or not, person by person, {PERSONS} (real{shrunk})"


def bundled_mornings() -> list[Path]:
    """The mornings with truth that come with Siaga, in order of their day."""
    return sorted(path.parent for path in MORNING.parent.glob("*/truth.toml"))


def verdicts_of(mornings: Sequence[Path], models: Path | None) -> VerdictScores:
    """Replay mornings as an office would see them, and score. Errors: DataError, ConfigError."""
    eyes = Eyes(*load_eyes(models), CardReader())
    return score_verdicts([replayed(folder, eyes) for folder in mornings])


def replayed(folder: Path, eyes: Eyes) -> Replayed:
    """One morning after its replay. Errors: DataError, ConfigError, PictureError."""
    truths = read_truth(folder / "truth.toml")
    settings = load_settings(folder / "office.toml")
    counters = settings.layout.counters
    every_s = {camera.camera: camera.period_s for camera in settings.cameras}
    truth_of = {
        counter.counter: replace(
            truth_of_counter(truths, counter, folder / "truth.toml"),
            every_s=every_s[counter.camera],
        )
        for counter in counters
    }
    recording = open_for(settings, folder, None)
    memory = Forgetful()
    office = build_office(settings, eyes, memory, memory)
    told: list[Told] = []
    answers: list[Readiness] = []
    for event in replay(office, recording):
        if isinstance(event, VerdictChanged):
            told.append(Told(event.verdict, event.flag_id))
        elif isinstance(event, ReadinessDecided):
            answers.append(event.readiness)
    if recording.faults:
        raise recording.faults[0]
    return Replayed(
        morning=recording.recording,
        policy=settings.policy,
        plan=plan_at(settings.calendar, recording.start),
        until=office.judged_to or recording.start,
        role_of={counter.counter: counter.role for counter in counters},
        truth_of=truth_of,
        told=told,
        answers=answers,
    )


def truth_of_counter(truths: Sequence[CounterTruth], counter: Counter, path: Path) -> CounterTruth:
    """By name, else by camera where it shows one counter. Errors: DataError."""
    named = [one for one in truths if one.counter == counter.counter]
    shown_there = [one for one in truths if one.camera == counter.camera]
    if named or len(shown_there) == 1:
        return (named or shown_there)[0]
    known = ", ".join(one.counter for one in truths)
    raise DataError(f"{path}: expected the truth of counter {counter.counter}, found {known}")
