"""What many ask for in one moment is made once, and nobody is given what another may see."""

from service.api.sharing import MOMENT_S, Shared


class Made:
    """Counts how often something was made."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        """The next one."""
        self.count += 1
        return self.count


def test_a_value_is_made_once_in_a_moment_and_anew_after_it() -> None:
    """Fifty screens ask at once; whoever asks later is told how it is then."""
    now, made = [100.0], Made()
    shared: Shared[int] = Shared(clock=lambda: now[0])
    assert [shared.of("board", made) for _ in range(50)] == [1] * 50
    now[0] += 0.9 * MOMENT_S
    assert shared.of("board", made) == 1
    now[0] += 0.2 * MOMENT_S
    assert shared.of("board", made) == 2


def test_another_key_is_another_value() -> None:
    """Another revision, another language, other counters that somebody may see."""
    made = Made()
    shared: Shared[int] = Shared(clock=lambda: 100.0)
    keys = [(1, "id", None), (2, "id", None), (1, "en", None), (1, "id", frozenset({"loket_1"}))]
    assert [shared.of(key, made) for key in keys] == [1, 2, 3, 4]


def test_old_values_are_let_go() -> None:
    """Each change of a board is another key; a day of them would fill the memory."""
    now = [100.0]
    shared: Shared[int] = Shared(clock=lambda: now[0])
    for revision in range(1000):
        now[0] += 2 * MOMENT_S
        shared.of(revision, lambda: 0)
    assert len(shared._made) == 1
