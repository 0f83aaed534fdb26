"""Two tiny real networks that see the same in every picture, as `--models` takes them."""

from pathlib import Path

import numpy as np

from tests.models.make_tiny import tiny_network, write_tiny, yolo11_output


def write_eyes(
    folder: Path,
    *,
    person: float = 0.9,
    cup: float = 0.8,
    card: float = 0.7,
    back: float = 0.0,
) -> Path:
    """Write scene.toml, desk.toml and attire.toml into `folder`; the folder.

    Scene and desk: a person in the middle half of the picture and a cup in its lower right corner.
    Attire: a head at the top, a chest, and a card on it, as its front and as its back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scene = yolo11_output(
        np.array([[32, 32, 32, 60], [54, 54, 12, 12]], np.float32),
        np.array([[person, 0], [0, cup]], np.float32),
    )
    for name in ("scene", "desk"):
        write_tiny(folder, tiny_network(scene), name=name)
    attire = yolo11_output(
        np.array([[32, 8, 16, 14], [32, 40, 50, 40], [32, 40, 10, 16]], np.float32),
        np.array([[0.9, 0, 0, 0], [0, 0.9, 0, 0], [0, 0, card, back]], np.float32),
    )
    rows = {0: "head", 1: "torso", 2: "id_card", 3: "id_card_back"}
    write_tiny(folder, tiny_network(attire), name="attire", labels=rows, classes=4)
    return folder
