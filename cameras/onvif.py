"""Cameras that answer on the network (ONVIF): who is there, and at which addresses they stream.

Only what is needed to set a camera up: WS-Discovery, then profiles with their stream and snapshot
addresses. Nothing is changed at a camera. Source: ONVIF Core and Media specifications, WS-Discovery
2005/04, WS-UsernameToken 1.0.
"""

import secrets
import socket
import time
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import httpx

from cameras.credentials import split_credentials
from vision.errors import CameraUnauthorised, CameraUnavailable

GROUP = ("239.255.255.250", 3702)
MAX_ANSWER = 1_000_000
_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"{names}>'
    "<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
_PROBE_NAMES = (
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:n="http://www.onvif.org/ver10/network/wsdl"'
)
_PROBE_HEADER = (
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
    "<a:MessageID>urn:uuid:{message}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
)
_PROBE_BODY = "<d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe>"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_TOKEN = (
    f'<w:Security xmlns:w="{_WSSE}wssecurity-secext-1.0.xsd"'
    f' xmlns:u="{_WSSE}wssecurity-utility-1.0.xsd"><w:UsernameToken>'
    "<w:Username>{user}</w:Username>"
    f'<w:Password Type="{_WSSE}username-token-profile-1.0#PasswordDigest">'
    "{digest}</w:Password>"
    f'<w:Nonce EncodingType="{_WSSE}soap-message-security-1.0#Base64Binary">'
    "{nonce}</w:Nonce><u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered. `service` is the address of its device service."""

    host: str
    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A stream that a camera offers. Addresses are without credentials; empty: none."""

    name: str
    codec: str
    size_wh: tuple[int, int]
    rate: float | None
    stream: str
    snapshot: str


def discover(wait_s: float = 3.0, to: tuple[str, int] = GROUP) -> list[Found]:
    """Ask the network and listen for `wait_s`. Each camera once, by address.

    An answer that names another machine than the one it came from is passed over.
    """
    header = _PROBE_HEADER.format(message=uuid.uuid4())
    asked = _ENVELOPE.format(names=_PROBE_NAMES, header=header, body=_PROBE_BODY).encode()
    found: dict[str, Found] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        try:
            line.sendto(asked, to)
        except OSError as error:
            raise CameraUnavailable(
                f"discover: expected a network to ask, got: {error.strerror}"
            ) from None
        until = time.monotonic() + wait_s
        while (left_s := until - time.monotonic()) > 0:
            line.settimeout(left_s)
            try:
                data, (host, _) = line.recvfrom(65535)
            except TimeoutError:
                break
            for camera in _matches(data, host):
                found.setdefault(camera.service, camera)
    return sorted(found.values(), key=lambda camera: camera.service)


def profiles_of(service: str, user: str = "", password: str = "") -> list[Profile]:
    """The streams of a camera, in its own order. Errors: CameraUnavailable, CameraUnauthorised."""
    with httpx.Client(timeout=5.0, trust_env=False) as client:
        device = _Service(client, service, user, password)
        device.learn_time()
        told = device.ask('<GetCapabilities xmlns="http://www.onvif.org/ver10/device/wsdl"/>')
        media_at = next((_text(media, "XAddr") for media in _all(told, "Media")), "")
        media = _Service(client, media_at or service, user, password, device.ahead)
        if urlsplit(media.address).hostname != urlsplit(service).hostname:
            raise CameraUnavailable(
                f"{service}: expected its media service on the same host, got {media.address}"
            )
        return [media.profile(each) for each in media.profiles()]


def proposed(profiles: list[Profile]) -> Profile | None:
    """The sub-stream: the smallest H.264 or H.265 of at least 640 pixels, else the largest."""
    streams = [p for p in profiles if p.stream]
    wide = [p for p in streams if p.codec in ("H264", "H265") and p.size_wh[0] >= 640]
    if wide:
        return min(wide, key=lambda p: p.size_wh[0] * p.size_wh[1])
    return max(streams, key=lambda p: p.size_wh[0] * p.size_wh[1], default=None)


class _Service:
    """One SOAP service of a camera."""

    def __init__(
        self,
        client: httpx.Client,
        address: str,
        user: str,
        password: str,
        ahead: timedelta = timedelta(),
    ) -> None:
        self.address = address
        self.ahead = ahead
        self._client = client
        self._user = user
        self._password = password

    def learn_time(self) -> None:
        """A camera refuses a login that is minutes off its own clock; that one tells it freely."""
        told = self.ask(
            '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>', login=False
        )
        for utc in _all(told, "UTCDateTime"):
            numbers = [
                int(_text(utc, word) or 0)
                for word in ("Year", "Month", "Day", "Hour", "Minute", "Second")
            ]
            try:
                theirs = datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type, misc]
            except ValueError:
                return
            self.ahead = theirs - datetime.now(UTC)

    def profiles(self) -> list[Element]:
        """What it calls its profiles."""
        told = self.ask('<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>')
        return list(_all(told, "Profiles"))

    def profile(self, told: Element) -> Profile:
        """One of them with its addresses."""
        token = escape(told.get("token", ""))
        video = next(_all(told, "VideoEncoderConfiguration"), told)
        size = next(_all(video, "Resolution"), video)
        rate = _text(video, "FrameRateLimit")
        stream = self.ask(
            '<GetStreamUri xmlns="http://www.onvif.org/ver10/media/wsdl"><StreamSetup>'
            '<Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream>'
            '<Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol>'
            f"</Transport></StreamSetup><ProfileToken>{token}</ProfileToken></GetStreamUri>"
        )
        try:
            snapshot = _text(
                self.ask(
                    '<GetSnapshotUri xmlns="http://www.onvif.org/ver10/media/wsdl">'
                    f"<ProfileToken>{token}</ProfileToken></GetSnapshotUri>"
                ),
                "Uri",
            )
        except CameraUnavailable:
            snapshot = ""  # not every camera has one
        return Profile(
            name=_text(told, "Name") or token,
            codec=_text(video, "Encoding"),
            size_wh=(int(_text(size, "Width") or 0), int(_text(size, "Height") or 0)),
            rate=float(rate) if rate else None,
            stream=split_credentials(_text(stream, "Uri"))[0],
            snapshot=split_credentials(snapshot)[0],
        )

    def ask(self, body: str, *, login: bool = True) -> Element:
        """Call an operation. Errors: CameraUnavailable, CameraUnauthorised."""
        header = self._header() if login and self._user else ""
        asked = _ENVELOPE.format(names="", header=header, body=body)
        kind = {"Content-Type": "application/soap+xml; charset=utf-8"}
        try:
            answer = self._client.post(self.address, content=asked.encode(), headers=kind)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CameraUnavailable(
                f"{self.address}: expected an ONVIF answer, got: {error or type(error).__name__}"
            ) from None
        told = _parsed(answer.content)
        fault = " ".join(t.strip() for f in _all(told, "Fault") for t in f.itertext()).strip()
        if answer.status_code in (401, 403) or "NotAuthorized" in fault:
            raise CameraUnauthorised(
                f"{self.address}: expected access, got a refusal; check user name and password"
            )
        if answer.status_code != 200 or fault:
            got = f"status {answer.status_code} {fault[:80]}".strip()
            raise CameraUnavailable(f"{self.address}: expected an ONVIF answer, got {got}")
        return told

    def _header(self) -> str:
        nonce = secrets.token_bytes(16)
        created = f"{datetime.now(UTC) + self.ahead:%Y-%m-%dT%H:%M:%SZ}"
        secret = nonce + created.encode() + self._password.encode()
        return _TOKEN.format(
            user=escape(self._user),
            digest=b64encode(sha1(secret, usedforsecurity=False).digest()).decode(),
            nonce=b64encode(nonce).decode(),
            created=created,
        )


def _matches(data: bytes, host: str) -> Iterator[Found]:
    told = _parsed(data)
    for match in _all(told, "ProbeMatch"):
        scopes = _text(match, "Scopes").split()
        named = [s.rpartition("/")[2] for s in scopes if "onvif.org/name/" in s]
        for address in _text(match, "XAddrs").split():
            parts = urlsplit(address)
            if parts.scheme in ("http", "https") and parts.hostname == host:
                name = unquote(named[0]) if named else ""
                yield Found(host, address, "".join(c for c in name if c.isprintable()))
                break


def _parsed(data: bytes) -> Element:
    """The answer as elements; nothing where it is none, too large, or defines entities."""
    nothing = Element("nothing")
    if len(data) > MAX_ANSWER or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return nothing
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return nothing


def _all(told: Element, name: str) -> Iterator[Element]:
    """Every element of this name, whatever its namespace: cameras differ in them."""
    return (each for each in told.iter() if each.tag.rpartition("}")[2] == name)


def _text(told: Element, name: str) -> str:
    return next(((each.text or "").strip() for each in _all(told, name)), "")
