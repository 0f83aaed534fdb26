"""Cases of flags decided as people decide them: by reviews and contests in a store."""

from datetime import datetime, timedelta
from itertools import count

from service.store import Case, ContestRow, History, Look, ReviewRow, Store
from tests.fakes_office import clock, fake_sample, fake_verdict
from vision.life import Act, rechecked
from vision.values import Outcome, Slot, Status


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


YESTERDAY = timedelta(days=1)


def sampled_clause(day: datetime, counter: str, *, skip: int = 0, chosen: bool = True) -> str:
    """A clause whose place before opening is (not) in the 5 % that are looked at again."""
    names = (f"FO-S{n}" for n in count())
    found = (
        name
        for name in names
        if rechecked("kppn_contoh", day.date(), counter, name, Slot.READY, 0.05) is chosen
    )
    for _ in range(skip):
        next(found)
    return next(found)


def met(store: Store, clause: str, counter: str = "loket_2", before: timedelta = YESTERDAY) -> int:
    """A span before opening of an earlier day that stood as met from 07:55 on; its record."""
    at = clock(7, 55) - before
    verdict = fake_verdict(counter, clause, Outcome.MET, None, at, status=Status.FINAL)
    return store.add_record(verdict)


def pictured(store: Store, at: datetime, counter: str = "loket_2", sha: str = "ab" * 32) -> None:
    """A picture that is kept of another finding at the counter."""
    verdict = fake_verdict(counter, decided_at=at)
    flag_id = store.open_flag(store.add_record(verdict), verdict, (at, at))
    store.add_flag_frame(flag_id, fake_sample(counter, at), sha)
