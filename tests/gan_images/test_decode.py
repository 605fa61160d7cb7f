import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cohort.errors import Problem
from gan_images.decode import decode, resized

RED = (200, 30, 40)
GPS = 0x8825


def picture(side=40, colour=RED):
    return Image.new("RGB", (side, side), colour)


def read(path, size=16):
    found = decode(path, size=size, where="the picture")
    assert not isinstance(found, Problem), found
    return found


def refused(path):
    found = decode(path, size=16, where="the picture")
    assert isinstance(found, Problem)
    return str(found)


def bomb(path, side=20_000):
    """A PNG that says how large it is, and has nothing else."""
    said = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(13, said), (0, b"IDAT"), (0, b"IEND")]
    body = b"".join(struct.pack(">I", n) + each + struct.pack(">I", zlib.crc32(each)) for n, each in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "RGBA", "LA", "1", "YCbCr", "HSV"])
def test_every_kind_of_picture_becomes_red_green_and_blue(tmp_path, mode):
    path = tmp_path / "a.tif"
    shown = picture(colour=(255, 255, 255)).convert(mode)
    if mode in ("YCbCr", "HSV", "CMYK"):
        path = path.with_suffix(".jpg")
        shown = shown.convert("CMYK" if mode == "CMYK" else "RGB")
    shown.save(path)
    found = read(path)
    assert found.shape == (16, 16, 3)
    assert found.dtype == np.uint8
    assert found.min() > 250


def test_cmyk_keeps_its_colours(tmp_path):
    picture().convert("CMYK").save(tmp_path / "a.jpg")
    assert np.abs(read(tmp_path / "a.jpg").mean(axis=(0, 1)) - RED).max() < 25


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    ramp = np.linspace(0, 65535, 40 * 40).reshape(40, 40).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    found = read(tmp_path / "a.png")[:, :, 0].astype(int)
    assert found[0].mean() < 10
    assert found[-1].mean() > 245
    assert 110 < found[7:9].mean() < 145


def test_what_is_see_through_stands_on_white(tmp_path):
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert (read(tmp_path / "a.png") == 255).all()
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.save(tmp_path / "b.png", transparency=0)
    assert (read(tmp_path / "b.png") == 255).all()


def test_a_truncated_jpeg_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    content = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 2])
    assert "damaged or cut off" in refused(tmp_path / "a.jpg")


def test_text_that_is_called_a_picture_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("name: Jane Doe")
    told = refused(tmp_path / "a.jpg")
    assert "no picture in a known format" in told
    assert "Jane" not in told


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.png").touch()
    assert "no picture" in refused(tmp_path / "a.png")


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path, side):
    bomb(tmp_path / "a.png", side)
    assert (tmp_path / "a.png").stat().st_size < 100
    assert "pixels" in refused(tmp_path / "a.png")


def test_a_format_that_was_not_asked_for_is_not_opened(tmp_path):
    picture().save(tmp_path / "a.gif")
    (tmp_path / "a.gif").rename(tmp_path / "a.png")
    assert "known format" in refused(tmp_path / "a.png")


def test_the_middle_square_is_kept(tmp_path):
    wide = np.zeros((40, 80, 3), dtype=np.uint8)
    wide[:, 20:60] = 255
    Image.fromarray(wide).save(tmp_path / "a.png")
    assert read(tmp_path / "a.png").mean() > 240


def test_a_picture_is_turned_upright_as_its_exif_says(tmp_path):
    half = np.zeros((40, 40, 3), dtype=np.uint8)
    half[:20] = 255
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(half).save(tmp_path / "a.jpg", exif=exif, quality=95)
    found = read(tmp_path / "a.jpg")
    assert found[:6].mean() < 20
    assert found[-6:].mean() > 235


def test_a_picture_of_the_right_size_stays_as_it_is(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    assert np.array_equal(read(tmp_path / "a.png"), noise)
    assert resized(noise[None], size=16) is not None
    assert resized(noise[None], size=32).shape == (1, 32, 32, 3)
