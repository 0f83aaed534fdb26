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
    """Skip by name what cannot run here."""
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
