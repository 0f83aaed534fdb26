"""Cameras that give one JPEG for one HTTP request."""

import ssl
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from cameras.clock import Clock
from cameras.credentials import hide_credentials
from cameras.pictures import decode_picture
from vision.errors import CameraUnauthorised, CameraUnavailable, PictureError
from vision.values import Frame, Image

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
ANSWER_S = 3.0
_WHOLE_S = 10.0  # for one picture, however slowly its bytes trickle in
_BAD_AFTER = 3  # pictures in a row that cannot be read


class HttpSnapshotSource:
    """One picture per period over one long-lived connection; Basic or Digest as the camera asks.

    A picture that cannot be read is passed over; three in a row are a failure. Redirections are not
    followed, so that credentials stay with the camera. Stamped with the arrival of the last byte.

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
        answer_s: float = ANSWER_S,
    ) -> None:
        self._url = url
        self._camera = camera
        self._clock = clock
        self._period = timedelta(seconds=max(0.05, period_s))
        self._username = username
        self._password = password
        self._ca_file = ca_file
        self._answer_s = answer_s
        self._auth: httpx.Auth | None = None
        self._stop = threading.Event()

    def close(self) -> None:
        """End `frames`."""
        self._stop.set()

    def frames(self) -> Iterator[Frame]:
        """Errors: CameraUnavailable, CameraUnauthorised."""
        timeout = httpx.Timeout(self._answer_s)
        with httpx.Client(timeout=timeout, verify=self._trust(), trust_env=False) as client:
            bad = sequence = 0
            due = self._clock.now()
            while self._clock.wait_until(due, self._stop):
                data = self._fetched(client)
                if data is None:
                    return
                now = self._clock.now()
                due = max(due + self._period, now)
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

    def _trust(self) -> ssl.SSLContext | bool:
        if self._ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self._ca_file))
        except (OSError, ssl.SSLError) as error:
            raise CameraUnavailable(
                f"{self._camera}.ca_file: expected a certificate at {self._ca_file}, got: {error}"
            ) from None

    def _fetched(self, client: httpx.Client) -> bytes | None:
        """One picture's bytes; None when closed meanwhile."""
        try:
            for _ in range(2):
                with client.stream("GET", self._url, auth=self._auth) as response:
                    if response.status_code == 401 and self._auth is None and self._username:
                        self._auth = self._asked_for(response)
                        continue
                    return self._body(response)
        except httpx.TimeoutException:
            raise CameraUnavailable(
                f"{self._camera}: expected a picture, got no answer within {self._answer_s:g} s"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = hide_credentials(str(error), self._password)
            raise CameraUnavailable(
                f"{self._camera}: expected a picture, got: {reason or type(error).__name__}"
            ) from None
        return None

    def _asked_for(self, response: httpx.Response) -> httpx.Auth:
        challenges = response.headers.get_list("www-authenticate")
        if any(text.strip().lower().startswith("digest") for text in challenges):
            return httpx.DigestAuth(self._username, self._password)
        return httpx.BasicAuth(self._username, self._password)

    def _body(self, response: httpx.Response) -> bytes | None:
        status = response.status_code
        if status in (401, 403):
            raise CameraUnauthorised(
                f"{self._camera}: expected access, got {status}; check username and password"
            )
        if status != 200:
            raise CameraUnavailable(f"{self._camera}: expected a picture, got status {status}")
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
