"""Cases of flags decided as people decide them: by reviews and contests in a store."""

from datetime import datetime, timedelta

from service.store import Case, ContestRow, History, Look, ReviewRow, Store
from vision.life import Act
from vision.values import Outcome


def reviewed(
    store: Store,
    flag_id: int,
    at: datetime,
    case: Case = Case.CONFIRMED,
    contest_id: int | None = None,
) -> None:
    """Somebody answers a flag, or the contest about it."""

    def answer(before: History) -> tuple[ReviewRow, Case]:
        act, outcome = (
            (Act.MET, Outcome.MET) if case is Case.OVERTURNED else (Act.AGREE, Outcome.NOT_MET)
        )
        look = Look.FIRST if contest_id is None else Look.ANSWER
        row = ReviewRow(
            0, flag_id, before.record_id, "ani", at, look, False, act, outcome, None, "", contest_id
        )  # fmt: skip
        return row, case

    store.reviews.add(flag_id, store.reviews.history(flag_id).version, answer)


def contested(store: Store, flag_id: int, at: datetime) -> int:
    """Staff contest a flag; returns the contest's id."""
    return store.reviews.add_contest(
        flag_id,
        lambda before: ContestRow(
            0, flag_id, before.record_id, "budi", at, at + timedelta(hours=72), "Terpasang."
        ),
    ).contest_id
