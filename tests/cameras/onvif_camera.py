"""A camera that speaks as much ONVIF as setting it up needs: fixed answers, real login."""

import re
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.cameras.servers import PASSWORD, USERNAME

SOAP = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
PROFILE = (
    '<trt:Profiles xmlns:trt="t" token="{name}"><tt:Name xmlns:tt="x">{name}</tt:Name>'
    '<tt:VideoEncoderConfiguration xmlns:tt="x"><tt:Encoding>{codec}</tt:Encoding>'
    "<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
    "<tt:RateControl><tt:FrameRateLimit>15</tt:FrameRateLimit></tt:RateControl>"
    "</tt:VideoEncoderConfiguration></trt:Profiles>"
)
MATCH = (
    '<d:ProbeMatches xmlns:d="d"><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/Loket%20Depan'
    "</d:Scopes><d:XAddrs>{}</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
)


class OnvifCamera(ThreadingHTTPServer):
    """The SOAP side. Its clock may be off; it refuses a login that is a minute off that clock."""

    daemon_threads, block_on_close = True, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Soap)
        self.ahead = timedelta()
        self.body = ""  # what every call answers, if set

    @property
    def service(self) -> str:
        """Its device service."""
        return f"http://127.0.0.1:{self.server_address[1]}/onvif/device_service"


class _Soap(BaseHTTPRequestHandler):
    server: OnvifCamera

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        """One operation."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = re.search(r"<(Get\w+)", asked)
        answer = self.server.body or self._answer(found.group(1) if found else "", asked)
        data = SOAP.format(answer).encode()
        self.send_response(500 if "Fault" in answer else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, operation: str, asked: str) -> str:
        now = datetime.now(UTC) + self.server.ahead
        if operation == "GetSystemDateAndTime":
            return (
                f"<UTCDateTime><Time><Hour>{now.hour}</Hour><Minute>{now.minute}</Minute>"
                f"<Second>{now.second}</Second></Time><Date><Year>{now.year}</Year>"
                f"<Month>{now.month}</Month><Day>{now.day}</Day></Date></UTCDateTime>"
            )
        if not self._allowed(asked, now):
            return "<s:Fault><s:Code>ter:NotAuthorized</s:Code></s:Fault>"
        if operation == "GetCapabilities":
            return f"<Media><XAddr>{self.server.service}</XAddr></Media>"
        if operation == "GetProfiles":
            return PROFILE.format(
                name="main", codec="H264", width=1920, height=1080
            ) + PROFILE.format(name="sub", codec="H264", width=640, height=360)
        token = re.search(r"<ProfileToken>(\w+)<", asked)
        name = token.group(1) if token else ""
        if operation == "GetStreamUri":
            return f"<Uri>rtsp://admin:GEHEIM@127.0.0.1:554/{name}?a=1&amp;b=2</Uri>"
        if operation == "GetSnapshotUri" and name == "main":
            return "<Uri>http://127.0.0.1/snap.jpg</Uri>"
        return "<s:Fault><s:Code>ter:ActionNotSupported</s:Code></s:Fault>"

    def _allowed(self, asked: str, now: datetime) -> bool:
        parts = dict(re.findall(r"<\w:(Username|Password|Nonce|Created)\b[^>]*>([^<]*)<", asked))
        if parts.get("Username") != USERNAME:
            return False
        created = datetime.strptime(parts["Created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        secret = b64decode(parts["Nonce"]) + parts["Created"].encode() + PASSWORD.encode()
        digest = b64encode(sha1(secret, usedforsecurity=False).digest()).decode()
        return parts["Password"] == digest and abs(now - created) < timedelta(minutes=1)


@contextmanager
def onvif_camera() -> Iterator[OnvifCamera]:
    """A running camera."""
    with OnvifCamera() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, int]]:
    """Who answers each discovery with all of these; where to ask."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                data, sender = line.recvfrom(65535)
                if data == b"stop":
                    return
                for each in answers:
                    line.sendto(each, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        address = ("127.0.0.1", line.getsockname()[1])
        try:
            yield address
        finally:
            line.sendto(b"stop", address)
            thread.join()
