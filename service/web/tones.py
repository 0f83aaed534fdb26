"""Colour by meaning (docs/standard.md 3.1, P-23); a shape beside it says the same without colour.

Green: shown to be in order. Amber: not in order, provisional. Red: confirmed by a person. Grey:
cannot tell; never red.
"""

from enum import StrEnum

from service.board import TileState
from vision.values import Outcome, Status


class Tone(StrEnum):
    """The colours of the design system by meaning."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"
    PLAIN = "plain"


STATE_TONES = {
    TileState.GO: Tone.GREEN,
    TileState.NO_GO: Tone.AMBER,
    TileState.CANNOT_TELL: Tone.GREY,
    TileState.WAITING: Tone.PLAIN,
    TileState.OFF: Tone.PLAIN,
}


OUTCOME_TONES = {
    Outcome.MET: Tone.GREEN,
    Outcome.NOT_MET: Tone.AMBER,
    Outcome.CANNOT_TELL: Tone.GREY,
}


def outcome_tone(outcome: Outcome, status: Status) -> Tone:
    """The tone of a verdict: red only after a person confirmed it."""
    if outcome is Outcome.NOT_MET and status is Status.CONFIRMED:
        return Tone.RED
    return OUTCOME_TONES[outcome]
