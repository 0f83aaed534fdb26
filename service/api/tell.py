"""From the values of the office to the answers of the API: words chosen, instants made local."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.api import schemas as s
from service.api.objects import clause_of
from service.board import Board, CameraStatus, Finding, Tile, TileState
from service.store import Flag, FlagFrame, Record
from service.texts import Lang, check_text, clause_text, finding_text, word
from vision.day import DayPlan
from vision.labels import Label
from vision.layout import Counter
from vision.policy import Clause, Policy
from vision.values import Observation, Outcome, Readiness, Reason, Sample, Slot, Status, Verdict


class _Said(Protocol):
    """What a `Finding` and a `Verdict` share."""

    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def since(self) -> datetime: ...
    @property
    def seen(self) -> tuple[Label, ...]: ...


@lru_cache(maxsize=None, typed=True)  # words of two vocabularies may be spelt alike
def words(member: Enum) -> s.Words:
    """A member of a closed vocabulary in both languages."""
    return s.Words(id=word(member, Lang.ID), en=word(member, Lang.EN))


def picture_url(counter: str, version: str) -> str:
    """Where the newest picture of a counter is; another picture has another address."""
    return f"/api/v1/counters/{quote(counter, safe='')}/picture?v={quote(version, safe='')}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells values in the time zone of the office and in the words of its policy."""

    zone: tzinfo
    policy: Policy

    @classmethod
    def of(cls, board: Board, policy: Policy) -> "Teller":
        """For this office."""
        return cls(ZoneInfo(board.time_zone), policy)

    def at(self, at: datetime) -> datetime:
        """An instant with the office's offset."""
        return at.astimezone(self.zone)

    def maybe(self, at: datetime | None) -> datetime | None:
        """The same, if there is one."""
        return None if at is None else self.at(at)

    # readiness

    def readiness(self, board: Board, tiles: Iterable[Tile]) -> s.ReadinessAnswer:
        """The board now."""
        return s.ReadinessAnswer(
            office=board.office,
            office_name=board.office_name,
            time_zone=board.time_zone,
            at=self.at(board.now),
            source="now",
            phase=board.phase,
            phase_text=words(board.phase),
            ready_at=self.maybe(board.plan.ready_at),
            opens_at=self.maybe(board.plan.opens_at),
            next_ready_at=self.maybe(board.next_ready_at),
            policy=board.policy,
            revision=board.revision,
            counters=tuple(self.tile(tile, board.plan, board.now) for tile in tiles),
        )

    def stood(
        self,
        board: Board,
        at: datetime,
        counters: Iterable[Counter],
        answers: Mapping[str, Readiness],
        flags: Mapping[tuple[str, str, Slot], int],
        pictures: Mapping[str, tuple[str, datetime]],
    ) -> s.ReadinessAnswer:
        """What was known at `at`: the answers that had fallen by then."""
        plan = board.plan if board.plan.day == self.at(at).date() else None
        phase = plan.phase_at(at) if plan is not None else None
        return s.ReadinessAnswer(
            office=board.office,
            office_name=board.office_name,
            time_zone=board.time_zone,
            at=self.at(at),
            source="stored",
            phase=phase,
            phase_text=None if phase is None else words(phase),
            ready_at=None if plan is None else self.maybe(plan.ready_at),
            opens_at=None if plan is None else self.maybe(plan.opens_at),
            next_ready_at=None,
            policy=board.policy,
            revision=None,
            counters=tuple(
                self._stood(c, answers.get(c.counter), flags, pictures.get(c.counter), plan, at)
                for c in counters
            ),
        )

    def _stood(
        self,
        counter: Counter,
        answer: Readiness | None,
        flags: Mapping[tuple[str, str, Slot], int],
        picture: tuple[str, datetime] | None,
        plan: DayPlan | None,
        at: datetime,
    ) -> s.CounterReadiness:
        state = TileState.WAITING if answer is None else TileState(answer.state.value)

        def findings(verdicts: tuple[Verdict, ...]) -> tuple[s.FindingAnswer, ...]:
            return tuple(
                self.finding(v, v.clause, v.status, flags.get((v.counter, v.clause, v.slot)))
                for v in verdicts
            )

        return s.CounterReadiness(
            counter=counter.counter,
            name=counter.name,
            role=counter.role,
            camera=counter.camera,
            state=state,
            state_text=words(state),
            decided=None
            if answer is None
            else s.DecidedAnswer(
                state=answer.state,
                state_text=words(answer.state),
                at=self.at(answer.decided_at),
            ),
            staffed=None,
            since=None,
            minutes_left=_minutes_left(plan, at),
            against=() if answer is None else findings(answer.against),
            hints=() if answer is None else findings(answer.hints),
            picture=None
            if picture is None
            else s.PictureAnswer(
                url=f"/api/v1/evidence/{picture[0]}", captured_at=self.at(picture[1])
            ),
        )

    def tile(self, tile: Tile, plan: DayPlan, now: datetime) -> s.CounterReadiness:
        """One counter on the board."""
        return s.CounterReadiness(
            counter=tile.counter,
            name=tile.name,
            role=tile.role,
            camera=tile.camera,
            state=tile.state,
            state_text=words(tile.state),
            decided=None
            if tile.decided is None or tile.decided_at is None
            else s.DecidedAnswer(
                state=tile.decided, state_text=words(tile.decided), at=self.at(tile.decided_at)
            ),
            staffed=tile.staffed,
            since=self.maybe(tile.since),
            minutes_left=_minutes_left(plan, now),
            against=tuple(self._finding(finding) for finding in tile.against),
            hints=tuple(self._finding(finding) for finding in tile.hints),
            picture=None
            if tile.picture is None
            else s.PictureAnswer(
                url=picture_url(tile.counter, tile.picture),
                captured_at=self.maybe(tile.picture_at),
            ),
        )

    def _finding(self, finding: Finding) -> s.FindingAnswer:
        return self.finding(finding, finding.clause, finding.status, finding.flag)

    def finding(
        self, said: _Said, clause: str, status: Status, flag: int | None
    ) -> s.FindingAnswer:
        """One thing said about a counter."""
        known = clause_of(self.policy, clause)
        return s.FindingAnswer(
            clause=clause,
            text=self._clause_text(known),
            outcome=said.outcome,
            outcome_text=words(said.outcome),
            reason=said.reason,
            reason_text=None if said.reason is None else words(said.reason),
            sentence=self._sentence(said, known),
            status=status,
            since=self.at(said.since),
            seen=tuple(label.word for label in said.seen),
            flag=flag,
            flag_url=None if flag is None else f"/api/v1/flags/{flag}",
        )

    def clause_words(self, name: str) -> s.Words | None:
        """The text of a clause by its name."""
        return self._clause_text(clause_of(self.policy, name))

    def _clause_text(self, clause: Clause | None) -> s.Words | None:
        if clause is None:
            return None
        return s.Words(id=clause_text(clause, Lang.ID), en=clause_text(clause, Lang.EN))

    def _sentence(self, said: _Said, clause: Clause | None) -> s.Words | None:
        if clause is None:
            return None
        return s.Words(
            id=finding_text(said, clause, Lang.ID, self.zone),
            en=finding_text(said, clause, Lang.EN, self.zone),
        )

    # verdicts and flags

    def record(self, record: Record) -> s.VerdictAnswer:
        """A recorded verdict."""
        return self.verdict(record.verdict, record)

    def verdict(self, v: Verdict, record: Record | None = None) -> s.VerdictAnswer:
        """A verdict, recorded or standing."""
        clause = clause_of(self.policy, v.clause)
        return s.VerdictAnswer(
            record_id=None if record is None else record.record_id,
            day=None if record is None else record.day,
            counter=v.counter,
            clause=v.clause,
            text=self._clause_text(clause),
            slot=v.slot,
            outcome=v.outcome,
            outcome_text=words(v.outcome),
            reason=v.reason,
            reason_text=None if v.reason is None else words(v.reason),
            sentence=self._sentence(v, clause),
            status=v.status,
            since=self.at(v.since),
            decided_at=self.at(v.decided_at),
            frames=s.FramesAnswer(
                expected=v.frames_expected, usable=v.frames_usable, used=v.frames_used
            ),
            policy=v.policy,
            layout=v.layout,
            models=v.models,
            proposal=v.proposal,
            side_reasons=v.side_reasons,
            seen=tuple(label.word for label in v.seen),
            measures=tuple(
                s.MeasureAnswer(name=m.name, value=m.value, threshold=m.threshold, unit=m.unit)
                for m in v.measures
            ),
            flag=None if record is None else record.flag_id,
        )

    def flag(self, flag: Flag, newest: Record | None) -> s.FlagAnswer:
        """A flag with its newest record."""
        return s.FlagAnswer(
            flag=flag.flag_id,
            url=f"/api/v1/flags/{flag.flag_id}",
            day=flag.day,
            counter=flag.counter,
            clause=flag.clause,
            text=self._clause_text(clause_of(self.policy, flag.clause)),
            slot=flag.slot,
            open=flag.open,
            opened_at=self.at(flag.opened_at),
            since=self.at(flag.window[0]),
            until=self.at(flag.window[1]),
            closed_at=self.maybe(flag.closed_at),
            closed_as=flag.closed_as,
            contested=flag.contested_at is not None and flag.contest_closed_at is None,
            verdict=None if newest is None else self.record(newest),
        )

    def frame(self, frame: FlagFrame) -> s.FrameAnswer:
        """A kept picture and what it said."""
        gone = frame.removed_at is not None
        return s.FrameAnswer(
            sha=frame.sha,
            url=None if gone else f"/api/v1/evidence/{frame.sha}",
            frame_wh=frame.frame_wh,
            crop_xyxy=frame.crop_xyxy,
            removed_at=self.maybe(frame.removed_at),
            removed_rule=frame.removed_rule,
            sample=self.sample(frame.sample),
        )

    def sample(self, sample: Sample) -> s.SampleAnswer:
        """What one frame said."""
        view = sample.view
        return s.SampleAnswer(
            counter=sample.counter,
            camera=sample.camera,
            captured_at=self.at(sample.captured_at),
            view=s.ViewAnswer(
                brightness=float(view.brightness),
                clipped=float(view.clipped),
                sharpness=float(view.sharpness),
                shift=float(view.shift),
                blocked=float(view.blocked),
                frozen=bool(view.frozen),
            ),
            observations=tuple(told_observation(o) for o in sample.observations),
        )

    def camera(self, camera: CameraStatus) -> s.CameraAnswer:
        """A camera and how it is."""
        return s.CameraAnswer(
            camera=camera.camera,
            state=camera.state,
            state_text=words(camera.state),
            since=self.at(camera.since),
            last_frame_at=self.maybe(camera.last_frame_at),
            size_wh=camera.size_wh,
            period_s=camera.period_s,
            frames=camera.frames,
            dropped=camera.dropped,
            looked=camera.looked,
            unchanged=camera.unchanged,
            reconnects=camera.reconnects,
            detail=camera.detail,
            skew_s=None if camera.skew_s is None else round(camera.skew_s, 1),
            alarm_since=self.maybe(camera.alarm_since),
        )


def zones_of(counter: Counter) -> tuple[s.ZoneAnswer, ...]:
    """The zones of a counter."""
    return tuple(
        s.ZoneAnswer(
            kind=zone.kind,
            points=tuple((float(x), float(y)) for x, y in zone.points),
        )
        for zone in counter.zones
    )


def policy_answer(policy: Policy) -> s.PolicyAnswer:
    """The standard in force, every clause with its texts."""
    return s.PolicyAnswer(
        policy=policy.policy,
        version=policy.version,
        sha256=policy.sha256,
        citation=policy.citation,
        title=s.Words(id=policy.title_id, en=policy.title_en),
        parameters={name: float(value) for name, value in policy.parameters.items()},
        clauses=tuple(_clause(clause) for clause in policy.clauses),
    )


def _clause(clause: Clause) -> s.ClauseAnswer:
    rule = clause.rule
    return s.ClauseAnswer(
        clause=clause.clause,
        role=clause.role,
        text=s.Words(id=clause.text_id, en=clause.text_en),
        kind=clause.kind,
        observability=clause.observability,
        observability_text=words(clause.observability),
        grain=clause.grain,
        enabled=clause.enabled,
        blocks_ready=clause.blocks_ready,
        source=clause.source,
        rule=None
        if rule is None
        else s.RuleAnswer(
            check=rule.check,
            signal=rule.signal,
            zone=rule.zone,
            labels=tuple(label.word for label in sorted(rule.labels)),
            slots=tuple(slot for slot in Slot if slot in rule.slots),
            parameters={name: float(value) for name, value in rule.parameters.items()},
        ),
    )


def told_observation(o: Observation) -> s.ObservationAnswer:
    """What one frame said under one check."""
    return s.ObservationAnswer(
        check=o.check,
        check_text=s.Words(id=check_text(o.check, Lang.ID), en=check_text(o.check, Lang.EN)),
        outcome=o.outcome,
        outcome_text=words(o.outcome),
        reason=o.reason,
        reason_text=None if o.reason is None else words(o.reason),
        score=float(o.score),
        boxes=tuple(
            s.BoxAnswer(
                label=box.label.word,
                label_text=words(box.label),
                xyxy=(
                    float(box.xyxy[0]),
                    float(box.xyxy[1]),
                    float(box.xyxy[2]),
                    float(box.xyxy[3]),
                ),
                confidence=float(box.confidence),
            )
            for box in o.basis
        ),
    )


def _minutes_left(plan: DayPlan | None, now: datetime) -> float | None:
    if plan is None or plan.opens_at is None:
        return None
    return max(0.0, round((plan.opens_at - now).total_seconds() / 60, 1))
