"""A camera on a bad network: every fault ends in OK once it is over, and leaves nothing behind.

Ten thousand reconnections instead of three hundred: `python -m tests.cameras.test_chaos 10000`.
"""

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cameras.config import CameraConfig
from cameras.reader import Backoff, CameraReader, ReaderState
from tests.cameras.servers import PASSWORD, USERNAME, ChaosProxy, RtspServer, rtsp_server
from tests.cameras.test_reader import until
from tests.cameras.test_rtsp import Watched
from tests.fakes_cameras import FastClock

pytestmark = pytest.mark.rtsp

GROWTH_MB = 12.0
"""What the process may grow by; a socket or a decoder left behind each time would be far more."""


@pytest.fixture(scope="module")
def server() -> Iterator[RtspServer]:
    """A camera without a password."""
    with rtsp_server() as running:
        yield running


@pytest.mark.parametrize("fault", ["half", "corrupt", "trickle", "cut"])
def test_every_fault_of_the_network_ends_when_it_is_over(server: RtspServer, fault: str) -> None:
    """Half-open, wrong bytes, a byte at a time, cut; silent and refused: test_rtsp.py."""
    with ChaosProxy(server.port) as proxy, Watched(proxy.port) as watched:
        watched.becomes(ReaderState.OK)
        proxy.mode = fault
        time.sleep(0.5)
        if fault != "corrupt":  # a picture with wrong bytes may still be one
            watched.becomes(ReaderState.NO_SIGNAL)
        proxy.mode = "pass"
        before = watched.reader.status().frames
        until(lambda: watched.reader.status().frames > before + 2, 20)
        watched.becomes(ReaderState.OK)
        until(lambda: watched.reader.status().detail == "")


def test_a_password_that_is_changed_while_running_is_told_and_mended() -> None:
    """The camera is asked seldom meanwhile, so that it does not lock the account."""
    with (
        rtsp_server(USERNAME, PASSWORD) as server,
        Watched(server.port, password="s3cr3t:@%2Flok%C3%A8t") as watched,
    ):
        watched.becomes(ReaderState.OK)
        server.kill()
        server.start(USERNAME, "another-one")
        watched.becomes(ReaderState.NO_SIGNAL)
        until_refused(watched)
        server.kill()
        server.start(USERNAME, PASSWORD)
        watched.becomes(ReaderState.OK, 20)


def until_refused(watched: Watched) -> None:
    """Wait until the status says that the password is not the right one."""
    end = time.monotonic() + 15
    while "check username and password" not in watched.reader.status().detail:
        assert time.monotonic() < end, watched.reader.status().detail
        time.sleep(0.02)
    assert PASSWORD not in repr(watched.reader.status())


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds."""

    memory_mb: float
    thread_count: int
    file_count: int

    @classmethod
    def now(cls) -> "Held":
        """Counted."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        files = len(list(Path("/proc/self/fd").iterdir()))
        return cls(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, threading.active_count(), files)


def reconnected(server: RtspServer, count: int) -> tuple[Held, Held]:
    """What is held after a tenth of so many reconnections, and after all of them."""
    quick = Backoff(0.001, 0.001, 0.0, 1e9, 0.001)
    with ChaosProxy(server.port) as proxy:
        proxy.mode = "cut"
        config = CameraConfig("cam-1", f"rtsp://127.0.0.1:{proxy.port}/quick", period_s=1.0)
        reader = CameraReader(config, FastClock(), backoff=quick)
        reader.start()
        try:
            _until_reconnects(reader, count // 10)
            early = Held.now()
            _until_reconnects(reader, count)
            late = Held.now()
            proxy.mode = "pass"
            end = time.monotonic() + 20
            while reader.status().state is not ReaderState.OK:
                assert time.monotonic() < end, reader.status()
                time.sleep(0.02)
        finally:
            reader.stop()
    return early, late


def _until_reconnects(reader: CameraReader, count: int) -> None:
    while reader.status().reconnects < count:
        time.sleep(0.02)


def test_hundreds_of_reconnections_leave_nothing_behind(server: RtspServer) -> None:
    """Cut in the greeting, in the answer, in the pictures: neither memory, threads nor sockets."""
    early, late = reconnected(server, 300)
    assert late.memory_mb - early.memory_mb < GROWTH_MB
    assert abs(late.thread_count - early.thread_count) <= 2
    assert abs(late.file_count - early.file_count) <= 6


if __name__ == "__main__":
    with rtsp_server() as camera:
        began = time.monotonic()
        print(*reconnected(camera, int(sys.argv[1])), sep="\n")  # noqa: T201
        print(f"{time.monotonic() - began:.0f} s")  # noqa: T201
