"""Ketelitian: what reviews say about each check, as a page shows it. Few cases give no figure."""

from dataclasses import dataclass

from service.api.schemas_reviews import (
    AccuracyAnswer,
    AgreementAnswer,
    ClauseAccuracy,
    FigureAnswer,
    LooserAnswer,
    ProposalAnswer,
)
from service.store import Case
from service.texts import (
    Lang,
    amount_text,
    capital,
    check_text,
    measure_text,
    number_text,
    text,
    word,
)


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause: counts, figures with intervals, why reviewers decided otherwise."""

    clause: str
    words: str
    check: str
    flagged: int
    counts: tuple[tuple[str, int], ...]
    overturned: str
    misses: str
    missed: str
    rechecked: str
    grounds: str
    proposals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How far two reviewers agree under a clause."""

    clause: str
    words: str
    n: str
    raw: str
    kappa: str
    ac1: str


def clause_rows(told: AccuracyAnswer, lang: Lang) -> tuple[ClauseRow, ...]:
    """The clauses in the policy's order."""
    return tuple(_row(one, told.figure_min, lang) for one in told.clauses)


def agreement_rows(told: AgreementAnswer, lang: Lang) -> tuple[AgreementRow, ...]:
    """All clauses together first, then each."""
    return tuple(
        AgreementRow(
            clause=one.clause if one.text else text("accuracy.all", lang),
            words=capital(one.text.id if lang is Lang.ID else one.text.en) if one.text else "",
            n=_count(one.raw, told.figure_min, lang),
            raw=_percent(one.raw, told.figure_min, lang),
            kappa=_number(one.kappa, told.figure_min, lang),
            ac1=_number(one.ac1, told.figure_min, lang),
        )
        for one in (told.all, *told.clauses)
    )


def _row(one: ClauseAccuracy, least: int, lang: Lang) -> ClauseRow:
    told = one.text
    shown = (Case.CONFIRMED, Case.OVERTURNED, Case.UNSURE, Case.DIFFER, Case.LAPSED)
    grounds = sorted(one.grounds.items(), key=lambda item: -item[1])
    return ClauseRow(
        clause=one.clause,
        words=capital(told.id if lang is Lang.ID else told.en) if told else "",
        check=capital(check_text(one.check, lang)) if one.check else "",
        flagged=one.flagged,
        counts=(
            *((word(case, lang), one.cases.get(case, 0)) for case in shown),
            (text("accuracy.waiting", lang), one.waiting),
        ),
        overturned=_percent(one.overturned_rate, least, lang),
        misses=text(
            "accuracy.misses_of", lang, n=one.misses, met=one.missed_as_met, spans=one.met_spans
        ),
        missed=_percent(one.miss_rate, least, lang),
        rechecked=_percent(one.recheck_rate, least, lang),
        grounds=", ".join(f"{word(ground, lang)} ({n})" for ground, n in grounds),
        proposals=(
            *(_stricter(found, lang) for found in (one.proposal,) if found),
            *(_looser(found, lang) for found in (one.looser,) if found),
        ),
    )


def _stricter(found: ProposalAnswer, lang: Lang) -> str:
    return text(
        "accuracy.proposal",
        lang,
        measure=measure_text(found.measure, lang),
        now=amount_text(found.now, found.unit, lang),
        proposed=amount_text(found.proposed, found.unit, lang),
        spared=found.spared,
        of=found.of,
    )


def _looser(found: LooserAnswer, lang: Lang) -> str:
    return text(
        "accuracy.looser",
        lang,
        measure=measure_text(found.measure, lang),
        now=amount_text(found.now, found.unit, lang),
        proposed=amount_text(found.proposed, found.unit, lang),
        flagged=found.flagged,
        missed=found.missed,
        of=found.of,
    )


def _percent(found: FigureAnswer, least: int, lang: Lang) -> str:
    if found.few:
        return text("accuracy.few", lang, n=least)
    if found.value is None:
        return text("accuracy.nothing", lang)
    value = f"{number_text(found.value * 100, lang, 0)}%"
    if found.low is None or found.high is None:
        return value
    low, high = (number_text(end * 100, lang, 0) for end in (found.low, found.high))
    return text("accuracy.figure", lang, value=value, low=f"{low}%", high=f"{high}%", n=found.n)


def _number(found: FigureAnswer, least: int, lang: Lang) -> str:
    if found.few:
        return text("accuracy.few", lang, n=least)
    if found.value is None:
        return text("accuracy.silent", lang)
    value = number_text(found.value, lang)
    if found.low is None or found.high is None:
        return value
    low, high = (number_text(end, lang) for end in (found.low, found.high))
    return text("accuracy.figure", lang, value=value, low=low, high=high, n=found.n)


def _count(found: FigureAnswer, least: int, lang: Lang) -> str:
    return text("accuracy.few", lang, n=least) if found.few else str(found.n)
