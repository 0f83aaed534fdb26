"""Pictures in an answer that never ends: multipart/x-mixed-replace, which cameras call MJPEG."""

import re

from vision.errors import CameraUnavailable

_BOUNDARY = re.compile(r'multipart/x-mixed-replace\s*;.*?boundary="?([^";,\s]+)', re.IGNORECASE)
_LENGTH = re.compile(rb"(?im)^content-length\s*:\s*(\d+)\s*$")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MAX_HEADER = 16_384


def boundary_of(content_type: str) -> bytes | None:
    """What separates the parts of this answer; None when it is a single one.

    Some cameras write the two dashes of the separator into the name already, some do not.
    """
    found = _BOUNDARY.match(content_type.strip())
    return found.group(1).lstrip("-").encode() or None if found is not None else None


class Parts:
    """Cuts the bytes of such an answer into its parts, as they come.

    A part ends by its Content-Length, where it has one, else before the next separator.
    """

    def __init__(self, boundary: bytes, camera: str, max_bytes: int) -> None:
        self._mark = b"--" + boundary
        self._camera = camera
        self._max_bytes = max_bytes
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The parts that became whole with these bytes. Errors: CameraUnavailable (endless)."""
        self._kept += data
        whole = []
        while (part := self._next()) is not None:
            whole.append(part)
        if len(self._kept) > self._max_bytes + _MAX_HEADER:
            raise CameraUnavailable(
                f"{self._camera}: expected pictures of at most {self._max_bytes} bytes, got more"
            )
        return whole

    def _next(self) -> bytes | None:
        start = self._kept.find(self._mark)
        if start < 0:
            return None
        head = self._kept.find(b"\n", start) + 1
        blank = _BLANK_LINE.search(self._kept, start)
        if not head or blank is None:
            return None
        end, body = blank.span()
        promised = _LENGTH.search(bytes(self._kept[head:end]).replace(b"\r", b""))
        if promised is not None:
            stop = body + min(int(promised.group(1)), self._max_bytes + _MAX_HEADER)
            if len(self._kept) < stop:
                return None
        else:
            stop = self._kept.find(self._mark, body)
            if stop < 0:
                return None
        part = bytes(self._kept[body:stop])
        del self._kept[:stop]
        return part
