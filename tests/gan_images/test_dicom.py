import struct
import sys

import numpy as np
import pytest
from PIL import Image

from cohort.errors import Problem
from gan_images.decode import decode
from gan_images.readers import Layout, read_images

SECRET = "DOE^JANE"


@pytest.fixture
def dicom():
    """pydicom, or the test is left out."""
    return pytest.importorskip("pydicom", reason="pydicom is not installed: synthassay[dicom]")


def write(path, values, dicom, **fields):
    """A file as a scanner writes it, with a name, a birth date and whatever else is given."""
    file = dicom.Dataset()
    file.PatientName, file.PatientBirthDate, file.InstitutionName = SECRET, "19561224", SECRET
    colours = values.ndim == 3
    file.Rows, file.Columns = values.shape[:2]
    file.SamplesPerPixel, file.PixelRepresentation = (3 if colours else 1), 0
    file.PhotometricInterpretation = "RGB" if colours else "MONOCHROME2"
    if colours:
        file.PlanarConfiguration = 0
    file.BitsAllocated = file.BitsStored = 8 * values.dtype.itemsize
    file.HighBit = file.BitsStored - 1
    file.PixelData = values.tobytes()
    for name, value in fields.items():
        setattr(file, name, value)
    file.file_meta = dicom.dataset.FileMetaDataset()
    file.file_meta.TransferSyntaxUID = dicom.uid.ExplicitVRLittleEndian
    file.file_meta.MediaStorageSOPClassUID = dicom.uid.SecondaryCaptureImageStorage
    file.file_meta.MediaStorageSOPInstanceUID = dicom.uid.generate_uid()
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save_as(path, enforce_file_format=True)
    return path


def read(path):
    found = decode(path, size=16, where="the picture")
    assert not isinstance(found, Problem), found
    return found


def refused(path):
    found = decode(path, size=16, where="the picture")
    assert isinstance(found, Problem)
    return str(found)


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def ramp(dtype, top):
    return np.linspace(0, top, 256).reshape(16, 16).astype(dtype)


def test_coloured_pixels_are_read_as_they_are(tmp_path, dicom, noise):
    assert np.array_equal(read(write(tmp_path / "a.dcm", noise, dicom)), noise)


def test_grey_is_shown_from_the_darkest_to_the_brightest_or_in_the_file_s_window(tmp_path, dicom):
    whole = read(write(tmp_path / "a.dcm", ramp(np.uint16, 4000), dicom))
    assert (whole[0, 0].max(), whole[-1, -1].min()) == (0, 255)
    assert np.ptp(whole, axis=2).max() == 0
    window = {"WindowCenter": 3000, "WindowWidth": 2000}
    narrow = read(write(tmp_path / "b.dcm", ramp(np.uint16, 4000), dicom, **window))
    assert narrow[:7].max() == 0
    assert 110 < narrow[11:13].mean() < 145
    turned = write(tmp_path / "c.dcm", ramp(np.uint8, 255), dicom, PhotometricInterpretation="MONOCHROME1")
    assert read(turned)[0, 0].min() == 255


def test_several_windows_are_the_first_and_a_rescaled_value_is_meant(tmp_path, dicom):
    fields = {"WindowCenter": [0, 99], "WindowWidth": [200, 9], "RescaleSlope": 1, "RescaleIntercept": -1000}
    found = read(write(tmp_path / "a.dcm", ramp(np.uint16, 2000), dicom, **fields))
    assert found[:6].max() == 0
    assert found[-6:].min() == 255


def test_nothing_of_a_header_travels(tmp_path, dicom, noise):
    for number in range(4):
        write(tmp_path / "ab"[number % 2] / f"{SECRET}_{number}.dcm", np.roll(noise, number), dicom)
    cohort = read_images(Layout(images=tmp_path, size=16))
    assert len(cohort) == 4
    assert SECRET not in repr(vars(cohort))
    assert cohort.metadata is None
    whole = read(tmp_path / "a" / f"{SECRET}_0.dcm")
    Image.fromarray(whole).save(tmp_path / "out.png")
    assert SECRET.encode() not in (tmp_path / "out.png").read_bytes()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"NumberOfFrames": 3}, "has several frames"),
        ({"BurnedInAnnotation": "YES"}, "words are burnt into its pixels. Blacken them"),
        ({"Rows": 20_000, "Columns": 20_000}, "20000 × 20000 pixels"),
        ({"PixelData": b"12"}, "damaged"),
        ({"PhotometricInterpretation": SECRET}, "damaged"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_what_is_no_single_clean_picture_is_refused(tmp_path, dicom, noise, fields, words):
    told = refused(write(tmp_path / "a.dcm", noise, dicom, **fields))
    assert words in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "content", [b"", b"name: " + SECRET.encode(), bytes(128) + b"DICM" + struct.pack("<I", 9)]
)
def test_what_is_no_dicom_file_is_refused(tmp_path, dicom, content):
    (tmp_path / "a.dcm").write_bytes(content)
    told = refused(tmp_path / "a.dcm")
    assert "no DICOM picture" in told
    assert SECRET not in told


def test_without_pydicom_the_remedy_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    (tmp_path / "a.dcm").touch()
    assert 'pip install "synthassay[dicom]"' in refused(tmp_path / "a.dcm")
