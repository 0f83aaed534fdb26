"""What the documents promise is there, and what is there stands in the documents."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

import vision.errors
from service.cli import COMMANDS
from service.measures import MEASURES
from service.policies import load_policy
from vision.checks import CHECKS
from vision.errors import SiagaError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LEFT_OUT = frozenset({".venv", "artefacts", "build", "dist", "node_modules"})


def text_of(name: str) -> str:
    """A document of the repository; empty while it is not there."""
    path = ROOT / name
    return path.read_text("utf-8") if path.is_file() else ""


def documents() -> list[Path]:
    """Every Markdown file of the repository."""
    inside = [path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.md"))]
    return [
        ROOT / path
        for path in inside
        if not any(part in LEFT_OUT or part.startswith(".") for part in path.parts)
    ]


def errors() -> list[type[SiagaError]]:
    """The whole tree of errors."""
    found = [value for value in vars(vision.errors).values() if isinstance(value, type)]
    return [error for error in found if issubclass(error, SiagaError)]


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_error_has_a_heading(error: type[SiagaError]) -> None:
    """Its code stands in messages and logs; who looks for it must find what to do."""
    headings = re.findall(r"^#+ `(\w+)`", text_of("docs/errors.md"), re.MULTILINE)
    assert error.code in headings


def test_no_two_errors_share_a_code() -> None:
    """A code is looked for."""
    codes = [error.code for error in errors()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_is_explained(check: str) -> None:
    """A head of office who is told a check's name must find what it asks."""
    assert f"| `{check}` |" in text_of("docs/how-a-verdict-is-reached.md")


def test_every_signal_card_of_the_policy_is_explained() -> None:
    """Each verdict of a camera comes from one of them."""
    policy = load_policy("djpb-spm")
    used = {clause.rule.signal.value for clause in policy.clauses if clause.rule is not None}
    page = text_of("docs/how-a-verdict-is-reached.md")
    assert set(re.findall(r"^\| `(SIG-\w+)`", page, re.MULTILINE)) == used


def test_the_explanation_names_the_numbers_of_the_policy() -> None:
    """It tells seconds and minutes; a changed policy must change it too."""
    numbers = load_policy("djpb-spm").parameters
    told = {
        "absent_open_s": 3 * 60,
        "absent_break_s": 5 * 60,
        "badge_met_share": 0.30,
        "badge_met_crops": 20,
        "badge_met_minutes": 3,
        "badge_not_crops": 40,
        "badge_not_minutes": 5,
        "screen_lit": 0.80,
        "screen_dark": 0.95,
        "vis_desk": 0.80,
        "obj_hold_s": 48,
        "obj_span_s": 60,
        "obj_repeat": 2,
        "obj_repeat_within_s": 10 * 60,
        "chat_people": 2,
        "chat_hold_s": 3 * 60,
        "ready_lead_s": 5 * 60,
        "clock_tol_s": 15,
        "gap_bridge_s": 30,
    }
    assert {name: numbers[name] for name in told} == told


def test_every_command_is_in_the_readme() -> None:
    """The first page names all that can be done."""
    readme = text_of("README.md")
    assert [name for name in COMMANDS if f"siaga {name}" not in readme] == []


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_described(measure: str) -> None:
    """Goals without a way to measure them are wishes."""
    assert f"### `{measure}`: " in text_of("docs/performance.md")


LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    """Within the repository; what lies outside is not asked."""
    text = FENCED.sub("", path.read_text("utf-8"))
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def anchors(path: Path) -> set[str]:
    """The anchors that a page shows for the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text("utf-8")), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_every_decision_is_listed() -> None:
    """Numbered without holes, each with its line."""
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    listed = LINK.findall(text_of("docs/decisions/README.md"))
    assert listed == records
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
