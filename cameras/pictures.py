"""Picture files, read as a person would see them: BGR, 8 bit, upright, complete or refused.

What a file is, is told by its first bytes, never by its name. The header is read before anything
is decoded: a picture that would not fit into memory, or that ends too early, is refused with a
sentence. OpenCV alone would fill the missing part of a JPEG with grey and say nothing.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision.errors import PictureError
from vision.values import Image

MAX_PIXELS = 200_000_000
"""A picture with more pixels is refused before it is decoded (600 MB as BGR)."""
MAX_BYTES = 1_000_000_000
"""A larger file is refused before it is read."""

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
)
CLIP_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg"}
    | {".wmv", ".flv", ".3gp", ".asf", ".mjpeg", ".mjpg"}
)

_STRICT_PIXELS = 64_000_000  # larger JPEGs are not decoded twice

_EXPECTED = "expected a JPEG, PNG, BMP, WebP or TIFF picture"

# Every refusal becomes one PictureError; OpenCV must not print a second story to the terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def is_picture(path: Path) -> bool:
    """Whether the name promises a picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def is_clip(path: Path) -> bool:
    """Whether the name promises a clip."""
    return path.suffix.lower() in CLIP_SUFFIXES


def read_picture(path: Path, max_pixels: int = MAX_PIXELS) -> Image:
    """The picture as displayed: BGR (H, W, 3) uint8, upright by EXIF, transparency on white.

    Grey, CMYK and 16-bit files become BGR uint8 as well; of a TIFF with several pages the first.
    Errors: PictureError `path: expected ..., got ...`.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PictureError(f"{path}: expected at most {MAX_BYTES} bytes, got {size}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise PictureError(f"{path}: expected a picture, got no such file") from None
    except IsADirectoryError:
        raise PictureError(f"{path}: expected a picture, got a folder") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PictureError(f"{path}: expected a readable picture, got: {reason}") from None
    return decode_picture(data, str(path), max_pixels)


def decode_picture(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Image:
    """The same for bytes at hand; `name` opens the message of an error.

    Errors: PictureError.
    """
    header = _header(data, name)
    width, height = header.size_wh
    if width < 1 or height < 1:
        raise PictureError(f"{name}: {_EXPECTED}, got a {header.kind} of {width}x{height} pixels")
    if width * height > max_pixels:
        raise PictureError(
            f"{name}: expected at most {max_pixels / 1e6:.0f} megapixels, "
            f"got {width}x{height} = {width * height / 1e6:.0f}"
        )
    if header.short:
        raise PictureError(f"{name}: expected a whole {header.kind}, got one that {header.short}")
    sound = header.scan is None or width * height > _STRICT_PIXELS or _is_sound(header.scan)
    image = _decoded(data, header.has_alpha) if sound else None
    if image is None:
        raise PictureError(
            f"{name}: expected a {header.kind} of {width}x{height} pixels, got damaged data "
            f"({len(data)} bytes)"
        )
    return image


def size_of(data: bytes, name: str) -> tuple[int, int]:
    """Width and height as the header promises them, of a JPEG, before anything is decoded.

    Errors: PictureError for what is no JPEG.
    """
    if not data.startswith(b"\xff\xd8\xff"):
        raise PictureError(f"{name}: expected a JPEG, got {_what_else(data)}")
    return _header(data, name).size_wh


def _decoded(data: bytes, has_alpha: bool) -> Image | None:
    buffer = np.frombuffer(data, np.uint8)
    try:
        if not has_alpha:  # OpenCV turns it upright and makes it BGR, 8 bit
            plain = cv2.imdecode(buffer, cv2.IMREAD_COLOR)
            return None if plain is None else _as_image(plain)
        raw, kinds, metadata = cv2.imdecodeWithMetadata(buffer, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if raw is None:
        return None
    if raw.dtype == np.uint16:
        raw = (raw.astype(np.uint16) >> 8).astype(np.uint8)
    upright = raw
    for kind, value in zip(kinds, metadata, strict=True):
        if kind == cv2.IMAGE_METADATA_EXIF:
            upright = _turned(raw, _orientation(np.asarray(value, np.uint8).tobytes()))
    return _as_image(_on_white(upright))


def _as_image(pixels: np.ndarray) -> Image | None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        return None
    image: Image = np.ascontiguousarray(pixels)
    return image


def _on_white(pixels: np.ndarray) -> np.ndarray:
    """What shows when the picture lies on white paper."""
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    if pixels.shape[2] != 4:
        return pixels
    alpha = pixels[:, :, 3:].astype(np.uint16)
    mixed = pixels[:, :, :3] * alpha + 255 * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8; 1 where none is given. `exif` starts with the TIFF header."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for i in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * i)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


@dataclass(frozen=True, slots=True)
class _Header:
    """What the first bytes promise. `short` says how the file ends too early, if it does."""

    kind: str
    size_wh: tuple[int, int]
    has_alpha: bool = False
    short: str = ""
    scan: bytes | None = None  # a JPEG without its notes, where a second decoder understands it


def _header(data: bytes, name: str) -> _Header:
    if not data:
        raise PictureError(f"{name}: {_EXPECTED}, got an empty file (0 bytes)")
    for starts, read in _READERS:
        if data.startswith(starts) and (starts != b"RIFF" or data[8:12] == b"WEBP"):
            try:
                return read(data)
            except (struct.error, IndexError):
                raise PictureError(
                    f"{name}: {_EXPECTED}, got one that ends after {len(data)} bytes, "
                    "within its header"
                ) from None
            except _NoPicture as reason:
                raise PictureError(f"{name}: {_EXPECTED}, got {reason}") from None
    raise PictureError(f"{name}: {_EXPECTED}, got {_what_else(data)}")


class _NoPicture(Exception):
    """The signature fits, the rest does not."""


def _what_else(data: bytes) -> str:
    head = data[:512]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and all(sign.isprintable() or sign in "\r\n\t" for sign in text):
        return f"text ({len(data)} bytes)"
    return f"an unknown kind of file ({len(data)} bytes)"


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in compressed data 00 and RSTn are no markers


def _jpeg(data: bytes) -> _Header:
    """Walk the segments to the end of the picture. Source: ITU-T T.81, annex B."""
    at, size_wh, kinds, notes = 2, (0, 0), set[int](), [(0, 0)]
    while True:
        marker = data.find(b"\xff", at)
        while marker >= 0 and data[marker + 1 : marker + 2] == b"\xff":
            marker += 1
        if marker < 0 or marker + 1 >= len(data):
            break
        code, at = data[marker + 1], marker + 2
        if code == 0xD9:
            if size_wh == (0, 0):
                raise _NoPicture("a JPEG without a picture")
            plain = kinds <= {0xC0, 0xC1, 0xC2, 1, 3}
            return _Header("JPEG", size_wh, scan=_without(data[:at], notes) if plain else None)
        if code in (0x00, 0x01, 0xD8) or 0xD0 <= code <= 0xD7:
            continue
        if at + 2 > len(data):
            break
        (length,) = struct.unpack_from(">H", data, at)
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 3)
            size_wh = (width, height)
            kinds |= {code, data[at + 7]}
        if 0xE0 <= code <= 0xEF or code == 0xFE:
            notes.append((marker, at + length))
        at += length
        if code == 0xDA:
            end = _MARKER.search(data, at)
            if end is None:
                break
            at = end.start()
    if size_wh == (0, 0):
        raise _NoPicture(f"a JPEG that ends after {len(data)} bytes, within its header")
    return _Header("JPEG", size_wh, short=f"ends after {len(data)} bytes, before its end marker")


def _without(data: bytes, cuts: list[tuple[int, int]]) -> bytes:
    starts = [end for _, end in cuts]
    ends = [start for start, _ in cuts[1:]] + [len(data)]
    return b"".join(data[start:end] for start, end in zip(starts, ends, strict=True))


def _is_sound(scan: bytes) -> bool:
    """Whether every block of a JPEG can be read. OpenCV's decoder only mutters and goes on."""
    import av  # only here: a PNG needs no second decoder

    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"err_detect": "explode"}
    decoder.thread_count = 1
    try:
        decoder.decode(av.Packet(scan))
    except av.error.InvalidDataError:
        return False
    except av.error.FFmpegError:  # a kind of JPEG it does not know is not damaged
        return True
    return True


def _png(data: bytes) -> _Header:
    """Source: W3C PNG specification, chunk layout."""
    width, height = struct.unpack_from(">II", data, 16)
    has_alpha, at = data[25] in (4, 6), 8
    while True:
        if at + 12 > len(data):
            short = f"ends after {len(data)} bytes, before its last chunk"
            return _Header("PNG", (width, height), has_alpha, short)
        (length,) = struct.unpack_from(">I", data, at)
        kind, at = data[at + 4 : at + 8], at + 12 + length
        has_alpha = has_alpha or kind == b"tRNS"
        if at > len(data):
            short = f"ends after {len(data)} of at least {at} bytes"
            return _Header("PNG", (width, height), has_alpha, short)
        if kind == b"IEND":
            return _Header("PNG", (width, height), has_alpha)


def _bmp(data: bytes) -> _Header:
    (kind,) = struct.unpack_from("<I", data, 14)
    if kind == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        packing = 0
    else:
        width, height, _, bits, packing = struct.unpack_from("<iiHHI", data, 18)
    (start,) = struct.unpack_from("<I", data, 10)
    width, height = abs(width), abs(height)
    needed = start + (width * bits + 31) // 32 * 4 * height
    short = ""
    if packing in (0, 3) and len(data) < needed:
        short = f"ends after {len(data)} of {needed} bytes"
    return _Header("BMP", (width, height), short=short)


def _webp(data: bytes) -> _Header:
    """Source: RFC 9649."""
    size = struct.unpack_from("<I", data, 4)[0] + 8
    kind, has_alpha = data[12:16], False
    if kind == b"VP8X":
        has_alpha = bool(data[20] & 0x10)
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height, has_alpha = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, True
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    short = f"ends after {len(data)} of {size} bytes" if len(data) < size - 1 else ""
    return _Header("WebP", (width, height), has_alpha, short)


_TIFF_SIZES = {1: "B", 3: "H", 4: "I"}


def _tiff(data: bytes) -> _Header:
    """The first page. Source: TIFF 6.0, sections 2 and 8."""
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack_from(order + "I", data, 4)
    if start + 2 > len(data):
        raise _NoPicture(f"a TIFF that ends after {len(data)} of at least {start + 2} bytes")
    (count,) = struct.unpack_from(order + "H", data, start)
    tags: dict[int, tuple[int, ...]] = {}
    for i in range(count):
        entry = start + 2 + 12 * i
        tag, kind, length = struct.unpack_from(order + "HHI", data, entry)
        sign = _TIFF_SIZES.get(kind)
        if sign is None or tag not in (256, 257, 258, 273, 277, 279, 324, 325, 338):
            continue
        layout = f"{order}{length}{sign}"
        if struct.calcsize(layout) > len(data):
            raise _NoPicture("a TIFF with a damaged directory")
        at = entry + 8
        if struct.calcsize(layout) > 4:
            (at,) = struct.unpack_from(order + "I", data, at)
        tags[tag] = struct.unpack_from(layout, data, at)
    width, height = tags.get(256, (0,))[0], tags.get(257, (0,))[0]
    starts, lengths = tags.get(273, tags.get(324, ())), tags.get(279, tags.get(325, ()))
    needed = max((a + b for a, b in zip(starts, lengths, strict=False)), default=0)
    short = f"ends after {len(data)} of {needed} bytes" if len(data) < needed else ""
    samples = tags.get(277, (1,))[0]
    has_alpha = 338 in tags and samples in (2, 4) and set(tags.get(258, (8,))) <= {8, 16}
    return _Header("TIFF", (width, height), has_alpha, short)


_READERS: tuple[tuple[bytes, Callable[[bytes], _Header]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"BM", _bmp),
    (b"RIFF", _webp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
)
