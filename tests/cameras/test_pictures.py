"""Picture files, whole and broken."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameras.pictures import decode_picture, is_clip, is_picture, read_picture
from tests.cameras.drawing import cmyk_jpeg, encoded, jpeg_with_orientation, scene
from vision.errors import PictureError

SUFFIXES = (".jpg", ".png", ".bmp", ".webp", ".tif")


def written(path: Path, data: bytes) -> Path:
    """The file with these bytes."""
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_whole_picture_is_read_as_bgr(tmp_path: Path, suffix: str) -> None:
    """Blue is blue in every kind of file, so detectors see what people see."""
    blue = np.full((48, 64, 3), (200, 30, 10), np.uint8)
    image = read_picture(written(tmp_path / f"a{suffix}", encoded(suffix, blue)))
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - blue).max() <= 6


def test_what_a_file_is_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    """Cameras save PNG under .jpg and nobody notices."""
    image = scene()
    path = written(tmp_path / "a.jpg", encoded(".png", image))
    assert np.array_equal(read_picture(path), image)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_upright_as_its_exif_says(orientation: int) -> None:
    """Boxes are in pixels of the picture as displayed."""
    image = np.zeros((40, 60, 3), np.uint8)
    image[:10, :20] = 255
    upright = decode_picture(jpeg_with_orientation(image, orientation), "a.jpg")
    corners = [int(upright[y, x, 0] > 128) for y, x in ((2, 2), (2, -3), (-3, 2), (-3, -3))]
    expected = {1: 0, 2: 1, 3: 3, 4: 2, 5: 0, 6: 1, 7: 3, 8: 2}[orientation]
    assert corners == [int(i == expected) for i in range(4)]
    assert upright.shape[:2] == ((40, 60) if orientation < 5 else (60, 40))


def test_a_see_through_picture_lies_on_white() -> None:
    """As every viewer shows it; what hides under full transparency is not there."""
    image = np.zeros((4, 6, 4), np.uint8)
    image[:, :2] = (10, 20, 30, 255)
    image[:, 2:4] = (0, 0, 0, 128)
    read = decode_picture(encoded(".png", image), "a.png")
    assert read[0, 0].tolist() == [10, 20, 30]
    assert read[0, 2].tolist() == [127, 127, 127]
    assert read[0, 5].tolist() == [255, 255, 255]


def test_grey_becomes_bgr() -> None:
    """Networks expect three channels."""
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    read = decode_picture(encoded(".png", grey), "a.png")
    assert np.array_equal(read, np.dstack([grey] * 3))
    assert decode_picture(encoded(".jpg", grey), "a.jpg").shape == (16, 16, 3)


@pytest.mark.parametrize("channels", [3, 4], ids=["opaque", "with alpha"])
def test_sixteen_bits_are_scaled_to_eight(channels: int) -> None:
    """Not cut off: white stays white."""
    image = np.full((8, 8, channels), 65535, np.uint16)
    image[:4, :, :3] = 128 * 257
    read = decode_picture(encoded(".png", image), "a.png")
    assert read[0, 0].tolist() == [128] * 3
    assert read[-1, 0].tolist() == [255] * 3


@pytest.mark.parametrize(
    ("inks", "bgr"),
    [
        ((0, 0, 0, 0), (255, 255, 255)),
        ((255, 0, 0, 0), (255, 255, 0)),
        ((0, 255, 0, 0), (255, 0, 255)),
        ((0, 0, 255, 0), (0, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0)),
    ],
    ids=["paper", "cyan", "magenta", "yellow", "black"],
)
def test_a_printers_jpeg_keeps_its_colours(
    inks: tuple[int, int, int, int], bgr: tuple[int, int, int]
) -> None:
    """CMYK from a scanner is a picture like any other."""
    read = decode_picture(cmyk_jpeg(*inks), "a.jpg")
    assert read.shape == (16, 16, 3)
    assert np.abs(read.astype(int) - bgr).max() <= 2


def test_one_pixel_is_a_picture() -> None:
    """Too small to judge is for the checks to say."""
    assert decode_picture(encoded(".png", np.zeros((1, 1, 3), np.uint8)), "a").shape == (1, 1, 3)


def test_a_very_large_picture_is_read(tmp_path: Path) -> None:
    """12000x9000 is what a scanner gives."""
    large = encoded(".jpg", np.full((9000, 12000), 200, np.uint8))
    assert read_picture(written(tmp_path / "a.jpg", large)).shape == (9000, 12000, 3)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    """A header that promises 900 megapixels must not cost 2.7 GB."""
    png = bytearray(encoded(".png", scene()))
    png[16:24] = struct.pack(">II", 30000, 30000)
    with pytest.raises(PictureError, match=r"a\.png: expected at most 200 megapixels, got 30000x"):
        decode_picture(bytes(png), "a.png")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
def test_a_cut_picture_is_refused_with_the_place(
    tmp_path: Path, suffix: str, share: float
) -> None:
    """OpenCV would fill a cut JPEG with grey, and grey desks are clear desks."""
    data = encoded(suffix, scene(640, 480))
    kept = int(len(data) * share)
    path = written(tmp_path / f"a{suffix}", data[:kept])
    with pytest.raises(PictureError, match=f"expected .*, got .*ends after {kept} ") as refused:
        read_picture(path)
    assert str(refused.value).startswith(f"{path}: ")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_data_is_an_error_and_never_a_crash(suffix: str) -> None:
    """A torn upload may hold anything."""
    data = bytearray(encoded(suffix, scene(200, 120)))
    generator = np.random.default_rng(3)
    for _ in range(60):
        torn = bytearray(data)
        for at in generator.integers(0, len(torn), 12):
            torn[at] = int(generator.integers(0, 256))
        try:
            image = decode_picture(bytes(torn), "a")
        except PictureError:
            continue
        assert image.ndim == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", r"got an empty file \(0 bytes\)"),
        (b"loket 1: kosong\n", r"got text \(16 bytes\)"),
        (bytes(range(128, 228)), r"got an unknown kind of file \(100 bytes\)"),
        (b"\xff\xd8\xff\xd9", "got a JPEG without a picture"),
        (b"\x89PNG\r\n\x1a\n", "ends after 8 bytes, within its header"),
    ],
    ids=["zero bytes", "a text", "noise", "a JPEG of nothing", "only a signature"],
)
def test_what_is_no_picture_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    """The line says what the file is, so that somebody can act."""
    path = written(tmp_path / "a.jpg", data)
    with pytest.raises(PictureError, match=said) as refused:
        read_picture(path)
    assert str(refused.value).startswith(f"{path}: expected a JPEG, PNG, BMP, WebP or TIFF")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    """Both come from a mistyped command."""
    with pytest.raises(PictureError, match="got no such file"):
        read_picture(tmp_path / "none.jpg")
    with pytest.raises(PictureError, match="got a folder"):
        read_picture(tmp_path)


def test_broken_pictures_print_nothing_of_their_own(capfd: pytest.CaptureFixture[str]) -> None:
    """One fault, one line; the libraries keep quiet."""
    data = encoded(".png", scene(200, 120))
    cut = data[:900] + data[-12:]
    with pytest.raises(PictureError):
        decode_picture(cut, "a.png")
    jpeg = encoded(".jpg", scene(200, 120))
    with pytest.raises(PictureError):
        decode_picture(jpeg[:700], "a.jpg")
    assert capfd.readouterr() == ("", "")


def test_bytes_after_the_end_of_a_jpeg_do_no_harm() -> None:
    """Some cameras pad their files."""
    image = decode_picture(encoded(".jpg", scene()) + b"\0" * 100, "a.jpg")
    assert image.shape == (48, 64, 3)


def test_a_progressive_jpeg_is_walked_to_its_end() -> None:
    """It has several scans; only the last is followed by the end mark."""
    data = encoded(".jpg", scene(320, 200), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert decode_picture(data, "a.jpg").shape == (200, 320, 3)
    with pytest.raises(PictureError, match="before its end marker"):
        decode_picture(data[: len(data) // 2], "a.jpg")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_jpeg_with_a_hole_is_refused_though_it_has_an_end(
    share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    """A buffer that was sent half and closed properly: the rest would be grey."""
    noise = np.random.default_rng(1).integers(-30, 30, (480, 640, 3))
    data = encoded(".jpg", np.clip(scene(640, 480) + noise, 0, 255).astype(np.uint8))
    with pytest.raises(PictureError, match="expected a JPEG of 640x480 pixels, got damaged data"):
        decode_picture(data[: int(len(data) * share)] + b"\xff\xd9", "a.jpg")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "options",
    [
        (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        (cv2.IMWRITE_JPEG_RST_INTERVAL, 3),
        (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
        (cv2.IMWRITE_JPEG_QUALITY, 1),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440),
    ],
    ids=["progressive", "restarts", "optimised", "worst", "4:4:4", "4:1:1", "4:4:0"],
)
def test_every_ordinary_kind_of_jpeg_is_accepted(options: tuple[int, ...]) -> None:
    """Being strict must not cost a good picture."""
    for size in ((641, 479), (17, 3), (1, 1)):
        image = scene(*size)
        assert decode_picture(encoded(".jpg", image, *options), "a").shape == image.shape
        assert decode_picture(encoded(".jpg", image[:, :, 0], *options), "a").shape == image.shape


def test_names_tell_pictures_from_clips() -> None:
    """A folder holds both."""
    assert is_picture(Path("a.JPG"))
    assert is_clip(Path("a.Mkv"))
    assert not is_picture(Path("a.mp4"))
    assert not is_clip(Path("truth.toml"))
