"""The reader: newest frame wins, silence is an event, nothing stops it but stop."""

import gc
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from cameras.config import CameraConfig
from cameras.credentials import hide_credentials, split_credentials, with_credentials
from cameras.paced import PacedSource
from cameras.reader import Backoff, CameraReader, ReaderState
from cameras.recordings import RecordedCamera, Recording, open_recording
from cameras.sources import open_source
from tests.cameras.drawing import encoded
from tests.fakes_cameras import START, FakeSource, FastClock, Scripted, picture
from vision.errors import CameraUnauthorised, CameraUnavailable, ConfigError
from vision.values import Frame, Gap, Reason

CONFIG = CameraConfig("cam-1", folder=Path("unused"), period_s=1.0)
MANY = [picture(i) for i in range(240)]
QUICK = Backoff(first_s=0.5, cap_s=2, healthy_s=4, refused_s=8)


def until(condition: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.005)


class Bench:
    """A reader over scripted sources, at twenty-four times the speed, and what it told."""

    def __init__(
        self, *makers: Callable[[FastClock], FakeSource], config: CameraConfig = CONFIG
    ) -> None:
        self.clock = FastClock(24.0)
        self.script = Scripted(*(self._bound(maker) for maker in makers))
        self.gaps: list[Gap] = []
        self.news: list[str] = []
        self.reader = CameraReader(
            config,
            self.clock,
            on_frame=self.news.append,
            on_gap=self.gaps.append,
            source=self.script,
            backoff=QUICK,
        )

    def _bound(self, maker: Callable[[FastClock], FakeSource]) -> Callable[[], FakeSource]:
        return lambda: maker(self.clock)

    def __enter__(self) -> "Bench":
        self.reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        begin = time.monotonic()
        self.reader.stop()
        assert time.monotonic() - begin < 2

    @property
    def state(self) -> ReaderState:
        """How the camera is said to be."""
        return self.reader.status().state


def steady(clock: FastClock) -> FakeSource:
    """One frame per second for ever."""
    return FakeSource(clock, MANY, waits=True)


def silent(clock: FastClock) -> FakeSource:
    """Connects and says nothing."""
    return FakeSource(clock, [], waits=True)


def refused(clock: FastClock) -> FakeSource:
    """No connection."""
    return FakeSource(clock, [], fault=CameraUnavailable("cam-1: connection refused"))


def brief(clock: FastClock) -> FakeSource:
    """Three frames, then the stream ends."""
    return FakeSource(clock, MANY[:3])


def hanging(clock: FastClock) -> FakeSource:
    """Two frames, then silence in which it is deaf to close for a while."""
    return FakeSource(clock, MANY[:2], deaf_s=2.5, waits=True)


# --- frames


def test_a_frame_is_taken_once_and_only_the_newest_is_kept() -> None:
    """Nothing queues up: what nobody took in time is dropped and counted."""
    with Bench(steady) as bench:
        until(lambda: bench.reader.status().frames >= 4)
        frame = bench.reader.take()
        status = bench.reader.status()
        assert frame is not None
        assert frame.sequence >= 3
        assert status.dropped == status.frames - 1
        assert bench.reader.take() is None
        assert status.state is ReaderState.OK
        assert status.size_wh == (64, 48)
        assert status.detail == ""


def test_a_worker_wakes_at_once() -> None:
    """By waiting on one reader, or by the callback for many."""
    with Bench(steady) as bench:
        assert bench.reader.wait(2.0)
        assert bench.reader.take() is not None
        begin = bench.clock.now()
        assert bench.reader.wait(2.0)
        frame = bench.reader.take()
        assert frame is not None
        assert frame.captured_at > begin
        assert bench.clock.now() - frame.captured_at < timedelta(seconds=15)
        assert bench.news[:2] == ["cam-1", "cam-1"]
        assert not bench.reader.wait(0.0)


def test_at_most_one_frame_per_period_is_handed_on() -> None:
    """A camera may be as quick as it likes."""

    def quick(clock: FastClock) -> FakeSource:
        return FakeSource(clock, MANY, every_s=0.2, waits=True)

    with Bench(quick) as bench:
        until(lambda: bench.clock.now() - START > timedelta(seconds=8.5))
        assert 3 <= bench.reader.status().frames <= 10


def test_numbers_go_on_after_a_new_connection() -> None:
    """A number names one frame of a camera, whatever happened between."""
    with Bench(brief) as bench:
        until(lambda: bench.reader.status().reconnects >= 2)
        until(lambda: bench.reader.status().frames >= 7)
        frame = bench.reader.take()
        assert frame is not None
        assert frame.sequence >= 6


def test_the_mask_is_burned_in_before_anybody_sees_the_frame() -> None:
    """Not even the worker gets the public side."""
    right = (((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)),)
    config = CameraConfig("cam-1", folder=Path("unused"), masks=right)
    with Bench(steady, config=config) as bench:
        assert bench.reader.wait(2.0)
        frame = bench.reader.take()
        assert frame is not None
        assert not frame.image[:, 32:].any()
        assert frame.image[0, :31].all()


# --- health


def test_silence_becomes_no_signal_and_a_gap_and_then_ends() -> None:
    """A camera that hangs is noticed by the reader itself, and told once."""
    with Bench(hanging, steady) as bench:
        until(lambda: bench.state is ReaderState.NO_SIGNAL, 3)
        status = bench.reader.status()
        assert status.last_frame_at is not None
        late = status.since - status.last_frame_at
        assert timedelta(seconds=5) <= late < timedelta(seconds=20)
        assert "expected a frame, got none for 5 s" in status.detail
        until(lambda: bench.state is ReaderState.OK, 8)
        assert [gap.since for gap in bench.gaps] == [status.last_frame_at] * 2
        assert bench.gaps[0].until == status.since
        assert bench.gaps[1].until > bench.gaps[0].until
        assert {gap.reason for gap in bench.gaps} == {Reason.NO_SIGNAL}


def test_a_slow_camera_has_three_periods() -> None:
    """A picture per 20 s is late after a minute, not after 5 s."""
    config = CameraConfig("cam-1", folder=Path("unused"), period_s=20)
    with Bench(lambda clock: FakeSource(clock, MANY[:1], waits=True), config=config) as bench:
        until(lambda: bench.clock.now() - START > timedelta(seconds=12))
        assert bench.state is ReaderState.OK


def test_a_camera_that_never_came_is_starting_and_then_without_signal() -> None:
    """The gap begins with the start of the reader."""
    with Bench(silent) as bench:
        assert bench.state is ReaderState.STARTING
        until(lambda: bench.state is ReaderState.NO_SIGNAL)
        assert bench.gaps[0].until - bench.gaps[0].since >= timedelta(seconds=5)


def test_the_end_of_a_live_stream_is_a_failure_and_it_connects_again() -> None:
    """Libraries end quietly when a server dies."""
    with Bench(brief) as bench:
        until(lambda: bench.reader.status().reconnects >= 3)
        assert len(bench.script.made) >= 3


def test_a_connection_that_stays_silent_is_given_up() -> None:
    """Also when its library waits for ever."""
    with Bench(hanging, steady) as bench:
        until(lambda: len(bench.script.made) == 2, 5)
        assert bench.script.made[0].closed
        until(lambda: bench.state is ReaderState.OK)
        assert bench.reader.status().reconnects == 1


def test_a_late_thread_of_a_given_up_connection_hands_nothing_on() -> None:
    """Its frames would be old ones with new times."""

    def late(clock: FastClock) -> FakeSource:
        class Late(FakeSource):
            def frames(self):  # type: ignore[no-untyped-def]
                time.sleep(1.0)
                yield Frame("cam-1", 0, clock.now(), picture(99))

        return Late(clock, [])

    with Bench(late, silent) as bench:
        until(lambda: len(bench.script.made) == 2, 5)
        time.sleep(0.5)
        assert bench.reader.status().frames == 0


def test_the_same_picture_for_ten_seconds_is_frozen_and_a_new_one_ends_it() -> None:
    """Frames still come: who judges decides what they are worth."""
    images = [picture(1)] * 13 + MANY[2:]
    with Bench(lambda clock: FakeSource(clock, images, waits=True)) as bench:
        until(lambda: bench.state is ReaderState.FROZEN)
        status = bench.reader.status()
        assert "got the same one for 1" in status.detail
        assert bench.gaps == []
        until(lambda: bench.reader.status().frames >= 12)
        until(lambda: bench.state is ReaderState.OK)


def test_a_real_empty_office_at_night_is_not_frozen() -> None:
    """Noise changes a few pixels each time."""
    still = picture(7)
    images = []
    for i in range(20):
        image = still.copy()
        image[i, i, 0] ^= 1
        images.append(image)
    with Bench(lambda clock: FakeSource(clock, images, waits=True)) as bench:
        until(lambda: bench.reader.status().frames >= 15)
        assert bench.state is ReaderState.OK


def test_frozen_can_be_switched_off() -> None:
    """For drawn recordings."""
    config = CameraConfig("cam-1", folder=Path("unused"), frozen_after_s=0)
    still = [picture(1)] * 20
    with Bench(lambda clock: FakeSource(clock, still, waits=True), config=config) as bench:
        until(lambda: bench.reader.status().frames >= 14)
        assert bench.state is ReaderState.OK


# --- recordings


def drawn(folder: Path, seconds: list[int]) -> Recording:
    """Pictures at these seconds."""
    for at in seconds:
        (folder / f"{int(START.timestamp()) + at}.png").write_bytes(encoded(".png", picture(at)))
    return open_recording(folder, camera="cam-1")


def played(recording: Recording, speed: float) -> tuple[CameraReader, list[Gap], list[Frame]]:
    """A reader that plays a recording, and what it gave."""
    clock = FastClock(speed)
    gaps: list[Gap] = []
    frames: list[Frame] = []

    def keep(_: str) -> None:
        frame = reader.take()
        if frame is not None:
            frames.append(frame)

    reader = CameraReader(
        CONFIG,
        clock,
        on_frame=keep,
        on_gap=gaps.append,
        source=lambda: PacedSource(recording, "cam-1", clock),
    )
    return reader, gaps, frames


def test_a_recording_ends_and_is_not_started_again(tmp_path: Path) -> None:
    """Its last picture is not a failure."""
    reader, gaps, frames = played(drawn(tmp_path, list(range(10))), 30)
    reader.start()
    until(lambda: reader.status().state is ReaderState.ENDED)
    reader.stop()
    assert [(frame.captured_at - START).total_seconds() for frame in frames] == list(range(10))
    assert gaps == []
    assert reader.status().reconnects == 0
    assert reader.status().detail == "cam-1: the recording ended"


def test_a_hole_in_a_recording_is_a_gap_at_every_speed(tmp_path: Path) -> None:
    """Played or live, silence is the same event."""
    reader, gaps, frames = played(drawn(tmp_path, [0, 1, 2, 30, 31]), 60)
    reader.start()
    until(lambda: reader.status().state is ReaderState.ENDED)
    reader.stop()
    assert [int((frame.captured_at - START).total_seconds()) for frame in frames][-1] == 31
    assert {gap.since for gap in gaps} == {START + timedelta(seconds=2)}
    assert gaps[-1].until == START + timedelta(seconds=30)


def test_a_slow_computer_is_not_taken_for_a_silent_recording(tmp_path: Path) -> None:
    """At 600 times the speed 5 s are 8 ms."""
    reader, gaps, _ = played(drawn(tmp_path, list(range(0, 100, 4))), 600)
    reader.start()
    until(lambda: reader.status().state is ReaderState.ENDED)
    reader.stop()
    assert gaps == []


def test_a_fault_in_a_recording_stands_in_the_detail(tmp_path: Path) -> None:
    """The rest was played."""
    recording = drawn(tmp_path, [0, 1, 2])
    (tmp_path / f"{int(START.timestamp()) + 1}.png").write_bytes(b"")
    reader, _, frames = played(recording, 30)
    reader.start()
    until(lambda: reader.status().state is ReaderState.ENDED)
    reader.stop()
    assert len(frames) == 2
    assert "got an empty file" in reader.status().detail


def test_what_was_over_before_the_start_is_not_played(tmp_path: Path) -> None:
    """An office that starts at 07:50 has not seen 07:20."""
    recording = drawn(tmp_path, [0, 10, 200, 201])
    clock = FastClock(30, START + timedelta(seconds=195))
    source = PacedSource(recording, "cam-1", clock)
    times = [int((frame.captured_at - START).total_seconds()) for frame in source.frames()]
    assert times == [200, 201]


def test_it_is_known_up_to_when_no_frame_can_come(tmp_path: Path) -> None:
    """The frame that waits, else the one that is promised: judging must not run ahead of it."""
    reader, _, _ = played(drawn(tmp_path, [0, 100]), 10)
    assert reader.expected_at() is None
    reader.start()
    until(lambda: reader.expected_at() == START + timedelta(seconds=100))
    reader.stop()


def test_a_recording_without_such_a_camera_is_refused() -> None:
    """A configuration names the wrong one."""
    recording = Recording("r", START, None, (RecordedCamera("a", Path(), START),), 1.0)
    with pytest.raises(KeyError):
        PacedSource(recording, "b", FastClock())


# --- stopping


@pytest.mark.parametrize(
    ("makers", "ready"),
    [
        ((steady,), lambda bench: bench.reader.status().frames > 0),
        ((silent,), lambda bench: bench.state is ReaderState.STARTING),
        ((silent,), lambda bench: bench.state is ReaderState.NO_SIGNAL),
        ((hanging,), lambda bench: bench.reader.status().frames == 2),
        ((refused,), lambda bench: bench.reader.status().detail != ""),
        ((brief,), lambda bench: bench.reader.status().reconnects > 0),
    ],
    ids=["running", "starting", "no signal", "deaf library", "backing off", "connecting again"],
)
def test_stop_returns_within_two_seconds_from_every_state(
    makers: tuple[Callable[[FastClock], FakeSource], ...], ready: Callable[[Bench], bool]
) -> None:
    """Whoever stops the office must not wait for a dead camera."""
    with Bench(*makers) as bench:
        until(lambda: ready(bench))
    bench.reader.stop()
    count = bench.reader.status().frames
    time.sleep(0.2)
    assert bench.reader.status().frames == count


def test_stop_before_start_and_start_after_stop() -> None:
    """A reader is used once."""
    bench = Bench(steady)
    bench.reader.stop()
    with pytest.raises(RuntimeError, match="fresh reader"):
        bench.reader.start()


def test_stopping_from_its_own_callback_does_not_deadlock() -> None:
    """A worker may decide so."""
    bench = Bench(steady)
    stopped = threading.Event()

    def stop(_: str) -> None:
        bench.reader.stop()
        stopped.set()

    bench.reader = CameraReader(CONFIG, bench.clock, on_frame=stop, source=bench.script)
    bench.reader.start()
    assert stopped.wait(3)


# --- going on


def test_the_wait_grows_to_a_cap_and_is_jittered() -> None:
    """Sixty-four cameras must not knock in step when a switch comes back."""
    backoff = Backoff(first_s=1, cap_s=30, jitter=0.25)
    assert [backoff.wait_s(n, False, 0.5) for n in (1, 2, 3, 5, 6, 99)] == [1, 2, 4, 16, 30, 30]
    assert backoff.wait_s(1, False, 0.0) == 0.75
    assert backoff.wait_s(99, False, 1.0) == 37.5
    assert backoff.wait_s(1, True, 0.5) == 30


def test_the_wait_begins_anew_after_healthy_running() -> None:
    """One failure a day is not the hundredth in a row."""

    def healthy(clock: FastClock) -> FakeSource:
        return FakeSource(clock, MANY[:20], every_s=1.0)

    bench = Bench(refused, refused, refused, healthy, steady)
    bench.reader = CameraReader(
        CONFIG, bench.clock, source=bench.script, backoff=Backoff(2, 60, 0, healthy_s=5)
    )
    bench.reader.start()
    until(lambda: bench.reader.status().frames == 20, 12)
    last = bench.reader.status().last_frame_at
    until(lambda: len(bench.script.made) == 5, 12)
    assert last is not None
    assert bench.clock.now() - last < timedelta(seconds=12)
    bench.reader.stop()


def test_a_refused_password_is_not_tried_again_at_once() -> None:
    """Many cameras lock the account after five wrong ones."""

    def wrong(clock: FastClock) -> FakeSource:
        return FakeSource(clock, [], fault=CameraUnauthorised("cam-1: expected access, got 401"))

    with Bench(wrong) as bench:
        until(lambda: bench.reader.status().detail != "")
        assert bench.reader.status().detail == "cam-1: expected access, got 401"
        until(lambda: len(bench.script.made) == 2)
        assert bench.clock.now() - START > timedelta(seconds=0.75 * QUICK.refused_s)


def test_an_unforeseen_error_is_this_cameras_fault_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It becomes a detail and a log line, never the end of the thread, and hides what it must."""
    config = CameraConfig("cam-1", "rtsp://petugas:s3cr3t@10.0.0.7/live")

    def broken(clock: FastClock) -> FakeSource:
        fault = ZeroDivisionError("at rtsp://petugas:s3cr3t@10.0.0.7/live")
        return FakeSource(clock, [], fault=fault)

    with Bench(broken, steady, config=config) as bench:
        until(lambda: "ZeroDivisionError" in bench.reader.status().detail)
        detail = bench.reader.status().detail
        until(lambda: bench.state is ReaderState.OK)
    assert "10.0.0.7" in detail
    assert "s3cr3t" not in detail + caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_listener_that_fails_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    """A camera must not die silently of somebody else's bug."""
    bench = Bench(hanging, steady)

    def broken(_: object) -> None:
        raise ZeroDivisionError

    bench.reader = CameraReader(
        CONFIG, bench.clock, on_frame=broken, on_gap=broken, source=bench.script, backoff=QUICK
    )
    with bench:
        until(lambda: bench.state is ReaderState.NO_SIGNAL)
        until(lambda: bench.state is ReaderState.OK, 8)
    assert "a listener failed" in caplog.text


def sources_alive() -> int:
    """How many sources are still in memory."""
    gc.collect()
    return sum(isinstance(thing, FakeSource) for thing in gc.get_objects())


def test_two_thousand_connections_leave_no_thread_and_no_memory_behind() -> None:
    """Reconnect loops are what leaks."""
    clock = FastClock(1000)
    script = Scripted(lambda: FakeSource(clock, MANY[:1], every_s=0))
    reader = CameraReader(
        CONFIG, clock, source=script, backoff=Backoff(0.001, 0.001, 0, 0.0, 0.001)
    )
    before, alive = threading.active_count(), sources_alive()
    reader.start()
    until(lambda: reader.status().reconnects >= 2000, 20)
    reader.stop()
    until(lambda: threading.active_count() <= before)
    script.made.clear()
    assert sources_alive() <= alive + 1


# --- addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:pa55@10.0.0.2/ch1 failed", "rtsp://***@10.0.0.2/ch1 failed"),
        ("x rtsp://a:p@ss:w@h:554/ y", "x rtsp://***@h:554/ y"),
        ("http://h/snap.cgi?user=a&pwd=b&ch=1", "http://h/snap.cgi?user=***&pwd=***&ch=1"),
        ("Authorization: Basic YTpi", "Authorization: ***"),
        ("http://10.0.0.2/snap.jpg", "http://10.0.0.2/snap.jpg"),
        ("wrong: r@hasia", "wrong: ***"),
        ("wrong: r%40hasia", "wrong: ***"),
    ],
)
def test_no_message_holds_a_credential(text: str, shown: str) -> None:
    """In addresses, queries, headers, or as themselves."""
    assert hide_credentials(text, "r@hasia", "") == shown


def test_credentials_are_taken_out_of_an_address() -> None:
    """And put back only for the library that needs them."""
    config = CameraConfig("cam-1", "rtsp://admin:p%40ss%3A@10.0.0.2:554/ch1")
    assert (config.url, config.username, config.password) == (
        "rtsp://10.0.0.2:554/ch1",
        "admin",
        "p@ss:",
    )
    assert "p@ss" not in repr(config)
    whole = with_credentials(config.url, config.username, config.password)
    assert split_credentials(whole) == (config.url, "admin", "p@ss:")
    assert with_credentials(config.url, "", "") == config.url


def seldom(clock: FastClock) -> FakeSource:
    """One frame in four seconds, where one per second was asked for."""
    return FakeSource(clock, MANY, every_s=4.0, waits=True)


def test_too_few_frames_for_a_minute_are_a_state_of_their_own() -> None:
    """It is seen, and yet too seldom to say that nobody left."""
    with Bench(seldom) as bench:
        until(lambda: bench.state is ReaderState.OK)
        until(lambda: bench.state is ReaderState.LOW_RATE, 10)
        status = bench.reader.status()
        assert (status.since - START).total_seconds() >= 60
        assert "expected 60 pictures a minute, got 1" in status.detail


def test_a_rate_is_counted_anew_after_a_silence() -> None:
    """Silence was told as silence; the minute begins with the first frame after it."""
    few = MANY[:3]
    with Bench(lambda clock: FakeSource(clock, few, waits=True), steady) as bench:
        until(lambda: bench.state is ReaderState.NO_SIGNAL)
        until(lambda: bench.state is ReaderState.OK, 10)
        until(lambda: bench.reader.status().frames > 70, 10)
        assert bench.state is ReaderState.OK


def test_a_clock_that_is_far_off_is_told_and_dates_nothing() -> None:
    """The camera is well; its time is not."""

    def wrong(clock: FastClock) -> FakeSource:
        source = steady(clock)
        source.skew_s = -3600.0
        return source

    with Bench(wrong) as bench:
        until(lambda: bench.reader.status().frames > 2)
        status = bench.reader.status()
        assert (status.state, status.skew_s) == (ReaderState.OK, -3600.0)
        assert "its clock is 3600 s behind ours" in status.detail
        assert status.last_frame_at is not None
        assert abs((bench.clock.now() - status.last_frame_at).total_seconds()) < 10


def test_a_camera_has_exactly_one_origin() -> None:
    """Two would be a quiet choice."""
    with pytest.raises(ValueError, match="folder, device and push, got none"):
        CameraConfig("cam-1")
    with pytest.raises(ValueError, match="got \\['url', 'clip'\\]"):
        CameraConfig("cam-1", "rtsp://h", Path("a.mp4"))


def test_an_address_of_another_kind_is_refused() -> None:
    """FFmpeg would open anything, files and commands included."""
    with pytest.raises(ConfigError, match=r"cam-1\.url: expected rtsp://.*, got file:"):
        open_source(CameraConfig("cam-1", "file:///etc/passwd"), FastClock())


def test_pictures_of_a_fake_differ() -> None:
    """Else every test here would be frozen."""
    assert len({np.asarray(image).tobytes() for image in MANY}) == len(MANY)
