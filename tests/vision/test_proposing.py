"""Zones proposed from who sat where: near what lies on a desk, and nothing where nobody was."""

from vision.labels import Label
from vision.layout import ZoneKind
from vision.proposing import ProposedZone, propose
from vision.values import Box, Xyxy

SIZE = (1280, 720)
SEAT: Xyxy = (500.0, 150.0, 700.0, 450.0)
VISITOR: Xyxy = (60.0, 380.0, 320.0, 720.0)
KEYBOARD = Box(Label.KEYBOARD, (520.0, 430.0, 660.0, 470.0), 0.8)
MONITOR = Box(Label.MONITOR, (680.0, 360.0, 820.0, 480.0), 0.8)


def person(xyxy: Xyxy) -> Box:
    """Somebody."""
    return Box(Label.PERSON, xyxy, 0.9)


def by_kind(zones: tuple[ProposedZone, ...]) -> dict[ZoneKind, ProposedZone]:
    """The zones, each kind once."""
    assert len({zone.kind for zone in zones}) == len(zones)
    return {zone.kind: zone for zone in zones}


def holds(zone: ProposedZone, x: float, y: float) -> bool:
    """Whether a pixel lies in a proposed zone, which is an upright box."""
    xs = [point[0] * SIZE[0] for point in zone.points]
    ys = [point[1] * SIZE[1] for point in zone.points]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)


def test_staff_sit_at_the_keyboard_and_visitors_do_not() -> None:
    """Whoever is seen more often is not staff for that."""
    people = [[person(VISITOR), person(SEAT)], [person(VISITOR), person(SEAT)], [person(VISITOR)]]
    zones = by_kind(propose(people, [KEYBOARD, MONITOR], SIZE))
    assert holds(zones[ZoneKind.STAFF], 600, 300)
    assert not holds(zones[ZoneKind.STAFF], 190, 550)
    assert holds(zones[ZoneKind.DESK], 590, 450)
    assert holds(zones[ZoneKind.VISITOR], 190, 550)
    assert holds(zones[ZoneKind.SCREEN], 750, 420)
    assert (zones[ZoneKind.STAFF].seen, zones[ZoneKind.STAFF].frames) == (2, 3)


def test_nobody_seen_is_nothing_proposed() -> None:
    """A guess would be taken for knowledge."""
    assert propose([[], []], [KEYBOARD], SIZE) == ()
    assert propose([], [], SIZE) == ()


def test_who_walked_by_once_is_no_place() -> None:
    """One picture of eight: a messenger."""
    people = [[person((900.0, 100.0, 1000.0, 400.0))], *[[person(SEAT)]] * 7]
    zones = by_kind(propose(people, [], SIZE))
    assert holds(zones[ZoneKind.STAFF], 600, 300)
    assert ZoneKind.VISITOR not in zones


def test_corners_stay_inside_the_picture() -> None:
    """Somebody at the edge, cut by it."""
    zones = propose([[person((0.0, 0.0, 150.0, 700.0))]], [], SIZE)
    for zone in zones:
        for x, y in zone.points:
            assert 0 <= x <= 1
            assert 0 <= y <= 1
