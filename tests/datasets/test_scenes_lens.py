"""The lens of a rendered camera: what it bends, its boxes follow."""

import numpy as np
import pytest

from datasets.scenes.camera_look import Lens

W, H = 640, 384


def square(x: int, y: int, side: int = 40) -> np.ndarray:
    """An id picture with one square of id 7 whose upper left corner is (x, y)."""
    ids = np.zeros((H, W), np.int32)
    ids[y : y + side, x : x + side] = 7
    return ids


def edge_of(x: int, y: int, side: int = 40) -> np.ndarray:
    """Points on the edge of the same square (n, 2), pixels."""
    k = np.linspace(0, side, 21)
    return np.vstack(
        [
            np.c_[x + k, np.full(21, y)],
            np.c_[x + k, np.full(21, y + side)],
            np.c_[np.full(21, x), y + k],
            np.c_[np.full(21, x + side), y + k],
        ]
    )


@pytest.mark.parametrize("barrel", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("corner", [(20, 12), (560, 20), (40, 320), (300, 170), (590, 330)])
def test_a_box_moves_with_the_pixels_that_it_encloses(
    barrel: float, corner: tuple[int, int]
) -> None:
    """Boxes come from projected points, pixels from the bent picture: if one of them were bent the
    other way, or not at all, every label near the border would be wrong and no score would say it.
    """
    lens = Lens(barrel)
    ys, xs = np.where(lens.bend(square(*corner), whole=True) == 7)
    seen = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
    moved = lens.move(edge_of(*corner).astype(float), W, H)
    said = np.array([*moved.min(0), *moved.max(0)])
    assert np.abs(seen - said.clip(0, [W, H, W, H])).max() <= 1.0
    assert np.abs(moved - edge_of(*corner)).max() > 1, "a lens that bends nothing tests nothing"


def test_corners_and_middle_stay_and_no_border_is_black() -> None:
    """A bent picture must be full: black corners would be a mark of rendered pictures."""
    lens = Lens(0.3)
    fixed = np.array([[0.0, 0.0], [W, 0.0], [W, H], [W / 2, H / 2]])
    assert np.abs(lens.move(fixed, W, H) - fixed).max() < 1e-6
    white = np.full((H, W, 3), 255, np.uint8)
    assert lens.bend(white).min() == 255


def test_ids_are_never_mixed() -> None:
    """Half of id 7 and half of id 3 is not the thing with id 5."""
    ids = square(100, 100)
    ids[100:140, 140:180] = 3
    assert set(np.unique(Lens(0.2).bend(ids, whole=True))) == {0, 3, 7}


def test_a_straight_lens_changes_nothing() -> None:
    """Mornings and older truths know no lens."""
    ids = square(20, 20)
    points = edge_of(20, 20).astype(float)
    assert Lens(0.0).bend(ids, whole=True) is ids
    assert Lens(0.0).move(points, W, H) is points
