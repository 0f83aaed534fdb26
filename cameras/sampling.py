"""How often a camera is looked at."""

from math import floor


class Sampler:
    """Lets at most one frame per period through, on a grid that starts with the first frame.

    With `slack` (share of the period) a frame that comes a little early still counts for its place
    on the grid: a camera that gives one keyframe per second, give or take, is then not halved.
    A period of 0 lets everything through.
    """

    def __init__(self, period_s: float, slack: float = 0.0) -> None:
        self._period_s = period_s
        self._slack_s = slack * period_s + 1e-6
        self._due_s: float | None = None

    def takes(self, at_s: float) -> bool:
        """Whether the frame of this moment (seconds, any origin, rising) is one to hand on."""
        if self._period_s <= 0:
            return True
        if self._due_s is None:
            self._due_s = at_s
        late_s = at_s + self._slack_s - self._due_s
        if late_s < 0:
            return False
        self._due_s += self._period_s * (floor(late_s / self._period_s) + 1)
        return True
