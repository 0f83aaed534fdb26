"""Cards are read by pixels first, text second; and text is counted, never kept."""

import logging
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import cv2
import numpy as np
import pytest

from models import legibility
from models.legibility import CardReader, recogniser_file, text_lines
from vision.values import Image, Legibility

needs_rapidocr = pytest.mark.skipif(
    recogniser_file() is None, reason="rapidocr is not installed (extra legibility)"
)


def a_card(height: int, name: str = "SITI RAHAYU") -> Image:
    """A drawn card with office, photo and name, shrunk to this height as a camera would see it."""
    card = np.full((540, 360, 3), 245, np.uint8)
    cv2.rectangle(card, (0, 0), (360, 80), (120, 40, 20), -1)
    write(card, "KPPN CONTOH", 30, 52, 1.2, (255, 255, 255))
    cv2.circle(card, (180, 210), 70, (140, 170, 210), -1)
    cv2.ellipse(card, (180, 330), (100, 60), 0, 180, 360, (90, 60, 40), -1)
    write(card, name, 30, 400, 1.5, (20, 20, 20))
    write(card, "FRONT OFFICE", 60, 460, 1.0, (20, 20, 20))
    size = (round(height * 2 / 3), height)
    return np.asarray(cv2.resize(card, size, interpolation=cv2.INTER_AREA), np.uint8)


def write(card: Image, text: str, x: int, y: int, size: float, ink: tuple[int, int, int]) -> None:
    """A line of text as printers write it."""
    cv2.putText(card, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, size, ink, 2, cv2.LINE_AA)


def test_letter_height_is_measured_in_pixels_of_the_card() -> None:
    """Capitals of the name are 31 of 540 px high, whatever the size the camera gives them."""
    for height in (540, 360, 270):
        tallest = text_lines(a_card(height))[0].letter_px
        assert tallest == pytest.approx(31.5 * height / 540, rel=0.12)


def test_light_letters_on_a_dark_band_are_letters_too() -> None:
    """Offices like their name in white on their colour."""
    tops = [line.xyxy[1] for line in text_lines(a_card(540))]
    assert any(top < 60 for top in tops)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((200, 130, 3), 255, np.uint8),
        np.zeros((200, 130, 3), np.uint8),
        np.full((1, 1, 3), 9, np.uint8),
        np.full((3, 400, 3), 9, np.uint8),
    ],
    ids=["white", "black", "dot", "beam"],
)
def test_pictures_without_letters_have_none(picture: Image) -> None:
    """No picture is an error."""
    assert CardReader().read(picture) == Legibility(0.0, 0.0, 0)


@pytest.mark.parametrize(
    "card",
    [a_card(100), a_card(60), a_card(20), cv2.GaussianBlur(a_card(300), (0, 0), 9)],
    ids=["letters of 6 px", "letters of 3 px", "speck", "blurred"],
)
def test_a_card_below_the_floor_is_never_given_to_the_recogniser(card: Image) -> None:
    """Pixels decide first: it is not even loaded."""
    reader = CardReader()
    answer = reader.read(card)
    assert answer.letter_count == 0
    assert answer.letter_px < 8 or answer.sharpness < 15
    assert not reader._tried


@needs_rapidocr
def test_the_letters_of_a_readable_card_are_counted() -> None:
    """11 + 12 + 11 signs, less the blanks, give or take what the recogniser drops."""
    answer = CardReader().read(a_card(540))
    assert 20 <= answer.letter_count <= 33
    assert answer.letter_px == pytest.approx(31.5, rel=0.12)


@needs_rapidocr
def test_what_was_read_never_leaves_the_reader(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No name in a value, a log line or on a terminal (docs/standard.md P-06)."""
    caplog.set_level(logging.DEBUG)
    reader = CardReader()
    answer = reader.read(a_card(540))
    assert answer.letter_count > 0
    assert {type(getattr(answer, field.name)) for field in fields(answer)} <= {int, float}
    told = caplog.text + "".join(capfd.readouterr()) + repr(vars(reader))
    assert "SITI" not in told.upper()
    assert "RAHAYU" not in told.upper()


@needs_rapidocr
def test_the_recogniser_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offices are offline; its file comes with the package."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert CardReader().available


@needs_rapidocr
def test_threads_that_share_a_reader_count_alike() -> None:
    """Two workers share one."""
    reader = CardReader()
    cards = [a_card(540), a_card(400)] * 4
    alone = [CardReader().read(card) for card in cards[:2]] * 4
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(reader.read, cards)) == alone


def test_without_rapidocr_letters_are_measured_and_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The office still runs; clauses that need text stay CANNOT_TELL."""
    monkeypatch.setattr(legibility, "find_spec", lambda _: None)
    reader = CardReader()
    assert not reader.available
    answer = reader.read(a_card(540))
    assert answer.letter_count == 0
    assert answer.letter_px > 25


def test_importing_the_reader_does_not_import_the_recogniser() -> None:
    """`siaga check` on a picture without a readable card must not wait for it."""
    code = "import sys, models.legibility; print('rapidocr' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
