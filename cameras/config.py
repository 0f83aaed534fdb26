"""What must be known of a camera to read it."""

from dataclasses import dataclass, field
from pathlib import Path

from cameras.credentials import split_credentials
from cameras.mask import Masks


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """One camera: exactly one of `url`, `clip`, `folder`, `device`; one frame per `period_s`.

    `push`: its pictures come to a mailbox, and count as an origin as well.

    `device` is a camera at this machine, like /dev/video0; `token` a bearer token for http.
    Credentials inside `url` are taken out of it. `masks` are polygons in shares of the picture,
    black before anybody sees it. `ca_file` is the authority that signed the camera's certificate.
    `frozen_after_s`: so long the same picture, to the pixel, is a frozen camera (0: never).
    """

    camera: str
    url: str = field(default="", repr=False)
    clip: Path | None = None
    folder: Path | None = None
    device: str = ""
    push: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    period_s: float = 1.0
    masks: Masks = ()
    ca_file: Path | None = None
    frozen_after_s: float = 10.0

    def __post_init__(self) -> None:
        origins = ("url", "clip", "folder", "device", "push")
        given = [name for name in origins if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                f"{self.camera}: expected one of url, clip, folder, device and push, "
                f"got {given or 'none'}"
            )
        if self.period_s < 0:
            raise ValueError(f"{self.camera}.period_s: expected 0 or more, got {self.period_s}")
        url, username, password = split_credentials(self.url)
        if username:
            object.__setattr__(self, "url", url)
            object.__setattr__(self, "username", self.username or username)
            object.__setattr__(self, "password", self.password or password)
