"""Files of other people are exactly those that were looked at, with their licences."""

import tomllib
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

FOLDERS = (
    Path(str(files("service.web").joinpath("static", "vendor"))),
    Path(__file__).parent / "vendor",
)


@pytest.mark.parametrize("folder", FOLDERS, ids=("shipped", "tests"))
def test_every_vendored_file_has_its_hash_and_its_licence(folder: Path) -> None:
    """A changed script, or one that nobody listed, is found here."""
    parts = tomllib.loads((folder / "vendored.toml").read_text("utf-8"))
    for name, part in parts.items():
        assert sha256((folder / part["file"]).read_bytes()).hexdigest() == part["sha256"], name
        assert (folder / part["licence_file"]).read_text("utf-8").strip(), name
        assert part["version"] in part["file"], name
    listed = {part[key] for part in parts.values() for key in ("file", "licence_file")}
    assert {path.name for path in folder.iterdir()} == listed | {"vendored.toml"}
