"""Events of an office as JSON lines: the same input gives the same bytes.

Times are in the office's zone with its offset; numbers are rounded so that they print alike.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.office import Event, PhaseChanged, ReadinessDecided, StatusChanged, VerdictChanged
from vision.values import Verdict


def event_line(event: Event, zone: ZoneInfo) -> str:
    """One event as one line of JSON, keys in a fixed order."""
    return json.dumps(event_body(event, zone), ensure_ascii=False)


def event_body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """One event as plain values."""

    def local(at: datetime) -> str:
        return at.astimezone(zone).isoformat(timespec="milliseconds")

    def verdict(one: Verdict) -> dict[str, Any]:
        return {
            "counter": one.counter,
            "clause": one.clause,
            "slot": one.slot.value,
            "outcome": one.outcome.value,
            "reason": one.reason.value if one.reason is not None else None,
            "status": one.status.value,
            "proposal": one.proposal.value if one.proposal is not None else None,
            "side_reasons": [reason.value for reason in one.side_reasons],
            "seen": [label.word for label in one.seen],
            "since": local(one.since),
        }

    if isinstance(event, PhaseChanged):
        return {"event": "phase", "at": local(event.at), "phase": event.phase.value}
    if isinstance(event, StatusChanged):
        return {
            "event": "status",
            "at": local(event.at),
            "counter": event.counter,
            "check": event.check,
            "outcome": event.outcome.value,
            "reason": event.reason.value if event.reason is not None else None,
            "seen": [label.word for label in event.seen],
        }
    if isinstance(event, VerdictChanged):
        one = event.verdict
        return {
            "event": "verdict",
            "at": local(event.at),
            **verdict(one),
            "frames": {
                "expected": one.frames_expected,
                "usable": one.frames_usable,
                "used": one.frames_used,
            },
            "measures": [
                {
                    "name": m.name,
                    "value": round(m.value, 4),
                    "threshold": round(m.threshold, 4),
                    "unit": m.unit,
                }
                for m in one.measures
            ],
            "flagged": event.flag_id is not None,
            "policy": one.policy,
            "layout": one.layout,
            "models": one.models,
        }
    assert isinstance(event, ReadinessDecided)
    answer = event.readiness
    return {
        "event": "readiness",
        "at": local(event.at),
        "counter": answer.counter,
        "state": answer.state.value,
        "against": [verdict(one) for one in answer.against],
        "hints": [verdict(one) for one in answer.hints],
    }
