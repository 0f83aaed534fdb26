"""office.toml: every fault at once with its line, and one frozen value when there is none."""

import re
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.calendar import HolidayKind, plan_day
from service.measuring import write_office
from service.policies import STANDARDS
from service.settings import Settings, SourceKind, load_settings, masked, usual_period_s
from vision.errors import ConfigError
from vision.layout import ZoneKind

OFFICE = """\
[office]
id = "kppn-kotabumi"
name = "KPPN Kotabumi"
time_zone = "Asia/Jakarta"
policy = "djpb-spm"

[calendar]
opens = "08:00"
closes = "15:00"
briefing = "07:30"
work_ends = "17:00"
break = ["12:15", "13:00"]
friday_break = ["11:30", "13:15"]

[[calendar.seasons]]
name = "Ramadan"
from = 2026-02-19
to = 2026-03-20
briefing = "08:00"
opens = "08:30"
closes = "14:30"
break = ["12:00", "12:30"]

[[calendar.days]]
date = 2026-12-23
closes = "11:00"

[[calendar.holidays]]
date = 2026-11-10
name = "Hari jadi kabupaten"
type = "lokal"

[[cameras]]
id = "loket-1"
url = "rtsp://siaga@10.0.0.5:554/stream?channel=2"
password_env = "LOKET1_PASSWORD"
period_s = 0.5
reference = "loket-1.jpg"
masks = [[[0, 0], [1, 0], [1, 0.2], [0, 0.2]]]

[[cameras]]
id = "loket-2"
folder = "pictures"

[[counters]]
id = "FO-1"
name = "Loket 1"
role = "FO"
camera = "loket-1"
[counters.zones]
staff = [[0.1, 0.2], [0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]
desk = [[0.1, 0.6], [0.4, 0.6], [0.4, 0.8], [0.1, 0.8]]
screen = [[0.3, 0.5], [0.38, 0.5], [0.38, 0.6]]

[[counters]]
id = "FO-2"
name = "Loket 2"
role = "FO"
camera = "loket-2"
rostered = false
[counters.zones]
staff = [[0.1, 0.2], [0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]
desk = [[0.1, 0.6], [0.4, 0.6], [0.4, 0.8], [0.1, 0.8]]
screen = [[0.3, 0.5], [0.38, 0.5], [0.38, 0.6]]

[server]
port = 8477

[retention]
samples_days = 2
"""


def written(folder: Path, text: str = OFFICE) -> Path:
    """An office in `folder`, with the files that it names."""
    (folder / "pictures").mkdir()
    (folder / "loket-1.jpg").write_bytes(b"")
    path = folder / "office.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The office above, without faults."""
    monkeypatch.setenv("LOKET1_PASSWORD", "ge heim")
    return load_settings(written(tmp_path))


def faults_of(folder: Path, text: str) -> str:
    """What is said about an office with faults."""
    with pytest.raises(ConfigError) as caught:
        load_settings(written(folder, text))
    return str(caught.value)


def changed(old: str, new: str) -> str:
    """The office with one place changed."""
    assert old in OFFICE, old
    return OFFICE.replace(old, new, 1)


FAULTS = [
    ('opens = "08:00"', 'opens = "25:00"', "calendar.opens", 'a time like "08:00"'),
    ('opens = "08:00"', 'opens = "08:00', "", "TOML"),
    ('closes = "15:00"', 'closes = "07:00"', "calendar.closes", "a time after opens 08:00"),
    ('briefing = "07:30"', 'briefing = "07:50"', "calendar.briefing", "15 min before opens"),
    ('briefing = "07:30"', 'breifing = "07:30"', "calendar.breifing", 'mean "briefing"?'),
    ('work_ends = "17:00"', "ready_lead_min = 12", "ready_lead_min", "at most ready_window_min"),
    ('work_ends = "17:00"', "ready_window_min = 31", "ready_window_min", "less than or equal"),
    ('break = ["12:15", "13:00"]', 'break = ["14:15", "15:30"]', "calendar.break", "inside 08:00"),
    ('["11:30", "13:15"]', '["13:15", "11:30"]', "calendar.friday_break", "begin before end"),
    ('["11:30", "13:15"]', '["11:30"]', "calendar.friday_break", "two times like"),
    ("to = 2026-03-20", "to = 2026-02-01", "calendar.seasons[0].to", "a day from 2026-02-19 on"),
    ('briefing = "08:00"', 'briefing = "08:20"', "calendar.seasons[0].briefing", "15 min before"),
    ("date = 2026-12-23", "date = 23", "calendar.days[0].date", "a date like 2026-08-17"),
    ('closes = "11:00"', 'closes = "07:00"', "calendar.days[0].closes", "after opens 08:00"),
    ('type = "lokal"', 'type = "daerah"', "calendar.holidays[0].type", "one of nasional"),
    ('"Asia/Jakarta"', '"Asia/Jakata"', "office.time_zone", 'mean "Asia/Jakarta"?'),
    ('policy = "djpb-spm"', 'policy = "djpb-smp"', "office.policy", 'mean "djpb-spm"?'),
    ('id = "kppn-kotabumi"', 'id = "KPPN Kotabumi"', "office.id", "short name"),
    ("[server]", "[sever]", "sever", 'mean "server"?'),
    ("port = 8477", "port = 70000", "server.port", "less than or equal to 65535"),
    ("port = 8477", 'port = "8477"', "server.port", "integer"),
    ("samples_days = 2", "samples_day = 2", "retention.samples_day", 'mean "samples_days"?'),
    ('id = "loket-2"', 'id = "loket-1"', "cameras[1].id", "an id of its own"),
    ('id = "FO-2"', 'id = "fo-1"', "counters[1].id", "an id of its own (also counters[0])"),
    ('camera = "loket-2"', 'camera = "loket-3"', "counters[1].camera", 'mean "loket-'),
    ('role = "FO"', 'role = "F0"', "counters[0].role", "a role with rules in force (CSO, FO"),
    ("rtsp://siaga@10.0.0.5:554/stream?channel=2", "exec:ls", "cameras[0].url", "rtsp://"),
    ("rtsp://siaga@10", "file://siaga@10", "cameras[0].url", "rtsp://"),
    ("rtsp://siaga@10.0.0.5:554", "rtsp://siaga@10.0.0.5:port", "cameras[0].url", "host and port"),
    ("?channel=2", "|sh", "cameras[0].url", "without blanks, pipes"),
    ("?channel=2", "\\n", "cameras[0].url", "without blanks, pipes and control characters"),
    ("rtsp://siaga@", "rtsp://", "cameras[0].url", "a user name beside the password"),
    ('"loket-1.jpg"', '"loket-9.jpg"', "cameras[0].reference", "a picture file"),
    ("period_s = 0.5", 'ca_file = "ca.pem"', "cameras[0].ca_file", "a file"),
    ('folder = "pictures"', 'folder = "missing"', "cameras[1].folder", "a folder"),
    ('folder = "pictures"', 'clip = "missing.mp4"', "cameras[1].clip", "a video file"),
    ("period_s = 0.5", "period_s = 0", "cameras[0].period_s", "greater than or equal to 0.1"),
    ("period_s = 0.5", "starts_at = 2026-11-24T07:20:00", "starts_at", "its UTC offset"),
    ("masks = [[[0, 0], [1, 0], [1, 0.2], [0, 0.2]]]", "masks = [[[0, 0], [1, 0]]]", "masks[0]",
     "at least 3 points"),
    ("[0.38, 0.6]]", "[380, 0.6]]", "counters[0].zones.screen[2]", "numbers from 0 to 1"),
    ("[0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]", "[0.1, 0.6], [0.4, 0.2], [0.4, 0.6]]",
     "counters[0].zones.staff", "edges that do not cross"),
    ("[0.4, 0.6], [0.1, 0.6]]", "[0.25, 0.2]]", "zones.staff", "points that enclose an area"),
    ("staff = ", "staf = ", "counters[0].zones.staf", 'mean "staff"?'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "expected"), FAULTS)
def test_a_fault_is_told_with_its_line_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, expected: str
) -> None:
    """An office administrator edits this file alone, at seven in the morning."""
    text = changed(old, new)
    line = OFFICE[: OFFICE.index(old)].count("\n") + 1
    said = faults_of(tmp_path, text)
    pattern = rf"^office\.toml:{line} ?\S*{re.escape(key)}\S*: expected .*{re.escape(expected)}"
    assert re.search(pattern, said, re.M), f"line {line}: {said}"


def test_a_fault_of_what_is_missing_stands_at_its_table(tmp_path: Path) -> None:
    """A key that is not there has no line; its table has."""
    text = changed('name = "KPPN Kotabumi"\n', "")
    text = text.replace("staff = [[0.1, 0.2], [0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]\n", "", 1)
    said = faults_of(tmp_path, text)
    assert re.search(r"office\.toml:1 office\.name: expected a value, got nothing", said)
    zones = text[: text.index("[counters.zones]")].count("\n") + 1
    assert f"office.toml:{zones} counters[0].zones.staff: expected a polygon, got nothing" in said


def test_all_faults_of_all_sections_are_told_at_once(tmp_path: Path) -> None:
    """A fault in one place hides none in another (ask 16)."""
    chosen = {"calendar.closes", "calendar.days[0].date", "office.time_zone", "server.port"}
    chosen |= {"counters[1].camera", "cameras[0].reference", "counters[0].zones.staf"}
    text = OFFICE
    for old, new, key, _ in FAULTS:
        if key in chosen:
            text = text.replace(old, new, 1)
    said = faults_of(tmp_path, text)
    for key in chosen:
        assert f" {key}: " in said, said


def test_one_fault_is_told_once(tmp_path: Path) -> None:
    """Base hours flow into every season and day; the fault is still one."""
    assert faults_of(tmp_path, changed('"07:30"', '"07:50"')).startswith("1 fault in")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('folder = "pictures"', "", "clip, folder, recording and push, got none"),
        ('folder = "pictures"', 'folder = "pictures"\nclip = "x"', "got clip and folder"),
        ('folder = "pictures"', 'folder = "pictures"\npassword_env = "X"', "no password_env with"),
        ("rtsp://siaga@", "rtsp://siaga:x@", "the password in one place, got url and password_env"),
        ('closes = "11:00"', "", "hours, or closed = true or false, got neither"),
        ('closes = "11:00"', 'closes = "11:00"\nclosed = true', "hours or closed, not both"),
        ("[[calendar.days]]", "[[calendar.days]]\ndate = 2026-12-23\nclosed = true\n"
         "[[calendar.days]]", "each day once, got 2026-12-23"),
        ("[[calendar.days]]", '[[calendar.seasons]]\nname = "b"\nfrom = 2026-03-01\n'
         "to = 2026-04-01\n[[calendar.days]]", "no day of the season Ramadan"),
        ("[[calendar.days]]", "[[calendar.special]]\nsince = 2026-08-17T09:00:00\n"
         "until = 2026-08-17T07:00:00\n[[calendar.days]]", "a time after 2026-08-17 09:00:00"),
        ('work_ends = "17:00"', 'working_days = ["senin"]', "a weekday"),
        ('work_ends = "17:00"', 'weekdays.senin = { opens = "09:00" }', "a weekday"),
        ('work_ends = "17:00"', 'weekdays.friday = { closes = "07:00" }', "after opens 08:00"),
    ],
)  # fmt: skip
def test_entries_that_contradict_each_other_are_refused(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    """Guessing which of two was meant would judge people by the wrong one."""
    assert expected in faults_of(tmp_path, changed(old, new))


PAIRS = [number for number, line in enumerate(OFFICE.splitlines()) if " = " in line]
JUNK = ["1", "-1.5", "nan", '""', '"x"', "true", "[]", "[[1]]", "[{}]", "{}", "{ x = 1 }"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PAIRS), st.sampled_from(JUNK))
def test_whatever_stands_behind_a_key_is_read_or_refused(number: int, junk: str) -> None:
    """A traceback tells an office nothing."""
    lines = OFFICE.splitlines()
    lines[number] = f"{lines[number].split(' = ')[0]} = {junk}"
    with TemporaryDirectory() as folder:
        path = written(Path(folder), "\n".join(lines))
        try:
            load_settings(path)
        except ConfigError as error:
            assert re.search(r"office\.toml:\d+ \S+: expected ", str(error))  # noqa: PT017


def test_an_empty_file_says_what_an_office_needs(tmp_path: Path) -> None:
    """The first run of a new office is an empty file."""
    said = faults_of(tmp_path, "")
    for key in ("office.id", "office.policy", "office.time_zone"):
        assert key in said


def test_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    """The commonest fault of all."""
    with pytest.raises(ConfigError, match=r"office\.toml:1: expected a readable file, got no such"):
        load_settings(tmp_path / "office.toml")


def test_the_office_becomes_one_value(office: Settings, tmp_path: Path) -> None:
    """Everything else in the service reads this and nothing else."""
    assert (office.office, office.name) == ("kppn-kotabumi", "KPPN Kotabumi")
    assert office.zone.key == "Asia/Jakarta"
    assert office.policy.policy == "djpb-spm"
    assert office.data == tmp_path / "data"
    assert office.rostered == {"FO-1"}
    assert [counter.counter for counter in office.layout.counters] == ["FO-1", "FO-2"]
    zone = office.layout.counter("FO-1").zone(ZoneKind.SCREEN)
    assert zone is not None
    assert zone.points.shape == (3, 2)
    assert office.warnings == ()
    assert (office.server.host, office.server.port) == ("127.0.0.1", 8477)
    assert (office.retention.crop_days, office.retention.rows_days) == (14, 365)
    with pytest.raises(FrozenInstanceError):
        office.name = "other"  # type: ignore[misc]


def test_a_camera_keeps_its_password_out_of_sight(office: Settings) -> None:
    """S7: a secret in a log is a secret no more."""
    camera = office.camera("loket-1")
    assert camera.kind is SourceKind.RTSP
    assert camera.address == "rtsp://10.0.0.5:554/stream?channel=2"
    assert camera.shown_address == "rtsp://10.0.0.5:554/stream?***"
    assert camera.credentials
    assert (camera.credentials.user, camera.credentials.password) == ("siaga", "ge heim")
    assert "ge heim" not in repr(office) + str(camera.credentials)
    assert "channel=2" not in repr(office)


def test_a_password_in_the_url_works_and_is_warned_about(tmp_path: Path) -> None:
    """Most cameras are set up by copying a URL; better a warning than a dark board."""
    text = changed("rtsp://siaga@", "rtsp://siaga:ge%40heim@")
    path = written(tmp_path, text.replace('password_env = "LOKET1_PASSWORD"\n', ""))
    office = load_settings(path)
    camera = office.camera("loket-1")
    assert camera.credentials
    assert camera.credentials.password == "ge@heim"
    assert len(office.warnings) == 1
    assert re.match(r"office\.toml:\d+ cameras\[0\]\.url: holds a password", office.warnings[0])
    assert "heim" not in repr(office) + "".join(office.warnings) + camera.address


def test_a_bearer_token_is_read_from_a_file_and_shown_nowhere(tmp_path: Path) -> None:
    """Cameras behind a gateway ask for one; it is a secret like a password."""
    (tmp_path / "secret").write_text("t0ken-GEHEIM\n", "utf-8")
    text = changed("rtsp://siaga@10.0.0.5:554/stream?channel=2", "https://10.0.0.5/snap.jpg")
    text = text.replace('password_env = "LOKET1_PASSWORD"', 'token_file = "secret"')
    office = load_settings(written(tmp_path, text))
    camera = office.camera("loket-1")
    assert (camera.kind, camera.token) == (SourceKind.SNAPSHOT, "t0ken-GEHEIM")
    assert "GEHEIM" not in repr(office) + "".join(office.warnings) + camera.shown_address


LOKET_1 = 'url = "rtsp://siaga@10.0.0.5:554/stream?channel=2"\npassword_env = "LOKET1_PASSWORD"'


def test_a_camera_at_the_machine_is_named_by_its_device(tmp_path: Path) -> None:
    """It has no address, no account and no certificate."""
    office = load_settings(written(tmp_path, changed(LOKET_1, 'device = "/dev/video0"')))
    camera = office.camera("loket-1")
    assert (camera.kind, camera.shown_address) == (SourceKind.DEVICE, "/dev/video0")


@pytest.mark.parametrize("device", ["/etc/passwd", "/dev/../etc/passwd", "video0", "/dev/a b"])
def test_a_device_is_nothing_but_a_device(tmp_path: Path, device: str) -> None:
    """Configuration is data: it opens no other file."""
    assert "cameras[0].device" in faults_of(tmp_path, changed(LOKET_1, f'device = "{device}"'))


def test_a_camera_that_brings_its_pictures_has_no_address(tmp_path: Path) -> None:
    """`push = true` is all there is to say."""
    camera = load_settings(written(tmp_path, changed(LOKET_1, "push = true"))).camera("loket-1")
    assert (camera.kind, camera.is_network) == (SourceKind.PUSH, False)


def test_a_playlist_is_told_by_its_name(tmp_path: Path) -> None:
    """Everything else over http is asked what it is."""
    text = changed("rtsp://siaga@10.0.0.5:554/stream?channel=2", "http://10.0.0.5/a/LIVE.m3u8")
    text = text.replace('password_env = "LOKET1_PASSWORD"', "")
    office = load_settings(written(tmp_path, text))
    assert office.camera("loket-1").kind is SourceKind.HLS


def test_a_password_file_holds_the_password_in_its_first_line(tmp_path: Path) -> None:
    """Secrets mounted by systemd or a container are files."""
    (tmp_path / "secret").write_text("geheim\n", "utf-8")
    text = changed('password_env = "LOKET1_PASSWORD"', 'password_file = "secret"')
    camera = load_settings(written(tmp_path, text)).camera("loket-1")
    assert camera.credentials
    assert camera.credentials.password == "geheim"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rtsp://siaga@10.0.0.5:554", "rtsp://siaga:GEHEIM@10.0.0.5:port"),
        ("rtsp://siaga@10.0.0.5:554", "exec:siaga:GEHEIM@10.0.0.5"),
        ("rtsp://siaga@10.0.0.5:554", "rtsp:/siaga:GE@HEIM:GEHEIM@10.0.0.5"),
        ("?channel=2", "|x?password=GEHEIM"),
        ('"LOKET1_PASSWORD"', '"GEHEIM!"'),
        ('password_env = "LOKET1_PASSWORD"', 'password = "GEHEIM"'),
        ('"LOKET1_PASSWORD"', '["GEHEIM"]'),
    ],
)
def test_no_fault_ever_shows_a_password(tmp_path: Path, old: str, new: str) -> None:
    """Faults are printed, logged and pasted into chats."""
    said = faults_of(tmp_path, changed(old, new))
    assert "GEHEIM" not in said
    assert "HEIM" not in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://a:b@host/x?token=1", "rtsp://***@host/x?***"),
        ("rtsp://host/x", "rtsp://host/x"),
        ("a:b@host", "***@host"),
        ("https://a:b@c@host/", "https://***@host/"),
    ],
)
def test_a_masked_url_keeps_only_what_helps(url: str, shown: str) -> None:
    """Host and path are needed to find the camera, the rest is not."""
    assert masked(url) == shown


def test_a_variable_that_is_not_set_is_a_warning(tmp_path: Path) -> None:
    """`config check` runs in shells that hold no secrets."""
    office = load_settings(written(tmp_path))
    assert "LOKET1_PASSWORD is not set" in office.warnings[0]


def test_zones_of_two_counters_that_overlap_are_warned_about(tmp_path: Path) -> None:
    """Whoever stands in both belongs to neither (AMBIGUOUS_OWNER)."""
    text = changed('password_env = "LOKET1_PASSWORD"\n', "").replace('"loket-2"', '"loket-1"', 2)
    text = text.replace('id = "loket-1"\nfolder', 'id = "loket-2"\nfolder')
    warnings = load_settings(written(tmp_path, text)).warnings
    assert any("counters[1].zones.staff: overlaps the zone staff of FO-1" in w for w in warnings)
    assert any("no counter uses the camera" in w for w in warnings)


def test_a_zone_that_is_not_drawn_is_told_with_what_it_costs(tmp_path: Path) -> None:
    """CANNOT_TELL all day should not come as a surprise."""
    text = changed("screen = [[0.3, 0.5], [0.38, 0.5], [0.38, 0.6]]\n", "")
    warnings = load_settings(written(tmp_path, text)).warnings
    assert any("no zone screen, so these cannot be judged: FO-B2a" in w for w in warnings)


def test_an_open_door_is_warned_about(tmp_path: Path) -> None:
    """S4: the board is for this machine unless somebody decided otherwise."""
    text = changed("port = 8477", 'host = "0.0.0.0"')
    warnings = load_settings(written(tmp_path, text)).warnings
    assert any("server.host: reachable from the network" in w for w in warnings)


def test_the_layout_version_follows_the_zones_and_nothing_else(tmp_path: Path) -> None:
    """Every verdict cites it: it must change with the drawing, not with the name of a counter."""
    versions = []
    for number, (old, new) in enumerate(
        [("8477", "8477"), ("Loket 1", "Loket A"), ("[0.4, 0.8]", "[0.4, 0.81]")]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        versions.append(load_settings(written(folder, changed(old, new))).layout.version)
    assert versions[0] == versions[1] != versions[2]
    assert re.fullmatch(r"[0-9a-f]{8}", versions[0])


def test_the_calendar_of_the_office_is_its_own(office: Settings) -> None:
    """Season, half day and local holiday reach the plan of the day."""
    calendar = office.calendar
    ramadan = plan_day(calendar, date(2026, 3, 3))
    assert ramadan.opens_at == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert ramadan.certain
    half = plan_day(calendar, date(2026, 12, 23))
    assert half.closes_at == datetime(2026, 12, 23, 4, tzinfo=UTC)
    assert plan_day(calendar, date(2026, 11, 10)).note == "Hari jadi kabupaten"
    assert calendar.weekdays[4].pause == (time(11, 30), time(13, 15))


def test_a_ramadan_without_its_hours_is_not_judged(tmp_path: Path) -> None:
    """The office is told at once, not on the first morning of the fast."""
    office = load_settings(written(tmp_path, changed('closes = "14:30"\n', "")))
    assert not plan_day(office.calendar, date(2026, 3, 3)).certain
    assert "without briefing, opens and closes its days are not judged" in office.warnings[0]


def test_no_break_means_none_on_fridays_too(tmp_path: Path) -> None:
    """An office that serves through says so once."""
    text = changed('break = ["12:15", "13:00"]\nfriday_break = ["11:30", "13:15"]', "break = []")
    calendar = load_settings(written(tmp_path, text)).calendar
    assert calendar.hours.pause is None
    assert not calendar.weekdays


def test_hours_that_leave_no_room_for_the_usual_break_drop_it(tmp_path: Path) -> None:
    """Nobody wrote that break, so nobody can be at fault."""
    text = changed(
        'closes = "15:00"\nbriefing = "07:30"\nwork_ends = "17:00"\n'
        'break = ["12:15", "13:00"]\nfriday_break = ["11:30", "13:15"]',
        'closes = "12:00"',
    ).replace('break = ["12:00", "12:30"]\n', "")
    calendar = load_settings(written(tmp_path, text)).calendar
    assert calendar.hours.pause is None
    assert calendar.hours.briefing == time(7, 30)
    assert not calendar.weekdays


def test_a_lead_other_than_the_policys_is_warned_about(tmp_path: Path) -> None:
    """The five minutes are the standard's; a verdict that cites it must say so."""
    path = written(tmp_path, changed('work_ends = "17:00"', "ready_lead_min = 10"))
    office = load_settings(path)
    assert office.calendar.ready_lead == timedelta(minutes=10)
    assert any("the policy that verdicts cite says 5" in line for line in office.warnings)


def test_spans_come_from_the_policy_where_the_office_is_silent(tmp_path: Path) -> None:
    """A signed version of the standard changes the lead of every office at once."""
    own = (STANDARDS / "djpb-spm.toml").read_text("utf-8")
    own = own.replace("ready_lead_s = 300", "ready_lead_s = 420")
    (tmp_path / "own.toml").write_text(own.replace("keep_crop_days = 14", "keep_crop_days = 7"))
    office = load_settings(written(tmp_path, changed('"djpb-spm"', '"own.toml"')))
    assert office.calendar.ready_lead == timedelta(minutes=7)
    assert office.retention.crop_days == 7


def test_faults_of_the_policy_file_are_told_with_its_own_lines(tmp_path: Path) -> None:
    """Two files, one list of faults."""
    own = (STANDARDS / "djpb-spm.toml").read_text("utf-8").replace("det_lo = 0.30", "det_lo = 7")
    (tmp_path / "own.toml").write_text(own, "utf-8")
    said = faults_of(tmp_path, changed('"djpb-spm"', '"own.toml"'))
    assert "office.toml:5 office.policy: expected a policy without faults" in said
    assert re.search(r"own\.toml:\d+ parameters\.det_lo: expected a number from 0 to 1", said)


HOLIDAYS = "date;name;type;open;decree\n2028-05-01;Hari Buruh;nasional;tidak;SKB\n"


def test_a_holiday_table_of_the_office_covers_its_year(tmp_path: Path) -> None:
    """One file per year, as a spreadsheet saves it (docs/standard.md 4.5)."""
    (tmp_path / "libur.csv").write_text(f"\ufeff{HOLIDAYS}2028-05-02;Cuti;cuti_bersama;ya;\n")
    text = changed('work_ends = "17:00"', 'holidays_file = "libur.csv"')
    calendar = load_settings(written(tmp_path, text)).calendar
    assert calendar.covered_years == {2028}
    assert plan_day(calendar, date(2028, 5, 1)).opens_at is None
    assert plan_day(calendar, date(2028, 5, 2)).opens_at is not None
    assert plan_day(calendar, date(2028, 5, 3)).certain
    assert {holiday.kind for holiday in calendar.holidays} == set(HolidayKind)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{HOLIDAYS}2028-13-01;x;nasional;;\n", r"libur\.csv:3 date: expected a date"),
        (f"{HOLIDAYS}2028-12-01;x;daerah;;\n", r"libur\.csv:3 type: expected one of nasional"),
        (f"{HOLIDAYS}2028-12-01;x;lokal;vielleicht;\n", r"libur\.csv:3 open: expected ya or tidak"),
        (f"{HOLIDAYS}2028-12-01;;lokal;;\n", r"libur\.csv:3 name: expected"),
        ("tanggal,nama\n", r"libur\.csv:1: expected the columns date, name, type"),
    ],
)
def test_a_faulty_holiday_table_is_told_with_its_line(
    tmp_path: Path, content: str, expected: str
) -> None:
    """A lost holiday calls a whole office late."""
    (tmp_path / "libur.csv").write_text(content, "utf-8")
    text = changed('work_ends = "17:00"', 'holidays_file = "libur.csv"')
    assert re.search(expected, faults_of(tmp_path, text))


def test_masks_are_polygons_in_shares_of_the_picture(office: Settings) -> None:
    """The camera blackens them before anything else."""
    (mask,) = office.camera("loket-1").masks
    assert mask.dtype == np.float32
    assert np.allclose(mask, np.array([[0, 0], [1, 0], [1, 0.2], [0, 0.2]]))


def test_a_file_saved_on_windows_is_read_with_the_same_lines(tmp_path: Path) -> None:
    """Byte order mark and carriage returns are Notepad's, not the office's."""
    path = written(tmp_path)
    text = changed("port = 8477", "port = 0").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    line = text[: text.index("port = 0")].count("\n") + 1
    with pytest.raises(ConfigError, match=rf"office\.toml:{line} server\.port"):
        load_settings(path)


def test_many_cameras_are_taken_from_less_often(tmp_path: Path) -> None:
    """What two cores cannot look at is not asked for; who says a period gets it."""
    path = write_office(tmp_path, zone="Asia/Jakarta", camera_count=32, counter_count=32)
    assert {camera.period_s for camera in load_settings(path).cameras} == {2.0}
    said = path.read_text(encoding="utf-8").replace(
        'id = "camera-1"\n', 'id = "camera-1"\nperiod_s = 1.5\n', 1
    )
    path.write_text(said, encoding="utf-8")
    assert load_settings(path).camera("camera-1").period_s == 1.5
    assert [usual_period_s(count) for count in (0, 1, 16, 17, 64, 500)] == [
        1.0,
        1.0,
        1.0,
        2.0,
        4.0,
        10.0,
    ]
