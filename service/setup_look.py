"""What the page Pemasangan shows of a camera that is being set up. Uses the step of every frame.

Nothing of it is recorded: it is what the checks and rules would say of these pictures if the zones
were drawn as they are on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from service.scales import Basis, people_at, scale_at
from vision.attention import COVER_PERIODS
from vision.checks import CHECKS
from vision.eyes import Eyes, find_items, find_people
from vision.hiding import HEAD_SHARE, encode, pixelate
from vision.judging import judge, verdict_of
from vision.labels import PERSONAL_ITEMS, Label
from vision.layout import Counter, ZoneKind
from vision.looking import Approved, look
from vision.pixels import Size, sizes_at
from vision.policy import Policy
from vision.proposing import ProposedZone, propose
from vision.tiling import look_closely
from vision.values import Frame, Image, Observation, Reason, Sample, Slot, Verdict, View
from vision.view import gate, measure_picture, view_of
from vision.watching import Watch

MINUTE_FRAMES = 8
"""Of the last minute so many pictures are looked at: a look costs a tenth to half a second."""
PROPOSE_FRAMES = 6


@dataclass(frozen=True, slots=True)
class CounterSeen:
    """What one picture says about a counter, and how large things are in it.

    `reason`: why the picture shows nothing of it (None: it does). `missing` zones that rules ask
    for, with the clauses that cannot be judged without them.
    """

    counter: str
    reason: Reason | None
    observations: tuple[Observation, ...]
    sizes: tuple[Size, ...]
    basis: Basis
    missing: tuple[tuple[ZoneKind, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class MinuteSaid:
    """What the day's rules say of the pictures of the last minute about a counter."""

    counter: str
    frames: int
    verdicts: tuple[Verdict, ...]


def checks_of(policy: Policy, role: str) -> tuple[str, ...]:
    """The checks that judge a counter of this role; whether it is staffed always."""
    named = {rule.check for rule in policy.rules_for(role)} | {"staff_present"}
    return tuple(check for check in CHECKS if check in named)


def seen_now(
    frame: Frame,
    counters: Sequence[Counter],
    policy: Policy,
    eyes: Eyes,
    approved: Approved | None,
) -> list[CounterSeen]:
    """One picture under the zones of the page."""
    found = _looked(frame, counters, policy, eyes, approved)
    people = find_people(frame.image, eyes.scene)
    seen = []
    for counter, sample in zip(counters, found, strict=True):
        here = people_at(people, counter, frame.image)
        px_per_m, basis = scale_at(frame.image, counter, here, eyes)
        seen.append(
            CounterSeen(
                counter.counter,
                gate(sample.view, policy.parameters),
                sample.observations,
                sizes_at(px_per_m, policy.parameters) if px_per_m else (),
                basis,
                _missing(counter, policy),
            )
        )
    return seen


def said_of_minute(
    frames: Sequence[Frame],
    counters: Sequence[Counter],
    policy: Policy,
    eyes: Eyes,
    approved: Approved | None,
) -> list[MinuteSaid]:
    """Every rule of each counter's role over these pictures, as if its slot were this minute."""
    chosen = _spread(frames, MINUTE_FRAMES)
    samples: dict[str, list[Sample]] = {counter.counter: [] for counter in counters}
    for frame in chosen:
        for sample in _looked(frame, counters, policy, eyes, approved):
            samples[sample.counter].append(sample)
    return [
        MinuteSaid(
            counter.counter,
            len(chosen),
            _verdicts(counter, samples[counter.counter], policy, eyes.models),
        )
        for counter in counters
    ]


def proposed_zones(frames: Sequence[Frame], eyes: Eyes) -> tuple[ProposedZone, ...]:
    """Zones by where people sat in these pictures and what stands on desks in the newest."""
    chosen = _spread(frames, PROPOSE_FRAMES)
    if not chosen:
        return ()
    newest = chosen[-1]
    width, height = newest.size_wh
    people = [find_people(frame.image, eyes.scene) for frame in chosen]
    things = look_closely(newest.image, (0, 0, width, height), eyes.desk).boxes()
    return propose(people, things, newest.size_wh)


def not_clear(
    frame: Frame, counters: Sequence[Counter], policy: Policy, eyes: Eyes
) -> tuple[Reason | None, bool, tuple[Label, ...]]:
    """Why a picture is no picture of clear desks: not seen, somebody in it, things on a desk."""
    picture = measure_picture(frame.image)
    polygons = [zone.polygon(frame.size_wh) for counter in counters for zone in counter.zones]
    view: View = view_of(picture, polygons)
    reason = gate(view, policy.parameters)
    people = find_people(frame.image, eyes.scene)
    sure = policy.parameters["det_hi"]
    things = {
        box.label
        for counter in counters
        for box in find_items(frame.image, counter, eyes.desk)
        if box.label in PERSONAL_ITEMS and box.confidence >= sure
    }
    return reason, bool(people), tuple(sorted(things))


def still_of(image: Image, eyes: Eyes) -> bytes:
    """The picture as JPEG with every head hidden: zones are drawn on it, nobody is looked at."""
    shown = image.copy()
    for person in find_people(image, eyes.scene):
        x0, y0, x1, y1 = person.xyxy
        pixelate(shown, (x0, y0, x1, y0 + HEAD_SHARE * (y1 - y0)))
    return encode(shown)


def _looked(
    frame: Frame,
    counters: Sequence[Counter],
    policy: Policy,
    eyes: Eyes,
    approved: Approved | None,
) -> tuple[Sample, ...]:
    if approved is not None and approved.image.shape != frame.image.shape:
        approved = None
    due = {counter.counter: checks_of(policy, counter.role) for counter in counters}
    return look(frame, counters, due, eyes, policy.parameters, approved).samples


def _missing(
    counter: Counter, policy: Policy
) -> tuple[tuple[ZoneKind, tuple[str, ...]], ...]:
    rules = policy.rules_for(counter.role)
    blind = []
    for kind in ZoneKind:
        clauses = tuple(rule.clause for rule in rules if rule.zone is kind)
        if clauses and counter.zone(kind) is None:
            blind.append((kind, clauses))
    return tuple(blind)


def _verdicts(
    counter: Counter, samples: Sequence[Sample], policy: Policy, models: str
) -> tuple[Verdict, ...]:
    if not samples:
        return ()
    gaps = [
        (later.captured_at - earlier.captured_at).total_seconds()
        for earlier, later in pairwise(samples)
    ]
    period_s = median(gaps) if gaps else 1.0
    since = samples[0].captured_at
    until = samples[-1].captured_at + timedelta(seconds=period_s)
    verdicts = []
    for clause in policy.clauses:
        rule = clause.rule
        if rule is None or not clause.enabled or clause.role != counter.role:
            continue
        if counter.zone(rule.zone) is None:
            continue
        slot = Slot.READY if Slot.READY in rule.slots else min(rule.slots, default=Slot.OPEN)
        watch = Watch(
            slot=slot,
            since=since,
            until=until,
            at=until,
            ready_at=until if slot is Slot.READY else None,
            samples=samples,
            cover_s=period_s * COVER_PERIODS,
            expected_s=period_s,
        )
        judgement = judge(rule, watch)
        if judgement is not None:
            verdicts.append(
                verdict_of(
                    clause,
                    judgement,
                    watch,
                    counter.counter,
                    policy=policy.citation,
                    layout="draft",
                    models=models,
                )
            )
    return tuple(verdicts)


def _spread(frames: Sequence[Frame], most: int) -> list[Frame]:
    """At most so many, spread evenly, the newest among them."""
    if len(frames) <= most:
        return [*frames]
    step = (len(frames) - 1) / (most - 1)
    return [frames[round(i * step)] for i in range(most)]
