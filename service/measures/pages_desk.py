"""A data folder with thousands of flags that wait for a review, and three weeks behind them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from cameras.recordings import open_recording
from service.calendar import plan_day, review_due, working_day_before
from service.commands.demo import MORNING
from service.evidence import Evidence
from service.measures.pages_office import MIDDAY
from service.measuring import NotMeasured, write_office
from service.reviews import ReviewDesk, Said
from service.settings import Settings, load_settings
from service.store import Store, codec, open_store, tables
from vision.hiding import counter_view, encode
from vision.labels import Label
from vision.life import Act
from vision.values import (
    Box,
    Frame,
    Observation,
    Outcome,
    Reason,
    Sample,
    Slot,
    Status,
    Verdict,
    View,
)

DAY = MIDDAY.date()
COUNTERS, CAMERAS = 80, 10
CONFIRMED = 20
"""So many findings of the working day before have been confirmed: a briefing speaks of them."""

SHOWN = "FO-2"
"""The counter of the bundled morning whose pictures are replayed."""

PERIOD_S = 5.0


def fill_desk(folder: Path, *, flags: int, frames: int, days: int) -> int:
    """An office in `folder` with so many waiting flags; the one that has so many pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = load_settings(
        write_office(
            folder, zone="Asia/Jakarta", camera_count=CAMERAS, counter_count=COUNTERS
        )
    )
    bundled = load_settings(MORNING / "office.toml")
    before = working_day_before(lambda day: plan_day(settings.calendar, day), DAY)
    assert before is not None
    with open_store(settings.data, zone=settings.zone) as store:
        store.keep_layout(settings.layout)
        store.keep_layout(bundled.layout)
        for back in range(days, 0, -1):
            _add_records(store, _met(settings, before - timedelta(days=back)))
        findings = _findings(settings, [before, DAY])
        found = list(islice(findings, CONFIRMED + flags - 1))
        if len(found) < CONFIRMED + flags - 1:
            raise NotMeasured(f"expected room for {flags} flags, got {len(found)}")
        _add_flags(store, found)
        _confirm(store, settings)
        shown = _add_shown(store, bundled, frames)
        store.put_meta("judged_to", (MIDDAY - timedelta(seconds=1)).isoformat())
    return shown


def _at(day: date, slot: Slot) -> datetime:
    hour, minute = {Slot.READY: (7, 55), Slot.OPEN: (9, 30), Slot.OPEN_2: (14, 0)}[slot]
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MIDDAY.tzinfo)


def _verdict(settings: Settings, counter: str, clause: str, slot: Slot, at: datetime) -> Verdict:
    """A clause that was met."""
    return Verdict(
        counter=counter,
        clause=clause,
        slot=slot,
        outcome=Outcome.MET,
        reason=None,
        status=Status.FINAL,
        since=at - timedelta(minutes=5),
        decided_at=at,
        frames_expected=60,
        frames_usable=58,
        frames_used=58,
        policy=settings.policy.citation,
        layout=settings.layout.version,
        models="scene@1 attire@1",
    )


def _met(settings: Settings, day: date) -> Iterator[Verdict]:
    """A day on which all was well."""
    for counter in settings.layout.counters:
        for rule in settings.policy.rules_for("FO"):
            for slot in sorted(rule.slots & {Slot.READY, Slot.OPEN, Slot.OPEN_2}):
                yield _verdict(settings, counter.counter, rule.clause, slot, _at(day, slot))


def _findings(settings: Settings, days: list[date]) -> Iterator[Verdict]:
    """Everything that could be found on these days until MIDDAY, one thing after the other."""
    for day in days:
        for met in _met(settings, day):
            if met.decided_at < MIDDAY:
                yield replace(
                    met,
                    outcome=Outcome.NOT_MET,
                    reason=Reason.LATE,
                    status=Status.PROVISIONAL,
                )


def _add_records(store: Store, verdicts: Iterator[Verdict] | list[Verdict]) -> None:
    rows = [
        {
            "day": store.day_of(verdict.decided_at).isoformat(),
            "counter": verdict.counter,
            "clause": verdict.clause,
            "slot": verdict.slot.value,
            "outcome": verdict.outcome.value,
            "decided_at": codec.micros(verdict.decided_at),
            "body": codec.verdict_body(verdict),
        }
        for verdict in verdicts
    ]
    with store.database.write() as connection:
        connection.execute(tables.record.insert(), rows)


def _add_flags(store: Store, verdicts: list[Verdict]) -> None:
    """Records and a flag for each, as `Store.open_flag` writes them, in one go."""
    with store.database.read() as connection:
        newest = connection.execute(select(func.max(tables.record.c.record_id))).scalar_one()
    first = (newest or 0) + 1
    _add_records(store, verdicts)
    flags = [
        {
            "flag_id": number,
            "day": store.day_of(verdict.decided_at).isoformat(),
            "counter": verdict.counter,
            "clause": verdict.clause,
            "slot": verdict.slot.value,
            "layout": verdict.layout,
            "opened_at": codec.micros(verdict.decided_at),
            "window_since": codec.micros(verdict.since),
            "window_until": codec.micros(verdict.decided_at),
        }
        for number, verdict in enumerate(verdicts, 1)
    ]
    ties = [
        {"record_id": first + i, "flag_id": one["flag_id"]} for i, one in enumerate(flags)
    ]
    with store.database.write() as connection:
        connection.execute(tables.flag.insert(), flags)
        connection.execute(tables.flag_record.insert(), ties)


def _confirm(store: Store, settings: Settings) -> None:
    """Somebody looked at the first of them."""
    calendar = settings.calendar
    desk = ReviewDesk(
        store,
        settings.policy,
        lambda day: review_due(lambda one: plan_day(calendar, one), day),
        MIDDAY,
    )
    said = Said("bench", Act.AGREE, None, "")
    for flag_id in range(1, CONFIRMED + 1):
        desk.review(flag_id, store.reviews.history(flag_id).version, said)


# --- the flag with pictures ----------------------------------------------------------------------


def _add_shown(store: Store, bundled: Settings, count: int) -> int:
    """A flag about a cup, with pictures of the bundled morning; its id."""
    counter = bundled.layout.counter(SHOWN)
    since = _at(DAY, Slot.READY) - timedelta(minutes=5)
    recording = open_recording(MORNING, period_s=PERIOD_S)
    frames = list(islice(recording.camera_frames(counter.camera, since=since), count))
    if len(frames) < count:
        raise NotMeasured(f"{MORNING.name}: expected {count} pictures, got {len(frames)}")
    verdict = replace(
        _verdict(bundled, SHOWN, "FO-C2a", Slot.OPEN_2, MIDDAY - timedelta(minutes=1)),
        outcome=Outcome.NOT_MET,
        reason=Reason.PRESENT_OBJECT,
        status=Status.PROVISIONAL,
        seen=(Label.CUP,),
    )
    window = (frames[0].captured_at, frames[-1].captured_at)
    flag_id = store.open_flag(store.add_record(verdict), verdict, window)
    evidence = Evidence(store.folder)
    for number, frame in enumerate(frames):
        x0, y0, x1, y1 = counter_view(counter, frame.size_wh)
        sha = evidence.add(encode(frame.image[y0:y1, x0:x1]))
        store.add_flag_frame(
            flag_id,
            _sample(frame, number),
            sha,
            frame_wh=frame.size_wh,
            crop_xyxy=(x0, y0, x1, y1),
        )
    return flag_id


def _sample(frame: Frame, number: int) -> Sample:
    """Somebody with a card at a desk with a cup; every tenth frame hides it."""
    at = frame.captured_at
    person = Box(Label.PERSON, (400.0, 60.0, 700.0, 420.0), 0.91)
    card = Box(Label.ID_CARD, (540.0, 300.0, 561.0, 330.0), 0.82)
    cup = Box(Label.CUP, (620.0 + number % 3, 470.0, 664.0, 520.0), 0.77)
    hidden = number % 10 == 9
    there = Observation(SHOWN, "staff_present", at, Outcome.MET, None, 0.91, (person,))
    worn = replace(there, check="badge_worn", score=0.82, basis=(card,))
    seen = replace(
        there,
        check="desk_clear",
        outcome=Outcome.CANNOT_TELL if hidden else Outcome.NOT_MET,
        reason=Reason.OCCLUDED if hidden else Reason.PRESENT_OBJECT,
        score=0.77,
        basis=() if hidden else (cup,),
    )
    view = View(118.5, 0.01, 0.94, 0.0, 0.0, frozen=False)
    return Sample(SHOWN, frame.camera, at, view, (worn, seen, there))
