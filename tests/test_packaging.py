"""What is installed is ours, whole, and says what it is."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from models.detector import NETWORKS
from service.cli import COMMANDS, main
from service.languages import Lang

ROOT = Path(__file__).parents[1]
OURS = ("vision", "models", "cameras", "datasets", "service")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_claims_the_name(name: str) -> None:
    """A stranger with the same top-level name would replace ours in silence."""
    claimants = set(packages_distributions().get(name, []))
    assert claimants <= {"siaga"}, f"{name} is also owned by {claimants - {'siaga'}}"


def test_exactly_one_distribution_brings_cv2() -> None:
    """Two builds of OpenCV share one folder; the later install wins in silence."""
    assert set(packages_distributions()["cv2"]) == {"opencv-python-headless"}


# --- the wheel -----------------------------------------------------------------------------------


def built_wheel(folder: Path) -> Path:
    """The wheel of a copy of what git knows. Skips where the build backend cannot be fetched."""
    tracked = git("ls-files", "-z").split("\0")
    source = folder / "source"
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--retries", "1")
    done = subprocess.run(
        [*pip, "--wheel-dir", str(folder / "dist"), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    offline = ("No matching distribution found for hatchling", "NewConnectionError", "ProxyError")
    if done.returncode and any(word in done.stderr for word in offline):
        pytest.skip("hatchling cannot be fetched: no package index reached")
    assert done.returncode == 0, done.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def git(*arguments: str) -> str:
    """What git says about the repository; skips outside of one."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository: what belongs to the wheel is unknown")
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_wheel_holds_everything_an_office_needs(tmp_path: Path) -> None:
    """Installed from a wheel, Siaga must not look for files of a clone."""
    with zipfile.ZipFile(built_wheel(tmp_path)) as wheel:
        held = set(wheel.namelist())
    needed = {
        "service/standards/djpb-spm.toml",
        *(f"service/locale/{lang}/LC_MESSAGES/siaga.po" for lang in Lang),
        "service/web/templates/board.html",
        "service/web/static/siaga.css",
        "service/web/static/vendor/htmx-2.0.11.min.js",
        "service/store/migrations/env.py",
        "service/store/migrations/versions/rev_0001.py",
        "datasets/mornings/2026-11-24/office.toml",
        "datasets/mornings/2026-11-24/recording.toml",
        *(f"models/weights/{name}.{kind}" for name in NETWORKS for kind in _KINDS),
    }
    assert needed - held == set()
    tracked = set(git("ls-files", *OURS).splitlines())
    assert {name for name in tracked - held if (ROOT / name).is_file()} == set()
    assert any(name.endswith("/licenses/LICENSE") for name in held)


_KINDS = ("toml", "onnx")


# --- the command ---------------------------------------------------------------------------------


def test_the_help_has_one_line_for_each_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.strip() == "COMMAND")
    shown = [line.split(maxsplit=1) for line in lines[begin + 1 : begin + 1 + len(COMMANDS)]]
    assert {name: text.strip() for name, text in shown} == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence and its arguments."""
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"usage: siaga {name}")
    assert f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}." in said


def test_the_version_names_the_licence(capsys: pytest.CaptureFixture[str]) -> None:
    """Who gets the program gets its terms."""
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out.startswith(
        f"siaga {PROJECT['version']}, licence {PROJECT['license']}"
    )


# --- dependencies --------------------------------------------------------------------------------


def locked() -> dict[str, Version]:
    """What requirements.lock pins."""
    pins = (
        line.removesuffix("\\").strip().partition("==")
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if line[:1].isalnum()
    )
    return {name: Version(version.split(";")[0].strip()) for name, _, version in pins}


def test_every_dependency_has_a_bound_and_a_pin_within_it() -> None:
    """The lock is what is tested; the bounds say what may follow."""
    pins = locked()
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        assert any(bound.operator == ">=" for bound in requirement.specifier), requirement
        assert pins[requirement.name] in requirement.specifier, requirement


def test_every_dependency_has_its_reason() -> None:
    """A dependency is a decision."""
    reasons = (ROOT / "docs/decisions/0005-dependencies.md").read_text("utf-8")
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["dev"], *extras["train"], *extras["scenes"]]
    short = {"av": "PyAV", "playwright": "playwright"}
    for requirement in map(Requirement, wanted):
        assert short.get(requirement.name, requirement.name) in reasons, requirement
