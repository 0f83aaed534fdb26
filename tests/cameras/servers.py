"""Servers that play cameras, and a proxy that plays a bad network."""

import asyncio
import contextlib
import hashlib
import random
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import pytest

from tests.cameras.drawing import encoded
from tests.fakes_cameras import picture

SYSTEM_PYTHON = "/usr/bin/python3"
RTSP_SERVER = Path(__file__).with_name("rtsp_server.py")
USERNAME, PASSWORD = "petugas", "s3cr3t:@/lokèt"
REALM = 'realm="loket", nonce="n0nce", qop="auth"'


def require_rtsp() -> None:
    """Skip, naming what is missing."""
    check = (
        "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0');"
        "from gi.repository import Gst, GstRtspServer; Gst.init(None);"
        "missing = [e for e in ('x264enc', 'jpegenc', 'rtph264pay', 'videotestsrc')"
        " if Gst.ElementFactory.find(e) is None]; raise SystemExit(' '.join(missing) or 0)"
    )
    try:
        ran = subprocess.run(
            [SYSTEM_PYTHON, "-c", check], capture_output=True, text=True, timeout=20, check=False
        )
    except FileNotFoundError:
        pytest.skip(f"needs {SYSTEM_PYTHON} with GStreamer's RTSP server (make packages)")
    if ran.returncode:
        pytest.skip(f"needs GStreamer's RTSP server (make packages): {ran.stderr.strip()[-200:]}")


class RtspServer:
    """A GStreamer RTSP server in a process of its own; can be killed and started again.

    With `certificate` and its key it speaks RTSPS; `basic`: it asks for Basic instead of Digest;
    `play`: folders of coded pictures, each a mount of its name.
    """

    def __init__(
        self,
        *account: str,
        certificate: tuple[Path, Path] | None = None,
        basic: bool = False,
        play: Sequence[Path] = (),
    ) -> None:
        self._account = account
        self._certificate = certificate
        self._basic = basic
        self._process: subprocess.Popen[str] | None = None
        self.play = play
        self.port = 0

    def start(self, *account: str) -> None:
        """Serve, after a first start on the same port again; with an account: another one."""
        self._account = account or self._account
        options = [option for folder in self.play for option in ("--play", str(folder))]
        if self._account:
            options += ["--account", "basic" if self._basic else "digest", *self._account]
        if self._certificate is not None:
            options += ["--tls", *map(str, self._certificate)]
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(RTSP_SERVER), str(self.port), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """Gone without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def rtsp_server(
    *account: str,
    certificate: tuple[Path, Path] | None = None,
    basic: bool = False,
    play: Sequence[Path] = (),
) -> Iterator[RtspServer]:
    """A running server."""
    require_rtsp()
    server = RtspServer(*account, certificate=certificate, basic=basic, play=play)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def signed(folder: Path, name: str, ip: str = "127.0.0.1") -> tuple[Path, tuple[Path, Path]]:
    """An authority of its own, and a certificate for `ip` signed by it, with the key."""
    made = [folder / f"{name}-{part}" for part in ("ca.pem", "ca.key", "cam.pem", "cam.key")]
    ca, ca_key, certificate, key = made
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    usage = ["-addext", "keyUsage=critical,keyCertSign"]
    theirs = ["-CA", str(ca), "-CAkey", str(ca_key), "-addext", f"subjectAltName=IP:{ip}"]
    _openssl(*curve, "-subj", f"/CN={name}", *usage, "-out", str(ca), "-keyout", str(ca_key))
    _openssl(
        *(*curve, "-subj", "/CN=kamera", *theirs, "-addext", "basicConstraints=critical,CA:FALSE"),
        *("-out", str(certificate), "-keyout", str(key)),
    )
    return ca, (certificate, key)


def _openssl(*words: str) -> None:
    try:
        ran = subprocess.run(
            ["openssl", "req", "-x509", *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs openssl (make packages)")
    assert ran.returncode == 0, ran.stderr


class SnapshotServer(ThreadingHTTPServer):
    """A camera with one picture per request. `mode` says how it behaves."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Snapshot)
        self.mode = "plain"
        self.password = PASSWORD
        self.requests = 0
        self.connections = 0
        self.clock_off_s = 0.0
        self.body = b""
        """A picture that is always the same; empty: another one each time."""
        self.hang = threading.Event()

    @property
    def url(self) -> str:
        """Where the picture is."""
        return f"http://127.0.0.1:{self.server_address[1]}/snap.jpg"


class _Snapshot(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SnapshotServer

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What the camera believes the time to be."""
        return super().date_time_string(time.time() + self.server.clock_off_s)

    def do_GET(self) -> None:
        """One picture, or what the mode says."""
        camera = self.server
        camera.requests += 1
        if camera.mode in ("basic", "digest") and not self._allowed(camera.mode):
            scheme = "Basic" if camera.mode == "basic" else "Digest"
            self._send(401, b"", {"WWW-Authenticate": f"{scheme} {REALM}"})
            return
        given = self.headers.get("Authorization", "")
        if camera.mode == "bearer" and given != f"Bearer {camera.password}":
            self._send(401, b"", {"WWW-Authenticate": "Bearer"})
            return
        body = camera.body or encoded(".jpg", picture(camera.requests))
        if camera.mode.startswith("mjpeg"):
            self._stream(camera.mode)
        elif camera.mode == "hang":
            camera.hang.wait(20)
            self.close_connection = True
        elif camera.mode == "torn":
            self._send(200, body[: len(body) // 2], {})
        elif camera.mode == "text":
            self._send(200, b"<html>log in first</html>", {})
        elif camera.mode == "short":
            self._send(200, body, {"Content-Length": str(len(body) + 50)})
            self.close_connection = True
        elif camera.mode == "huge":
            self._send(200, b"", {"Content-Length": "30000000"})
            self.close_connection = True
        elif camera.mode == "endless":
            self._send(200, b"", {"Connection": "close"}, sized=False)
            with contextlib.suppress(OSError):
                while not camera.hang.is_set():
                    self.wfile.write(bytes(1_000_000))
        elif camera.mode == "error":
            self._send(500, b"", {})
        else:
            self._send(200, body, {})

    def _stream(self, mode: str) -> None:
        """An endless row of pictures, 20 a second, as various cameras write it."""
        named = "--" if mode == "mjpeg-dashes" else ""
        kind = f'multipart/x-mixed-replace; boundary="{named}gambar"'
        self._send(200, b"", {"Content-Type": kind, "Connection": "close"}, sized=False)
        number = 0
        with contextlib.suppress(OSError):
            while not self.server.hang.wait(0.05) and self.server.mode == mode:
                number += 1
                body = encoded(".jpg", picture(number))
                if mode == "mjpeg-torn" and number % 2:
                    body = body[: len(body) // 2]
                head = "Content-Type: image/jpeg\r\n"
                if mode != "mjpeg-dashes":
                    head += f"Content-Length: {len(body)}\r\n"
                self.wfile.write(f"--gambar\r\n{head}\r\n".encode() + body + b"\r\n")
                if mode == "mjpeg-endless":
                    self.wfile.write(b"--gambar\r\nContent-Length: 99000000\r\n\r\n")
                    while not self.server.hang.is_set():
                        self.wfile.write(bytes(1_000_000))
        self.close_connection = True

    def _send(self, status: int, body: bytes, extra: dict[str, str], sized: bool = True) -> None:
        self.send_response(status)
        headers = ({"Content-Length": str(len(body))} if sized else {}) | extra
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def _allowed(self, mode: str) -> bool:
        given = self.headers.get("Authorization", "")
        if mode == "basic":
            from base64 import b64encode

            account = f"{USERNAME}:{self.server.password}".encode()
            return given == f"Basic {b64encode(account).decode()}"
        parts = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        first = _md5(f"{USERNAME}:loket:{self.server.password}")
        second = _md5(f"GET:{parts.get('uri', '')}")
        middle = f"{parts.get('nonce')}:{parts.get('nc')}:{parts.get('cnonce')}:auth"
        return parts.get("response") == _md5(f"{first}:{middle}:{second}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def snapshot_server() -> Iterator[SnapshotServer]:
    """A running camera."""
    with SnapshotServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.hang.set()
            server.shutdown()
            thread.join()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def hls_server(folder: Path, segment_s: float = 0.5, rate: int = 10) -> Iterator[str]:
    """A camera that streams in segments: the address of its playlist, once there is one."""
    stop, ready = threading.Event(), folder / "cam.m3u8"

    def stream() -> None:
        options = {"hls_time": f"{segment_s}", "hls_list_size": "4"}
        options |= {"hls_flags": "delete_segments"}
        with av.open(str(ready), "w", format="hls", options=options) as out:
            video = out.add_stream("libx264", rate=rate)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            video.codec_context.gop_size = round(rate * segment_s)
            video.options = {"tune": "zerolatency", "preset": "ultrafast"}
            number = 0
            while not stop.wait(1 / rate):
                frame = av.VideoFrame.from_ndarray(picture(5 * number), format="bgr24")
                frame.pts, frame.time_base = number, Fraction(1, rate)
                out.mux(video.encode(frame))
                number += 1
            out.mux(video.encode(None))

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    server.daemon_threads, server.block_on_close = True, False
    threads = [
        threading.Thread(target=stream),
        threading.Thread(target=server.serve_forever, args=(0.02,)),
    ]
    for thread in threads:
        thread.start()
    try:
        while not ready.exists():
            stop.wait(0.02)
        yield f"http://127.0.0.1:{server.server_address[1]}/{ready.name}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


class ChaosProxy:
    """Copies bytes to a real server and back, as well or badly as it is told. Own thread.

    `mode`: pass; hole (keep the connection, forward nothing); refuse (abort new connections); half
    (the server is gone, the client's connection stands); corrupt (some bytes of the server are
    wrong); trickle (its bytes come one by one); cut (abort after some bytes of the server, each
    connection after another number of them).
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._luck = random.Random(1)
        self.mode = "pass"
        self.port = 0
        self.accepted = 0

    def __enter__(self) -> "ChaosProxy":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    def reset(self) -> None:
        """Abort all connections now."""
        self._loop.call_soon_threadsafe(self._abort)

    @property
    def open_count(self) -> int:
        """Connections from clients and to the server that stand now."""
        return len(self._writers)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        self._done = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        server.close()
        self._abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.02)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        writers = [writer]
        self._writers.add(writer)
        try:
            if self.mode == "refuse":
                return
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            writers.append(back)
            self._writers.add(back)
            pumps = [
                asyncio.ensure_future(self._pump(reader, back)),
                asyncio.ensure_future(self._pump(there, writer, spoils=True)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                while self.mode == "half" and not reader.at_eof():
                    await asyncio.sleep(0.02)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            pass
        finally:
            for each in writers:
                self._writers.discard(each)
                each.transport.abort()
            self._tasks.discard(task)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, spoils: bool = False
    ) -> None:
        left = self._luck.choice((0, 100, 200, 400, 600, 800, 1200, 3000))
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                while self.mode == "hole":
                    await asyncio.sleep(0.02)
                if self.mode == "half":
                    return
                if spoils and self.mode == "cut":
                    data, left = data[:left], left - len(data)
                if spoils and self.mode == "corrupt":
                    data = self._corrupted(data)
                while spoils and self.mode == "trickle" and data:
                    writer.write(data[:1])
                    data = data[1:]
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
                if left < 0 and self.mode == "cut":
                    return

    def _corrupted(self, data: bytes) -> bytes:
        """One byte in two hundred is another one."""
        spoiled = bytearray(data)
        for _ in range(max(1, len(data) // 200)):
            spoiled[self._luck.randrange(len(data))] = self._luck.randrange(256)
        return bytes(spoiled)
