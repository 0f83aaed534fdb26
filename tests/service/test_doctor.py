"""`siaga doctor`: what is wrong is said with what to do; what is right is said too."""

import fcntl
import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from service import examination
from service.cli import main
from service.examination import Finding, State
from service.settings import CameraSettings, Credentials, SourceKind
from tests.live_office import EMPTY_OFFICE
from tests.models.make_tiny import tiny_network, write_tiny
from tests.service.eyes import write_eyes


def findings(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, dict[str, Finding]]:
    """Exit code and findings by what was examined."""
    code = main(["doctor", *map(str, arguments), "--format", "jsonl"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [Finding(row["what"], State(row["state"]), row["said"], row["remedy"]) for row in rows]
    return code, {finding.what: finding for finding in found}


def test_a_healthy_machine_without_an_office_has_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first thing somebody runs after the installation."""
    code, found = findings(capsys, "--models", write_eyes(tmp_path / "eyes"))
    assert [finding for finding in found.values() if finding.state is State.FAILED] == []
    assert code == 0
    assert list(found)[:6] == [
        "python", "packages", "opencv", "model scene", "model desk", "model attire"
    ]
    assert "onnxruntime" in found["packages"].said
    assert "headless" in found["opencv"].said
    assert "scene@1" in found["model scene"].said
    assert "ms a picture" in found["model scene"].said
    assert "djpb-spm" in found["policy"].said


def test_a_network_that_is_not_its_cards_fails_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each network is examined by itself."""
    eyes = write_eyes(tmp_path / "eyes")
    (eyes / "attire.onnx").write_bytes(b"other")
    code, found = findings(capsys, "--models", eyes)
    assert code == 1
    assert found["model scene"].state is State.OK
    assert found["model attire"].state is State.FAILED
    assert "sha256: expected" in found["model attire"].said
    assert "models/weights" in found["model attire"].remedy


def test_the_table_ends_with_a_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What failed is countable at a glance, and says what to do below itself."""
    assert main(["doctor", "--models", str(tmp_path)]) == 1
    rows = capsys.readouterr().out.splitlines()
    assert rows[-1].endswith("examined, 3 failed")
    failed = next(i for i, row in enumerate(rows) if row.startswith("failed  model scene"))
    assert rows[failed + 1].strip().startswith("do: ")


def test_every_fault_of_an_office_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same lines as `siaga config check`."""
    config = tmp_path / "office.toml"
    config.write_text("[office]\nid = 3\n[server]\nport = 99999999\n", encoding="utf-8")
    code, found = findings(capsys, "--config", config, "--models", write_eyes(tmp_path / "eyes"))
    assert code == 1
    assert found["office"].state is State.FAILED
    assert "office.toml:2" in found["office"].said
    assert "office.toml:4" in found["office"].said
    assert "siaga config check" in found["office"].remedy


def test_rapidocr_missing_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office runs without it; the finding says what is lost."""
    monkeypatch.setattr(examination, "recogniser_file", lambda: None)
    finding = examination.recogniser()
    assert finding.state is State.SKIPPED
    assert "CANNOT_TELL" in finding.remedy


# The data folder


def test_a_folder_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    """It is made at the first start."""
    finding = examination.data_folder(tmp_path / "a" / "b", "")
    assert finding.state is State.OK
    assert "made at the first start" in finding.said
    assert not (tmp_path / "a").exists()


def test_a_file_in_place_of_the_folder_fails(tmp_path: Path) -> None:
    """Somebody mistyped the path."""
    (tmp_path / "data").write_text("x", encoding="utf-8")
    assert examination.data_folder(tmp_path / "data", "").state is State.FAILED
    assert examination.data_folder(tmp_path / "data" / "deeper", "").state is State.FAILED


def test_a_folder_on_a_network_file_system_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite loses data there."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path}/nas nfs4 rw 0 0\n", "utf-8")
    (tmp_path / "nas").mkdir()
    monkeypatch.setattr(examination, "MOUNTS", mounts)
    finding = examination.data_folder(tmp_path / "nas" / "data", "")
    assert finding.state is State.FAILED
    assert "nfs4" in finding.said


def test_a_full_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days before nothing can be kept any more."""
    monkeypatch.setattr(examination, "FREE_GB", 1e9)
    finding = examination.data_folder(tmp_path, "")
    assert finding.state is State.FAILED
    assert finding.remedy.startswith("free at least")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_fails(tmp_path: Path) -> None:
    """Nothing could be kept."""
    tmp_path.chmod(0o500)
    assert examination.data_folder(tmp_path, "").state is State.FAILED


@pytest.mark.parametrize(
    ("revision", "state", "said"),
    [("9999", State.FAILED, "9999"), ("0000", State.OK, "brought up to date")],
    ids=["newer", "older"],
)
def test_a_database_of_another_version_is_told(
    tmp_path: Path, revision: str, state: State, said: str
) -> None:
    """It is only read: an older one is upgraded by the next start, not by the doctor."""
    with sqlite3.connect(tmp_path / "siaga.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.close()
    before = (tmp_path / "siaga.db").read_bytes()
    finding = examination.database(tmp_path)
    assert finding.state is state
    assert said in finding.said
    assert (tmp_path / "siaga.db").read_bytes() == before


def test_a_file_that_is_no_database_fails(tmp_path: Path) -> None:
    """With the copy to restore."""
    (tmp_path / "siaga.db").write_bytes(b"x" * 5000)
    finding = examination.database(tmp_path)
    assert finding.state is State.FAILED
    assert "backup" in finding.remedy


# Port and neighbours


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which something listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_fails_unless_siaga_itself_uses_it(taken_port: int) -> None:
    """The doctor may be called while the office runs."""
    assert examination.port("127.0.0.1", taken_port, "").state is State.FAILED
    assert examination.port("127.0.0.1", taken_port, "4711").state is State.OK


def test_a_free_port_is_free() -> None:
    """Port 0 lets the system choose one."""
    assert examination.port("127.0.0.1", 0, "").state is State.OK


def test_a_running_siaga_is_known_by_its_lock(tmp_path: Path) -> None:
    """An old lock file alone means nothing: it must be held."""
    assert examination.holder_of(tmp_path) == ""
    lock = tmp_path / "siaga.lock"
    lock.write_text("4711", encoding="utf-8")
    assert examination.holder_of(tmp_path) == ""
    with lock.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert examination.holder_of(tmp_path) == "4711"


# The clock


@pytest.mark.parametrize(
    ("corrected", "state"),
    [(True, State.OK), (False, State.SKIPPED), (None, State.SKIPPED)],
    ids=["corrected", "not corrected", "nobody says"],
)
def test_without_live_cameras_the_clock_is_only_told(
    monkeypatch: pytest.MonkeyPatch, corrected: bool | None, state: State
) -> None:
    """Recordings bring their own time."""
    monkeypatch.setattr(examination, "is_corrected", lambda: corrected)
    finding = examination.clock(None)
    assert finding.state is state
    assert "UTC" in finding.said


def test_somebody_can_tell_whether_the_clock_is_corrected() -> None:
    """Asking never fails, whatever the machine."""
    assert examination.is_corrected() in (True, False, None)


def test_a_network_may_hold_no_box_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A grey picture shows nothing: that is no failure of a network."""
    eyes = write_eyes(tmp_path / "eyes")
    nothing = np.zeros((1, 6, 84), np.float32)
    write_tiny(eyes, tiny_network(nothing), name="scene")
    assert findings(capsys, "--models", eyes)[1]["model scene"].state is State.OK


# Cameras


def a_camera(kind: SourceKind, address: object, period_s: float = 1.0) -> CameraSettings:
    """A camera as office.toml describes one."""
    return CameraSettings("loket-1", kind, str(address), period_s=period_s)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of a clip."""
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (160, 96))
    for level in range(20):
        writer.write(np.full((96, 160, 3), 10 * level, np.uint8))
    writer.release()
    return path


def test_a_clip_tells_its_size(clip: Path) -> None:
    """What a camera shows decides which rules it can serve."""
    finding = examination.camera(a_camera(SourceKind.CLIP, clip))
    assert finding.state is State.OK
    assert finding.what == "camera loket-1"
    assert "160x96" in finding.said


@pytest.mark.parametrize("kind", [SourceKind.CLIP, SourceKind.RECORDING, SourceKind.FOLDER])
def test_a_place_without_pictures_fails(
    kind: SourceKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped path is told at once or after the wait."""
    monkeypatch.setattr(examination, "CAMERA_WAIT_S", 0.3)
    finding = examination.camera(a_camera(kind, tmp_path / "gone", period_s=0.1))
    assert finding.state is State.FAILED
    assert str(tmp_path / "gone") in finding.said
    assert finding.remedy


def test_a_camera_that_refuses_the_connection_fails_without_its_password() -> None:
    """Nothing listens there; the message may be shown to anybody."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    address = f"rtsp://127.0.0.1:{port}/stream"
    settings = CameraSettings("loket-1", SourceKind.RTSP, address, Credentials("admin", "rahasia"))
    finding = examination.camera(settings)
    assert finding.state is State.FAILED
    assert str(port) in finding.said
    assert "rahasia" not in repr(finding)


def test_a_camera_that_never_answers_holds_up_nobody(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It accepts the connection and then says nothing."""
    monkeypatch.setattr(examination, "CAMERA_WAIT_S", 0.5)
    started = time.monotonic()
    address = f"rtsp://127.0.0.1:{taken_port}/stream"
    finding = examination.camera(a_camera(SourceKind.RTSP, address, period_s=0.1))
    assert finding.state is State.FAILED
    assert "no picture within 0.5 s" in finding.said
    assert time.monotonic() - started < 5


def test_a_whole_office_is_examined(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folder, database, port and camera, each with its finding."""
    config = tmp_path / "office.toml"
    config.write_text(OFFICE.format(clip=clip), encoding="utf-8")
    code, found = findings(capsys, "--config", config, "--models", write_eyes(tmp_path / "eyes"))
    assert {what: finding.state for what, finding in found.items() if what in WATCHED} == WATCHED
    assert code == 0


OFFICE = """\
[office]
id = "kppn-contoh"
name = "KPPN Contoh"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[server]
port = 18477

[[cameras]]
id = "loket-1"
clip = "{clip}"
starts_at = 2026-11-24T07:20:00+07:00

[[counters]]
id = "loket-1"
name = "Loket 1"
role = "FO"
camera = "loket-1"

[counters.zones]
staff = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]
"""
WATCHED = {
    "office": State.OK,
    "data": State.OK,
    "database": State.SKIPPED,
    "port": State.OK,
    "camera loket-1": State.OK,
}


def test_a_recipient_without_an_address_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the morning on which nobody hears anything."""
    config = tmp_path / "office.toml"
    to = '\n[[messages.to]]\nname = "kepala"\nurl_env = "SIAGA_TIADA"\n'
    config.write_text(EMPTY_OFFICE, "utf-8")
    _, found = findings(capsys, "--config", config)
    assert found["messages"].state is State.SKIPPED
    config.write_text(EMPTY_OFFICE + to, "utf-8")
    _, found = findings(capsys, "--config", config)
    assert found["messages"].state is State.FAILED
    assert "no address for kepala" in found["messages"].said
    (tmp_path / "kepala.url").write_text("json://127.0.0.1/kunci-rahasia", "utf-8")
    config.write_text(
        EMPTY_OFFICE + to.replace('url_env = "SIAGA_TIADA"', 'url_file = "kepala.url"'), "utf-8"
    )
    _, found = findings(capsys, "--config", config)
    assert found["messages"].state is State.OK
    assert "rahasia" not in found["messages"].said
