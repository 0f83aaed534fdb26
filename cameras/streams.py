"""What every stream read through FFmpeg has in common: how it fails, in a sentence."""

import av
from av.error import FFmpegError

from cameras.credentials import hide_credentials
from vision.errors import CameraError, CameraUnauthorised, CameraUnavailable


def stream_failure(camera: str, error: FFmpegError | OSError, *secrets: str) -> CameraError:
    """What FFmpeg or the network said, as a camera's error without any of the `secrets`."""
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return CameraUnauthorised(
            f"{camera}: expected access, got a refusal (401); check username and password"
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        got = "no such path on the camera (404); check the path of the url"
    elif isinstance(error, ConnectionRefusedError):
        got = "connection refused"
    elif isinstance(error, TimeoutError | av.error.ExitError):
        got = "no answer in time"
    else:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        got = hide_credentials(reason, *secrets)
    return CameraUnavailable(f"{camera}: expected a stream, got {got}")


def stream_ended(camera: str) -> CameraUnavailable:
    """A camera's stream must not end."""
    return CameraUnavailable(f"{camera}: expected more frames, got the stream's end")
