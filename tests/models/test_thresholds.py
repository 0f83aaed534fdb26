"""Thresholds of a card come from validation answers."""

from models.train import ENOUGH, SOMEBODY, Tally, choose_thresholds


def answers(right: list[float], wrong: list[float], present: int | None = None) -> Tally:
    """Answers of these scores over so many true boxes."""
    told = [(score, True) for score in right] + [(score, False) for score in wrong]
    return Tally(told, len(right) if present is None else present)


SURE = [0.5 + 0.01 * n for n in range(30)]


def test_a_sighting_begins_above_what_is_wrong() -> None:
    """Between the pair nobody can tell; below it is nearly nothing that is there."""
    chosen = choose_thresholds({"cup": answers([*SURE, 0.2], [0.45, 0.4, 0.3])}, 0.98)
    assert 0.4 < chosen["cup"]["hi"] <= 0.5
    assert chosen["cup"]["lo"] == 0.2


def test_rare_labels_share_a_pair() -> None:
    """Three bags say nothing about bags, but fifteen rare things say something about rare things:
    the pair of a network that is seldom sure must not hide all of them."""
    few = {name: answers([0.32, 0.33, 0.34], [0.1]) for name in ("bag", "book", "doll")}
    assert choose_thresholds(few, 0.98)["default"] == {"hi": 0.6, "lo": 0.3}
    more = few | {name: answers([0.32, 0.33, 0.34], [0.1]) for name in ("bowl", "glass")}
    assert sum(tally.present for tally in more.values()) == ENOUGH
    assert choose_thresholds(more, 0.98)["default"] == {"hi": 0.3, "lo": 0.25}


def test_somebody_is_there_also_in_a_loose_box() -> None:
    """Precision at an overlap of a half says little about whether a counter is staffed."""
    tight, loose = answers([0.9], SURE, 31), answers(SURE, [0.3])
    assert choose_thresholds({"person": tight, SOMEBODY: loose}, 0.98) == {
        "default": {"hi": 0.6, "lo": 0.3},
        "person": {"hi": 0.3, "lo": 0.25},
    }
