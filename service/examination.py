"""What `siaga doctor` looks at: each thing an office rests on, examined by itself.

An examination never raises for what it examines: a fault becomes a finding that says what to do.
"""

import ctypes
import platform
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path
from queue import Empty, Queue
from typing import Protocol

import numpy as np

from models.card import read_card
from models.detector import NETWORKS, WEIGHTS, OnnxDetector
from models.legibility import CardReader, recogniser_file
from service.policies import load_policy
from service.settings import CameraSettings, Settings, SourceKind, load_settings
from vision.errors import (
    ConfigError,
    ModelMismatch,
    PictureError,
    PolicyError,
    SiagaError,
    StoreError,
)
from vision.values import Frame

STANDARD = "djpb-spm"
CAMERA_WAIT_S = 8.0
FREE_GB = 2.0
"""A disk with less free space fills within days. Source: own."""

SHIPPED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time is certainly wrong."""

MOUNTS = Path("/proc/mounts")


class State(StrEnum):
    """How an examination ended. SKIPPED: it could not be done here, or there is nothing to do."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was examined, how it is, and what to do (empty where nothing is)."""

    what: str
    state: State
    said: str
    remedy: str = ""


def examine(config: Path | None, models: Path | None = None) -> Iterator[Finding]:
    """Everything, one after the other; cameras, data folder and port only of an office."""
    yield python()
    yield packages()
    yield opencv()
    for name in NETWORKS:
        yield network(name, WEIGHTS if models is None else models)
    yield recogniser()
    settings: Settings | None = None
    if config is None:
        yield policy(STANDARD)
        yield Finding("office", State.SKIPPED, "no office was given", "siaga doctor --config FILE")
    else:
        finding, settings = office(config)
        yield finding
    yield clock(settings)
    if settings is not None:
        running = holder_of(settings.data)
        yield data_folder(settings.data, running)
        yield database(settings.data)
        yield port(settings.server.host, settings.server.port, running)
        for each in settings.cameras:
            yield camera(each)
        yield messages(settings)


def messages(settings: Settings) -> Finding:
    """Who is told, and whether their addresses are there; nobody is sent anything."""
    recipients = settings.messages.recipients
    if not recipients and settings.messages.mqtt is None:
        return Finding("messages", State.SKIPPED, "nobody is told", "see docs/messages.md")
    without = [one.name for one in recipients if not one.address]
    if without:
        said = f"no address for {', '.join(without)}"
        return Finding("messages", State.FAILED, said, "set what url_env or url_file names")
    names = [one.name for one in recipients] + ["mqtt"] * (settings.messages.mqtt is not None)
    said = f"{', '.join(names)}; `siaga messages test` tries them"
    return Finding("messages", State.OK, said)


def python() -> Finding:
    """The interpreter."""
    said = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("python", State.OK, said)


def packages() -> Finding:
    """Every package that Siaga needs, with its version."""
    have: list[str] = []
    missing: list[str] = []
    for requirement in requires("siaga") or ():
        name, _, condition = requirement.partition(";")
        if "extra ==" in condition:
            continue
        name = re.split(r"[\s<>=!~\[(]", name.strip())[0]
        try:
            have.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", State.FAILED, f"missing: {', '.join(missing)}", "make install")
    return Finding("packages", State.OK, ", ".join(have))


def opencv() -> Finding:
    """Two OpenCV builds overwrite each other's files in silence."""
    owners = sorted(set(packages_distributions().get("cv2", ())))
    if len(owners) == 1:
        return Finding("opencv", State.OK, f"{owners[0]} {version(owners[0])}")
    remedy = f"pip uninstall {' '.join(owners)}, then make install" if owners else "make install"
    said = f"expected one package that brings cv2, got {', '.join(owners) or 'none'}"
    return Finding("opencv", State.FAILED, said, remedy)


def network(name: str, folder: Path) -> Finding:
    """A network against its card: bytes, shapes, and one picture in a measured time."""
    what = f"model {name}"
    try:
        card = read_card(folder / f"{name}.toml")
        detector = OnnxDetector(card.path)
        width, height = card.input.size_wh
        picture = np.full((height, width, 3), 114, np.uint8)
        detector.detect(picture)  # the first one allocates
        started = time.perf_counter()
        detector.detect(picture)
    except ModelMismatch as error:
        remedy = "take card and file from the same version of Siaga: git checkout models/weights"
        return Finding(what, State.FAILED, str(error), remedy)
    spent_ms = 1000 * (time.perf_counter() - started)
    said = f"{card.model} {card.sha256[:8]}, {width}x{height}, {spent_ms:.0f} ms a picture"
    return Finding(what, State.OK, f"{said}, {card.licence}")


def recogniser() -> Finding:
    """Whether letters on cards can be counted. Without it clauses about them are CANNOT_TELL."""
    remedy = 'pip install "siaga[legibility]"; without it "readable" stays CANNOT_TELL'
    if recogniser_file() is None:
        return Finding("rapidocr", State.SKIPPED, "not installed", remedy)
    if not CardReader().available:
        said = "installed without what it needs itself"
        return Finding("rapidocr", State.FAILED, said, remedy)
    return Finding("rapidocr", State.OK, version("rapidocr"))


def policy(name: str) -> Finding:
    """The standard that comes with Siaga."""
    try:
        loaded = load_policy(name)
    except PolicyError as error:
        return Finding("policy", State.FAILED, str(error), "git checkout service/standards")
    return Finding("policy", State.OK, f"{loaded.citation}, {len(loaded.clauses)} clauses")


def office(config: Path) -> tuple[Finding, Settings | None]:
    """The office's file with its policy: all its faults at once."""
    try:
        settings = load_settings(config)
    except (ConfigError, PolicyError) as error:
        remedy = f"correct these and run siaga config check {config}"
        return Finding("office", State.FAILED, str(error), remedy), None
    said = f"{settings.name}, {settings.policy.citation}, {len(settings.layout.counters)} counters"
    said = "; ".join([said, *settings.warnings])
    return Finding("office", State.OK, said), settings


def clock(settings: Settings | None) -> Finding:
    """The answer falls at an instant: a clock that nobody corrects makes it wrong.

    Only an office with live cameras depends on it; recordings bring their own time.
    """
    now = datetime.now(UTC)
    shown = now.astimezone(settings.zone if settings is not None else None)
    said = f"{shown:%Y-%m-%d %H:%M:%S %Z (UTC%z)}"
    if now < SHIPPED_AT:
        return Finding(
            "clock", State.FAILED, f"{said}: in the past", "set the clock of the machine"
        )
    corrected = is_corrected()
    if corrected is None:
        remedy = "see that NTP runs: timedatectl"
        return Finding("clock", State.SKIPPED, f"{said}, cannot tell whether NTP corrects", remedy)
    if corrected:
        return Finding("clock", State.OK, f"{said}, corrected by NTP")
    live = settings is not None and any(camera.is_network for camera in settings.cameras)
    state = State.FAILED if live else State.SKIPPED
    return Finding("clock", state, f"{said}, not corrected by NTP", "timedatectl set-ntp true")


def is_corrected() -> bool | None:
    """Whether NTP corrects the clock, by systemd or else by the kernel; None: nobody says."""
    told = _timedatectl()
    return _adjtimex() if told is None else told


def _timedatectl() -> bool | None:
    if shutil.which("timedatectl") is None:
        return None
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())


def _adjtimex() -> bool | None:
    """Ask the Linux kernel without changing anything. Source: adjtimex(2), TIME_ERROR is 5."""
    call = getattr(ctypes.CDLL(None), "adjtimex", None)
    if call is None:
        return None
    answer = call(ctypes.create_string_buffer(512))  # zeros: modes = 0, only read
    return None if answer < 0 else bool(answer != 5)


def data_folder(folder: Path, running: str) -> Finding:
    """Whether the office can keep what it sees: writable, local, and with room."""
    from service.store.database import refuse_network_folder  # SQLAlchemy only for an office

    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not there.is_dir():
        said = f"{folder}: expected a folder, got something else at {there}"
        return Finding("data", State.FAILED, said, "choose another folder in [office] data")
    try:
        refuse_network_folder(folder, MOUNTS)
        with tempfile.TemporaryFile(dir=there):
            pass
        free_gb = shutil.disk_usage(there).free / 1e9
    except StoreError as error:
        return Finding(
            "data", State.FAILED, str(error), "choose a folder on a disk of this machine"
        )
    except OSError as error:
        said = f"{there}: cannot be written to ({error.strerror})"
        return Finding("data", State.FAILED, said, f"give this account write access to {there}")
    said = f"{folder}, {free_gb:.1f} GB free"
    if folder != there and not folder.exists():
        said += ", made at the first start"
    if running:
        said += f", in use by process {running}"
    if free_gb < FREE_GB:
        return Finding("data", State.FAILED, said, f"free at least {FREE_GB:.0f} GB")
    return Finding("data", State.OK, said)


def database(folder: Path) -> Finding:
    """Whether the database belongs to this version of Siaga. It is only read."""
    from service.store.database import NAME, Database
    from service.store.tables import REVISION

    if not (folder / NAME).exists():
        return Finding("database", State.SKIPPED, "none yet, made at the first start")
    store = Database(folder)
    try:
        found = store.revision()
    except StoreError as error:
        return Finding("database", State.FAILED, str(error), "restore a copy from folder backup")
    finally:
        store.close()
    said = f"schema {found or 'empty'}, this Siaga has {REVISION}"
    if found is not None and found > REVISION:
        return Finding("database", State.FAILED, said, "install the newer Siaga that wrote it")
    if found != REVISION:
        said += "; it is brought up to date at the next start, after a copy"
    return Finding("database", State.OK, said)


def holder_of(folder: Path) -> str:
    """The process of the Siaga that runs on this data folder; empty when none does."""
    import fcntl

    path = folder / "siaga.lock"
    try:
        with path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return file.read().strip() or "unknown"
    except OSError:
        pass  # never started, or not ours to read
    return ""


def port(host: str, number: int, running: str) -> Finding:
    """Whether the board can listen."""
    address = f"{host}:{number}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            if running:
                return Finding("port", State.OK, f"{address}, in use by process {running}")
            remedy = "stop what uses it, or choose another [server] port"
            said = f"{address}: {error.strerror or error}"
            return Finding("port", State.FAILED, said, remedy)
    return Finding("port", State.OK, f"{address} is free")


def camera(settings: CameraSettings) -> Finding:
    """Whether a camera gives a picture in time, and how large it is."""
    what = f"camera {settings.camera}"
    if settings.kind is SourceKind.PUSH:
        said = f"waits for pictures at POST /api/v1/cameras/{settings.camera}/frames"
        return Finding(what, State.SKIPPED, said, "see it on the board once it sends")
    limit_s = max(CAMERA_WAIT_S, 2 * settings.period_s)
    started = time.monotonic()
    try:
        frame = first_frame(source_of(settings), limit_s)
    except SiagaError as error:
        said = f"{settings.shown_address}: {error}" if settings.is_network else str(error)
        return Finding(what, State.FAILED, said, "check address, cable, name and password")
    if frame is None:
        said = f"{settings.shown_address}: no picture within {limit_s:g} s"
        return Finding(
            what, State.FAILED, said, "check that the camera is on and its address right"
        )
    width, height = frame.size_wh
    said = f"{settings.shown_address}: {width}x{height} after {time.monotonic() - started:.1f} s"
    return Finding(what, State.OK, said)


class Source(Protocol):
    """What is asked of a source of frames."""

    def frames(self) -> Iterator[Frame]:
        """The frames."""
        ...

    def close(self) -> None:
        """Let `frames` end."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """A clip or recording, of which the first frame is asked at once, whatever its time."""

    path: Path
    camera: str
    starts_at: datetime | None

    def frames(self) -> Iterator[Frame]:
        """Errors: PictureError."""
        from cameras.recordings import open_recording  # PyAV only for an office

        recording = open_recording(self.path, self.starts_at, camera=self.camera)
        if self.camera not in recording.cameras:
            there = ", ".join(recording.cameras)
            raise PictureError(f"{self.path}: expected a camera {self.camera}, got {there}")
        yield from recording.camera_frames(self.camera)
        if recording.faults:
            raise recording.faults[0]

    def close(self) -> None:
        """Nothing is open between frames."""


def source_of(settings: CameraSettings) -> Source:
    """Where the frames of a camera come from. Errors: ConfigError."""
    if settings.kind is SourceKind.CLIP:
        starts_at = settings.starts_at or datetime.now(UTC)
        return Recorded(Path(settings.address), settings.camera, starts_at)
    if settings.kind is SourceKind.RECORDING:
        return Recorded(Path(settings.address), settings.camera, settings.starts_at)
    from cameras.clock import SystemClock  # PyAV only for an office
    from cameras.sources import open_source
    from service.readers import config_of

    return open_source(config_of(settings), SystemClock())


def first_frame(source: Source, limit_s: float) -> Frame | None:
    """The first frame, or None when none came in time. Errors: those of the source.

    A thread of its own reads the source: a camera that does not answer holds up nobody.
    """
    came: Queue[Frame | SiagaError | None] = Queue()

    def read() -> None:
        try:
            came.put(next(iter(source.frames()), None))
        except SiagaError as error:
            came.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        answer = came.get(timeout=limit_s)
    except Empty:
        return None
    finally:
        source.close()
    if isinstance(answer, SiagaError):
        raise answer
    return answer
