"""One camera as the office sees it: what was looked at last, and what a new frame adds to it.

The step from a frame to its samples, for live, replay and tests alike. Knows no clock and no
thread; one frame of a camera at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vision.attention import (
    WAY_OF,
    Decision,
    Gate,
    Memory,
    Pace,
    Pending,
    Way,
    decide,
    remembered,
)
from vision.change import Places, cells_of
from vision.eyes import Eyes
from vision.hiding import encode, keepable
from vision.layout import Counter
from vision.looking import Approved, Look, look
from vision.placing import placed
from vision.values import Frame, Observation, Reason, Sample
from vision.view import gate, measure_picture, view_of


@dataclass(frozen=True, slots=True)
class Picture:
    """What may be kept of a frame about one counter: a JPEG, and where it lies in the frame."""

    jpeg: bytes
    frame_wh: tuple[int, int]
    crop_xyxy: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """The samples of a frame, and the pictures that may be kept of it, by counter.

    No picture is kept of a frame that no network looked at: nobody would know whom to hide.
    """

    samples: tuple[Sample, ...]
    pictures: Mapping[str, Picture]


class CameraSight:
    """Looks at the frames of one camera, at as much of each as is wanted."""

    def __init__(
        self,
        counters: Sequence[Counter],
        eyes: Eyes,
        parameters: Mapping[str, float],
        approved: Approved | None,
    ) -> None:
        self._counters = counters
        self._eyes = eyes
        self._parameters = parameters
        self._approved = approved
        self._memories: dict[str, Memory] = {}
        self._lying = {counter.counter: counter for counter in counters}
        self._places: dict[tuple[str, tuple[int, ...]], Places] = {}

    def see(
        self,
        frame: Frame,
        due: Mapping[str, Sequence[str]],
        pace: Pace,
        pending: Mapping[str, Pending],
        *,
        frozen: bool = False,
    ) -> Shown:
        """A sample of every counter that has checks due. Networks run only where it is wanted."""
        now = Gate(cells_of(frame.image, self._parameters["px_object"]), self._parameters)
        counters = [counter for counter in self._counters if counter.counter in due]
        decisions = {
            counter.counter: decide(
                due[counter.counter],
                frame.captured_at,
                None if frozen else self._memories.get(counter.counter),
                now,
                self._place(counter, now.cells.shape),
                pace,
                pending[counter.counter],
            )
            for counter in counters
        }
        if not any(decision.fresh for decision in decisions.values()):
            for name, decision in decisions.items():
                self._memories[name] = replace(self._memories[name], open=decision.open)
            return Shown(tuple(self._carry(frame, c, decisions) for c in counters), {})
        found = self._look(frame, counters, due, decisions, frozen)
        for sample in found.samples:
            self._remember(sample, now, decisions[sample.counter].open)
        self._follow(found)
        pictures = {c.counter: _picture(frame, c, found) for c in counters}
        return Shown(found.samples, pictures)

    def glance(self, frame: Frame) -> dict[str, Reason | None]:
        """Why the frame does not show each counter; None: it does. No network is asked."""
        approved = self._fitting(frame)
        picture = measure_picture(frame.image, approved.reference if approved else None)
        return {
            counter.counter: gate(
                view_of(picture, [zone.polygon(frame.size_wh) for zone in counter.zones]),
                self._parameters,
            )
            for counter in (placed(one, picture.lay) for one in self._counters)
        }

    def _fitting(self, frame: Frame) -> Approved | None:
        """The approved picture, unless the camera sends another size by now."""
        approved = self._approved
        if approved is None or approved.image.shape != frame.image.shape:
            return None
        return approved

    def _place(self, counter: Counter, shape: tuple[int, ...]) -> Places:
        key = (counter.counter, shape)
        if key not in self._places:
            self._places[key] = Places.of(self._lying[counter.counter], shape)
        return self._places[key]

    def _follow(self, found: Look) -> None:
        """The cells of a counter lie where its zones lay in the frame that was looked at last.

        A nudge since then shows all over the picture and opens the gate by itself.
        """
        for counter in found.counters:
            before = self._lying[counter.counter]
            if any(
                not np.array_equal(old.points, new.points)
                for old, new in zip(before.zones, counter.zones, strict=True)
            ):
                self._lying[counter.counter] = counter
                for key in [key for key in self._places if key[0] == counter.counter]:
                    del self._places[key]

    def _carry(
        self, frame: Frame, counter: Counter, decisions: Mapping[str, Decision]
    ) -> Sample:
        name = counter.counter
        carried = decisions[name].carried
        view = self._memories[name].view
        return Sample(name, counter.camera, frame.captured_at, view, carried)

    def _look(
        self,
        frame: Frame,
        counters: Sequence[Counter],
        due: Mapping[str, Sequence[str]],
        decisions: Mapping[str, Decision],
        frozen: bool,
    ) -> Look:
        """Look once for all counters: who is where is then known of each of them."""
        fresh: dict[str, list[str]] = {}
        carried: dict[str, tuple[Observation, ...]] = {}
        for counter in counters:
            name = counter.counter
            wanted = set(decisions[name].fresh)
            wanted |= {check for check in due[name] if WAY_OF[check] is Way.PEOPLE}
            fresh[name] = sorted(wanted)
            carried[name] = tuple(o for o in decisions[name].carried if o.check not in wanted)
        return look(
            frame,
            counters,
            fresh,
            self._eyes,
            self._parameters,
            self._fitting(frame),
            frozen=frozen,
            carried=carried,
        )

    def _remember(self, sample: Sample, now: Gate, open_: frozenset[Way]) -> None:
        """A counter that the frame did not show is looked at again in the next one."""
        name = sample.counter
        if gate(sample.view, self._parameters) is not None:
            self._memories.pop(name, None)
            return
        fresh = [o for o in sample.observations if o.unchanged_since is None]
        before = self._memories.get(name)
        self._memories[name] = remembered(before, sample.view, fresh, now, open_)


def _picture(frame: Frame, counter: Counter, found: Look) -> Picture:
    kept, crop_xyxy = keepable(frame.image, counter, found)
    return Picture(encode(kept), frame.size_wh, crop_xyxy)
