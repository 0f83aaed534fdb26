"""Values of `vision` as compact JSON and back. A round trip loses nothing but the time zone: every
instant comes back in UTC. Labels are written as words, so that a new number changes no history.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from vision.labels import label_of
from vision.layout import Counter, Layout, Zone, ZoneKind
from vision.values import (
    Box,
    Measure,
    Observation,
    Outcome,
    Readiness,
    ReadyState,
    Reason,
    Sample,
    Slot,
    Status,
    Verdict,
    View,
    require_aware,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An instant as whole microseconds since 1970 UTC. Errors: ValueError when `at` is naive."""
    require_aware(at, "time")
    return (at - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The instant of `micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def dumps(value: object) -> str:
    """JSON without blanks, keys in order: the same value is the same text."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )


def sample_body(sample: Sample) -> str:
    """The view and the observations of a sample; counter, camera and time stand in columns.

    Errors: ValueError when an observation is about another counter or frame than its sample.
    """
    for observation in sample.observations:
        if (observation.counter, observation.captured_at) != (sample.counter, sample.captured_at):
            raise ValueError(
                f"sample of {sample.counter}: expected observations of the same counter and frame, "
                f"got {observation.counter} at {observation.captured_at.isoformat()}"
            )
    view = sample.view
    return dumps(
        {
            "v": [
                float(view.brightness),
                float(view.clipped),
                float(view.sharpness),
                float(view.shift),
                float(view.blocked),
                bool(view.frozen),
            ],
            "o": [_observation(o) for o in sample.observations],
        }
    )


def sample_of(counter: str, camera: str, captured_at: int, body: str) -> Sample:
    """The sample of a row."""
    raw: dict[str, Any] = json.loads(body)
    at = instant(captured_at)
    brightness, clipped, sharpness, shift, blocked, frozen = raw["v"]
    return Sample(
        counter,
        camera,
        at,
        View(brightness, clipped, sharpness, shift, blocked, frozen),
        tuple(
            Observation(
                counter,
                check,
                at,
                Outcome(outcome),
                None if reason is None else Reason(reason),
                score,
                tuple(Box(label_of(w), (a, b, c, d), conf) for w, a, b, c, d, conf in basis),
                instant(since[0]) if since else None,
            )
            for check, outcome, reason, score, basis, *since in raw["o"]
        ),
    )


def _observation(o: Observation) -> list[object]:
    """The sixth value is only written where the picture was unchanged since an earlier look."""
    said: list[object] = [o.check, o.outcome.value, o.reason, float(o.score), _boxes(o.basis)]
    return said if o.unchanged_since is None else [*said, micros(o.unchanged_since)]


def _boxes(boxes: Sequence[Box]) -> list[list[object]]:
    return [[b.label.word, *(float(v) for v in b.xyxy), float(b.confidence)] for b in boxes]


def verdict_body(verdict: Verdict) -> str:
    """A whole verdict."""
    return dumps(_verdict(verdict))


def verdict_of(body: str) -> Verdict:
    """The verdict of a row."""
    return _as_verdict(json.loads(body))


def _verdict(v: Verdict) -> dict[str, object]:
    return {
        "counter": v.counter,
        "clause": v.clause,
        "slot": v.slot.value,
        "outcome": v.outcome.value,
        "reason": v.reason,
        "status": v.status.value,
        "since": micros(v.since),
        "decided_at": micros(v.decided_at),
        "frames": [v.frames_expected, v.frames_usable, v.frames_used],
        "policy": v.policy,
        "layout": v.layout,
        "models": v.models,
        "proposal": v.proposal,
        "side_reasons": list(v.side_reasons),
        "seen": [label.word for label in v.seen],
        "measures": [[m.name, float(m.value), float(m.threshold), m.unit] for m in v.measures],
    }


def _as_verdict(raw: dict[str, Any]) -> Verdict:
    expected, usable, used = raw["frames"]
    return Verdict(
        counter=raw["counter"],
        clause=raw["clause"],
        slot=Slot(raw["slot"]),
        outcome=Outcome(raw["outcome"]),
        reason=None if raw["reason"] is None else Reason(raw["reason"]),
        status=Status(raw["status"]),
        since=instant(raw["since"]),
        decided_at=instant(raw["decided_at"]),
        frames_expected=expected,
        frames_usable=usable,
        frames_used=used,
        policy=raw["policy"],
        layout=raw["layout"],
        models=raw["models"],
        proposal=None if raw["proposal"] is None else Outcome(raw["proposal"]),
        side_reasons=tuple(Reason(reason) for reason in raw["side_reasons"]),
        seen=tuple(label_of(word) for word in raw["seen"]),
        measures=tuple(Measure(*measure) for measure in raw["measures"]),
    )


def readiness_body(readiness: Readiness) -> str:
    """The verdicts of an answer; counter, state and time stand in columns."""
    return dumps(
        {
            "against": [_verdict(verdict) for verdict in readiness.against],
            "hints": [_verdict(verdict) for verdict in readiness.hints],
        }
    )


def readiness_of(counter: str, state: str, decided_at: int, body: str) -> Readiness:
    """The answer of a row."""
    raw: dict[str, Any] = json.loads(body)
    return Readiness(
        counter,
        ReadyState(state),
        tuple(_as_verdict(verdict) for verdict in raw["against"]),
        tuple(_as_verdict(verdict) for verdict in raw["hints"]),
        instant(decided_at),
    )


def layout_body(layout: Layout) -> str:
    """The counters and zones of a layout; its version stands in a column."""
    return dumps(
        [
            {
                "counter": c.counter,
                "name": c.name,
                "role": c.role,
                "camera": c.camera,
                "zones": [[zone.kind.value, zone.points.tolist()] for zone in c.zones],
            }
            for c in layout.counters
        ]
    )


def layout_of(version: str, body: str) -> Layout:
    """The layout of a row."""
    raw: list[dict[str, Any]] = json.loads(body)
    return Layout(
        version,
        tuple(
            Counter(
                c["counter"],
                c["name"],
                c["role"],
                c["camera"],
                tuple(Zone(ZoneKind(k), np.array(points, np.float32)) for k, points in c["zones"]),
            )
            for c in raw
        ),
    )
