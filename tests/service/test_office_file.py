"""The office's file after a page changed it: comments and versions stay, nobody is overwritten."""

import threading
import tomllib
from pathlib import Path

import pytest

from service.office_file import (
    KEPT,
    CameraDraft,
    CounterDraft,
    FileChanged,
    FileUnwritable,
    LayoutDraft,
    OfficeFile,
    write_whole,
)
from service.settings import SettingsError
from vision.layout import ZoneKind

STAFF = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.6))
TEXT = """\
# Berkas kantor, dirawat bagian umum.
[office]
id = "kppn-contoh"
name = "KPPN Contoh"   # nama resmi
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

# Kamera di aula
[[cameras]]
id = "aula"            # di atas pintu
url = "http://192.0.2.1/aula.jpg"
period_s = 2.0

[[counters]]
id = "FO-1"
name = "Loket 1"
role = "FO"
camera = "aula"
[counters.zones]
staff = [[0.1000, 0.1], [0.5, 0.1], [0.5, 0.6]]  # digambar 3 Maret

[server]
port = 8999  # di belakang proksi
"""


def office(tmp_path: Path, text: str = TEXT) -> OfficeFile:
    """A file on disk."""
    path = tmp_path / "office.toml"
    path.write_bytes(text.encode())
    return OfficeFile(path)


def counter(name: str, **zones: tuple[tuple[float, float], ...]) -> CounterDraft:
    """A counter of the camera `aula`."""
    drawn = {ZoneKind.STAFF: STAFF} | {ZoneKind(kind): points for kind, points in zones.items()}
    return CounterDraft(name, "Loket 1" if name == "FO-1" else name, "FO", "aula", True, drawn)


AULA = CameraDraft("aula", {})


def test_nothing_changed_is_the_same_file_to_the_byte(tmp_path: Path) -> None:
    """Also 0.1000, which says what 0.1 says."""
    file = office(tmp_path)
    proposal = file.with_layout(LayoutDraft([AULA], [counter("FO-1")]), file.version)
    assert proposal.content.decode() == TEXT


def test_comments_and_all_that_was_not_asked_for_stay(tmp_path: Path) -> None:
    """The administrator's own words are worth more than ours."""
    file = office(tmp_path)
    door = CameraDraft("pintu", {"push": True})
    drafts = [counter("FO-1", desk=((0.1, 0.6), (0.5, 0.6), (0.5, 0.9))), counter("FO-2")]
    file.save(file.with_layout(LayoutDraft([AULA, door], drafts), file.version))
    written = file.path.read_text("utf-8")
    for line in TEXT.splitlines():
        assert line in written, line
    told = tomllib.loads(written)
    assert [c["id"] for c in told["cameras"]] == ["aula", "pintu"]
    assert told["counters"][0]["zones"]["desk"] == [[0.1, 0.6], [0.5, 0.6], [0.5, 0.9]]
    assert told["counters"][1]["name"] == "FO-2"


def test_what_is_not_named_any_more_is_taken_out_with_its_zones(tmp_path: Path) -> None:
    """And the last one leaves no empty section behind."""
    file = office(tmp_path)
    file.save(file.with_layout(LayoutDraft([], []), file.version))
    told = tomllib.loads(file.path.read_text("utf-8"))
    assert told.keys() == {"office", "server"}
    assert "# nama resmi" in file.path.read_text("utf-8")


def test_a_name_with_quotes_tags_and_emoji_is_the_same_when_read_again(tmp_path: Path) -> None:
    """What people type is data, never notation."""
    file = office(tmp_path)
    name = 'Loket "A" \\ <b>ß</b> 🪑\' = [x]'
    named = CounterDraft("FO-1", name, "FO", "aula", True, {ZoneKind.STAFF: STAFF})
    draft = LayoutDraft([AULA], [named])
    file.save(file.with_layout(draft, file.version))
    assert tomllib.loads(file.path.read_text("utf-8"))["counters"][0]["name"] == name


def test_earlier_versions_stay_beside_it_and_no_more_than_a_few(tmp_path: Path) -> None:
    """The newest is .1; a copy over office.toml brings it back."""
    file = office(tmp_path)
    contents = [file.path.read_bytes()]
    for number in range(KEPT + 2):
        file.save(file.with_layout(LayoutDraft([AULA], [counter(f"FO-{number}")]), file.version))
        contents.append(file.path.read_bytes())
    for number in range(1, KEPT + 1):
        kept = file.path.with_name(f"office.toml.{number}").read_bytes()
        assert kept == contents[-1 - number]
    assert len([*tmp_path.iterdir()]) == KEPT + 1


def test_whoever_read_an_older_version_writes_nothing(tmp_path: Path) -> None:
    """Two administrators, or one with an editor: neither loses the other's work."""
    file = office(tmp_path)
    read = file.version
    mine = file.with_layout(LayoutDraft([AULA], [counter("FO-9")]), read)
    file.path.write_text(TEXT.replace("8999", "9000"), "utf-8")
    by_hand = file.path.read_bytes()
    with pytest.raises(FileChanged, match="somebody saved meanwhile"):
        file.save(mine)
    with pytest.raises(FileChanged):
        file.with_layout(LayoutDraft([AULA], [counter("FO-9")]), read)
    assert file.path.read_bytes() == by_hand
    assert [path.name for path in tmp_path.iterdir()] == ["office.toml"]


def test_of_many_who_save_at_once_one_wins(tmp_path: Path) -> None:
    """The others are told; the file is whole."""
    file = office(tmp_path)
    read = file.version
    results: list[str] = []

    def save(number: int) -> None:
        try:
            draft = LayoutDraft([AULA], [counter(f"CSO-{number}")])
            file.save(file.with_layout(draft, read))
            results.append("saved")
        except FileChanged:
            results.append("told")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["saved", *["told"] * 5]
    assert len(tomllib.loads(file.path.read_text("utf-8"))["counters"]) == 1


def test_what_the_file_could_not_be_read_with_is_not_written(tmp_path: Path) -> None:
    """The same reader as at the next start says no now, with every fault."""
    file = office(tmp_path)
    crossing = ((0.1, 0.1), (0.5, 0.6), (0.5, 0.1), (0.1, 0.6))
    draft = LayoutDraft([AULA], [counter("FO-1", desk=crossing)])
    with pytest.raises(SettingsError, match="crossing") as told:
        file.with_layout(draft, file.version)
    assert [fault.key for fault in told.value.faults] == ["counters[0].zones.desk"]
    assert file.path.read_text("utf-8") == TEXT


def test_cameras_in_one_line_are_changed_rightly_or_not_at_all(tmp_path: Path) -> None:
    """A human's own notation: what is written says what was asked, whatever the notation."""
    text = 'cameras = [{ id = "aula", push = true }]\n' + TEXT.split("# Kamera")[0]
    file = office(tmp_path, text)
    draft = LayoutDraft([AULA, CameraDraft("pintu", {"push": True})], [])
    try:
        proposal = file.with_layout(draft, file.version)
    except FileUnwritable:
        return
    told = tomllib.loads(proposal.content.decode())
    assert [camera["id"] for camera in told["cameras"]] == ["aula", "pintu"]


def test_the_file_keeps_who_may_read_it(tmp_path: Path) -> None:
    """It may hold the address of a camera."""
    file = office(tmp_path)
    file.path.chmod(0o640)
    file.save(file.with_layout(LayoutDraft([AULA], [counter("FO-2")]), file.version))
    assert file.path.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_what_was_there_and_no_rest(tmp_path: Path) -> None:
    """Whatever goes wrong at the end, nothing half written lies about."""
    path = tmp_path / "office.toml"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(OSError, match="directory"):
        write_whole(path, b"new", 0o600)
    assert (path / "old").exists()
    assert [*tmp_path.iterdir()] == [path]
