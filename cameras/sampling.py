"""How often a camera is looked at."""

from math import ceil, floor

SLACK = 0.2
"""Share of the period by which a camera's frame may come early."""


class Sampler:
    """Lets at most one frame per period through, on a grid that starts with the first frame.

    With `slack` (share of the period) a frame that comes a little early still counts for its place
    on the grid: a camera that gives one keyframe per second, give or take, is then not halved.
    A period of 0 lets everything through.
    """

    def __init__(self, period_s: float, slack: float = 0.0) -> None:
        self._slack = slack
        self._period_s = period_s
        self._slack_s = slack * period_s + 1e-6
        self._due_s: float | None = None

    def pace(self, period_s: float) -> None:
        """From now on another period; its grid starts with the next frame."""
        if period_s != self._period_s:
            self._period_s = period_s
            self._slack_s = self._slack * period_s + 1e-6
            self._due_s = None

    def is_due(self, at_s: float) -> bool:
        """Whether `takes` would take a frame of this moment."""
        if self._period_s <= 0 or self._due_s is None:
            return True
        return at_s + self._slack_s >= self._due_s

    def begin(self, first_s: float, since_s: float) -> None:
        """Let nothing through before `since_s`, on the grid of a first frame at `first_s`.

        Who begins in the middle then takes the same frames as who began at the start.
        """
        if self._period_s > 0 and since_s > first_s:
            steps = ceil((since_s - first_s) / self._period_s - 1e-9)
            self._due_s = first_s + steps * self._period_s

    def takes(self, at_s: float) -> bool:
        """Whether the frame of this moment (seconds, any origin, rising) is one to hand on."""
        if self._period_s <= 0:
            return True
        if not self.is_due(at_s):
            return False
        if self._due_s is None:
            self._due_s = at_s
        late_s = at_s + self._slack_s - self._due_s
        self._due_s += self._period_s * (floor(late_s / self._period_s) + 1)
        return True
