"""How many pixels a thing gets, and how many a check needs: arithmetic for placing a camera.

One number describes a counter in a picture: pixels per metre at the badge. Everything else follows
from how large things are. docs/placing-a-camera.md explains it to who hangs the camera.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, hypot, tan
from math import radians as radians_of

from vision.values import Floats

TORSO_M = 0.40
"""Shoulder to shoulder of a clothed adult, as the torso box encloses it. Source: own estimate."""
CARD_M = 0.086
"""Long side of an ID card. Source: ISO/IEC 7810, ID-1, 85.60 x 53.98 mm."""
LETTER_M = 0.0035
"""Capital letter of a name on a card, 14 pt: 14 x 0.353 mm x 0.7. Source: own estimate."""
OBJECT_M = 0.08
"""Short side of a cup, the smallest common thing on a desk. Source: own estimate."""
SCREEN_M = 0.30
"""Height of a 22 inch monitor, 16:9: 22 x 25.4 mm x 9 / 18.36 = 274 mm, with its frame 0.30."""
SEATED_M = 0.60
"""What is seen of a person who sits behind a desk, edge to crown. Source: own estimate."""
DESK_M = 1.20
"""Width of a counter's desk, where nothing better is known. Source: own estimate."""
SEATED_BADGE_M = 1.0
"""Height above the floor at which the badge of a seated person hangs. Source: own estimate."""
SENSOR_M = 0.00557
"""Width of the picture on a 1/2.8 inch sensor: 1920 x 2.9 um. Source: Sony IMX291 and IMX327."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a check must see: a thing of `size_m`, at least as many pixels as `parameter` says."""

    check: str
    thing: str
    size_m: float
    parameter: str


NEEDS: tuple[Need, ...] = (
    Need("staff_present", "person", SEATED_M, "px_person"),
    Need("badge_worn", "chest", TORSO_M, "px_chest"),
    Need("badge_worn", "card", CARD_M, "px_badge"),
    Need("badge_legible", "letter on the card", LETTER_M, "px_letter"),
    Need("desk_clear", "object on the desk", OBJECT_M, "px_object"),
    Need("equipment_present", "monitor", SCREEN_M, "px_screen"),
)
"""The floors are those of the policy; `desk_like_reference` and `company` need no more."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the thing of a need is in a picture, beside its floor, in pixels."""

    need: Need
    got_px: float
    floor_px: float

    @property
    def is_enough(self) -> bool:
        """Whether the check can decide."""
        return self.got_px >= self.floor_px

    @property
    def missing_factor(self) -> float:
        """How many times as many pixels per metre are needed; 1 or less when it is enough."""
        return self.floor_px / self.got_px


def sizes_at(px_per_m: float, parameters: Mapping[str, float]) -> tuple[Size, ...]:
    """What every check gets at a counter. `parameters` are those of the policy."""
    if px_per_m <= 0:
        raise ValueError(f"px_per_m: expected more than 0, got {px_per_m}")
    return tuple(
        Size(need, px_per_m * need.size_m, parameters[need.parameter]) for need in NEEDS
    )


def needed_px_per_m(check: str, parameters: Mapping[str, float]) -> float | None:
    """Pixels per metre from which on a check can decide; None for one that needs none."""
    floors = [parameters[n.parameter] / n.size_m for n in NEEDS if n.check == check]
    return max(floors, default=None)


def px_per_m_of_torso(width_px: float) -> float:
    """Pixels per metre where somebody's chest is `width_px` wide: the badge hangs there."""
    return width_px / TORSO_M


def px_per_m_of_desk(desk: Floats) -> float:
    """A rough answer from the desk zone alone: its widest span is taken as DESK_M.

    Shape: desk (N, 2), corners in pixels.
    """
    return float(desk[:, 0].max() - desk[:, 0].min()) / DESK_M


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera hangs: metres above the floor, and over the floor to the person."""

    height_m: float
    distance_m: float

    @property
    def slant_m(self) -> float:
        """The straight line from the lens to the badge of a seated person."""
        return hypot(self.distance_m, self.height_m - SEATED_BADGE_M)

    @property
    def upright(self) -> float:
        """How much of an upright thing's height is left, looked at from above: 0 to 1."""
        return self.distance_m / self.slant_m


def px_per_m_of_lens(
    focal_mm: float, distance_m: float, width_px: int, sensor_m: float = SENSOR_M
) -> float:
    """Pixels per metre across the line of sight, in the middle of the picture.

    Source: similar triangles of a pinhole; wide lenses bend more towards the edges.
    """
    return width_px * focal_mm / 1000 / sensor_m / distance_m


def px_per_m_of_angle(angle_deg: float, distance_m: float, width_px: int) -> float:
    """The same from the horizontal angle of view that a data sheet names."""
    return width_px / (2 * distance_m * tan(radians_of(angle_deg / 2)))


def turned_px_per_m(px_per_m: float, turned_deg: float) -> float:
    """What is left across a chest that is turned away by so many degrees."""
    return px_per_m * cos(radians_of(turned_deg))


def card_px(place: Place, focal_mm: float, width_px: int) -> float:
    """Height in pixels of an upright ID card on a seated person."""
    return px_per_m_of_lens(focal_mm, place.slant_m, width_px) * CARD_M * place.upright


def smallest(sizes: tuple[Size, ...]) -> Size | None:
    """The thing that lacks most pixels; letters only where nothing else lacks any."""
    small = [size for size in sizes if not size.is_enough]
    others = [size for size in small if size.need.check != "badge_legible"]
    return max(others or small, key=lambda size: size.missing_factor, default=None)


def advice_for(sizes: tuple[Size, ...]) -> str:
    """What to do, in one sentence; empty when every check gets what it needs.

    Letters are left out while anything else is missing, and never alone a reason to move a camera
    that sees a whole counter: they need ten times the pixels of everything else.
    """
    worst = smallest(sizes)
    if worst is None:
        return ""
    if worst.need.check == "badge_legible":
        return (
            f"the {worst.need.thing} will be {worst.got_px:.0f} px, {worst.floor_px:.0f} are "
            "needed: legibility stays with a human, or gets a camera of its own close by"
        )
    factor = worst.missing_factor
    return (
        f"the {worst.need.thing} will be {worst.got_px:.0f} px, {worst.floor_px:.0f} are needed: "
        f"ask for the main stream with {factor:.1f} times the width, take a lens {factor:.1f} "
        f"times as long, or move the camera to {1 / factor:.2f} of its distance"
    )
