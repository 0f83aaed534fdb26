"""The desk network: one body with two branches, what COCO taught and what was taught here.

    picture - layers 0 to 9 -+- layers 10 to 23 of the start network - cells of the first branch
                             +- the same layers, trained on counters - cells of the second

Layers trained on two thousand pictures of counters forget what COCO taught; beside the start
network's own they need not keep it (docs/decisions/0008). Both number their rows alike: their cells
stand in one output, and the suppression of overlaps makes one box of what both see. The body runs
once.

Needs the extra `train`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import onnx
import onnxslim
import torch
from torch import nn
from ultralytics import YOLO

from models.train import BODY
from vision.errors import ModelMismatch

OPSET: Final = 17

QUIET: Final = 0.8
"""The second branch's scores of what COCO taught as well count so much: it knows the things of an
office, the first one those of the world. Source: docs/decisions/0008."""


class Branches(nn.Module):
    """Two detection networks (YOLO11) whose first `BODY` layers are the same.

    `renamed`: rows that mean something new in the second branch; the first one says nothing there.
    `taught`: rows of COCO that the second one speaks of more quietly.
    `items`: rows the first branch does not speak for where the second sees one of `look_alikes`
    in the same cell: COCO knows no hand sanitiser and calls it a bottle.
    """

    def __init__(
        self,
        first: nn.Module,
        second: nn.Module,
        renamed: Sequence[int],
        taught: Sequence[int],
        items: Sequence[int],
        look_alikes: Sequence[int],
    ) -> None:
        super().__init__()
        self.first, self.second, self.look_alikes = first, second, list(look_alikes)
        for branch in (first, second):
            head = branch.model[-1]
            head.export, head.format, head.dynamic = True, "onnx", True
        heard = torch.ones(1, head.nc, 1)
        heard[:, list(renamed)] = 0
        hushed = torch.zeros(1, head.nc, 1)
        hushed[:, list(items)] = 1
        loudness = torch.ones(1, head.nc, 1)
        loudness[:, list(taught)] = QUIET
        self.register_buffer("heard", heard)
        self.register_buffer("loudness", loudness)
        self.register_buffer("hushed", hushed)

    def forward(self, picture: Any) -> Any:
        """`(1, 3, H, W)`, RGB 0 to 1 -> `(1, 4 + classes, 2 x cells)`, first branch first."""
        kept: dict[int, Any] = {}
        body = through(self.first.model[:BODY], picture, kept)
        old = through(self.first.model[BODY:], body, dict(kept))
        new = through(self.second.model[BODY:], body, dict(kept))
        rival = new[:, [4 + row for row in self.look_alikes]].amax(1, keepdim=True)
        scores = old[:, 4:] * self.heard * (1 - self.hushed * rival)
        quieter = new[:, 4:] * self.loudness
        return torch.cat(
            [torch.cat([old[:, :4], scores], 1), torch.cat([new[:, :4], quieter], 1)], 2
        )


def through(layers: Any, x: Any, kept: dict[int, Any]) -> Any:
    """Run layers one after the other; each takes from `kept` what ultralytics' `f` names."""
    for layer in layers:
        if layer.f != -1:
            sources = [layer.f] if isinstance(layer.f, int) else layer.f
            taken = [x if source == -1 else kept[source] for source in sources]
            x = taken[0] if isinstance(layer.f, int) else taken
        x = kept[layer.i] = layer(x)
    return x


def side_by_side(
    start: Path,
    trained: Path,
    renamed: Sequence[int],
    taught: Sequence[int],
    items: Sequence[int],
    look_alikes: Sequence[int],
) -> Branches:
    """Both checkpoints as one network. Errors: ModelMismatch when their bodies differ."""
    nets = [YOLO(str(path)).model.float().eval().fuse() for path in (start, trained)]
    for old, new in zip(nets[0].model[:BODY], nets[1].model[:BODY], strict=True):
        for name, weight in old.state_dict().items():
            if not torch.allclose(weight, new.state_dict()[name], atol=1e-4):
                raise ModelMismatch(
                    f"{trained}: expected layers 0 to {BODY - 1} of {start}, "
                    f"got another {name} in layer {old.i}"
                )
    return Branches(nets[0], nets[1], renamed, taught, items, look_alikes).eval()


def export_branches(net: Branches, size: tuple[int, int], target: Path) -> Path:
    """Float32 ONNX, simplified, batch 1; `size` is (height, width) of the largest input, px."""
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, *size),),
        str(target),
        opset_version=OPSET,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {2: "height", 3: "width"}, "output0": {2: "cells"}},
        dynamo=False,  # its names of layers are those that `models.quantise` knows
    )
    made = onnxslim.slim(onnx.load(str(target)))
    told = {
        "names": str(net.second.names),
        "stride": "32",
        "task": "detect",
        "branches": "2",
        "imgsz": str(list(size)),
    }
    onnx.helper.set_model_props(made, told)
    onnx.save(made, str(target))
    return target
