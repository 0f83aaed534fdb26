"""How large things are at a counter, for `siaga cameras probe` and the page Pemasangan."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cameras.config import CameraConfig
from cameras.mask import burn_in
from cameras.probe import Probed
from service.policies import load_policy
from service.settings import Settings
from vision.eyes import Eyes, find_people, look_at_person, staffed_by
from vision.layout import Counter, ZoneKind
from vision.pixels import Size, px_per_m_of_desk, px_per_m_of_torso, sizes_at
from vision.values import Box, Image

STANDARD = "djpb-spm"
PEOPLE_MAX = 8
"""So many people are measured at most; the widest chest counts."""


class Basis(StrEnum):
    """How a scale is known: by a chest, guessed from the desk zone, or not at all."""

    CHEST = "chest"
    DESK = "desk"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Scale:
    """How large things are at a counter (None: the whole picture), and how that is known."""

    counter: str | None
    px_per_m: float | None
    basis: Basis
    sizes: tuple[Size, ...] = ()


def scales_of(
    probed: Probed, config: CameraConfig, settings: Settings | None, eyes: Eyes | None
) -> list[Scale]:
    """Pixels per metre at each counter of this camera, by a person if one sits there."""
    policy = settings.policy if settings is not None else load_policy(STANDARD)
    counters = settings.layout.of_camera(config.camera) if settings is not None else ()
    image = burn_in(probed.image, config.masks)
    people = find_people(image, eyes.scene) if eyes is not None else []
    scales = []
    for counter in counters or (None,):
        px_per_m, basis = scale_at(image, counter, people_at(people, counter, image), eyes)
        name = counter.counter if counter is not None else None
        sizes = sizes_at(px_per_m, policy.parameters) if px_per_m is not None else ()
        scales.append(Scale(name, px_per_m, basis, sizes))
    return scales


def people_at(people: list[Box], counter: Counter | None, image: Image) -> list[Box]:
    """Who sits at a counter, or everybody."""
    size_wh = (image.shape[1], image.shape[0])
    return staffed_by(people, counter, size_wh) if counter is not None else people


def scale_at(
    image: Image, counter: Counter | None, people: Sequence[Box], eyes: Eyes | None
) -> tuple[float | None, Basis]:
    """Pixels per metre, and how that is known."""
    attire = eyes.attire if eyes is not None else None
    near = people[:PEOPLE_MAX]
    seen = [look_at_person(image, person, attire) for person in near if attire is not None]
    chests = [person.torso.width_px for person in seen if person.torso is not None]
    if chests:
        return px_per_m_of_torso(max(chests)), Basis.CHEST
    desk = counter.zone(ZoneKind.DESK) if counter is not None else None
    if desk is not None:
        polygon = desk.polygon((image.shape[1], image.shape[0]))
        return px_per_m_of_desk(polygon), Basis.DESK
    return None, Basis.NOTHING
