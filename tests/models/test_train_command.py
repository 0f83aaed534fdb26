"""`siaga train` and `siaga data make` before any work begins: what is asked, what is refused."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pytest

from datasets import making
from models import train
from service.cli import main
from vision.errors import DataError


@pytest.mark.skipif(not train.missing(), reason="the extra train is installed")
def test_without_the_extra_training_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 before anything is read or written."""
    out = tmp_path / "run"
    call: Sequence[object] = (
        "train", "scene", "--data", tmp_path, "--shared", tmp_path, "--out", out
    )  # fmt: skip
    assert main([str(one) for one in call]) == 2
    told = capsys.readouterr().err
    assert "expected the extra `train`" in told
    assert "torch" in told
    assert "pip install -e '.[train]'" in told
    assert not out.exists()


def test_sizes_are_height_by_width_each_once() -> None:
    """The first is the network that ships."""
    assert train.sizes_of("384x640, 640x640,384x640") == ((384, 640), (640, 640))


@pytest.mark.parametrize("text", ["640", "384x600", "0x0", "axb", "384x640,"])
def test_a_size_the_network_cannot_have_is_refused(text: str) -> None:
    """Its grids have cells of 32 px."""
    with pytest.raises(argparse.ArgumentTypeError, match="expected HEIGHTxWIDTH, both multiples"):
        train.sizes_of(text)


def made_with(arguments: Sequence[object]) -> dict[str, object]:
    """What a set's maker is called with."""
    called: dict[str, object] = {}

    def make(
        shared: Path, renders: Path | None, out: Path, counts: dict[str, int], seed: int
    ) -> dict[str, int]:
        called.update(shared=shared, renders=renders, out=out, counts=counts, seed=seed)
        return {}

    parser = argparse.ArgumentParser()
    making.configure(parser, {"badge": 3000, "clips": 400}, "pictures")
    making.run(parser.parse_args([str(one) for one in arguments]), make, {"badge": 0, "clips": 0})
    return called


def test_a_set_can_be_made_without_renders(tmp_path: Path) -> None:
    """How much renders help is measured against networks that never saw one."""
    for name in ("data", "weights"):
        (tmp_path / "shared" / name).mkdir(parents=True)
    shared, out = tmp_path / "shared", tmp_path / "set"
    called = made_with(["--shared", shared, "--out", out, "--clips", 7])
    assert called == {
        "shared": shared, "renders": None, "out": out, "counts": {"badge": 3000, "clips": 7},
        "seed": 1,
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Before hours of work."""
    with pytest.raises(DataError, match=r"data: expected a folder, found none"):
        made_with(["--shared", tmp_path, "--out", tmp_path / "set"])


@pytest.mark.parametrize("kind", ["attire", "desk"])
def test_a_maker_that_lacks_its_folders_is_told_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Exit code 1 and the folder's name."""
    call = ["data", "make", kind, "--shared", str(tmp_path), "--out", str(tmp_path / "set")]
    assert main(call) == 1
    assert "expected a folder, found none" in capsys.readouterr().err
