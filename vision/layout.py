"""Counters and their zones, as they lie in a camera's picture."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vision.values import Floats


class ZoneKind(StrEnum):
    """What a polygon of a counter encloses. Source: docs/standard.md 2.2."""

    STAFF = "staff"
    DESK = "desk"
    VISITOR = "visitor"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A polygon of a counter. `points` (N, 2) float32, x and y as shares of the picture, 0 to 1."""

    kind: ZoneKind
    points: Floats

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[0] < 3 or self.points.shape[1] != 2:
            shape = self.points.shape
            raise ValueError(f"zone {self.kind}: expected (N >= 3, 2) points, got {shape}")
        if float(self.points.min()) < 0 or float(self.points.max()) > 1:
            found = self.points.tolist()
            raise ValueError(f"zone {self.kind}: expected shares from 0 to 1, got {found}")

    def polygon(self, size_wh: tuple[int, int]) -> Floats:
        """The corners in pixels of a picture of this size. Shape (N, 2)."""
        scaled: Floats = (self.points * np.array(size_wh, np.float32)).astype(np.float32)
        return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """A service position (Indonesian: loket). Judged; the person at it is not."""

    counter: str
    name: str
    role: str
    camera: str
    zones: tuple[Zone, ...]

    def zone(self, kind: ZoneKind) -> Zone | None:
        """The zone of this kind, if it was drawn."""
        return next((zone for zone in self.zones if zone.kind is kind), None)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """All counters of an office. `version` names this drawing of the zones in every verdict."""

    version: str
    counters: tuple[Counter, ...]

    def of_camera(self, camera: str) -> tuple[Counter, ...]:
        """The counters this camera sees."""
        return tuple(counter for counter in self.counters if counter.camera == camera)

    def counter(self, name: str) -> Counter:
        """The counter with this id. Errors: KeyError."""
        for counter in self.counters:
            if counter.counter == name:
                return counter
        raise KeyError(name)
