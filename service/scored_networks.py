"""The networks that ship and others beside them, shown pictures as the product shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2

from datasets.accuracy_page import PERSON_SCALES
from datasets.comparing import Compared, Entrant, compare
from datasets.evaluation import (
    FLOOR,
    Look,
    PersonAnswer,
    PersonScore,
    Seen,
    SetScore,
    judge_person,
    look_at,
    persons_of,
    require_labels,
    scored,
)
from datasets.failures import Failures, failures_of
from datasets.hidden_heads import HeadScore, heads_of, scores_of_heads
from datasets.sets import (
    COCO_MINI,
    Labelled,
    Origin,
    PictureSet,
    read_persons,
    read_rendered,
    read_set,
)
from models.card import Card, Precision, read_card
from models.detector import OnnxDetector, load_detector, load_eyes
from service.paired_times import costs_of
from service.plain_look import look_at_attire, look_at_scene
from service.policies import load_policy
from vision.errors import DataError
from vision.labels import Label
from vision.values import Detections, Image

STANDARD = "djpb-spm"
PERSONS = "badge_lbs_ccby"
REAL_SETS = {
    "scene": ("office_cctv_ccby",),
    "desk": ("office_cctv_ccby", "cups_bottles_ccby", COCO_MINI),
    "attire": (PERSONS,),
}
"""The sets with truth made by people that the report scores each network on."""


def pictures_of(name: str, data: Path, network: str) -> PictureSet:
    """A real set by name, or a folder of renders. Errors: DataError."""
    if Path(name).is_dir():
        pictures = read_rendered(Path(name), worn=network == "attire")
        if not pictures.pictures:
            raise DataError(f"{name}: expected held-back pictures, found none yet")
        return pictures
    return read_set(name, data)


def rendered_sets(folder: Path | None) -> dict[str, list[PictureSet]]:
    """The held-back renders below a folder, for each network. Errors: DataError."""
    sets: dict[str, list[PictureSet]] = {network: [] for network in REAL_SETS}
    for kind, network in (("attire", "attire"), ("desk", "desk"), ("whole", "scene")):
        if folder is not None and (folder / kind).is_dir():
            pictures = read_rendered(folder / kind, worn=network == "attire")
            if pictures.pictures:
                sets[network].append(pictures)
    return sets


@dataclass(frozen=True, slots=True)
class _Networks:
    """The networks at one floor."""

    scene: OnnxDetector
    desk: OnnxDetector
    attire: OnnxDetector


class Networks:
    """The networks as the product runs them, and once more down to a score of almost nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._shipped: _Networks | None = None
        self._seen: dict[tuple[str, PictureSet], tuple[Seen, ...]] = {}

    @property
    def shipped(self) -> _Networks:
        """As they ship, with the floor of their cards. Errors: ModelMismatch."""
        if self._shipped is None:
            self._shipped = _Networks(*load_eyes(self._folder))
        return self._shipped

    @property
    def cards(self) -> tuple[Card, ...]:
        """The model cards."""
        return self.shipped.scene.card, self.shipped.desk.card, self.shipped.attire.card

    def score(self, network: str, pictures: PictureSet) -> SetScore:
        """A network on a set. Errors: DataError, ModelMismatch."""
        card, seen = self._looked(network, pictures)
        return scored(pictures, card.model, card.labels, seen)

    def failures(self, network: str, pictures: PictureSet) -> Failures:
        """What it gets wrong there. Errors: DataError, ModelMismatch."""
        card, seen = self._looked(network, pictures)
        return failures_of(pictures, card.model, card.labels, seen)

    def people(self, pictures: PictureSet) -> SetScore | None:
        """The scene network on the people of rendered crops of one person; None without any."""
        only = replace(pictures, labels=(Label.PERSON,))
        boxes = (box for one in pictures.pictures for box in one.boxes)
        if not any(box.label is Label.PERSON and not box.ignored for box in boxes):
            return None
        return self.score("scene", only)

    def heads(self, pictures: PictureSet) -> tuple[HeadScore, ...]:
        """Whether heads of rendered people are hidden in evidence. Errors: DataError."""
        return scores_of_heads(heads_of(pictures, self.shipped.scene, self.shipped.attire))

    def _looked(self, network: str, pictures: PictureSet) -> tuple[Card, tuple[Seen, ...]]:
        """Each set is looked at once, whatever is asked about it."""
        card = getattr(self.shipped, network).card
        require_labels(pictures, card.model, card.labels)
        key = (network, pictures)
        if key not in self._seen:
            low = load_detector(network, self._folder, FLOOR)
            self._seen[key] = look_at(pictures, self.look(network, low))
        return card, self._seen[key]

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

    def entrants(self, paths: Sequence[Path], rounds: int) -> list[Entrant]:
        """Networks to compare, of one kind, with their cost where `rounds` are run.

        Errors: ModelMismatch, DataError.
        """
        lows = [OnnxDetector(path.with_suffix(".toml"), FLOOR) for path in paths]
        first = lows[0].card.name
        for low in lows:
            if low.card.name != first or first not in REAL_SETS:
                named = f"networks named {first}" if first in REAL_SETS else "scene, desk or attire"
                raise DataError(f"{low.card.path}: expected {named}, found {low.card.name}")
        cards = [low.card.path for low in lows]
        costs = costs_of(cards, rounds) if rounds > 0 else [None] * len(lows)
        return [
            Entrant(low.card.file.stem, low.card, self.look(first, low), cost)
            for low, cost in zip(lows, costs, strict=True)
        ]

    def look(self, network: str, low: OnnxDetector) -> Look:
        """How a network is shown the pictures of a set."""
        return self._attire(low) if network == "attire" else self._scene(low)

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


def compared_in(
    folder: Path, networks: Networks, sets: Mapping[str, Sequence[PictureSet]], rounds: int
) -> list[Compared]:
    """The networks of each folder within `folder`, scene and attire apart; `sets` of each network.

    A folder as `siaga train --sizes --int8` leaves it is asked two questions, size and precision;
    the folder `renders` whether renders help, on real pictures only; any other folder its own name.
    The network that ships comes first. Errors: DataError, ModelMismatch.
    """
    found: list[Compared] = []
    shipped = {card.sha256 for card in networks.cards}
    for inside in sorted(one for one in folder.iterdir() if one.is_dir()):
        cards = [read_card(path) for path in sorted(inside.glob("*.toml"))]
        cards.sort(key=lambda card: card.sha256 not in shipped)
        for network in sets:
            mine = [card for card in cards if card.name == network]
            for question, asked in questions_of(inside.name, mine):
                entrants = networks.entrants([card.path for card in asked], rounds)
                real_only = question == RENDERS
                on = [s for s in sets[network] if not real_only or s.origin is Origin.REAL]
                results = tuple(compare(one, entrants) for one in on)
                found.append(Compared(question, network, tuple(entrants), results))
    if not found:
        raise DataError(
            f"{folder}: expected folders of two or more networks with cards, found none"
        )
    return found


RENDERS = "renders"


def questions_of(name: str, cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """What can be asked of the cards of one folder, each question with the cards it compares."""
    if name == RENDERS or len(cards) < 2:
        return [(name, list(cards))] if len(cards) > 1 else []
    questions: list[tuple[str, list[Card]]] = []
    floats = [card for card in cards if card.precision is Precision.FLOAT32]
    if len({card.input.size_wh for card in floats}) == len(floats) > 1:
        questions.append(("size", floats))
    for size in dict.fromkeys(card.input.size_wh for card in cards):
        alike = [card for card in cards if card.input.size_wh == size]
        if len({card.precision for card in alike}) == len(alike) > 1:
            questions.append(("precision", alike))
    return questions or [(name, list(cards))]
