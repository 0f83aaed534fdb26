"""A flag as a page shows it: the verdict in words, numbers against thresholds, where it comes from.

The pictures themselves are fetched by `static/replay.js` from `GET /api/v1/flags/{id}`.
"""

from dataclasses import dataclass
from datetime import tzinfo

from service.api.objects import clause_of
from service.store.rows import Flag, FlagDetail, Record
from service.texts import (
    Lang,
    amount_text,
    capital,
    finding_text,
    listed,
    measure_text,
    moment_text,
    text,
    word,
)
from service.web.tones import Tone, outcome_tone
from vision.layout import Layout
from vision.policy import Clause, Policy
from vision.values import Status, Verdict

NOT_SURE = frozenset({Status.PROVISIONAL, Status.PROPOSED})


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A number beside its threshold."""

    name: str
    value: str
    threshold: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """One verdict of the flag's history."""

    at: str
    outcome: str
    words: str
    tone: Tone
    status: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag in the list."""

    flag_id: int
    at: str
    counter: str
    clause: str
    sentence: str
    outcome: str
    words: str
    tone: Tone
    status: str


@dataclass(frozen=True, slots=True)
class FlagView:
    """The whole page but its pictures."""

    flag_id: int
    counter: str
    clause: str
    check: str
    text_id: str
    text_en: str
    how: str
    kind: str
    sentence: str
    outcome: str
    words: str
    tone: Tone
    status: str
    note: str
    facts: tuple[tuple[str, str], ...]
    measures: tuple[MeasureView, ...]
    provenance: tuple[tuple[str, str], ...]
    history: tuple[RecordView, ...]


def flag_row(
    flag: Flag, record: Record | None, policy: Policy, layout: Layout, zone: tzinfo, lang: Lang
) -> FlagRow:
    """One line of the list."""
    clause = clause_of(policy, flag.clause)
    verdict = record.verdict if record else None
    return FlagRow(
        flag_id=flag.flag_id,
        at=moment_text(flag.opened_at, zone, lang),
        counter=counter_name(layout, flag.counter),
        clause=flag.clause,
        sentence=_sentence(verdict, clause, lang) if verdict else flag.clause,
        outcome=verdict.outcome.value if verdict else "",
        words=word(verdict.outcome, lang) if verdict else "",
        tone=outcome_tone(verdict.outcome, verdict.status) if verdict else Tone.PLAIN,
        status=word(verdict.status, lang) if verdict else "",
    )


def flag_view(
    detail: FlagDetail, policy: Policy, layout: Layout, zone: tzinfo, lang: Lang
) -> FlagView:
    """Everything the page says about the flag's newest verdict. Errors: ValueError without one."""
    if not detail.records:
        raise ValueError(f"flag {detail.flag.flag_id} has no record")
    flag, verdict = detail.flag, detail.records[-1].verdict
    clause = clause_of(policy, flag.clause)
    return FlagView(
        flag_id=flag.flag_id,
        counter=counter_name(layout, flag.counter),
        clause=flag.clause,
        check=clause.rule.check if clause and clause.rule else "",
        text_id=clause.text_id if clause else "",
        text_en=clause.text_en if clause else "",
        how=word(clause.observability, lang) if clause else "",
        kind=word(clause.kind, lang) if clause else "",
        sentence=_sentence(verdict, clause, lang),
        outcome=verdict.outcome.value,
        words=word(verdict.outcome, lang),
        tone=outcome_tone(verdict.outcome, verdict.status),
        status=word(verdict.status, lang),
        note=text("flag.provisional_note", lang) if verdict.status in NOT_SURE else "",
        facts=tuple(_facts(verdict, zone, lang)),
        measures=tuple(
            MeasureView(
                measure_text(m.name, lang),
                amount_text(m.value, m.unit, lang),
                amount_text(m.threshold, m.unit, lang),
            )
            for m in verdict.measures
        ),
        provenance=(
            (text("flag.policy", lang), verdict.policy),
            (text("flag.layout", lang), verdict.layout),
            (text("flag.models", lang), verdict.models),
        ),
        history=tuple(_history(record, zone, lang) for record in detail.records),
    )


def counter_name(layout: Layout, counter: str) -> str:
    """The counter's name; its id when it is no longer there."""
    try:
        return layout.counter(counter).name
    except KeyError:
        return counter


def _sentence(verdict: Verdict, clause: Clause | None, lang: Lang) -> str:
    if clause is None:
        return f"{verdict.clause}: {word(verdict.outcome, lang)}"
    return capital(finding_text(verdict, clause, lang))


def _facts(verdict: Verdict, zone: tzinfo, lang: Lang) -> list[tuple[str, str]]:
    facts = []
    if verdict.reason is not None:
        facts.append((text("flag.reason", lang), word(verdict.reason, lang)))
    if verdict.side_reasons:
        words = [word(reason, lang) for reason in verdict.side_reasons]
        facts.append((text("flag.side_reasons", lang), listed(words, lang)))
    if verdict.proposal is not None:
        facts.append((text("flag.proposal", lang), word(verdict.proposal, lang)))
    if verdict.seen:
        words = [word(label, lang) for label in verdict.seen]
        facts.append((text("flag.seen", lang), listed(words, lang)))
    facts.append((text("flag.since", lang), moment_text(verdict.since, zone, lang, seconds=True)))
    decided = moment_text(verdict.decided_at, zone, lang, seconds=True)
    facts.append((text("flag.decided", lang), decided))
    facts.append((text("flag.slot", lang), word(verdict.slot, lang)))
    frames = text(
        "flag.frames",
        lang,
        used=verdict.frames_used,
        usable=verdict.frames_usable,
        expected=verdict.frames_expected,
    )
    facts.append((text("flag.basis", lang), frames))
    return facts


def _history(record: Record, zone: tzinfo, lang: Lang) -> RecordView:
    verdict = record.verdict
    return RecordView(
        at=moment_text(verdict.decided_at, zone, lang, seconds=True),
        outcome=verdict.outcome.value,
        words=word(verdict.outcome, lang),
        tone=outcome_tone(verdict.outcome, verdict.status),
        status=word(verdict.status, lang),
    )
