"""Finding cameras: who answers, what they stream, and what of it to take."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cameras.onvif import Profile, discover, profiles_of, proposed
from service.cli import main
from tests.cameras.onvif_camera import MATCH, SOAP, OnvifCamera, answering, onvif_camera
from tests.cameras.servers import PASSWORD, USERNAME
from vision.errors import CameraUnauthorised, CameraUnavailable


@pytest.fixture
def camera() -> Iterator[OnvifCamera]:
    """A camera."""
    with onvif_camera() as running:
        yield running


def match(*addresses: str) -> bytes:
    """An answer to a discovery."""
    return SOAP.format(MATCH.format(" ".join(addresses))).encode()


def test_a_camera_that_answers_is_listed_once_with_its_name() -> None:
    """Some answer three times, on every address they have."""
    told = match("http://[fe80::1]/onvif", "http://127.0.0.1:81/onvif/device_service")
    with answering(told, told, told) as address:
        (found,) = discover(0.3, address)
    assert (found.host, found.name) == ("127.0.0.1", "Loket Depan")
    assert found.service == "http://127.0.0.1:81/onvif/device_service"


@pytest.mark.parametrize(
    "told",
    [
        match("http://10.0.0.66/onvif"),
        match("file:///etc/passwd"),
        b"\xff\xfe not xml",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + match("http://127.0.0.1/x"),
        b"",
    ],
    ids=["another machine", "another kind of address", "no XML", "entities", "nothing"],
)
def test_who_answers_wrongly_is_passed_over(told: bytes) -> None:
    """Anybody on the network can answer; credentials would go there next."""
    with answering(told) as address:
        assert discover(0.2, address) == []


def test_profiles_come_with_their_addresses_and_without_credentials(camera: OnvifCamera) -> None:
    """Some cameras write the password into the address they tell."""
    main_, sub = profiles_of(camera.service, USERNAME, PASSWORD)
    assert (main_.name, main_.codec, main_.size_wh, main_.rate) == (
        "main", "H264", (1920, 1080), 15.0,
    )  # fmt: skip
    assert sub.stream == "rtsp://127.0.0.1:554/sub?a=1&b=2"
    assert (main_.snapshot, sub.snapshot) == ("http://127.0.0.1/snap.jpg", "")
    assert proposed([main_, sub]) is sub


def test_a_camera_with_a_wrong_clock_lets_in_all_the_same(camera: OnvifCamera) -> None:
    """Its own time goes into the login; that is the usual reason of a mysterious refusal."""
    camera.ahead = timedelta(hours=-7)
    assert len(profiles_of(camera.service, USERNAME, PASSWORD)) == 2


@pytest.mark.parametrize("password", ["", "wr0ng"])
def test_a_wrong_password_is_told_without_itself(camera: OnvifCamera, password: str) -> None:
    """As everywhere."""
    with pytest.raises(CameraUnauthorised) as refused:
        profiles_of(camera.service, USERNAME, password)
    assert "wr0ng" not in f"{refused.value!r}"


def test_a_media_service_elsewhere_gets_no_login(camera: OnvifCamera) -> None:
    """A camera must not send the office's password to another machine."""
    camera.body = "<Media><XAddr>http://localhost:9/onvif</XAddr></Media>"
    with pytest.raises(CameraUnavailable, match="on the same host"):
        profiles_of(camera.service, USERNAME, PASSWORD)


def test_the_smallest_stream_that_is_wide_enough_is_proposed() -> None:
    """Else the largest there is; none of none."""
    tiny, mid, large = (
        Profile(str(width), "H264", (width, width // 2), None, "rtsp://h/", "")
        for width in (352, 704, 2560)
    )
    assert proposed([large, tiny, mid]) is mid
    assert proposed([tiny]) is tiny
    assert proposed([]) is None


def test_the_command_lists_marks_and_says_what_next(
    camera: OnvifCamera, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And shows no password, whoever wrote it."""
    monkeypatch.setenv("KAMERA", PASSWORD)
    with answering(match(camera.service)) as (host, port):
        at = ["--at", f"{host}:{port}", "--seconds", "0.3"]
        account = ["--user", USERNAME, "--password-env", "KAMERA"]
        assert main(["cameras", "discover", *at, *account]) == 0
        out = capsys.readouterr().out
        assert "Loket Depan" in out
        assert " * sub: H264 640x360  rtsp://127.0.0.1:554/sub" in out
        assert "siaga cameras probe rtsp://127.0.0.1:554/sub" in out
        assert "GEHEIM" not in out
        assert PASSWORD not in out
        assert main(["cameras", "discover", *at]) == 0
        assert "check user name and password" in capsys.readouterr().out
    with answering() as (host, port):
        assert main(["cameras", "discover", "--at", f"{host}:{port}", "--seconds", "0.1"]) == 1
        assert "no ONVIF camera answered" in capsys.readouterr().out
