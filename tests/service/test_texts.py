"""The words of pages and messages are complete, exact and fair, in both languages."""

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from service.api.tell import words
from service.board import Finding
from service.calendar import CalendarSettings, OneOff, plan_day
from service.texts import (
    VOCABULARIES,
    Lang,
    amount_text,
    catalogue,
    check_text,
    day_text,
    finding_text,
    hint_text,
    listed,
    measure_text,
    moment_text,
    note_text,
    number_text,
    span_text,
    text,
    time_text,
    word,
    zone_letters,
)
from tests.fakes_office import fake_verdict
from vision import signals
from vision.checks import CHECKS
from vision.entries import Entered
from vision.labels import Label
from vision.layout import ZoneKind
from vision.policy import Clause, Grain, Kind, Observability, Rule, Signal
from vision.values import Outcome, Reason, Status

AT = datetime(2026, 11, 24, 0, 48, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")
LANGS = list(Lang)
CODE = "\n".join(
    path.read_text("utf-8")
    for package in ("service", "vision", "cameras")
    for path in sorted(Path(str(files(package))).rglob("*"))
    if path.suffix in (".py", ".html", ".js", ".toml") and "vendor" not in path.parts
)
"""Everything that may ask for a text."""

MEMBERS = [member for vocabulary in VOCABULARIES for member in vocabulary]


def clause_of(
    signal: Signal | None,
    labels: frozenset[Label] = frozenset(),
    zone: ZoneKind = ZoneKind.DESK,
) -> Clause:
    """A clause judged by `signal`, or by nobody's camera."""
    rule = None if signal is None else Rule("FO-X", "any", signal, zone, labels, frozenset(), {})
    return Clause(
        clause="FO-X",
        role="FO",
        text_id="tidak ada tas",
        text_en="no bags",
        kind=Kind.PRO,
        observability=Observability.CAMERA if rule else Observability.OBSERVATION,
        grain=Grain.HALF,
        enabled=True,
        blocks_ready=True,
        source="own",
        rule=rule,
    )


def finding(outcome: Outcome, reason: Reason | None, *seen: Label) -> Finding:
    """A finding since 07.48 WIB."""
    return Finding("FO-X", outcome, reason, Status.PROVISIONAL, AT, seen, None)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: f"{type(m).__name__}.{m.name}")
def test_every_member_of_every_vocabulary_has_a_word(member: Enum, lang: Lang) -> None:
    """A board that shows a code instead of a word is not readable from the door."""
    said = word(member, lang)
    assert said.strip() == said
    assert said
    assert "_" not in said


def fields(words: str) -> set[str]:
    """The names of the values that are filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def forms(message: str | Sequence[str] | None) -> tuple[str, ...]:
    """The words of a message in all its plural forms."""
    return (message,) if isinstance(message, str) else tuple(message or ())


def plain(name: str) -> str:
    """A name as an id spells it."""
    return re.sub(r"\W", "_", name)


@pytest.mark.parametrize("lang", LANGS)
def test_a_catalogue_is_whole(lang: Lang) -> None:
    """Every text in every plural form, none marked fuzzy, none left over, no id written twice."""
    path = files("service").joinpath("locale", lang, "LC_MESSAGES", "siaga.po")
    with path.open("rb") as file:
        read = read_po(file, abort_invalid=True)
    messages = [message for message in read if message.id]
    open_ = [m.id for m in messages if m.fuzzy or not all(form.strip() for form in forms(m.string))]
    assert open_ == []
    assert read.obsolete == {}
    assert all(len(forms(m.string)) == read.num_plurals for m in messages if m.pluralizable)
    written = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
    assert len(written) == len(set(written)) == len(messages)
    assert str(read.locale) == lang


def test_every_message_speaks_every_language_with_the_same_values() -> None:
    """A value named in one language only would be lost or would fail in the other."""
    for lang in Lang:
        assert list(catalogue(lang)) == list(catalogue()), lang
        for message_id, message in catalogue(lang).items():
            first, *_ = forms(catalogue()[message_id])
            for form in forms(message):
                assert fields(form) == fields(first), message_id
            assert isinstance(message, tuple) == isinstance(catalogue()[message_id], tuple)


def test_a_number_chooses_the_plural_form() -> None:
    """One counter is no "1 counters"; Indonesian has one form for all numbers."""
    for n, english in ((0, "0 clauses"), (1, "1 clause"), (2, "2 clauses")):
        assert text("settings.clauses", Lang.EN, n=n) == english
        assert text("settings.clauses", Lang.ID, n=n) == f"{n} klausul"
    said = text("board.some_ready", Lang.EN, ready=1, all=2)
    assert said == "1 of 2 counters ready"
    assert text("board.some_ready", Lang.EN, ready=0, all=1) == "0 of 1 counter ready"
    with pytest.raises(TypeError):
        text("settings.clauses", Lang.EN, n="1")


def test_every_text_that_is_asked_for_exists() -> None:
    """An unknown id would fail only when its page is opened."""
    asked = {
        found
        for found in re.findall(r"\b(?:text|t|both)\(\s*[\"']([\w.]+)[\"']", CODE)
        if found.split(".")[0] in {key.split(".")[0] for key in catalogue()} and "." in found
    }
    assert len(asked) > 500
    assert asked - set(catalogue()) == set()


def test_no_text_is_left_over() -> None:
    """What no code asks for any more would be translated for nobody.

    A name counts as asked for where the code holds it, or the beginning or the end that an
    f-string or a template joins to something: `f"none_{queue}"`, `f"{part}_title"`.
    """
    quoted = {plain(found) for found in re.findall(r'"([\w .\-]+)"', CODE)}
    held = quoted | set(re.findall(r"\w+", CODE))
    begun = tuple(set(re.findall(r"[\"'.](\w+_)(?:\{|[\"'] ?[~+])", CODE)))
    ended = tuple(set(re.findall(r"(?:\}|[~+] ?[\"'])(_\w+)[\"']", CODE)))
    joined = {vocabulary.__name__ for vocabulary in VOCABULARIES} | {"finding", "group", "breach"}
    left = []
    for key in catalogue():
        *places, name = key.split(".")
        found = plain(name) in held or plain(name).startswith(begun) or plain(name).endswith(ended)
        if not found and not joined & set(places):
            left.append(key)
    assert left == []


def test_templates_hold_no_words_of_their_own() -> None:
    """A word in a template would be said in one language only; proper names and codes may stay."""
    may_stay = {"Siaga", "sha", "rtsp", "stream"}  # sha256; the example of an address
    for path in sorted(Path(str(files("service.web"))).joinpath("templates").glob("*.html")):
        shown = re.sub(r"\{% block look %\}.*?\{% endblock %\}", "", path.read_text("utf-8"))
        shown = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", shown, flags=re.S)
        shown = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", "", shown, flags=re.S)
        said = re.findall(r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', shown)
        said.append(re.sub(r"<[^>]*>|&\w+;", " ", shown))
        assert set(re.findall(r"[^\W\d_]{2,}", " ".join(said))) <= may_stay, path.name


def test_no_word_is_kept_for_a_vocabulary_that_does_not_know_it() -> None:
    """A stale word hides a renamed member."""
    known = {f"{type(m).__name__}.{m.name}" for m in MEMBERS}
    sections = {vocabulary.__name__ for vocabulary in VOCABULARIES}
    written = {key for key in catalogue() if key.split(".")[0] in sections}
    assert written == known


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("signal", [*Signal, None], ids=str)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("outcome", [Outcome.NOT_MET, Outcome.CANNOT_TELL])
def test_every_finding_becomes_a_sentence(
    outcome: Outcome, reason: Reason, signal: Signal | None, lang: Lang
) -> None:
    """Whatever the judge may say, the board has words for it, and none is left open."""
    said = finding_text(finding(outcome, reason), clause_of(signal), lang)
    assert said
    assert "{" not in said
    assert not said.endswith(".")


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_speaks_about_a_person_or_lays_blame(lang: Lang) -> None:
    """Counters are judged, not persons (P-08); the tone is that of a colleague."""
    blame = re.compile(
        r"\b(dia|ia|pegawai|pelanggar\w*|melanggar|lalai|malas|salah|he|she|employee|violat\w*"
        r"|guilty|fail\w*|fault\w*)\b",
        re.IGNORECASE,
    )
    for signal in (*Signal, None):
        for reason in Reason:
            for outcome in (Outcome.NOT_MET, Outcome.CANNOT_TELL):
                said = finding_text(finding(outcome, reason), clause_of(signal), lang)
                assert not blame.search(said), said


SENTENCES = [
    (Signal.BADGE, Outcome.CANNOT_TELL, Reason.TURNED_OVER, (), "tanda pengenal terbalik"),
    (
        Signal.DESK_ITEM,
        Outcome.NOT_MET,
        Reason.PRESENT_OBJECT,
        (Label.CUP,),
        "terlihat cangkir di meja",
    ),
    (
        Signal.DESK_ITEM,
        Outcome.NOT_MET,
        Reason.PRESENT_OBJECT,
        (Label.CUP, Label.PHONE, Label.CUP),
        "terlihat cangkir dan telepon genggam di meja",
    ),
    (Signal.READY, Outcome.NOT_MET, Reason.ABSENT, (), "loket belum terisi"),
    (Signal.BADGE, Outcome.CANNOT_TELL, Reason.NO_SIGNAL, (), "kamera tidak mengirim gambar"),
    (Signal.DESK_ITEM, Outcome.CANNOT_TELL, Reason.OCCLUDED, (), "kamera terhalang"),
    (None, Outcome.CANNOT_TELL, Reason.NOT_OBSERVED, (), "tidak ada tas tidak dapat dinilai"),
]


@pytest.mark.parametrize(("signal", "outcome", "reason", "seen", "expected"), SENTENCES)
def test_the_sentences_of_the_board_read_as_agreed(
    signal: Signal | None,
    outcome: Outcome,
    reason: Reason,
    seen: tuple[Label, ...],
    expected: str,
) -> None:
    """The head of office reads these words at 07.55."""
    said = finding_text(finding(outcome, reason, *seen), clause_of(signal), Lang.ID)
    assert said.startswith(expected)


def test_a_sentence_says_since_when_in_the_zone_of_the_office() -> None:
    """The same instant is 07.48 in Jakarta and 09.48 in Jayapura."""
    badge = finding(Outcome.CANNOT_TELL, Reason.TURNED_OVER)
    clause = clause_of(Signal.BADGE)
    said = finding_text(badge, clause, Lang.ID, JAKARTA)
    assert said == "tanda pengenal terbalik, sejak 07.48"
    said = finding_text(badge, clause, Lang.EN, ZoneInfo("Asia/Jayapura"))
    assert said == "the identity tag is turned over, since 09:48"


def test_a_hint_asks_to_look_and_never_states() -> None:
    """Before opening one sighting is a hint, not a verdict (docs/standard.md 3.6)."""
    cup = finding(Outcome.CANNOT_TELL, Reason.BORDERLINE, Label.CUP)
    clause = clause_of(Signal.DESK_ITEM)
    assert hint_text(cup, clause, Lang.ID) == "Periksa: terlihat cangkir di meja, baru sekali"
    assert hint_text(cup, clause, Lang.EN).startswith("Check: cup seen on the desk")


def test_a_thing_outside_the_desk_is_not_said_to_lie_on_it() -> None:
    """FO-B3b is about what visitors see around the counter, not about the table top."""
    bag = finding(Outcome.NOT_MET, Reason.PRESENT_OBJECT, Label.BAG)
    said = finding_text(bag, clause_of(Signal.DESK_ITEM, zone=ZoneKind.STAFF), Lang.ID)
    assert said == "terlihat tas di sekitar loket"


def test_a_missing_thing_is_named_by_what_the_rule_looks_for() -> None:
    """What is not there cannot be among the things seen."""
    clause = clause_of(Signal.DESK_REFERENCE, frozenset({Label.CALCULATOR}))
    said = finding_text(finding(Outcome.NOT_MET, Reason.MISSING_ITEM), clause, Lang.ID)
    assert said == "mesin hitung belum terlihat"


def test_what_was_seen_is_told_rather_than_that_a_human_is_awaited() -> None:
    """The supervisor who opens the board is the human; a turned tag is what helps."""
    verdict = replace(
        fake_verdict(reason=Reason.AWAITING_HUMAN, outcome=Outcome.CANNOT_TELL),
        side_reasons=(Reason.TURNED_OVER,),
    )
    assert finding_text(verdict, clause_of(Signal.READABLE), Lang.ID) == "tanda pengenal terbalik"


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_and_check_of_the_judge_has_a_name(lang: Lang) -> None:
    """Evaluators see numbers beside thresholds; a code would tell them nothing."""
    judge = Path(signals.__file__).read_text("utf-8")
    for name, unit in re.findall(r'Measure\("(\w+)",[^"]*"(\w+)"\)', judge):
        assert f"measure.{name}" in catalogue(), name
        assert f"unit.{unit}" in catalogue(), unit
        assert measure_text(name, lang) != name
    for check in CHECKS:
        assert f"check.{check}" in catalogue(), check


def test_amounts_carry_their_unit() -> None:
    """A share reads as a percentage; an unknown unit is shown as it came."""
    assert amount_text(0.9, "share", Lang.ID) == "90%"
    assert amount_text(12.5, "s", Lang.ID) == "12,5 detik"
    assert amount_text(3, "lux", Lang.EN) == "3 lux"
    assert amount_text(3, "", Lang.EN) == "3"
    assert measure_text("brand_new", Lang.EN) == "brand new"


def test_a_clause_that_is_met_says_so_without_a_time() -> None:
    """Nobody needs to know since when something is in order."""
    said = finding_text(finding(Outcome.MET, None), clause_of(Signal.BADGE), Lang.EN, JAKARTA)
    assert said == "no bags: met"


def test_moments_carry_day_and_zone() -> None:
    """A time without its zone is a wrong time in a country with three."""
    at = datetime(2026, 11, 24, 0, 55, tzinfo=UTC)
    assert moment_text(at, JAKARTA, Lang.ID) == "Selasa, 24 November 2026 07.55 WIB"
    assert moment_text(at, JAKARTA, Lang.EN) == "Tuesday, 24 November 2026 07:55 WIB"
    assert day_text(at, JAKARTA, Lang.ID) == "Selasa, 24 November 2026"
    assert time_text(at, JAKARTA, Lang.ID, seconds=True) == "07.55.00"


@pytest.mark.parametrize(
    ("zone", "letters"),
    [
        ("Asia/Jakarta", "WIB"),
        ("Asia/Pontianak", "WIB"),
        ("Asia/Makassar", "WITA"),
        ("Asia/Jayapura", "WIT"),
        ("Asia/Kathmandu", "UTC+05.45"),
        ("America/St_Johns", "UTC-03.30"),
        ("UTC", "UTC+00.00"),
    ],
)
def test_zones_are_named_by_their_letters_or_their_offset(zone: str, letters: str) -> None:
    """Source: docs/standard.md 4.4."""
    assert zone_letters(AT, ZoneInfo(zone)) == letters


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (0, "0 detik", "0 s"),
        (-5, "0 detik", "0 s"),
        (59, "59 detik", "59 s"),
        (60, "1 menit", "1 min"),
        (192, "3 menit 12 detik", "3 min 12 s"),
        (3700, "1 jam 1 menit", "1 h 1 min"),
        (90000, "1 hari 1 jam", "1 d 1 h"),
    ],
)
def test_spans_are_said_in_their_two_largest_units(
    seconds: int, indonesian: str, english: str
) -> None:
    """`3 menit 12 detik lagi` is read at a glance."""
    assert span_text(timedelta(seconds=seconds), Lang.ID) == indonesian
    assert span_text(timedelta(seconds=seconds), Lang.EN) == english


def test_where_room_is_scarce_units_are_abbreviated() -> None:
    """A tile of eight has one line for its answer and the minutes left."""
    assert span_text(timedelta(seconds=192), Lang.ID, short=True) == "3 mnt 12 dtk"
    assert span_text(timedelta(0), Lang.ID, short=True) == "0 dtk"


def test_lists_and_numbers_follow_the_language() -> None:
    """Indonesian writes a decimal comma."""
    assert listed([], Lang.ID) == ""
    assert listed(["cangkir"], Lang.ID) == "cangkir"
    assert listed(["cangkir", "botol", "tas"], Lang.ID) == "cangkir, botol dan tas"
    assert number_text(0.5, Lang.ID) == "0,5"
    assert number_text(100.0, Lang.EN) == "100"
    assert number_text(100.0, Lang.EN, digits=0) == "100"


def test_an_unknown_check_keeps_its_name_and_an_unknown_message_is_refused() -> None:
    """A new check must not break a page; a mistyped id must."""
    assert check_text("badge_worn", Lang.ID) == "tanda pengenal terpasang"
    assert check_text("brand_new", Lang.ID) == "brand new"
    with pytest.raises(KeyError):
        text("board.no_such_message", Lang.ID)


def test_two_vocabularies_may_spell_a_word_alike() -> None:
    """A verdict's NOT_MET and an observation's are equal strings with other words."""
    assert Outcome.NOT_MET == Entered.NOT_MET  # type: ignore[comparison-overlap]
    for member in (Outcome.NOT_MET, Entered.NOT_MET):
        assert words(member).id == word(member, Lang.ID)


@pytest.mark.parametrize(
    ("day", "indonesian", "english"),
    [
        (date(2026, 11, 28), "akhir pekan", "weekend"),
        (date(2026, 8, 17), "Hari Kemerdekaan Republik Indonesia", "Independence Day"),
        (date(2026, 12, 24), "Cuti Bersama Hari Raya Natal", "Christmas Joint Holiday"),
        (date(2026, 11, 26), "rapat kerja", "rapat kerja"),
        (date(2026, 11, 25), "", ""),
    ],
)
def test_the_note_of_a_day_follows_the_language_unless_an_office_wrote_it(
    day: date, indonesian: str, english: str
) -> None:
    """Siaga's own words and the names of national holidays are translated, an office's are not."""
    closed = OneOff(date(2026, 11, 26), is_closed=True, note="rapat kerja")
    plan = plan_day(CalendarSettings(JAKARTA, one_offs=(closed,)), day)
    assert (note_text(plan, Lang.ID), note_text(plan, Lang.EN)) == (indonesian, english)
