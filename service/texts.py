"""The words people read, from one gettext catalogue for each language.

Message ids in `locale/<language>/LC_MESSAGES/siaga.po` are stable: `<Enum>.<MEMBER>` for a member
of a closed vocabulary, otherwise `<place>.<name>`. The files are read as they are, nothing is
compiled: a change shows in a clone, an editable install and a wheel alike. Sentences speak about
a counter, never about a person, and lay no blame.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from functools import cache
from gettext import c2py
from importlib.resources import files
from typing import Protocol

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from service.board import CameraState, TileState
from service.calendar import DayNote, HolidayKind, national_names
from service.dress import DressKind
from service.languages import Lang as Lang  # told on
from service.messages.vocabulary import LetterState, Route, Topic, Trouble
from service.store.reviews import Case, Look, Queue
from vision.briefing import Leader, TickItem
from vision.day import DayPlan, Phase
from vision.entries import Entered
from vision.labels import Label
from vision.layout import ZoneKind
from vision.life import Act, Ground
from vision.policy import Clause, Kind, Observability, Signal
from vision.trends import Shown, Source
from vision.values import Outcome, ReadyState, Reason, Slot, Status

VOCABULARIES: tuple[type[Enum], ...] = (
    Outcome,
    Reason,
    ReadyState,
    TileState,
    Status,
    Phase,
    CameraState,
    Observability,
    Kind,
    Slot,
    ZoneKind,
    Label,
    Entered,
    Act,
    Ground,
    Case,
    Look,
    Queue,
    TickItem,
    Leader,
    Source,
    Shown,
    Topic,
    LetterState,
    Trouble,
    Route,
    HolidayKind,
    DayNote,
    DressKind,
)
"""The closed vocabularies of which every member has a word in every language."""

INDONESIAN_ZONES = frozenset({"WIB", "WITA", "WIT"})


class Said(Protocol):
    """What a sentence needs to know; a `Finding` and a `Verdict` both do."""

    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def since(self) -> datetime: ...
    @property
    def seen(self) -> tuple[Label, ...]: ...


@cache
def _read(lang: Lang) -> Catalog:
    path = files("service").joinpath("locale", lang.value, "LC_MESSAGES", "siaga.po")
    with path.open("rb") as file:
        return read_po(file, locale=lang.value, abort_invalid=True)


@cache
def catalogue(lang: Lang = Lang.ID) -> Mapping[str, str | tuple[str, ...]]:
    """Every message by id: its words, or its plural forms in the order of the language."""
    return {
        message.id[0] if message.pluralizable else str(message.id): (
            tuple(message.string or ()) if message.pluralizable else str(message.string)
        )
        for message in _read(lang)
        if message.id
    }


@cache
def _plural_form(lang: Lang) -> Callable[[int], int]:
    return c2py(_read(lang).plural_expr)


def text(message_id: str, lang: Lang, **values: object) -> str:
    """A message with its values filled in. Errors: KeyError for an unknown id.

    Where it has plural forms, `all` chooses among them, or `n` where there is no `all`.
    """
    message = catalogue(lang)[message_id]
    if isinstance(message, tuple):
        counted = values["all"] if "all" in values else values["n"]
        if not isinstance(counted, int):
            raise TypeError(f"{message_id} counts whole things, not {counted!r}")
        message = message[_plural_form(lang)(counted)]
    return message.format(**values) if values else message


def section(name: str, lang: Lang) -> dict[str, str]:
    """The messages of one section by their short name, for a page's scripts.

    Without those that have plural forms: scripts do not count.
    """
    start = f"{name}."
    return {
        key.removeprefix(start): message
        for key, message in catalogue(lang).items()
        if key.startswith(start) and isinstance(message, str)
    }


def word(member: Enum, lang: Lang) -> str:
    """The word of a member of a closed vocabulary: `word(Label.CUP, Lang.ID) == "cangkir"`."""
    return text(f"{type(member).__name__}.{member.name}", lang)


def note_text(plan: DayPlan, lang: Lang) -> str:
    """The note of a day: Siaga's own and names of holidays in `lang`, an office's as it is."""
    for note in DayNote:
        if plan.note == note.value:
            return word(note, lang)
    return holiday_text(plan.day, plan.note, lang)


def holiday_text(day: date, name: str, lang: Lang) -> str:
    """The name of a national holiday in `lang`; any other name as it is."""
    if name and name == national_names(day.year, Lang.ID.value).get(day):
        return national_names(day.year, lang.value)[day]
    return name


def check_text(check: str, lang: Lang) -> str:
    """What a check looks at; a check without a text keeps its own name."""
    known = f"check.{check}" in catalogue()
    return text(f"check.{check}", lang) if known else check.replace("_", " ")


def policy_numbers(lang: Lang) -> list[tuple[str, str]]:
    """The numbers of a policy that verdicts hang on, with what they mean."""
    return list(section("number", lang).items())


def clause_text(clause: Clause, lang: Lang) -> str:
    """The clause's own words."""
    return clause.text_id if lang is Lang.ID else clause.text_en


# ------------------------------------------------------------ findings


def finding_text(said: Said, clause: Clause, lang: Lang, zone: tzinfo | None = None) -> str:
    """One plain sentence about the counter: `tanda pengenal terbalik, sejak 07.48`.

    With `zone` the sentence says since when. It begins in lower case, so that it can follow a name.
    """
    sentence = _sentence(said, clause, lang)
    if zone is None or said.outcome is Outcome.MET:
        return sentence
    return text("finding.since", lang, sentence=sentence, time=time_text(said.since, zone, lang))


def hint_text(said: Said, clause: Clause, lang: Lang, zone: tzinfo | None = None) -> str:
    """The same as something to look at, not yet a verdict: `Periksa: terlihat cangkir di meja`."""
    return text("finding.check", lang, sentence=finding_text(said, clause, lang, zone))


def _sentence(said: Said, clause: Clause, lang: Lang) -> str:
    if said.outcome is Outcome.MET or said.reason is None:
        return text("finding.met", lang, clause=clause_text(clause, lang))
    signal = clause.rule.signal if clause.rule else None
    reason = _told_reason(said)
    for message_id in _candidates(signal, said.outcome, reason):
        if message_id in catalogue():
            return text(
                message_id,
                lang,
                subject=_subject(signal, clause, lang),
                reason=word(reason, lang),
                items=_items(said, clause, signal, lang),
                place=_place(clause, lang),
            )
    raise KeyError(f"no sentence for {said.outcome} {reason}")


def _told_reason(said: Said) -> Reason:
    """The reason worth telling: what was seen, rather than that a human has not decided yet."""
    if said.reason is None:
        raise ValueError(f"{said.outcome} without a reason")
    sides: tuple[Reason, ...] = getattr(said, "side_reasons", ())
    return sides[0] if said.reason is Reason.AWAITING_HUMAN and sides else said.reason


def _candidates(signal: Signal | None, outcome: Outcome, reason: Reason) -> Iterable[str]:
    """Message ids from the most exact to the most general."""
    if signal is not None:
        yield f"finding.{signal.name}.{reason.name}"
    if outcome is Outcome.CANNOT_TELL:
        yield f"finding.{reason.name}"
    yield f"finding.{outcome.value}"


def _subject(signal: Signal | None, clause: Clause, lang: Lang) -> str:
    return text(f"signal.{signal.name}", lang) if signal else clause_text(clause, lang)


def _place(clause: Clause, lang: Lang) -> str:
    on_desk = clause.rule is None or clause.rule.zone is ZoneKind.DESK
    return text("finding.on_desk" if on_desk else "finding.at_counter", lang)


def _items(said: Said, clause: Clause, signal: Signal | None, lang: Lang) -> str:
    """What was seen, or for a missing thing what the rule looks for."""
    if signal is Signal.DESK_REFERENCE:
        wanted = sorted(clause.rule.labels) if clause.rule else []
        return listed([word(label, lang) for label in wanted], lang) or text(
            "finding.some_equipment", lang
        )
    seen = listed([word(label, lang) for label in dict.fromkeys(said.seen)], lang)
    return seen or text("finding.some_items", lang)


def capital(sentence: str) -> str:
    """The sentence with a capital first letter, for where it stands alone."""
    return sentence[:1].upper() + sentence[1:]


def listed(words: Sequence[str], lang: Lang) -> str:
    """`cangkir, botol dan tas`; nothing for no words."""
    if len(words) < 2:
        return "".join(words)
    return text("finding.and", lang, first=", ".join(words[:-1]), last=words[-1])


def measure_text(name: str, lang: Lang) -> str:
    """What a number of a verdict measures; an unnamed one keeps its own name."""
    known = f"measure.{name}" in catalogue()
    return text(f"measure.{name}", lang) if known else name.replace("_", " ")


def amount_text(value: float, unit: str, lang: Lang) -> str:
    """A measured value with its unit: `90%`, `12 detik`, `18 px`."""
    shown = number_text(value * 100, lang, 0) if unit == "share" else number_text(value, lang, 1)
    if f"unit.{unit}" in catalogue():
        return text(f"unit.{unit}", lang, n=shown)
    return f"{shown} {unit}".strip()


# ------------------------------------------------------------ dates, times, spans


def zone_letters(at: datetime, zone: tzinfo) -> str:
    """WIB, WITA or WIT; for any other zone its offset, `UTC+05.30`."""
    local = at.astimezone(zone)
    name = local.tzname() or ""
    if name in INDONESIAN_ZONES:
        return name
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}.{abs(minutes) % 60:02d}"


def time_text(at: datetime, zone: tzinfo, lang: Lang, *, seconds: bool = False) -> str:
    """`07.55` in Indonesian, `07:55` in English."""
    local = at.astimezone(zone)
    parts = [local.hour, local.minute] + ([local.second] if seconds else [])
    return text("date.separator", lang).join(f"{part:02d}" for part in parts)


def day_text(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """`Selasa, 24 November 2026`."""
    return format_date(at.astimezone(zone).date(), "EEEE, d MMMM y", locale=lang.value)


def moment_text(at: datetime, zone: tzinfo, lang: Lang, *, seconds: bool = False) -> str:
    """`Selasa, 24 November 2026 07.55 WIB`: always with the letters of the zone."""
    time = time_text(at, zone, lang, seconds=seconds)
    return f"{day_text(at, zone, lang)} {time} {zone_letters(at, zone)}"


def span_text(span: timedelta, lang: Lang, *, short: bool = False) -> str:
    """`3 menit 12 detik`: the two largest units that say something; nothing is negative.

    `short` abbreviates them where room is scarce: `3 mnt 12 dtk`.
    """
    units_of = "short_span" if short else "span"
    total = max(0, int(span.total_seconds()))
    if total >= 86400:
        units = (("days", total // 86400), ("hours", total % 86400 // 3600))
    elif total >= 3600:
        units = (("hours", total // 3600), ("minutes", total % 3600 // 60))
    else:
        units = (("minutes", total // 60), ("seconds", total % 60))
    said = [text(f"{units_of}.{name}", lang, n=n) for name, n in units if n]
    return " ".join(said) or text(f"{units_of}.seconds", lang, n=0)


def number_text(value: float, lang: Lang, digits: int = 2) -> str:
    """A number with at most `digits` decimals and the language's decimal sign."""
    plain = f"{value:.{digits}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", text("date.decimal", lang))
