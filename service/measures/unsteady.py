"""An RTSP camera on a bad line: each connection ends somewhere else. Small, for measuring readers.

It speaks as much RTSP as FFmpeg asks for (one H.264 stream over TCP, no password unless it refuses)
and is no camera to test a source with: for that, tests use a real server.
"""

import contextlib
import re
import socket
import struct
import threading
from fractions import Fraction
from itertools import cycle

import av
import numpy as np

from service.measuring import NotMeasured

ENDS = ("at once", "greeting", "answer", "refused", "set up", "torn", "pictures")
"""How far a connection comes, one after the other."""

_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=cam\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track0\r\n"
)
_PLAYED = 6  # pictures before a connection ends


class UnsteadyCamera:
    """One connection after the other, in a thread of its own. `accepted`: how many there were."""

    def __init__(self) -> None:
        self._pictures = _coded()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="unsteady-camera", daemon=True)
        self.url = f"rtsp://127.0.0.1:{self._door.getsockname()[1]}/cam"
        self.accepted = 0

    def __enter__(self) -> "UnsteadyCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    def _serve(self) -> None:
        for end in cycle(ENDS):
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self.accepted += 1
            with line, contextlib.suppress(OSError):
                line.settimeout(2.0)
                self._answer(line, end)

    def _answer(self, line: socket.socket, end: str) -> None:
        if end == "at once":
            return
        heard = b""
        while data := line.recv(65536):
            heard += data
            while b"\r\n\r\n" in heard:
                asked, _, heard = heard.partition(b"\r\n\r\n")
                if not self._one(line, asked.decode("latin-1"), end):
                    return

    def _one(self, line: socket.socket, asked: str, end: str) -> bool:
        """Answer a request; False: that was the last of this connection."""
        verb = asked.split(" ", 1)[0]
        number = re.search(r"(?im)^cseq: *(\d+)", asked)
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}\r\n"
        if verb == "OPTIONS":
            if end == "greeting":
                return False
            line.sendall(f"{head}Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n".encode())
        elif verb == "DESCRIBE":
            if end == "refused":
                line.sendall(head.replace("200 OK", "401 Unauthorized").encode() + b"\r\n")
                return False
            kind = f"Content-Type: application/sdp\r\nContent-Length: {len(_SDP)}\r\n\r\n"
            whole = (head + kind + _SDP).encode()
            line.sendall(whole[: len(whole) // 2] if end == "answer" else whole)
            return end != "answer"
        elif verb == "SETUP":
            over = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n"
            line.sendall((head + over).encode())
            return end != "set up"
        elif verb == "PLAY":
            line.sendall(f"{head}Session: 1\r\n\r\n".encode())
            row = b"".join(self._pictures)
            line.sendall(row[: len(row) // 2] if end == "torn" else row)
            return False
        return True


def _coded() -> list[bytes]:
    """A few pictures as RTP over TCP. Errors: NotMeasured without an encoder."""
    try:
        context = av.CodecContext.create("libx264", "w")
    except (av.error.FFmpegError, ValueError) as error:
        raise NotMeasured(f"expected an H.264 encoder in PyAV, got: {error}") from None
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 320, 192, "yuv420p"
    context.time_base, context.gop_size, context.thread_count = Fraction(1, 15), 2, 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "slices=1"}
    packets = []
    random = np.random.default_rng(5)
    for number in range(_PLAYED):
        image = np.kron(random.integers(0, 255, (6, 10, 3)), np.ones((32, 32, 1))).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts, frame.time_base = number, context.time_base
        packets += context.encode(frame)
    packets += context.encode(None)
    count, rows = 0, []
    for at, packet in enumerate(packets):
        units = [unit for unit in re.split(rb"\x00?\x00\x00\x01", bytes(packet)) if unit]
        row = b""
        for unit in units:
            last = unit is units[-1]
            header = struct.pack(">BBHII", 0x80, 96 | last << 7, count, at * 6000, 7)
            row += struct.pack(">cBH", b"$", 0, len(header) + len(unit)) + header + unit
            count += 1
        rows.append(row)
    return rows
