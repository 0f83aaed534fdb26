"""The policy says what the standard says, and a faulty policy is refused with every line."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.calendar import CalendarSettings
from service.policies import KNOWN_CHECKS, PARAMETERS, STANDARDS, WITH_RULE, load_policy
from service.toml_lines import lines_of
from vision.errors import PolicyError
from vision.labels import Label
from vision.policy import Clause, Observability, Policy, Signal
from vision.values import Reason, Slot

STANDARD = Path(__file__).parents[2] / "docs" / "standard.md"
SHIPPED = STANDARDS / "djpb-spm.toml"
SEED = ("FO-", "BR-", "BP-", "DO-", "TL-")
ON_BY_SEED = {"CS-B1", "SP-3"}
COLUMNS = ("id", "role", "text_id", "text_en", "kind", "class", "grain", "decided", "cannot")
ROLES = {
    "FO": "FO",
    "CSO": "CSO",
    "Satpam": "SATPAM",
    "resepsionis": "RES",
    "pejabat": "OFFICE",
    "kantor": "OFFICE",
    "semua frontliners": "OFFICE",
    "penerima": "PHONE",
    "penelepon balik": "PHONE",
    "petugas": "PHONE",
    "ruang": "HALL",
}
"""Who is bound, as the standard and as the policy write it."""


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The standard that comes with Siaga."""
    return load_policy("djpb-spm")


def written_rows() -> Iterator[dict[str, str]]:
    """The clause rows of the tables of docs/standard.md, as written there."""
    for line in STANDARD.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 11 and re.fullmatch(r"[A-Z]{2}-[A-Za-z0-9]+", cells[0]):
            yield dict(zip(COLUMNS, cells[:9], strict=True)) | {"source": cells[10]}


def mirrored_ids() -> list[str]:
    """The ids of the first column of the parity table, 2.10, written out."""
    ids = []
    for line in STANDARD.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 8 or not cells[0].startswith("CS-"):
            continue
        if "to" in cells[0]:
            ids += [f"CS-R{number}" for number in range(1, 11)]
            continue
        ids += [f"CS-{word.strip().removeprefix('CS-')}" for word in cells[0].split(",")]
    return ids


def test_every_clause_of_the_standard_is_in_the_policy_with_the_same_words(policy: Policy) -> None:
    """A verdict cites a clause; it must be the clause people signed."""
    rows = list(written_rows())
    assert len(rows) == 114
    for row in rows:
        clause = policy.clause(row["id"])
        assert clause.text_id == row["text_id"].replace("`", "")
        assert clause.text_en == row["text_en"].replace("`", "")
        assert clause.kind == row["kind"], row["id"]
        assert clause.observability == row["class"], row["id"]
        assert clause.grain == row["grain"], row["id"]
        assert clause.role == ROLES[row["role"]], row["id"]
        assert clause.source == row["source"].replace("`", ""), row["id"]


def test_the_policy_holds_no_clause_that_the_standard_does_not_have(policy: Policy) -> None:
    """No duty may enter by the back door."""
    written = [row["id"] for row in written_rows()] + mirrored_ids()
    assert sorted(clause.clause for clause in policy.clauses) == sorted(written)


def test_parity_clauses_say_what_the_front_office_clause_says(policy: Policy) -> None:
    """docs/standard.md 2.10: same text, kind, class, grain and signal."""
    for name in mirrored_ids():
        clause, source = policy.clause(name), policy.clause(name.replace("CS-", "FO-"))
        assert clause.role == "CSO"
        for field in ("text_id", "text_en", "kind", "observability", "grain", "blocks_ready"):
            assert getattr(clause, field) == getattr(source, field), (name, field)
        assert (clause.rule is None) == (source.rule is None)
        if clause.rule and source.rule:
            assert clause.rule.clause == name
            assert clause.rule.check == source.rule.check
            assert clause.rule.labels == source.rule.labels


def counts(clauses: list[Clause]) -> tuple[int, ...]:
    """How many in all, and of each class in the order of docs/standard.md 2.9."""
    by_class = Counter(clause.observability for clause in clauses)
    return (len(clauses), *(by_class[each] for each in Observability))


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [
        (("FO-A", "FO-B", "FO-C"), (26, 10, 10, 3, 1, 2)),
        (("FO-S", "FO-R"), (23, 1, 2, 12, 4, 4)),
        (("BR-",), (11, 3, 0, 5, 2, 1)),
        (("BP-", "DO-"), (2, 0, 0, 1, 0, 1)),
        (("TL-",), (20, 0, 1, 7, 6, 6)),
        (SEED, (82, 14, 13, 28, 13, 14)),
        (("CS-", "SP-", "RS-", "FA-"), (81, 21, 22, 20, 9, 9)),
    ],
    ids=["daily procedure", "service", "briefing", "headings", "telephone", "seed", "sister"],
)
def test_the_counts_are_those_of_the_standard(
    policy: Policy, prefixes: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    """The count tables 2.9 and 2.13 guard against a lost or doubled row."""
    chosen = [clause for clause in policy.clauses if clause.clause.startswith(prefixes)]
    assert counts(chosen) == expected


def test_only_signed_clauses_are_on(policy: Policy) -> None:
    """Sister and parity clauses wait for the office's signature, CS-B1 and SP-3 apart."""
    for clause in policy.clauses:
        expected = clause.clause.startswith(SEED) or clause.clause in ON_BY_SEED
        assert clause.enabled == expected, clause.clause


def test_each_clause_has_both_texts_and_says_who_decides(policy: Policy) -> None:
    """Board and briefing show every clause, in two languages, with the reason of silence."""
    for clause in policy.clauses:
        assert clause.text_id.strip(), clause.clause
        assert clause.text_en.strip(), clause.clause
        assert (clause.rule is None) != (clause.decided_by == ""), clause.clause
        undecided = clause.rule is None and not clause.combines
        assert undecided == (clause.without_rule is not None), clause.clause


def test_each_rule_names_a_known_check_and_each_check_has_a_rule(policy: Policy) -> None:
    """Code that no clause asks for must not look at people."""
    assert {clause.rule.check for clause in policy.clauses if clause.rule} == KNOWN_CHECKS


def test_only_camera_and_assisted_clauses_have_rules(policy: Policy) -> None:
    """docs/standard.md P-02: what only humans may judge has no detector."""
    for clause in policy.clauses:
        assert clause.rule is None or clause.observability in WITH_RULE, clause.clause


def test_the_clauses_that_make_a_counter_not_ready_are_those_of_the_board(policy: Policy) -> None:
    """docs/standard.md 3.6 closes the list."""
    suffixes = ("B1", "B2a", "A3", "A6", "C2a", "C2b", "C2f")
    expected = {f"{role}-{suffix}" for role in ("FO", "CS") for suffix in suffixes} | {"SP-3"}
    assert {clause.clause for clause in policy.clauses if clause.blocks_ready} == expected


def test_rules_look_at_what_the_standard_lists(policy: Policy) -> None:
    """A cup is never a bag: each prohibition is about its own things."""
    cup = policy.clause("FO-C2a").rule
    assert cup is not None
    assert {label.word for label in cup.labels} == {
        "cup", "glass", "bottle", "bowl", "plate", "cutlery", "food",
    }  # fmt: skip
    personal = [label for label in Label if 40 <= label < 70]
    named = [
        label
        for clause in policy.clauses
        if clause.clause.startswith("FO-C2") and clause.rule
        for label in clause.rule.labels
    ]
    assert sorted(named) == sorted(personal)
    screen = policy.clause("FO-B2a").rule
    assert screen is not None
    assert screen.signal is Signal.SCREEN
    assert screen.labels == {Label.MONITOR}
    assert screen.slots == {Slot.READY}


def test_clauses_without_a_view_say_so(policy: Policy) -> None:
    """CANNOT_TELL always has its reason, also where nothing looks."""
    assert policy.clause("FO-C1a").without_rule is Reason.NO_VIEW
    assert policy.clause("FO-A3").without_rule is Reason.RULE_UNDEFINED
    assert policy.clause("FO-S1c").without_rule is Reason.NOT_OBSERVED
    assert policy.clause("TL-C3").without_rule is Reason.LOG_MISSING
    assert policy.clause("BR-11").combines == ("FO-B1", "CS-B1", "SP-3")


def test_the_comment_beside_each_number_names_the_range_that_is_enforced() -> None:
    """People change numbers by the comment; the loader refuses by its table."""
    pattern = re.compile(r"^(\w+) = ([\d.]+)  # .*?, ([\d.]+)\.\.([\d.]+), (S|T|DC)\b", re.M)
    found = {name: (float(low), float(high)) for name, _, low, high, _ in pattern.findall(
        SHIPPED.read_text("utf-8")
    )}  # fmt: skip
    assert found == dict(PARAMETERS)


def test_calendar_defaults_are_the_numbers_of_the_policy(policy: Policy) -> None:
    """One number, one meaning: the dataclass is only a shorthand for the policy."""
    calendar = CalendarSettings(ZoneInfo("UTC"))
    for name in ("ready_lead", "ready_window", "arrive_lead", "brief_lead", "brief_gap"):
        assert getattr(calendar, name).total_seconds() == policy.parameters[f"{name}_s"]
    assert calendar.close_max.total_seconds() == policy.parameters["close_max_s"]


def test_the_citation_holds_the_hash_of_the_file(policy: Policy) -> None:
    """A changed number must show in every verdict."""
    assert policy.sha256 == sha256(SHIPPED.read_bytes()).hexdigest()
    assert policy.citation == f"djpb-spm {policy.version} {policy.sha256[:8]}"


HERE = "  # here"
RULE = (
    f'[clauses.rule]{HERE}\ncheck = "badge_worn"\nsignal = "SIG-BADGE"\nzone = "staff"\n'
    'slots = ["open"]\n'
)
SMILE = 'source = "S FO 2.1"\n\n[[clauses]]\nid = "FO-S1d"'
FAULTS = [
    (SMILE, SMILE.replace("\n\n", f"\n{RULE}\n"), "rule", "no rule on a clause of class never"),
    ('check = "badge_worn"', 'check = "bagde_worn"', "rule.check", 'did you mean "badge_worn"?'),
    ('signal = "SIG-BADGE"', 'signal = "SIG-BAGDE"', "rule.signal", 'did you mean "SIG-BADGE"?'),
    ('zone = "screen"', 'zone = "scren"', "rule.zone", 'did you mean "screen"?'),
    ('slots = ["ready"]', 'slots = ["redy"]', "rule.slots[0]", 'did you mean "ready"?'),
    ('labels = ["doll"]', 'labels = ["dol"]', "rule.labels[0]", 'did you mean "doll"?'),
    ('id = "FO-A2"', 'id = "FO-A1"', "id", "a new id"),
    ('id = "FO-A2"', 'id = "A2"', "id", "stable id, like FO-A6"),
    ("det_hi = 0.60", "det_hi = 1.60", "parameters.det_hi", "a number from 0 to 1"),
    ("det_lo = 0.30", "det_lo = 0.60", "parameters.det_lo", "det_lo less than det_hi"),
    ("badge_not_share = 0.02", "badge_not_share = 0.30", "badge_not_share", "badge_met_share"),
    ("px_badge = 18", "px_bagde = 18", "parameters.px_bagde", 'did you mean "px_badge"?'),
    ('grain = "day"', 'grain = "daily"', "grain", "one of day, half, event, office"),
    ('mirrors = "FO-A1"', 'mirrors = "FO-A99"', "mirrors", "a clause"),
    ('combines = ["FO-B1"', 'combines = ["FO-B9"', "combines", "clauses of this file"),
    ('version = "2026.1"', "version = 2026", "version", "string"),
    ('kind = "OBL"', 'kolour = "red"', "kolour", "a known key"),
    # A fault of what is not there stands at the head of its clause.
    ('text_en = "make-up meets the standard"\n', "", "text_en", "write the statement in both"),
    ('kind = "OBL"\n', "", "kind", "a value"),
    ('without_rule = "NO_VIEW"\n', "", "without_rule", "why nothing decides"),
    ('decided_by = "supervisor entry"\n', "", "decided_by", "who or what decides"),
]


@pytest.mark.parametrize(("old", "new", "key", "expected"), FAULTS)
def test_a_faulty_policy_is_refused_where_the_fault_is(
    tmp_path: Path, old: str, new: str, key: str, expected: str
) -> None:
    """Each refusal names line and key, or nobody finds it among 163 clauses."""
    text = SHIPPED.read_text("utf-8")
    before, found, after = text.partition(old)
    assert found, old
    if HERE not in new and new:
        after = after.replace("\n", f"{HERE}\n", 1)
    path = tmp_path / "own.toml"
    path.write_text(before + new + after, "utf-8")
    lines = (before + new + after).splitlines()
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(HERE)]
    line = marked[0] if marked else before[: before.rindex("[[clauses]]")].count("\n") + 1
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    pattern = rf"own\.toml:{line} \S*{re.escape(key)}: .*{re.escape(expected)}"
    assert re.search(pattern, str(caught.value)), f"{pattern}\n{caught.value}"


def test_a_check_without_a_rule_is_refused() -> None:
    """A check that no clause asks for would look at people for nothing."""
    with pytest.raises(PolicyError, match="a rule with the check smile_seen"):
        load_policy("djpb-spm", checks=KNOWN_CHECKS | {"smile_seen"})


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody wants to fix a file nine times."""
    text = SHIPPED.read_text("utf-8")
    text = text.replace("det_lo = 0.30", "det_lo = 3").replace('"company"', '"companny"')
    text = text.replace('zone = "screen"', 'zone = "scren"').replace("px_foot = 40", "px_fot = 40")
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    for word in ("det_lo", '"companny"', '"scren"', "px_fot", "parameters.px_foot"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "a readable file"), (b"\xff\xfe", "UTF-8"), (b'id = "x"\nid = 3', "own.toml:2")],
    ids=["missing", "other bytes", "no TOML"],
)
def test_what_is_no_policy_at_all_is_refused(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """The office may name any path."""
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PolicyError, match=expected):
        load_policy(path)


def test_a_clause_may_have_numbers_of_its_own(tmp_path: Path) -> None:
    """One clause may need another floor without touching the rest."""
    text = SHIPPED.read_text("utf-8")
    head = 'check = "badge_worn"'
    path = tmp_path / "own.toml"
    path.write_text(text.replace(head, f"{head}\nparameters = {{ px_badge = 30 }}", 1), "utf-8")
    own = load_policy(path)
    rule, other = own.clause("FO-A6").rule, own.clause("FO-A7").rule
    assert rule is not None
    assert other is not None
    assert (rule["px_badge"], rule["px_chest"], other["px_badge"]) == (30, 96, 18)


def test_lines_are_found_through_every_notation_of_toml() -> None:
    """A fault in an inline table or a long list must not be told at the wrong line."""
    text = (
        'a.b = 1\n"q.x" = """\nx = [\n"""\n[c]\nz = [[0,1],\n [2, # ]\n 3]]\n[[d]]\n'
        "n = {p = 1, q = '}'}\n[d.e]\nk = 'x'\n[[d]]\n[d.e]\nk = 2026-01-01T00:00:00Z # hi\n"
        "y = '''a'''\nw = 3\n"
    )
    lines = lines_of(text)
    assert lines["a", "b"] == 1
    assert lines[("q.x",)] == 2
    assert lines["c", "z", 1, 1] == 8
    assert lines["d", 0, "n", "q"] == 10
    assert lines["d", 0, "e", "k"] == 12
    assert lines["d", 1] == 13
    assert lines["d", 1, "e", "w"] == 17
