"""Since when each counter is drawn as it is now, so that a restart judges by the same samples.

A sample says what lay in the zones of its time. After a counter was drawn anew, or its camera
exchanged, older samples speak of another place: they are kept, and nothing is judged by them.
"""

import json
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from service.settings import Settings
from vision.layout import Counter

KEY = "drawings"


class Meta(Protocol):
    """What is needed of the store."""

    def get_meta(self, key: str) -> str | None:
        """A word that was kept."""
        ...

    def put_meta(self, key: str, value: str) -> None:
        """Keep a word."""
        ...


def redrawn_at(meta: Meta, settings: Settings, now: datetime) -> dict[str, datetime]:
    """The counters that were drawn anew since they were first known, and when; remembered.

    A counter that changes by now, in the file or through the page, is drawn anew now.
    """
    kept = meta.get_meta(KEY)
    known: dict[str, list[str]] = json.loads(kept) if kept is not None else {}
    told = dict(known)
    for counter in settings.layout.counters:
        digest = _digest(settings, counter)
        before = known.get(counter.counter)
        if before is None:
            told[counter.counter] = [digest, ""]
        elif before[0] != digest:
            told[counter.counter] = [digest, now.isoformat()]
    if told != known:
        meta.put_meta(KEY, json.dumps(told, sort_keys=True))
    names = [counter.counter for counter in settings.layout.counters]
    return {name: datetime.fromisoformat(told[name][1]) for name in names if told[name][1]}


def _digest(settings: Settings, counter: Counter) -> str:
    """Everything that decides what a sample of this counter speaks of."""
    camera = settings.camera(counter.camera)
    drawing = [
        counter.role,
        counter.camera,
        {zone.kind.value: zone.points.round(5).tolist() for zone in counter.zones},
        camera.kind.value,
        camera.address,
        [mask.round(5).tolist() for mask in camera.masks],
    ]
    return sha256(json.dumps(drawing, sort_keys=True).encode()).hexdigest()[:16]
