"""Every exported size computes what was trained; needs the extra `train`."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import train
from tests.datasets.sets import plain_picture


@pytest.mark.train
@pytest.mark.parametrize("size", [(64, 96), (96, 96)], ids=["64x96", "96x96"])
def test_an_export_of_any_size_has_the_scores_of_the_trained_network(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Random weights will do: the exporter does not know what they mean."""
    from ultralytics import YOLO

    net = YOLO("yolo11n.yaml")
    checkpoint = tmp_path / "random.pt"
    net.save(str(checkpoint))
    recipe = replace(train.SCENE, size=size)
    onnx = train.export(recipe, checkpoint, tmp_path, f"scene_{size[0]}x{size[1]}")
    pictures = [plain_picture(tmp_path / f"{n}.png", (120, 80 + n)) for n in range(2)]
    assert train.Detector(onnx).session.get_inputs()[0].shape == [1, 3, *size]
    assert train.parity(recipe, checkpoint, onnx, pictures) < train.PARITY


@pytest.mark.train
def test_facts_of_every_size_come_from_the_same_training(tmp_path: Path) -> None:
    """A card of another size tells the same lineage."""
    (tmp_path / "trained.json").write_text('{"settings": {"epochs": 1}, "seed": 3}')
    start = tmp_path / "weights" / train.START
    start.parent.mkdir()
    start.write_bytes(b"start")
    given = Namespace(
        out=tmp_path, data=tmp_path, shared=tmp_path, version="4", start=None, share=None,
        failures=None,
    )  # fmt: skip
    facts = train.facts_of(train.ATTIRE, given)
    assert facts["lineage"]["seed"] == 3
    assert facts["lineage"]["share_of_trained_weights"] == 1.0
    assert facts["lineage"]["date"] == str(np.datetime64("today"))
