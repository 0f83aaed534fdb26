"""Cameras that give pictures over HTTP: one for each request, or one after the other (MJPEG)."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from cameras.clock import Clock, skew_of
from cameras.credentials import hide_credentials
from cameras.mjpeg import Parts, boundary_of
from cameras.pictures import decode_picture
from cameras.sampling import SLACK, Sampler
from cameras.streams import stream_ended
from vision.errors import CameraUnauthorised, CameraUnavailable, PictureError
from vision.values import Frame, Image

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
ANSWER_S = 3.0
_WHOLE_S = 10.0  # for one picture, however slowly its bytes trickle in
_BAD_AFTER = 3  # pictures in a row that cannot be read


class HttpSnapshotSource:
    """One picture per period over one long-lived connection; Basic or Digest as the camera asks, or
    a bearer token.

    A camera that answers the first request with an endless row of pictures (MJPEG) is listened to;
    its newest picture is taken when one is due. A picture that cannot be read is passed over; three
    in a row are a failure. Redirections are not followed, so that credentials stay with the camera.
    Stamped with the arrival of the last byte.

    `frames` belongs to one thread; `close` may be called from any. A request that hangs ends by its
    own time limits (`answer_s` without a byte, 10 s in all).
    """

    live = True
    promised_at: datetime | None = None

    def __init__(
        self,
        url: str,
        camera: str,
        clock: Clock,
        period_s: float = 1.0,
        username: str = "",
        password: str = "",
        ca_file: Path | None = None,
        token: str = "",
        answer_s: float = ANSWER_S,
    ) -> None:
        self._url = url
        self._camera = camera
        self._clock = clock
        self._period = timedelta(seconds=max(0.05, period_s))
        self._username = username
        self._password = password
        self._ca_file = ca_file
        self._token = token
        self._answer_s = answer_s
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._auth: httpx.Auth | None = None
        self._stop = threading.Event()
        self.skew_s: float | None = None

    def close(self) -> None:
        """End `frames`."""
        self._stop.set()

    def pace(self, period_s: float) -> None:
        """From now on at most one picture per period. From any thread."""
        self._period = timedelta(seconds=max(0.05, period_s))

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable, CameraUnauthorised."""
        bad = sequence = 0
        with self.client() as client:
            for data in self._pictures(client):
                now = self._clock.now()
                try:
                    image: Image = decode_picture(data, self._camera, MAX_PIXELS)
                except PictureError as fault:
                    bad += 1
                    if bad >= _BAD_AFTER:
                        raise CameraUnavailable(str(fault)) from None
                    continue
                bad = 0
                yield Frame(self._camera, sequence, now, image)
                sequence += 1

    def client(self) -> httpx.Client:
        """The connection, kept for many pictures."""
        timeout = httpx.Timeout(self._answer_s)
        return httpx.Client(timeout=timeout, verify=self._trust(), trust_env=False)

    def _pictures(self, client: httpx.Client) -> Iterator[bytes]:
        """The bytes of one picture per period, asked for or sent by the camera itself."""
        due = self._clock.now()
        while self._clock.wait_until(due, self._stop):
            with self.answered(client) as response:
                boundary = boundary_of(response.headers.get("content-type", ""))
                if boundary is not None:
                    yield from self._parts(response, boundary)
                    if self._stop.is_set():
                        return
                    raise stream_ended(self._camera)
                data = self.body(response)
            if data is None:
                return
            now = self._clock.now()
            due = max(due + self._period, now)
            yield data

    def _parts(self, response: httpx.Response, boundary: bytes) -> Iterator[bytes]:
        """The newest picture of an endless answer, whenever one is due."""
        parts = Parts(boundary, self._camera, MAX_BYTES)
        sampler = Sampler(self._period.total_seconds(), SLACK)
        until = time.monotonic() + _WHOLE_S
        for chunk in response.iter_raw():
            if self._stop.is_set():
                return
            whole = parts.feed(chunk)
            if whole:
                until = time.monotonic() + _WHOLE_S
                sampler.pace(self._period.total_seconds())
                if sampler.takes(self._clock.now().timestamp()):
                    yield whole[-1]
            elif time.monotonic() > until:
                raise CameraUnavailable(
                    f"{self._camera}: expected a picture within {_WHOLE_S:.0f} s, got pieces of it"
                )

    def _trust(self) -> ssl.SSLContext | bool:
        if self._ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self._ca_file))
        except (OSError, ssl.SSLError) as error:
            raise CameraUnavailable(
                f"{self._camera}.ca_file: expected a certificate at {self._ca_file}, got: {error}"
            ) from None

    @contextmanager
    def answered(self, client: httpx.Client) -> Iterator[httpx.Response]:
        """The camera's answer once it let us in; what goes wrong meanwhile becomes our error."""
        try:
            for _ in range(2):
                asked_at = datetime.now(UTC)
                with client.stream(
                    "GET", self._url, auth=self._auth, headers=self._headers
                ) as response:
                    if response.status_code == 401 and self._auth is None and self._username:
                        self._auth = self._asked_for(response)
                        continue
                    self._refuse_bad(response)
                    told = response.headers.get("date", "")
                    self.skew_s = skew_of(told, asked_at, datetime.now(UTC))
                    yield response
                    return
        except httpx.TimeoutException:
            raise CameraUnavailable(
                f"{self._camera}: expected a picture, got no answer within {self._answer_s:g} s"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = hide_credentials(str(error), self._password, self._token)
            raise CameraUnavailable(
                f"{self._camera}: expected a picture, got: {reason or type(error).__name__}"
            ) from None

    def _asked_for(self, response: httpx.Response) -> httpx.Auth:
        challenges = response.headers.get_list("www-authenticate")
        if any(text.strip().lower().startswith("digest") for text in challenges):
            return httpx.DigestAuth(self._username, self._password)
        return httpx.BasicAuth(self._username, self._password)

    def _refuse_bad(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise CameraUnauthorised(
                f"{self._camera}: expected access, got {status}; check username and password"
            )
        if status != 200:
            raise CameraUnavailable(f"{self._camera}: expected a picture, got status {status}")

    def body(self, response: httpx.Response) -> bytes | None:
        """One picture's bytes; None when closed meanwhile."""
        promised = response.headers.get("content-length", "")
        if promised.isdigit() and int(promised) > MAX_BYTES:
            raise CameraUnavailable(
                f"{self._camera}: expected at most {MAX_BYTES} bytes, got {promised}"
            )
        until = time.monotonic() + _WHOLE_S
        data = bytearray()
        for chunk in response.iter_bytes():
            if self._stop.is_set():
                return None
            data += chunk
            if len(data) > MAX_BYTES:
                raise CameraUnavailable(
                    f"{self._camera}: expected at most {MAX_BYTES} bytes, got more"
                )
            if time.monotonic() > until:
                raise CameraUnavailable(
                    f"{self._camera}: expected a picture within {_WHOLE_S:.0f} s, "
                    f"got {len(data)} bytes of it"
                )
        return bytes(data)
