"""The privacy mask."""

import numpy as np
import pytest

from cameras.mask import burn_in
from tests.cameras.drawing import scene
from vision.values import Image

TRIANGLE = ((0.5, 0.0), (1.0, 0.0), (1.0, 0.5))


def bright(width: int, height: int) -> Image:
    """A picture without black."""
    return np.asarray(scene(width, height) | np.uint8(1), np.uint8)


def test_the_masked_polygon_is_black_pixel_by_pixel() -> None:
    """And everything else is as it was."""
    image = bright(200, 100)
    masked = burn_in(image, (TRIANGLE,))
    y, x = np.mgrid[:100, :200]
    inside = (x - 100) > 2 * y + 2
    outside = (x - 100) < 2 * y - 4
    assert not masked[inside].any()
    assert np.array_equal(masked[outside], image[outside])
    assert image[0, 199].any(), "the given picture is not touched"


def test_several_masks_and_several_sizes_hold() -> None:
    """The main stream and the sub-stream have the same mask."""
    left = ((0.0, 0.0), (0.25, 0.0), (0.25, 1.0), (0.0, 1.0))
    for width, height in ((640, 360), (1280, 720), (33, 17)):
        masked = burn_in(bright(width, height), (TRIANGLE, left))
        assert not masked[:, : width // 4].any()
        assert not masked[0, -2:].any()
        assert masked[-1, -1].any()


def test_without_a_mask_nothing_is_copied() -> None:
    """Most cameras have none."""
    image = scene()
    assert burn_in(image, ()) is image


@pytest.mark.parametrize("mask", [((0.0, 0.0), (1.0, 1.0)), ((0.0, 0.0), (1.0, 0.0), (1.0, 2.0))])
def test_a_mask_that_hides_nothing_or_leaves_the_picture_is_refused(
    mask: tuple[tuple[float, float], ...],
) -> None:
    """A mask that silently does not mask is the worst kind."""
    with pytest.raises(ValueError, match="expected 3 corners or more within 0 to 1"):
        burn_in(scene(), (mask,))
