"""`siaga check`: pictures, folders and clips, looked at without any configuration."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from models.detector import load_eyes
from models.legibility import CardReader
from service.commands.detect import MODELS_HELP, rounded, seconds
from service.inputs import START, Picture, files_of, pictures_of, shown
from service.plain_look import look_at_scene
from service.policies import load_policy
from vision.checks import badge_of, legibility_of
from vision.errors import PictureError
from vision.eyes import Eyes, Person, find_people, look_at_person, unlike_official
from vision.labels import Label
from vision.values import Box, Outcome, Reason, View
from vision.view import Still, gate, measure_view, still

STANDARD = "djpb-spm"
"""Whose numbers decide what is sure, large and sharp enough."""

FROZEN_AFTER_S = 10.0
"""A clip that shows the same picture, to the pixel, for so long is frozen, as a camera is."""


@dataclass(frozen=True, slots=True)
class Dressed:
    """A person, and what can be said about the badge: worn, and legible."""

    person: Person
    tag: Box | None
    worn: tuple[Outcome, Reason | None]
    legible: tuple[Outcome, Reason | None]


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything `check` says about a picture. `hidden`: why the picture shows too little."""

    path: Path
    time_s: float | None
    size_wh: tuple[int, int]
    view: View
    hidden: Reason | None
    people: tuple[Dressed, ...]
    items: tuple[Box, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="pictures, folders, clips"
    )
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
    parser.add_argument(
        "--period", type=seconds, default=1.0, metavar="SECONDS", help="of a clip, a frame each (1)"
    )
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)


def run(arguments: argparse.Namespace) -> int:
    """0 when every path was read. Errors: ModelMismatch, PolicyError."""
    files, faults = files_of(arguments.paths)
    for fault in faults:
        print(fault, file=sys.stderr)
    failed = len(faults)
    parameters = load_policy(STANDARD).parameters
    eyes = Eyes(*load_eyes(arguments.models), CardReader())
    width = max((len(shown(path)) for path in files), default=0)
    if arguments.format == "table" and files:
        print(heading(width))
    for path in files:
        try:
            stillness: Still | None = None
            for picture in pictures_of(path, arguments.period):
                if picture.time_s is not None:
                    at = START + timedelta(seconds=picture.time_s)
                    stillness = still(stillness, picture.image, at)
                frozen = stillness is not None and stillness.lasted_s >= FROZEN_AFTER_S
                checked = check(picture, eyes, parameters, frozen=frozen)
                if arguments.format == "table":
                    print(row_of(checked, width), flush=True)
                else:
                    print(json.dumps(line_of(checked)), flush=True)
        except PictureError as error:
            print(error, file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def check(
    picture: Picture, eyes: Eyes, parameters: Mapping[str, float], *, frozen: bool = False
) -> Checked:
    """Look at one picture. One that is dark, burnt out or frozen decides nothing about badges."""
    image = picture.image
    view = measure_view(image, [], None, frozen=frozen)
    hidden = gate(view, parameters)
    people = [
        judged(look_at_person(image, box, eyes.attire), picture, hidden, eyes, parameters)
        for box in find_people(image, eyes.scene)
        if box.confidence >= parameters["det_lo"]
    ]
    things = [
        box
        for box in unlike_official(look_at_scene(image, eyes.desk).boxes())
        if box.label is not Label.PERSON and box.confidence >= parameters["det_lo"]
    ]
    return Checked(
        picture.path,
        picture.time_s,
        (image.shape[1], image.shape[0]),
        view,
        hidden,
        tuple(people),
        tuple(things),
    )


def judged(
    person: Person,
    picture: Picture,
    hidden: Reason | None,
    eyes: Eyes,
    parameters: Mapping[str, float],
) -> Dressed:
    """The same two answers about a badge that an office gets. Only a worn badge can be legible."""
    outcome, reason, tag = badge_of(person, picture.image, parameters)
    if hidden is not None:
        outcome, reason = Outcome.CANNOT_TELL, hidden
    legible: tuple[Outcome, Reason | None] = Outcome.CANNOT_TELL, reason
    if outcome is Outcome.MET and tag is not None:
        legible = legibility_of(tag, picture.image, parameters, eyes.reader)[:2]
    return Dressed(person, tag, (outcome, reason), legible)


def line_of(checked: Checked) -> dict[str, object]:
    """One picture as the JSON line of issue 2. Times in seconds, boxes in pixels as displayed."""
    view = checked.view
    return {
        "path": str(checked.path),
        "time_s": None if checked.time_s is None else round(checked.time_s, 3),
        "size_wh": list(checked.size_wh),
        "view": {
            "brightness": round(view.brightness, 1),
            "clipped": round(view.clipped, 3),
            "sharpness": round(view.sharpness, 3),
            "shift": round(view.shift, 3),
            "blocked": round(view.blocked, 3),
            "frozen": view.frozen,
            "reason": checked.hidden,
        },
        "people": [_person_line(dressed) for dressed in checked.people],
        "items": [
            {
                "label": box.label.word,
                "xyxy": rounded(box.xyxy),
                "confidence": round(box.confidence, 3),
            }
            for box in checked.items
        ],
    }


def _person_line(dressed: Dressed) -> dict[str, object]:
    person, tag = dressed.person, dressed.tag
    return {
        "xyxy": rounded(person.box.xyxy),
        "confidence": round(person.box.confidence, 3),
        "head_xyxy": None if person.head is None else rounded(person.head.xyxy),
        "badge": {
            "outcome": dressed.worn[0],
            "reason": dressed.worn[1],
            "xyxy": None if tag is None else rounded(tag.xyxy),
            "confidence": None if tag is None else round(tag.confidence, 3),
            "height_px": None if tag is None else round(tag.height_px, 1),
            "legible": {"outcome": dressed.legible[0], "reason": dressed.legible[1]},
        },
    }


def heading(width: int) -> str:
    """The first line of the table; paths are `width` wide."""
    return f"{'picture':<{width}}  {'time':>9}  {'size':>11}  {'view':<9}  people and items"


def row_of(checked: Checked, width: int) -> str:
    """One picture as a line of the table."""
    time = "" if checked.time_s is None else f"{checked.time_s:.2f} s"
    size = f"{checked.size_wh[0]} x {checked.size_wh[1]}"
    people = [f"person: badge {_said(dressed)}" for dressed in checked.people]
    counts = Counter(box.label.word for box in checked.items)
    items = [f"{count} {word}" if count > 1 else word for word, count in sorted(counts.items())]
    told = "; ".join([*people, ", ".join(items)] if items else people) or "nothing"
    view = checked.hidden or "ok"
    return f"{shown(checked.path):<{width}}  {time:>9}  {size:>11}  {view:<9}  {told}"


def _said(dressed: Dressed) -> str:
    outcome, reason = dressed.worn
    if outcome is Outcome.MET:
        legible = "legible" if dressed.legible[0] is Outcome.MET else "not legible from here"
        return f"worn, {legible}"
    said = {Outcome.NOT_MET: "not worn", Outcome.CANNOT_TELL: "cannot tell"}[outcome]
    return f"{said} ({reason})"
