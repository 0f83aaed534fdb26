"""The command line in a process of its own, as somebody types it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["service.cli", "service.settings", "service.store.outbox"])
def test_it_begins_whatever_is_imported_first(module: str) -> None:
    """Within a run of tests everything is imported already, and a circle of imports is not seen."""
    code = f"import {module}; from service.cli import main; main(['--help'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "readiness" in done.stdout or "siaga" in done.stdout
