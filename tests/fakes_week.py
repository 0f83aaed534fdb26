"""Working days behind the fake office: Monday 23 November as humans left it, and weeks before.

Four counters under the whole standard. Loket 2 was late and a bottle stood at loket 3 (both
confirmed); a phone at loket 1 is provisional and must never be named.
"""

from datetime import date, datetime, time, timedelta

from service.policies import load_policy
from service.store import Store
from service.store.codec import micros, verdict_body
from service.store.tables import record
from tests.fakes_office import ZONE, fake_verdict
from vision.entries import Entered, Entry
from vision.labels import Label
from vision.values import Outcome, Reason, Slot, Status, Verdict

MONDAY = date(2026, 11, 23)
COUNTERS = ("loket_1", "loket_2", "loket_3")
POLICY = load_policy("djpb-spm")


def at(day: date, hour: int, minute: int) -> datetime:
    """A time of a day at the office."""
    return datetime.combine(day, time(hour, minute), ZONE)


def verdict(
    counter: str,
    clause: str,
    outcome: Outcome,
    reason: Reason | None = None,
    *,
    day: date = MONDAY,
    clock: tuple[int, int] = (7, 55),
    slot: Slot = Slot.READY,
    status: Status = Status.FINAL,
    seen: tuple[Label, ...] = (),
) -> Verdict:
    """A verdict of a day behind."""
    when = at(day, *clock)
    return fake_verdict(counter, clause, outcome, reason, when, slot=slot, status=status, seen=seen)


def quiet_day(day: date) -> list[Verdict]:
    """Everybody ready with a tag, every screen on, every desk clear."""
    return [
        verdict(counter, clause, Outcome.MET, day=day, slot=slot)
        for counter in COUNTERS
        for clause, slot in (
            ("FO-A6", Slot.READY),
            ("FO-A6", Slot.OPEN),
            ("FO-A6", Slot.OPEN_2),
            ("FO-B1", Slot.READY),
            ("FO-B2a", Slot.READY),
            ("FO-C2a", Slot.READY),
            ("FO-C2a", Slot.OPEN),
            ("FO-C2f", Slot.OPEN),
        )
    ]


def monday() -> list[Verdict]:
    """Monday as humans left it."""
    confirmed, provisional = Status.CONFIRMED, Status.PROVISIONAL
    changed = [
        verdict("loket_2", "FO-B1", Outcome.NOT_MET, Reason.LATE, clock=(8, 2), status=confirmed),
        verdict(
            "loket_3",
            "FO-C2a",
            Outcome.NOT_MET,
            Reason.PRESENT_OBJECT,
            clock=(10, 25),
            slot=Slot.OPEN,
            status=confirmed,
            seen=(Label.BOTTLE,),
        ),
        verdict(
            "loket_1",
            "FO-C2f",
            Outcome.NOT_MET,
            Reason.PRESENT_OBJECT,
            clock=(9, 30),
            slot=Slot.OPEN,
            status=provisional,
            seen=(Label.BAG,),
        ),
        verdict("loket_3", "FO-B2a", Outcome.CANNOT_TELL, Reason.DARK),
    ]
    kept = {(v.counter, v.clause, v.slot): v for v in quiet_day(MONDAY)}
    kept |= {(v.counter, v.clause, v.slot): v for v in changed}
    return list(kept.values())


def entry(
    clause: str,
    counter: str | None,
    entered: Entered,
    *,
    note: str = "",
    occasion: int = 1,
    day: date = MONDAY,
    by: str = "siti",
) -> Entry:
    """What siti saw."""
    key = f"{day:%m%d}-{clause}-{counter}-{occasion}-{entered}"
    when = at(day, 14, 10) + timedelta(seconds=occasion)
    return Entry(key, day, clause, counter, occasion, entered, note, by, when)


def mondays_entries() -> list[Entry]:
    """What a supervisor saw on Monday."""
    return [
        entry("FO-R10", "loket_1", Entered.NOT_MET, occasion=1),
        entry("FO-R10", "loket_1", Entered.NOT_MET, occasion=2),
        entry("FO-R10", "loket_1", Entered.MET, occasion=3),
        entry("FO-S6a", "loket_2", Entered.MET, note="keluhan dicatat sampai tuntas"),
        entry("BR-1", None, Entered.MET),
    ]


def remember(store: Store, weeks: int = 3) -> None:
    """Write Monday and the working days of some weeks before it into a store, all at once."""
    days = [MONDAY - timedelta(days=back) for back in range(1, 7 * weeks)]
    verdicts = [v for day in days if day.weekday() < 5 for v in quiet_day(day)]
    rows = [
        {
            "day": store.day_of(v.decided_at).isoformat(),
            "counter": v.counter,
            "clause": v.clause,
            "slot": v.slot.value,
            "outcome": v.outcome.value,
            "decided_at": micros(v.decided_at),
            "body": verdict_body(v),
        }
        for v in [*monday(), *verdicts]
    ]
    with store.database.write() as connection:
        connection.execute(record.insert(), rows)
    for one in mondays_entries():
        store.entries.add(one)
