"""Pictures on disk: whole, unchanged, or not there."""

import resource
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest

from service.evidence import Evidence
from vision.errors import StoreError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """An empty folder."""
    return Evidence(tmp_path)


def test_a_picture_comes_back_under_its_own_hash(evidence: Evidence) -> None:
    """The name proves the content."""
    sha = evidence.add(b"picture")
    assert sha == sha256(b"picture").hexdigest()
    assert evidence.read(sha) == b"picture"
    assert (evidence.folder / sha[:2] / f"{sha[2:]}.jpg").is_file()


def test_the_same_picture_twice_is_one_file(evidence: Evidence) -> None:
    """A still scene costs no room."""
    assert evidence.add(b"same") == evidence.add(b"same")
    assert [k.size_bytes for k in evidence.kept()] == [4]
    assert evidence.size_bytes() == 4


def test_a_picture_that_is_not_kept_is_a_key_error(evidence: Evidence) -> None:
    """Nor does a strange name lead out of the folder."""
    for name in ("ab" * 32, "../../etc/passwd", "", "AB" * 32):
        with pytest.raises(KeyError):
            evidence.read(name)
    assert not evidence.exists("ab" * 32)
    assert not evidence.delete("ab" * 32)


def test_a_changed_picture_is_never_shown(evidence: Evidence) -> None:
    """What an evaluator sees is what was judged."""
    sha = evidence.add(b"picture")
    (evidence.folder / sha[:2] / f"{sha[2:]}.jpg").write_bytes(b"another")
    with pytest.raises(StoreError, match="changed after it was written"):
        evidence.read(sha)


def test_a_deleted_picture_is_gone(evidence: Evidence) -> None:
    """And only once."""
    sha = evidence.add(b"picture")
    assert evidence.delete(sha)
    assert not evidence.exists(sha)
    assert not evidence.delete(sha)
    assert list(evidence.kept()) == []


def test_strange_files_in_the_folder_are_not_pictures(evidence: Evidence) -> None:
    """A half-written picture of a killed process is never listed."""
    sha = evidence.add(b"picture")
    (evidence.folder / sha[:2] / f".{sha}.1.1.part").write_bytes(b"pic")
    (evidence.folder / sha[:2] / "note.jpg").write_bytes(b"pic")
    assert [k.sha for k in evidence.kept()] == [sha]


def test_a_disk_that_is_full_leaves_no_half_picture(tmp_path: Path) -> None:
    """One sentence, and nothing beside the pictures kept so far."""
    program = dedent(
        f"""
        import resource, signal, sys
        from pathlib import Path
        from service.evidence import Evidence
        from vision.errors import StoreError
        evidence = Evidence(Path({str(tmp_path)!r}))
        evidence.add(b"small")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))
        try:
            evidence.add(b"large" * 10000)
        except StoreError as error:
            print(error)
        """
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "could not be written" in ran.stdout
    assert len(ran.stdout.splitlines()) == 1
    files = [p for p in (tmp_path / "evidence").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in files] == [b"small"]
