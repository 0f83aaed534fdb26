"""Pictures and clips made on the spot: good ones, odd ones and broken ones."""

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
import cv2
import numpy as np

from vision.values import Image


def scene(width: int = 64, height: int = 48, seed: int = 1) -> Image:
    """Smooth coloured texture; the same seed gives the same picture."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def encoded(suffix: str, image: np.ndarray, *options: int) -> bytes:
    """The picture as a file of this kind."""
    return bytes(cv2.imencode(suffix, image, list(options))[1].tobytes())


def jpeg_with_orientation(image: Image, orientation: int) -> bytes:
    """A JPEG whose EXIF says how it is to be turned."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    jpeg = encoded(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, 100)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def cmyk_jpeg(cyan: int, magenta: int, yellow: int, black: int, side: int = 16) -> bytes:
    """One colour as printers store it: four inverted channels, Adobe mark, baseline, one scan."""
    values = [255 - cyan, 255 - magenta, 255 - yellow, 255 - black]
    symbols = bytes(range(12))  # category of a DC difference
    lengths = bytes([0, 0, 0, 12] + [0] * 12)  # twelve codes of four bits
    bits = ""
    last = [0, 0, 0, 0]
    for _ in range((side // 8) ** 2):
        for i, value in enumerate(values):
            level = (value - 128) * 8
            difference, last[i] = level - last[i], level
            category = abs(difference).bit_length()
            bits += format(category, "04b")
            if category:
                shown = difference if difference > 0 else difference + (1 << category) - 1
                bits += format(shown, f"0{category}b")
            bits += "0"  # end of block
    bits += "1" * (-len(bits) % 8)
    scan = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)).replace(
        b"\xff", b"\xff\x00"
    )

    def segment(code: int, body: bytes) -> bytes:
        return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body

    parts = b"".join(bytes([i + 1, 0x11, 0]) for i in range(4))
    return (
        b"\xff\xd8"
        + segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0))
        + segment(0xDB, b"\0" + b"\1" * 64)
        + segment(0xC0, struct.pack(">BHHB", 8, side, side, 4) + parts)
        + segment(0xC4, b"\x00" + lengths + symbols)
        + segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
        + segment(0xDA, b"\4" + b"".join(bytes([i + 1, 0]) for i in range(4)) + b"\0\x3f\0")
        + scan
        + b"\xff\xd9"
    )


def write_clip(
    path: Path,
    times_s: Iterable[float],
    size_wh: tuple[int, int] = (160, 96),
    keyframe_every: int = 10,
    faststart: bool = True,
) -> Path:
    """A clip with one frame at each of the times; frame i is grey of level 40 + 5 i, textured."""
    options = {"movflags": "faststart"} if faststart and path.suffix == ".mp4" else {}
    ground = scene(*size_wh).astype(np.int16) // 8
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "12", "bf": "0"})
        stream.width, stream.height = size_wh
        stream.pix_fmt = "yuv420p"
        stream.gop_size = keyframe_every
        for i, at_s in enumerate(times_s):
            pixels = np.clip(ground + (40 + 5 * i) % 220, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts, frame.time_base = round(at_s * 25), Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def turned_clip(path: Path, times_s: Iterable[float]) -> Path:
    """A clip whose header says: show it turned right by a quarter."""
    write_clip(path, times_s)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44
    data[matrix : matrix + 36] = struct.pack(
        ">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30
    )
    path.write_bytes(data)
    return path


def write_coded(
    folder: Path, codec: str, images: Sequence[Image], keyframe_every: int = 3, slices: int = 1
) -> Path:
    """The pictures as `rtsp_server.py --play` takes them, a file each; codec h264 or h265.

    A picture of another size than the one before it begins a stream of that size.
    """
    folder.mkdir(parents=True)
    coded: list[bytes] = []
    for _, alike in groupby(images, key=lambda image: image.shape):
        coded += _coded(codec, [*alike], keyframe_every, slices)
    for number, data in enumerate(coded):
        (folder / f"{number:05}.{codec}").write_bytes(data)
    return folder


def _coded(
    codec: str, images: Sequence[Image], keyframe_every: int, slices: int
) -> list[bytes]:
    context = av.CodecContext.create({"h264": "libx264", "h265": "libx265"}[codec], "w")
    assert isinstance(context, av.VideoCodecContext)
    context.height, context.width = images[0].shape[:2]
    context.pix_fmt, context.time_base = "yuv420p", Fraction(1, 15)
    context.framerate, context.gop_size = Fraction(15), keyframe_every
    context.thread_count = 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "18"}
    if codec == "h264":
        context.options |= {"x264-params": f"sliced-threads=0:slices={slices}"}
    else:
        steady = f"keyint={keyframe_every}:min-keyint={keyframe_every}:pools=none:frame-threads=1"
        context.options |= {"x265-params": f"log-level=none:repeat-headers=1:{steady}"}
    packets = []
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts, frame.time_base = number, context.time_base
        packets += context.encode(frame)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]
