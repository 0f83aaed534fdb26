"""From what setting up found to the answers of its API: words chosen, numbers rounded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from cameras.probe import Probed
from service.api import schemas_setup as s
from service.api.schemas import Words
from service.api.tell import told_observation, words
from service.board import CameraState
from service.problems import Problem
from service.scales import Basis
from service.settings import masked
from service.setup import Discovered, Setup
from service.setup_look import CounterSeen, MinuteSaid
from service.texts import Lang, capital, catalogue, number_text, text, word
from service.tries import Try
from vision.layout import Counter, ZoneKind
from vision.pixels import Size, smallest
from vision.policy import Policy
from vision.proposing import ProposedZone
from vision.values import Frame, Reason


def both(message_id: str, **values: object) -> Words:
    """A message in both languages."""
    return Words(id=text(message_id, Lang.ID, **values), en=text(message_id, Lang.EN, **values))


def problem_answer(problem: Problem) -> s.ProblemAnswer:
    """What is wrong, in words."""
    told: dict[Lang, str] = {}
    for lang in Lang:
        values = dict(problem.values)
        if "reason" in values:
            values["reason"] = word(Reason(values["reason"]), lang)
        if problem.code.startswith("hours_") and "got" in values:  # `07.00` as it is typed
            values["got"] = values["got"].replace(":", text("date.separator", lang))
        told[lang] = text(f"problem.{problem.code}", lang, **values)
    return s.ProblemAnswer(
        where=problem.where, code=problem.code, text=Words(id=told[Lang.ID], en=told[Lang.EN])
    )


def problems_detail(problems: Iterable[Problem], said: str = "") -> dict[str, object]:
    """The detail of a refusal; `said` is the sentence of the camera's own error."""
    return {"problems": [problem_answer(p).model_dump() for p in problems], "said": said}


def layout_answer(setup: Setup, states: Mapping[str, CameraState]) -> s.LayoutAnswer:
    """The layout in force."""
    settings = setup.settings
    return s.LayoutAnswer(
        version=setup.version,
        layout=settings.layout.version,
        office_name=settings.name,
        file_changed=setup.file_changed,
        roles=setup.roles(),
        cameras=tuple(
            s.CameraKept(
                camera=camera.camera,
                kind=camera.kind,
                address=camera.shown_address if camera.is_network else "",
                period_s=camera.period_s,
                has_reference=camera.reference is not None,
                state=states.get(camera.camera),
                state_text=words(states[camera.camera]) if camera.camera in states else None,
            )
            for camera in settings.cameras
        ),
        counters=tuple(
            _kept(counter, counter.counter in settings.rostered)
            for counter in settings.layout.counters
        ),
        warnings=settings.warnings,
    )


def _kept(counter: Counter, rostered: bool) -> s.CounterKept:
    return s.CounterKept(
        counter=counter.counter,
        name=counter.name,
        role=counter.role,
        camera=counter.camera,
        rostered=rostered,
        zones=tuple(
            s.ZoneKept(
                kind=zone.kind,
                points=tuple((round(float(x), 4), round(float(y), 4)) for x, y in zone.points),
            )
            for zone in counter.zones
        ),
    )


def still_url(each: Try, frame: Frame | None) -> str | None:
    """Where the newest picture of a try is; another picture has another address."""
    if frame is None:
        return None
    return f"/api/v1/tries/{each.name}/still?v={int(frame.captured_at.timestamp() * 1000)}"


def try_answer(
    each: Try, zone: tzinfo, sizes: Sequence[Size] = (), basis: Basis = Basis.NOTHING
) -> s.TryAnswer:
    """A camera that is tried, as it is now."""
    frame = each.newest()
    state, detail = each.status()
    if frame is not None and each.probed is not None and state is CameraState.STARTING:
        state = CameraState.OK  # it gave its picture already; the reader is on its way
    return s.TryAnswer(
        attempt=each.name,
        camera=each.settings.camera,
        kind=each.settings.kind,
        address=each.settings.shown_address if each.settings.is_network else "",
        state=state,
        state_text=words(state),
        detail=detail,
        size_wh=frame.size_wh if frame is not None else None,
        captured_at=frame.captured_at.astimezone(zone) if frame is not None else None,
        still=still_url(each, frame),
        probed=_probed(each.probed) if each.probed is not None else None,
        pixels=tuple(_pixels(size) for size in sizes),
        basis=basis,
        advice=_advice(sizes, basis) if frame is not None else None,
    )


def _probed(probed: Probed) -> s.ProbedAnswer:
    return s.ProbedAnswer(
        kind=probed.kind,
        codec=probed.codec,
        rate=_rounded(probed.rate),
        keyframe_s=_rounded(probed.keyframe_s),
        kbit_s=_rounded(probed.kbit_s),
        skew_s=_rounded(probed.skew_s),
        first_s=round(probed.first_s, 2),
        advice=tuple(
            Words(
                id=text(f"advice.{code}", Lang.ID, n=number_text(number, Lang.ID, 1)),
                en=text(f"advice.{code}", Lang.EN, n=number_text(number, Lang.EN, 1)),
            )
            for code, number in probed.shortcomings
        ),
    )


def now_answer(
    each: Try,
    frame: Frame | None,
    seen: Sequence[CounterSeen],
    minute: Sequence[MinuteSaid],
    policy: Policy,
    zone: tzinfo,
) -> s.NowAnswer:
    """What the checks see under the zones of the page."""
    state, detail = each.status()
    said = {one.counter: one for one in minute}
    return s.NowAnswer(
        state=state,
        state_text=words(state),
        detail=detail,
        captured_at=frame.captured_at.astimezone(zone) if frame is not None else None,
        size_wh=frame.size_wh if frame is not None else None,
        still=still_url(each, frame),
        counters=tuple(_counter_now(one, said.get(one.counter), policy) for one in seen),
    )


def _counter_now(seen: CounterSeen, said: MinuteSaid | None, policy: Policy) -> s.CounterNow:
    checks = []
    for observation in seen.observations:
        told = told_observation(observation)
        sizes = [size for size in seen.sizes if size.need.check == observation.check]
        checks.append(
            s.CheckNow(
                check=told.check,
                check_text=told.check_text,
                outcome=told.outcome,
                outcome_text=told.outcome_text,
                reason=told.reason,
                reason_text=told.reason_text,
                boxes=told.boxes,
                pixels=tuple(_pixels(size) for size in sizes),
                advice=_advice(sizes, Basis.CHEST),
            )
        )
    return s.CounterNow(
        counter=seen.counter,
        hidden=words(seen.reason) if seen.reason is not None else None,
        checks=tuple(checks),
        missing=tuple(_missing(kind, clauses) for kind, clauses in seen.missing),
        advice=_advice(seen.sizes, seen.basis),
        basis=seen.basis,
        frames=said.frames if said is not None else 0,
        rules=() if said is None else tuple(_rules(said, policy)),
    )


def _rules(said: MinuteSaid, policy: Policy) -> Iterable[s.RuleSaid]:
    for verdict in said.verdicts:
        clause = policy.clause(verdict.clause)
        reason = verdict.side_reasons[0] if verdict.side_reasons else verdict.reason
        yield s.RuleSaid(
            clause=verdict.clause,
            text=Words(id=clause.text_id, en=clause.text_en),
            outcome=verdict.outcome,
            outcome_text=words(verdict.outcome),
            reason=reason,
            reason_text=words(reason) if reason is not None else None,
        )


def _missing(kind: ZoneKind, clauses: Sequence[str]) -> Words:
    named = ", ".join(clauses)
    return Words(
        id=text("advice.missing_zone", Lang.ID, zone=word(kind, Lang.ID), clauses=named),
        en=text("advice.missing_zone", Lang.EN, zone=word(kind, Lang.EN), clauses=named),
    )


def _pixels(size: Size) -> s.PixelsAnswer:
    return s.PixelsAnswer(
        check=size.need.check,
        thing=both(f"thing.{size.need.thing}"),
        px=round(size.got_px, 1),
        floor_px=size.floor_px,
        enough=size.is_enough,
    )


def _advice(sizes: Sequence[Size], basis: Basis) -> Words | None:
    """What to do so that every thing gets its pixels; None when nothing is to be done."""
    if basis is Basis.NOTHING:
        return both("advice.nobody")
    worst = smallest(tuple(sizes))
    if worst is None:
        return None
    message = "advice.letters" if worst.need.check == "badge_legible" else "advice.pixels"
    told = {}
    for lang in Lang:
        told[lang] = text(
            message,
            lang,
            thing=capital(text(f"thing.{worst.need.thing}", lang)),
            got=number_text(worst.got_px, lang, 0),
            floor=number_text(worst.floor_px, lang, 0),
            factor=number_text(worst.missing_factor, lang, 1),
            share=number_text(100 / worst.missing_factor, lang, 0),
        )
    return Words(id=told[Lang.ID], en=told[Lang.EN])


def proposal_answer(zones: Sequence[ProposedZone]) -> s.ProposedZonesAnswer:
    """Zones as they may lie."""
    return s.ProposedZonesAnswer(
        frames=zones[0].frames if zones else 0,
        zones=tuple(
            s.ProposedAnswer(kind=zone.kind, points=zone.points, why=_why(zone)) for zone in zones
        ),
    )


def _why(zone: ProposedZone) -> Words:
    if zone.kind is ZoneKind.DESK:
        return both("advice.proposed_desk")
    if zone.kind is ZoneKind.SCREEN:
        return both("advice.proposed_screen")
    return both("advice.proposed_people", seen=zone.seen, frames=zone.frames)


def discoveries_answer(found: Sequence[Discovered]) -> s.DiscoveriesAnswer:
    """Who answered, with the stream to take."""
    return s.DiscoveriesAnswer(
        items=tuple(
            s.DiscoveredAnswer(
                host=one.camera.host,
                name=one.camera.name,
                url=one.stream.stream if one.stream is not None else "",
                size_wh=one.stream.size_wh if one.stream is not None else None,
                fault=both(f"problem.{one.fault}") if one.fault else None,
            )
            for one in found
        )
    )


def known_problem(code: str) -> str:
    """The code under which a fault has words; others are told as the camera's fault."""
    return code if f"problem.{code}" in catalogue() else "camera"


def without_secret(sentence: str) -> str:
    """A sentence of an error as it may be shown."""
    return masked(sentence) if "@" in sentence else sentence


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
