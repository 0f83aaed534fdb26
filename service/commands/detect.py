"""`siaga detect`: what a network sees in pictures, box by box."""

import argparse
import json
import sys
from pathlib import Path

from models.detector import NETWORKS, load_detector
from service.inputs import Picture, files_of, pictures_of, shown
from service.plain_look import look_at_attire, look_at_scene
from vision.errors import PictureError
from vision.labels import Label
from vision.values import Box, Xyxy

MODELS_HELP = "a folder with other scene.toml, desk.toml, attire.toml and files (default: Siaga's)"

SIDES = {Label.ID_CARD: "front", Label.ID_CARD_BACK: "back"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="pictures, folders, clips"
    )
    parser.add_argument(
        "--model",
        required=True,
        choices=NETWORKS,
        help="scene: people; desk: equipment and items; attire: heads, chests, cards, tags, straps",
    )
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
    parser.add_argument(
        "--min-confidence",
        type=share,
        metavar="SHARE",
        help="leave out boxes below this, 0 to 1 (default: the model card's lo)",
    )
    parser.add_argument(
        "--period", type=seconds, default=1.0, metavar="SECONDS", help="of a clip, a frame each (1)"
    )
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)


def share(text: str) -> float:
    """A number from 0 to 1, or a wrong call."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got {text}")
    return value


def seconds(text: str) -> float:
    """A number from 0 on, or a wrong call."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds from 0 on, got {text}")
    return value


def run(arguments: argparse.Namespace) -> int:
    """0 when every path was read. Errors: ModelMismatch."""
    files, faults = files_of(arguments.paths)
    for fault in faults:
        print(fault, file=sys.stderr)
    failed = len(faults)
    eyes = _Eyes(arguments.model, arguments.models, arguments.min_confidence)
    width = max((len(shown(path)) for path in files), default=0)
    for path in files:
        try:
            for picture in pictures_of(path, arguments.period):
                for box in eyes.boxes(picture):
                    if arguments.format == "jsonl":
                        print(json.dumps(line_of(picture, box)), flush=True)
                    else:
                        print(row_of(picture, box, width), flush=True)
        except PictureError as error:
            print(error, file=sys.stderr)
            failed += 1
    return 1 if failed else 0


class _Eyes:
    """The network that was asked for, with its floor."""

    def __init__(self, model: str, folder: Path | None, min_confidence: float | None) -> None:
        self._asked = load_detector(model, folder, min_confidence)
        self._people = load_detector("scene", folder) if model == "attire" else None
        self._floor = min_confidence

    def boxes(self, picture: Picture) -> list[Box]:
        """What it sees in a picture, most confident first."""
        if self._people is None:
            seen = look_at_scene(picture.image, self._asked)
        else:
            seen = look_at_attire(picture.image, self._people, self._asked)
        return [box for box in seen.boxes() if box.confidence >= self._lo(box.label)]

    def _lo(self, label: Label) -> float:
        return self._asked.card.threshold(label).lo if self._floor is None else self._floor


def rounded(xyxy: Xyxy) -> list[float]:
    """A box in tenths of a pixel."""
    return [round(side, 1) for side in xyxy]


def line_of(picture: Picture, box: Box) -> dict[str, object]:
    """One box as the JSON line of issue 2: a turned card is an id_card with its side."""
    label = Label.ID_CARD if box.label in SIDES else box.label
    line: dict[str, object] = {
        "image": str(picture.path),
        "class": label.word,
        "xyxy": rounded(box.xyxy),
        "confidence": round(box.confidence, 3),
    }
    if box.label in SIDES:
        line["side"] = SIDES[box.label]
    if picture.time_s is not None:
        line["time_s"] = round(picture.time_s, 3)
    return line


def row_of(picture: Picture, box: Box, width: int) -> str:
    """One box as a line of the table."""
    time = "" if picture.time_s is None else f"{picture.time_s:8.2f} s"
    sides = " ".join(f"{side:7.1f}" for side in box.xyxy)
    place = f"{shown(picture.path):<{width}} {time:>10}"
    return f"{place}  {box.label.word:<14} {box.confidence:.3f}  {sides}"
