"""A picture laid into an input and back again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.card import Colour, Input, Placing
from models.letterbox import InputBuffer, Letterbox

SIDES = st.integers(1, 5000)


def an_input(
    size_wh: tuple[int, int] = (640, 384),
    placing: Placing = Placing.CENTRE,
    colour: Colour = Colour.RGB,
    *,
    dynamic: bool = False,
) -> Input:
    """An input as YOLO11 has it."""
    return Input("images", size_wh, colour, 1 / 255, placing, 114, dynamic)


@given(SIDES, SIDES, st.sampled_from(Placing), st.data())
def test_a_box_laid_into_the_input_comes_back(
    width: int, height: int, placing: Placing, data: st.DataObject
) -> None:
    """Whatever the picture's proportions, boxes return within a hundredth of a pixel's share."""
    letterbox = Letterbox.fit((width, height), an_input(placing=placing))
    x = sorted(data.draw(st.lists(st.floats(0, width), min_size=2, max_size=2)))
    y = sorted(data.draw(st.lists(st.floats(0, height), min_size=2, max_size=2)))
    box = np.array([[x[0], y[0], x[1], y[1]]], np.float32)
    back = letterbox.picture_from_input(letterbox.input_from_picture(box))
    assert np.abs(back - box).max() <= 1e-4 * max(width, height) + 1e-3


@given(SIDES, SIDES, st.sampled_from(Placing))
def test_the_picture_lies_inside_the_input_and_touches_two_of_its_edges(
    width: int, height: int, placing: Placing
) -> None:
    """Nothing is cut off, and no pixel of the input is given away."""
    letterbox = Letterbox.fit((width, height), an_input(placing=placing))
    placed_width, placed_height = letterbox.placed_wh
    assert 1 <= placed_width <= 640
    assert 1 <= placed_height <= 384
    assert letterbox.left + placed_width <= 640
    assert letterbox.top + placed_height <= 384
    assert placed_width == 640 or placed_height == 384


def test_a_box_in_the_padding_has_no_area_in_the_picture() -> None:
    """A detector drops it."""
    letterbox = Letterbox.fit((384, 384), an_input())
    box = letterbox.picture_from_input(np.array([[0, 0, 100, 384]], np.float32))
    assert box[0, 0] == box[0, 2] == 0


@pytest.mark.parametrize(
    ("placing", "top"), [(Placing.CENTRE, 12), (Placing.TOP_LEFT, 0)], ids=["centre", "top left"]
)
def test_a_wide_picture_lies_where_the_card_says(placing: Placing, top: int) -> None:
    """1280 x 720 in 640 x 384 leaves 24 lines."""
    letterbox = Letterbox.fit((1280, 720), an_input(placing=placing))
    assert (letterbox.placed_wh, letterbox.left, letterbox.top) == ((640, 360), 0, top)


@pytest.mark.parametrize(
    ("colour", "first"), [(Colour.RGB, 30), (Colour.BGR, 10)], ids=["RGB", "BGR"]
)
def test_colours_come_in_the_order_of_the_card(colour: Colour, first: int) -> None:
    """Pictures are BGR; most networks want RGB."""
    buffer = InputBuffer(an_input(colour=colour))
    buffer.fill(np.full((384, 640, 3), (10, 20, 30), np.uint8))
    assert buffer.array[0, 0] == pytest.approx(first / 255)
    assert buffer.array[0, 1] == pytest.approx(20 / 255)


def test_a_buffer_holds_nothing_of_the_picture_before() -> None:
    """It is used again for every picture, and pictures differ in size."""
    buffer = InputBuffer(an_input())
    buffer.fill(np.full((384, 640, 3), 255, np.uint8))
    placed = buffer.fill(np.zeros((384, 384, 3), np.uint8))
    assert (placed.left, placed.placed_wh) == (128, (384, 384))
    assert np.all(buffer.array[..., 128:512] == 0)
    assert buffer.array[..., :128] == pytest.approx(114 / 255)
    assert buffer.array[..., 512:] == pytest.approx(114 / 255)


@pytest.mark.parametrize("size_wh", [(1, 1), (1, 4000), (4000, 1)], ids=["dot", "post", "beam"])
def test_pictures_of_any_shape_can_be_laid_in(size_wh: tuple[int, int]) -> None:
    """The proportions of a picture are never an error."""
    buffer = InputBuffer(an_input())
    placed = buffer.fill(np.full((size_wh[1], size_wh[0], 3), 7, np.uint8))
    assert min(placed.placed_wh) >= 1


@given(SIDES, SIDES)
def test_a_dynamic_input_has_the_least_padding_that_the_strides_allow(
    width: int, height: int
) -> None:
    """The picture lies as large as in the whole input, and grey is not paid for."""
    whole = Letterbox.fit((width, height), an_input())
    least = Letterbox.fit((width, height), an_input(dynamic=True))
    assert least.placed_wh == whole.placed_wh
    for side, placed, most in zip(least.input_wh, least.placed_wh, (640, 384), strict=True):
        assert side % 32 == 0
        assert placed <= side <= min(most, placed + 31)


def test_a_dynamic_buffer_is_as_large_as_the_picture_needs() -> None:
    """One buffer serves all sizes, and keeps nothing of the size before."""
    buffer = InputBuffer(an_input(dynamic=True))
    buffer.fill(np.full((384, 640, 3), 255, np.uint8))
    assert buffer.array.shape == (1, 3, 384, 640)
    buffer.fill(np.zeros((250, 640, 3), np.uint8))
    assert buffer.array.shape == (1, 3, 256, 640)
    assert buffer.array.flags.c_contiguous
    assert np.all(buffer.array[..., 3:253, :] == 0)
    assert buffer.array[..., :3, :] == pytest.approx(114 / 255)
    assert buffer.array[..., 253:, :] == pytest.approx(114 / 255)
