"""What a test needs beyond Python, by marker: skipped by name, and never skipped in CI."""

import importlib.util
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.shared import SHARED

REQUIRE = os.environ.get("SIAGA_REQUIRE_PACKAGES") == "1"
"""Set by CI: a missing Debian package is then a failure, not a skip."""

PACKAGED = ("browser", "rtsp", "broker")
"""Markers whose tests need what `make packages` installs."""

MOSQUITTO = Path("/usr/sbin/mosquitto")

LONGEST_FIRST = (
    "replays/test_morning.py",
    "web/test_story_in_chromium.py",
    "web/test_board_in_chromium.py",
    "replays/test_golden_mornings.py",
    "cameras/test_rtsp.py",
    "replays/test_real_clips.py",
    "web/test_replay_in_chromium.py",
    "web/test_review_in_chromium.py",
    "service/test_office.py",
    "web/test_settings_in_chromium.py",
    "cameras/test_chaos_office.py",
    "service/test_bench.py",
    "cameras/test_source_contract.py",
    "service/test_messages_live.py",
    "cameras/test_chaos.py",
    "web/test_setup_in_chromium.py",
    "replays/test_gate_recall.py",
    "models/test_layouts_on_real_networks.py",
    "service/test_picture_health.py",
    "service/test_camera_health.py",
    "service/test_retention.py",
)
"""The files that take ten seconds or more, handed out before all others: one that comes last is
waited for by a worker with nothing to do.

The live morning needs a core to itself; beside it runs the story, and then the board, which mostly
wait. A file that is missing here only makes the run longer.
"""


@cache
def missing(marker: str) -> str | None:
    """Why tests with this marker cannot run here, or None."""
    if marker == "shared" and not (SHARED / "data").is_dir():
        return f"no pictures and clips at {SHARED} (set SIAGA_SHARED)"
    if marker == "browser" and not Path("/usr/bin/chromium").exists():
        return "no /usr/bin/chromium; run `make packages`"
    if marker == "rtsp":
        probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
        try:
            subprocess.run(["/usr/bin/python3", "-c", probe], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return "no GStreamer RTSP server; run `make packages`"
    if marker == "broker" and not MOSQUITTO.exists():
        return f"no {MOSQUITTO}; run `make packages`"
    if marker == "train" and importlib.util.find_spec("torch") is None:
        return "no torch; install the extra `train`"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first (within a file nothing moves); skip by name what cannot run here."""
    tests = Path(__file__).parent
    turns = {tests / name: turn for turn, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: turns.get(item.path, len(turns)))
    for item in items:
        for marker in ("shared", "browser", "rtsp", "broker", "train"):
            if item.get_closest_marker(marker) is None:
                continue
            why = missing(marker)
            if why is not None and not (REQUIRE and marker in PACKAGED):
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """In CI a missing Debian package fails the test that needs it."""
    for marker in PACKAGED:
        if REQUIRE and item.get_closest_marker(marker) is not None:
            why = missing(marker)
            if why is not None:
                pytest.fail(why)
