"""`siaga evaluate`: how right the networks and the verdicts are, with intervals."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from datasets.accuracy_page import PERSON_SCALES, Report, page, pictures_of_page
from datasets.comparing import Compared, Entrant, compare, table_of, table_of_entrants
from datasets.evaluation import (
    FLOOR,
    Look,
    PersonAnswer,
    PersonScore,
    SetScore,
    evaluate,
    judge_person,
    persons_of,
)
from datasets.morning_truth import CounterTruth, read_truth
from datasets.score_tables import (
    Table,
    as_markdown,
    as_text,
    table_of_persons,
    tables_of_set,
    tables_of_verdicts,
)
from datasets.sets import (
    COCO_MINI,
    Labelled,
    Origin,
    PictureSet,
    read_persons,
    read_rendered,
    read_set,
)
from datasets.verdict_scores import Replayed, Told, VerdictScores, score_verdicts
from models.card import read_card
from models.detector import OnnxDetector, load_detector, load_eyes
from models.legibility import CardReader
from service.assembly import Forgetful, build_office
from service.calendar import plan_at
from service.commands.demo import MORNING
from service.commands.detect import MODELS_HELP
from service.commands.replay import open_for, replay
from service.inputs import shown
from service.office import ReadinessDecided, VerdictChanged
from service.paired_times import costs_of
from service.plain_look import look_at_attire, look_at_scene
from service.policies import load_policy
from service.settings import load_settings
from vision.errors import DataError
from vision.eyes import Eyes
from vision.layout import Counter
from vision.values import Detections, Image, Readiness

STANDARD = "djpb-spm"
PERSONS = "badge_lbs_ccby"
REAL_SETS = {
    "scene": ("office_cctv_ccby", "cups_bottles_ccby", COCO_MINI),
    "attire": (PERSONS,),
}
"""The sets with truth made by people that the report scores each network on."""

SETS_HELP = "a set by its name (below SHARED/data), or a folder of rendered pictures"
SHARED_HELP = "folder with data/ (default: ../shared)"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, line in (
        ("scene", "people and things: average precision, precision, recall, by height and source"),
        ("attire", "heads, chests, cards: the same, and badge worn or not person by person"),
    ):
        network = what.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.")
        network.add_argument("sets", nargs="+", metavar="SET", help=SETS_HELP)
        _common(network)
    line = "replay mornings with truth and count right and wrong verdicts per clause"
    verdicts = what.add_parser("verdicts", help=line, description=f"{line[0].upper()}{line[1:]}.")
    verdicts.add_argument(
        "mornings",
        nargs="+",
        type=Path,
        metavar="MORNING",
        help="folder with recording.toml, office.toml and truth.toml",
    )
    _common(verdicts)
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
    compared.add_argument("--no-times", action="store_true", help="do not measure CPU time")
    _common(compared)
    line = "score everything and write docs/accuracy.md"
    report = what.add_parser("report", help=line, description=f"{line[0].upper()}{line[1:]}.")
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help="the page to write")
    report.add_argument(
        "--rendered",
        type=Path,
        metavar="FOLDER",
        help="rendered pictures, as folders attire, desk, whole (default: none are scored)",
    )
    report.add_argument(
        "--compare",
        type=Path,
        metavar="FOLDER",
        help="folders of networks with cards to compare: size, precision, renders (real sets only)",
    )
    report.add_argument(
        "--morning",
        type=Path,
        action="append",
        default=[],
        metavar="MORNING",
        help="a morning with truth; may be given again (default: the bundled one)",
    )
    _common(report)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help=SHARED_HELP)
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)
    parser.add_argument("--format", choices=("table", "jsonl", "markdown"), default="table")


def run(arguments: argparse.Namespace) -> int:
    """0 when everything was scored. Errors: DataError, ModelMismatch, ConfigError."""
    cv2.setNumThreads(1)
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
    for name in arguments.sets:
        score = networks.score(arguments.what, pictures_of(name, data, arguments.what))
        _print(tables_of_set(score), [asdict(score)], arguments)
        if arguments.what == "attire" and name == PERSONS:
            for scale, persons in networks.persons(data).items():
                tables = [table_of_persons(title_of(scale), persons)]
                rows = ({"persons": PERSONS, "scale": scale, **asdict(one)} for one in persons)
                _print(tables, rows, arguments)
    return 0


def _compare(arguments: argparse.Namespace, networks: "Networks", data: Path) -> int:
    entrants = networks.entrants(arguments.networks, times=not arguments.no_times)
    _print([table_of_entrants(entrants)], [], arguments)
    network = entrants[0].card.name
    for name in arguments.sets or REAL_SETS[network]:
        comparison = compare(pictures_of(name, data, network), entrants)
        _print([table_of(comparison)], [asdict(comparison)], arguments)
    return 0


def compared_in(
    folder: Path, networks: "Networks", sets: Mapping[str, Sequence[PictureSet]]
) -> list[Compared]:
    """The networks of each folder within `folder`, scene and attire apart; `sets` of each network.

    The folder `renders` asks whether renders help: on real pictures only. The network that ships
    comes first. Errors: DataError, ModelMismatch.
    """
    found: list[Compared] = []
    shipped = {card.sha256 for card in networks.cards}
    for inside in sorted(one for one in folder.iterdir() if one.is_dir()):
        cards = [read_card(path) for path in sorted(inside.glob("*.toml"))]
        for network in ("scene", "attire"):
            mine = [card for card in cards if card.name == network]
            mine.sort(key=lambda card: card.sha256 not in shipped)
            if len(mine) < 2:
                continue
            entrants = networks.entrants([card.path for card in mine], times=True)
            on = [
                one
                for one in sets[network]
                if inside.name != "renders" or one.origin is Origin.REAL
            ]
            results = tuple(compare(one, entrants) for one in on)
            found.append(Compared(inside.name, network, tuple(entrants), results))
    if not found:
        raise DataError(
            f"{folder}: expected folders of two or more networks with cards, found none"
        )
    return found


def _report(arguments: argparse.Namespace, networks: "Networks", data: Path) -> int:
    real = {
        network: [read_set(name, data) for name in names] for network, names in REAL_SETS.items()
    }
    rendered = rendered_sets(arguments.rendered)
    compared = (
        []
        if arguments.compare is None
        else compared_in(
            arguments.compare, networks, {one: real[one] + rendered[one] for one in REAL_SETS}
        )
    )
    mornings = arguments.morning or [MORNING]
    report = Report(
        real=tuple(networks.score(one, each) for one in real for each in real[one]),
        rendered=tuple(networks.score(one, each) for one in rendered for each in rendered[one]),
        compared=tuple(compared),
        persons=networks.persons(data),
        verdicts=verdicts_of(mornings, arguments.models),
        cards=networks.cards,
    )
    folder = arguments.out.parent / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures_of_page(report).items():
        (folder / name).write_text(svg, encoding="utf-8")
    arguments.out.write_text(page(report), encoding="utf-8")
    print(f"siaga evaluate: wrote {shown(arguments.out)}", file=sys.stderr)
    return 0


def rendered_sets(folder: Path | None) -> dict[str, list[PictureSet]]:
    """The held-back renders below a folder, for each network. Errors: DataError."""
    sets: dict[str, list[PictureSet]] = {network: [] for network in REAL_SETS}
    for kind, network in (("attire", "attire"), ("desk", "scene"), ("whole", "scene")):
        if folder is not None and (folder / kind).is_dir():
            pictures = read_rendered(folder / kind, worn=network == "attire")
            if pictures.pictures:
                sets[network].append(pictures)
    return sets


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


def pictures_of(name: str, data: Path, network: str) -> PictureSet:
    """A real set by name, or a folder of renders. Errors: DataError."""
    if Path(name).is_dir():
        pictures = read_rendered(Path(name), worn=network == "attire")
        if not pictures.pictures:
            raise DataError(f"{name}: expected held-back pictures, found none yet")
        return pictures
    return read_set(name, data)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both networks at one floor."""

    scene: OnnxDetector
    attire: OnnxDetector


class Networks:
    """The networks as the product runs them, and once more down to a score of almost nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._shipped: _Pair | None = None

    @property
    def shipped(self) -> _Pair:
        """As they ship, with the floor of their cards. Errors: ModelMismatch."""
        if self._shipped is None:
            self._shipped = _Pair(*load_eyes(self._folder))
        return self._shipped

    @property
    def cards(self) -> tuple[Any, ...]:
        """The model cards."""
        return self.shipped.scene.card, self.shipped.attire.card

    def score(self, network: str, pictures: PictureSet) -> SetScore:
        """A network on a set. Errors: DataError, ModelMismatch."""
        low = load_detector(network, self._folder, FLOOR)
        return evaluate(pictures, low.model, low.card.labels, self.look(network, low))

    @staticmethod
    def _scene(low: OnnxDetector) -> Look:
        def look(image: Image, _: Labelled) -> Detections:
            return look_at_scene(image, low)

        return look

    def _attire(self, low: OnnxDetector) -> Look:
        def look(image: Image, picture: Labelled) -> Detections:
            if picture.source == "attire":  # rendered as the crop of one person already
                return low.detect(image)
            return look_at_attire(image, self.shipped.scene, low)

        return look

    def entrants(self, paths: Sequence[Path], *, times: bool) -> list[Entrant]:
        """Networks to compare, of one kind. Errors: ModelMismatch, DataError."""
        lows = [OnnxDetector(path.with_suffix(".toml"), FLOOR) for path in paths]
        first = lows[0].card.name
        for low in lows:
            if low.card.name != first or first not in REAL_SETS:
                named = f"networks named {first}" if first in REAL_SETS else "scene or attire"
                raise DataError(f"{low.card.path}: expected {named}, found {low.card.name}")
        costs = costs_of([low.card.path for low in lows]) if times else [None] * len(lows)
        return [
            Entrant(low.card.file.stem, low.card, self.look(first, low), cost)
            for low, cost in zip(lows, costs, strict=True)
        ]

    def look(self, network: str, low: OnnxDetector) -> Look:
        """How a network is shown the pictures of a set."""
        return self._scene(low) if network == "scene" else self._attire(low)

    def persons(self, data: Path) -> dict[float, tuple[PersonScore, ...]]:
        """Badge worn or not on the real persons, at each scale. Errors: DataError."""
        cases = read_persons(data, PERSONS)
        parameters = load_policy(STANDARD).parameters
        images = {case.path: cv2.imread(str(case.path)) for case in cases}
        scores: dict[float, tuple[PersonScore, ...]] = {}
        for scale in PERSON_SCALES:
            answers: list[PersonAnswer] = []
            for case in cases:
                image: Any = images[case.path]
                both = self.shipped
                answers.append(
                    judge_person(case, image, scale, both.scene, both.attire, parameters)
                )
            scores[scale] = persons_of(answers)
        return scores


def verdicts_of(mornings: Sequence[Path], models: Path | None) -> VerdictScores:
    """Replay mornings as an office would see them, and score. Errors: DataError, ConfigError."""
    eyes = Eyes(*load_eyes(models), CardReader())
    return score_verdicts([replayed(folder, eyes) for folder in mornings])


def replayed(folder: Path, eyes: Eyes) -> Replayed:
    """One morning after its replay. Errors: DataError, ConfigError, PictureError."""
    truths = read_truth(folder / "truth.toml")
    settings = load_settings(folder / "office.toml")
    counters = settings.layout.counters
    truth_of = {
        counter.counter: truth_of_counter(truths, counter, folder / "truth.toml")
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
