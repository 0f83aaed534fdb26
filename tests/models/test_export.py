"""Every exported size computes what was trained; needs the extra `train`."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import train
from tests.datasets.sets import plain_picture
from vision.errors import ModelMismatch


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
    recipe = replace(train.ATTIRE, size=size)
    onnx = train.export(recipe, checkpoint, tmp_path, f"attire_{size[0]}x{size[1]}")
    pictures = [plain_picture(tmp_path / f"{n}.png", (120, 80 + n)) for n in range(2)]
    detector = train.Detector(onnx)
    assert detector.session.get_inputs()[0].shape == [1, 3, "height", "width"]
    assert (detector.height, detector.width) == size
    assert set(detector.session.get_modelmeta().custom_metadata_map) == set(train.TOLD)
    trained = YOLO(str(checkpoint)).model.float().eval().fuse()
    assert train.parity(trained, onnx, pictures) < train.PARITY


@pytest.mark.train
def test_facts_of_every_size_come_from_the_same_training(tmp_path: Path) -> None:
    """A card of another size tells the same lineage."""
    (tmp_path / "trained.json").write_text('{"settings": {"epochs": 1}, "seed": 3}')
    start = tmp_path / "weights" / train.START
    start.parent.mkdir()
    start.write_bytes(b"start")
    given = Namespace(
        out=tmp_path, data=tmp_path, shared=tmp_path, version="4", start=None,
        failures=None,
    )  # fmt: skip
    facts = train.facts_of(train.ATTIRE, given)
    assert facts["lineage"]["seed"] == 3
    assert facts["lineage"]["date"] == str(np.datetime64("today"))


@pytest.mark.train
def test_two_branches_keep_what_the_first_knew_and_hush_it_at_official_things(
    tmp_path: Path,
) -> None:
    """One file, the cells of both; an item where the second sees something official is not said."""
    import torch
    from ultralytics import YOLO

    from models.branches import QUIET, export_branches, side_by_side

    paths = [tmp_path / "start.pt", tmp_path / "trained.pt"]
    torch.manual_seed(1)
    net = YOLO("yolo11n.yaml")
    net.save(str(paths[0]))
    with torch.no_grad():
        for last in net.model.model[-1].cv3:  # the second branch sees row 11 everywhere
            last[2].weight[11] = 0
            last[2].bias[11] = 6
    net.save(str(paths[1]))
    both = side_by_side(
        paths[0], paths[1], renamed=[4], taught=[39, 41], items=[39], look_alikes=[11]
    )
    first = both.first
    onnx = export_branches(both, (64, 96), tmp_path / "scene.onnx")
    picture = plain_picture(tmp_path / "p.png", (120, 80))
    assert train.parity(both, onnx, [picture]) < train.PARITY
    image = cv2.imread(str(picture))
    assert image is not None
    batch = train.Detector(onnx).prepare(np.asarray(image, np.uint8))[0]
    with torch.no_grad():
        alone = first(torch.from_numpy(batch))[0].numpy()
        joined = both(torch.from_numpy(batch))[0].numpy()
    cells = alone.shape[1]
    assert joined.shape == (84, 2 * cells)
    kept = [row for row in range(84) if row - 4 not in (4, 39)]
    np.testing.assert_allclose(joined[kept, :cells], alone[kept], atol=1e-5)
    assert not joined[4 + 4, :cells].any()
    np.testing.assert_allclose(joined[4 + 41, cells:], QUIET * alone[4 + 41], atol=1e-5)
    assert (joined[4 + 39, :cells] < 0.05 * alone[4 + 39] + 1e-6).all()


@pytest.mark.train
def test_branches_of_other_bodies_are_refused(tmp_path: Path) -> None:
    """Run on one body, the other branch would answer nonsense."""
    from ultralytics import YOLO

    from models.branches import side_by_side

    paths = [tmp_path / "one.pt", tmp_path / "other.pt"]
    for path in paths:
        YOLO("yolo11n.yaml").save(str(path))
    with pytest.raises(ModelMismatch, match="expected layers 0 to 9"):
        side_by_side(paths[0], paths[1], [], [], [], [])
