"""When a picture was taken that came late, in a burst with others (HLS)."""

_DRIFT = 0.0005
"""How much a camera's clock may run slow against ours; crystals stay within 0.0001."""
_JUMP_S = 30.0
"""A stream's time that leaves ours by so much has begun anew."""


class BurstClock:
    """Turns the stream's own time of a frame into ours.

    A segment comes at once, when its last picture is taken. So the frame that took least from
    stream time to arrival tells how the two clocks lie, and every frame was taken so long before
    its arrival as it is older than that. Never later than the arrival: "frame = now" would make a
    picture of ten seconds ago a fresh one.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._stream_s = 0.0
        self._placed_s = 0.0
        self.catching_up = True
        """Whether newer frames of the first burst may still come: the offset is not known yet."""

    def place(self, stream_s: float, arrived_s: float) -> float:
        """Seconds of our time at which the frame was taken, from those of its arrival."""
        offset_s = arrived_s - stream_s
        step_s = stream_s - self._stream_s
        known_s = self._offset_s
        if known_s is None or step_s < 0 or abs(offset_s - known_s) > _JUMP_S:
            self.catching_up = True
            known_s = offset_s
        else:
            self.catching_up = self.catching_up and known_s - offset_s > step_s / 2
            known_s = min(offset_s, known_s + _DRIFT * step_s)
        self._offset_s, self._stream_s = known_s, stream_s
        self._placed_s = max(self._placed_s, stream_s + known_s)
        return min(self._placed_s, arrived_s)
