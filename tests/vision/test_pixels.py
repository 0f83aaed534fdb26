"""The arithmetic of placing a camera, against numbers worked by hand and measured renders."""

import re
from pathlib import Path

import numpy as np
import pytest

from service.policies import load_policy
from vision.checks import CHECKS
from vision.pixels import (
    CARD_M,
    NEEDS,
    Place,
    advice_for,
    card_px,
    needed_px_per_m,
    px_per_m_of_angle,
    px_per_m_of_desk,
    px_per_m_of_lens,
    px_per_m_of_torso,
    sizes_at,
    turned_px_per_m,
)

PARAMETERS = load_policy("djpb-spm").parameters
PAGE = Path(__file__).parents[2] / "docs" / "placing-a-camera.md"
LENSES_MM = (2.8, 4.0, 6.0)
WIDTHS_PX = (640, 1280, 1920, 2560)
PLACES = ((2.4, 1.5), (2.4, 2.0), (2.6, 2.5), (2.6, 3.0), (2.8, 4.0), (3.0, 5.0))


def test_a_lens_is_similar_triangles() -> None:
    """4 mm before 5.57 mm at 2 m shows 2.785 m: 1280 px are 459.6 px/m."""
    assert px_per_m_of_lens(4.0, 2.0, 1280) == pytest.approx(459.6, abs=0.1)
    assert px_per_m_of_lens(4.0, 4.0, 1280) == pytest.approx(229.8, abs=0.1)


def test_angle_and_lens_tell_the_same() -> None:
    """Data sheets name one or the other: 69.7 degrees are 4 mm on this sensor."""
    by_lens = px_per_m_of_lens(4.0, 2.0, 1920)
    assert px_per_m_of_angle(69.7, 2.0, 1920) == pytest.approx(by_lens, rel=0.002)


def test_a_card_seen_from_above_loses_height() -> None:
    """From 2.4 m down to 1.0 m over 1.5 m: 73 % of its height is left."""
    place = Place(2.4, 1.5)
    assert place.slant_m == pytest.approx(2.05, abs=0.01)
    assert place.upright == pytest.approx(0.731, abs=0.001)
    flat = px_per_m_of_lens(4.0, place.slant_m, 1280) * CARD_M
    assert card_px(place, 4.0, 1280) == pytest.approx(0.731 * flat, rel=0.002)


def test_a_card_two_metres_from_a_dome_is_as_large_as_measured() -> None:
    """On rendered counters: 30 px at 1280 x 720 from a dome two metres away, from the front."""
    assert 25 < card_px(Place(2.4, 2.0), 4.0, 1280) < 35


def test_a_chest_tells_the_scale_at_the_badge() -> None:
    """140 px of 0.40 m are 350 px/m; turned by 60 degrees half of it is left."""
    assert px_per_m_of_torso(140) == pytest.approx(350)
    assert turned_px_per_m(350, 60) == pytest.approx(175)


def test_a_desk_zone_tells_it_roughly() -> None:
    """Its widest span is a desk of 1.2 m."""
    desk = np.array([[100, 50], [460, 60], [480, 90], [120, 95]], np.float32)
    assert px_per_m_of_desk(desk) == pytest.approx(380 / 1.2)


@pytest.mark.parametrize(
    ("check", "px_per_m"),
    [
        ("staff_present", 80 / 0.60),
        ("badge_worn", 96 / 0.40),
        ("badge_legible", 12 / 0.0035),
        ("desk_clear", 24 / 0.08),
        ("equipment_present", 40 / 0.30),
        ("company", None),
    ],
)
def test_what_a_check_needs_follows_from_the_policy(check: str, px_per_m: float | None) -> None:
    """Of a chest and a card the chest asks for more."""
    assert needed_px_per_m(check, PARAMETERS) == pytest.approx(px_per_m)


def test_every_need_names_a_check_and_a_number_of_the_policy() -> None:
    """A floor that nobody enforces would be a wrong promise."""
    assert {need.check for need in NEEDS} <= set(CHECKS)
    assert {need.parameter for need in NEEDS} <= PARAMETERS.keys()


def test_a_small_card_is_told_in_a_sentence() -> None:
    """With how far it is from enough."""
    sizes = sizes_at(163, PARAMETERS)
    card = next(size for size in sizes if size.need.thing == "card")
    assert not card.is_enough
    assert card.got_px == pytest.approx(14, abs=0.1)
    said = advice_for(sizes)
    assert said.startswith("the object on the desk will be 13 px, 24 are needed: ask for the main")
    assert "1.8 times" in said
    assert "0.54 of its distance" in said


def test_letters_alone_do_not_move_a_camera() -> None:
    """They need ten times the pixels: a human reads the card, or a camera close by."""
    said = advice_for(sizes_at(500, PARAMETERS))
    assert said.startswith("the letter on the card will be 2 px, 12 are needed: legibility stays")


def test_enough_is_answered_with_silence() -> None:
    """A camera of its own, 15 cm before the card."""
    assert advice_for(sizes_at(4000, PARAMETERS)) == ""


def test_no_pixels_are_refused() -> None:
    """A zone without width is a fault of the caller."""
    with pytest.raises(ValueError, match="px_per_m"):
        sizes_at(0, PARAMETERS)


def table() -> list[str]:
    """The table of the page: one row per place and lens, card height in pixels by stream width."""
    rows = []
    for height_m, distance_m in PLACES:
        for lens_mm in LENSES_MM:
            place = Place(height_m, distance_m)
            cards = [f"{card_px(place, lens_mm, width):.0f}" for width in WIDTHS_PX]
            scale = px_per_m_of_lens(lens_mm, place.slant_m, 1920)
            rows.append(
                f"| {height_m:.1f} m | {distance_m:.1f} m | {lens_mm:g} mm | {scale:.0f} | "
                + " | ".join(cards)
                + " |"
            )
    return rows


def test_the_table_of_the_page_is_the_arithmetic() -> None:
    """Print it again: `python -m tests.vision.test_pixels`."""
    text = PAGE.read_text("utf-8")
    written = re.findall(r"^\| \d\.\d m \|.*$", text, re.M)
    assert written == table()


def test_the_page_names_every_floor_of_the_policy() -> None:
    """In pixels and in pixels per metre, as they are in force."""
    text = PAGE.read_text("utf-8")
    for need in NEEDS:
        floor = PARAMETERS[need.parameter]
        assert f"{floor:.0f} px" in text, need
        assert f"{floor / need.size_m:.0f} px/m" in text, need


if __name__ == "__main__":
    print("\n".join(table()))  # noqa: T201
