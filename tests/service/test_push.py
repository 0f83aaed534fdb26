"""Pictures that a camera brings: dated, bounded, counted, and by nobody but its device."""

import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from fastapi.testclient import TestClient

from cameras.push import BURST, Letter, Mailbox
from service.accounts import Role
from tests.fakes_cameras import FastClock, picture
from tests.fakes_office import fake_picture
from tests.service.conftest import House
from vision.errors import AccessError

PATH = "/api/v1/cameras/hall_1/frames"
JPEG = fake_picture("loket_1")


@contextmanager
def reading(mailbox: Mailbox) -> Iterator[list[Letter]]:
    """Somebody who takes every letter, as a camera's reader does."""
    letters: list[Letter] = []
    stop = Event()

    def read() -> None:
        letters.extend(mailbox.letters(stop))

    thread = threading.Thread(target=read)
    thread.start()
    while not mailbox.wanted:
        stop.wait(0.01)
    try:
        yield letters
        stop.wait(0.05)
    finally:
        stop.set()
        mailbox.ring()
        thread.join()


def bring(
    client: TestClient, data: bytes = JPEG, path: str = PATH, at: str = ""
) -> tuple[int, str]:
    """Status of the answer, and its code or `kept` or `unread`."""
    headers = {"X-Captured-At": at} if at else {}
    answer = client.post(path, content=data, headers=headers)
    told = answer.json()
    if "error" in told:
        return answer.status_code, told["error"]["code"]
    return answer.status_code, "kept" if told["kept"] else "unread"


def counted(house: House, result: str) -> float:
    """What the metrics say."""
    client = house.program("metrics")
    line = f'siaga_pushes_total{{result="{result}"}} '
    rows = [row for row in client.get("/metrics").text.splitlines() if row.startswith(line)]
    return float(rows[0].removeprefix(line)) if rows else 0.0


def test_a_device_brings_a_picture_and_the_reader_has_it(house: House) -> None:
    """Dated by its arrival where it says nothing."""
    with reading(house.mailbox) as letters:
        assert bring(house.program("push:hall_1")) == (201, "kept")
    (letter,) = letters
    assert letter.captured_at == house.clock.now
    assert letter.image.shape[2] == 3
    assert counted(house, "kept") == 1


def test_at_night_nothing_is_decoded(house: House) -> None:
    """The device learns that nobody looks; it need not be told when the day begins."""
    assert bring(house.program("push:hall_1")) == (201, "unread")
    assert counted(house, "unread") == 1


@pytest.mark.parametrize(
    ("offset_s", "dated_s", "reason"),
    [(-5, -5, None), (10, 0, None), (3600, 0, "CLOCK_UNSURE")],
    ids=["a moment ago", "a little ahead", "an hour ahead"],
)
def test_a_picture_is_never_dated_into_the_future(
    house: House, offset_s: int, dated_s: int, reason: str | None
) -> None:
    """Kept all the same, by its arrival, and flagged where the camera's clock must be wrong."""
    now = house.clock.now
    at = (now + timedelta(seconds=offset_s)).isoformat()
    with reading(house.mailbox) as letters:
        client = house.program("push:hall_1")
        told = client.post(PATH, content=JPEG, headers={"X-Captured-At": at}).json()
    assert told["reason"] == reason
    assert told["kept"]
    assert letters[0].captured_at == now + timedelta(seconds=dated_s)
    assert letters[0].skew_s == offset_s


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-24T07:59:00+07:00", "stale"),
        ("1970-01-01T00:00:00Z", "stale"),
        ("2026-11-24T08:00:00", "invalid"),
        ("yesterday", "invalid"),
    ],
)
def test_a_time_of_long_ago_or_none_at_all_is_refused(house: House, at: str, code: str) -> None:
    """An old picture is no sight of now."""
    with reading(house.mailbox) as letters:
        assert bring(house.program("push:hall_1"), at=at) == (422, code)
    assert letters == []


def test_an_older_picture_does_not_replace_a_newer_one(house: House) -> None:
    """Gateways send twice and out of order."""
    client, now = house.program("push:hall_1"), house.clock.now
    with reading(house.mailbox) as letters:
        assert bring(client, at=now.isoformat()) == (201, "kept")
        assert bring(client, at=(now - timedelta(seconds=3)).isoformat()) == (201, "unread")
        assert bring(client, at=now.isoformat()) == (201, "unread")
    assert len(letters) == 1


@pytest.mark.parametrize(
    "client",
    [
        lambda house: house.client(),
        lambda house: bearer(house, "siaga_wrong"),
        lambda house: bearer(house, "wrong"),
        lambda house: bearer(house, ""),
    ],
    ids=["none", "a wrong one", "another kind", "an empty one"],
)
@pytest.mark.parametrize("camera", ["hall_1", "hall_2", "nowhere"])
def test_a_wrong_token_is_refused_alike_whatever_the_camera(
    house: House, client: Callable[[House], TestClient], camera: str
) -> None:
    """401, the same words, and counted: no oracle for cameras or tokens."""
    answer = client(house).post(f"/api/v1/cameras/{camera}/frames", content=JPEG)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "sign in, or send a token that has not ended"
    assert counted(house, "refused") == 1


def bearer(house: House, secret: str) -> TestClient:
    """Somebody with this word as a token."""
    client = house.client()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_a_token_of_one_camera_finds_no_other(house: House) -> None:
    """A camera that asks to be asked is not there either, and a revoked token is nobody."""
    client = house.program("push:hall_2")
    assert bring(client) == (404, "not_found")
    assert bring(client, path="/api/v1/cameras/hall_2/frames") == (404, "not_found")
    assert bring(client, path="/api/v1/cameras/x/frames") == (404, "not_found")
    life = timedelta(days=9)
    token_id, secret = house.accounts.add_token("viewer", frozenset({"push:hall_1"}), life, by="t")
    house.accounts.revoke_token(token_id, by="test")
    assert bring(bearer(house, secret)) == (401, "not_signed_in")


def test_a_device_sees_nothing(house: House) -> None:
    """Its token is on a wall in the public hall."""
    client = house.program("push:hall_1", role=Role.ADMIN)
    for path in ("/api/v1/cameras", "/api/v1/me", "/api/v1/flags", "/metrics"):
        assert client.get(path).status_code == 403, path


def test_a_person_brings_no_pictures(house: House) -> None:
    """Not even an administrator: evidence comes from cameras."""
    assert bring(house.signed_in(Role.ADMIN)) == (403, "not_allowed")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: House) -> None:
    """By what it says of itself; and one that says nothing is not read either."""
    client = house.program("push:hall_1")
    headers = {"Content-Length": "8000001"}
    assert client.post(PATH, content=JPEG, headers=headers).status_code == 413
    assert client.post(PATH, content=iter([JPEG])).status_code == 411
    elsewhere = client.post("/api/v1/session", content=b"x" * 70_000)
    assert elsewhere.status_code == 413


def bomb(width: int, height: int) -> bytes:
    """A small JPEG whose header promises a huge picture."""
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", height, width) + JPEG[at + 9 :]


def test_forty_megapixels_are_refused_before_they_are_decoded(house: House) -> None:
    """120 MB of memory for 20 KB of network would be a fine attack."""
    with reading(house.mailbox) as letters:
        assert bring(house.program("push:hall_1"), bomb(8000, 5000)) == (413, "too_large")
    assert letters == []
    assert counted(house, "too_large") == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", JPEG[: len(JPEG) // 2], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"0" * 40],
    ids=["nothing", "a page", "half of one", "a beginning", "another kind"],
)
def test_what_is_no_whole_jpeg_is_refused(house: House, data: bytes) -> None:
    """With a sentence, so that whoever set the device up can help himself."""
    with reading(house.mailbox) as letters:
        assert bring(house.program("push:hall_1"), data) == (422, "no_picture_sent")
    assert letters == []


def test_pictures_that_come_too_fast_are_turned_away(house: House) -> None:
    """Ten at once, then twice per period; the answer says when to come again."""
    client = house.program("push:hall_1")
    answers = [client.post(PATH, content=JPEG) for _ in range(3 * BURST)]  # also if it takes 10 s
    away = [one for one in answers if one.status_code == 429]
    assert away
    assert {(one.json()["error"]["code"], one.headers["retry-after"]) for one in away} == {
        ("slow_down", "1")
    }


def test_a_mailbox_fills_its_patience_again() -> None:
    """Whoever waits is let in."""
    mailbox = Mailbox("cam-1", FastClock(), 0.01)
    assert sum(mailbox.admits() for _ in range(BURST * 2)) < BURST * 2
    Event().wait(0.05)
    assert mailbox.admits()


def test_two_who_read_one_mailbox_both_get_the_newest() -> None:
    """A reader connects again while the old one may still be ending."""
    clock = FastClock()
    mailbox = Mailbox("cam-1", clock)
    with reading(mailbox) as first, reading(mailbox) as second:
        mailbox.put(picture(1), clock.now())
        Event().wait(0.1)
    assert len(first) == len(second) == 1


@pytest.mark.parametrize("scope", ["push", "push:", "push:a b\n", "board push:hall_1"])
def test_a_scope_names_its_camera(house: House, scope: str) -> None:
    """A token for every camera at once is not made."""
    with pytest.raises(AccessError, match="push:CAMERA"):
        house.accounts.add_token("viewer", frozenset({scope}), timedelta(days=9), by="test")
