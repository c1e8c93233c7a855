"""Altered headers, tables, records, presets and messages, a fixed number of each: read, or refused with one sentence.

Nothing else may come out of a reader: no other exception, no memory beyond what the file is worth, no second sentence. The
same examples in every run (the profile is derandomised); ``FUZZ=20`` in the environment tries twenty times as many.
"""

import gzip
import json
import os
import tracemalloc
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_images import save_dicom_series
from rows import blocks

from DGMSegmentationLib.cohort.record import read_record
from DGMSegmentationLib.errors import DGMError, InputError, ProtocolError
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.io.seg_nrrd import write_seg_nrrd
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.norms import read_norms
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import long_text, read_long
from DGMSegmentationLib.segmentation.protocol import load_protocol
from DGMSegmentationLib.structures.table import read_label_set
from DGMSegmentationLib.training.preset import FOLDER, load_preset
from DGMSegmentationLib.worker.protocol import SegmentRequest, decode

TIMES = int(os.environ.get("FUZZ", "1"))
MEMORY = 64 << 20  # bytes; the files are of some hundred voxels


def budget(examples):
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        suppress_health_check=list(HealthCheck),
    )


def read_or_refused(read, path, *arguments):
    """What a reader gives, or None after one sentence of an InputError."""
    watched = path.suffix != ".tsv" and path.suffix != ".toml"  # it takes time
    if watched:
        tracemalloc.start()
    try:
        return read(path, *arguments)
    except InputError as error:
        text = str(error)
        assert "\n" not in text and 10 < len(text) < 2000, text
        return None
    finally:
        peak = tracemalloc.get_traced_memory()[1] if watched else 0
        if watched:
            tracemalloc.stop()
        assert peak < MEMORY, peak


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


positions = st.floats(0, 1, exclude_max=True)
interesting = st.sampled_from(
    [
        b"\0",
        b"\xff",
        b"\x7f\xff",
        b"\xff\x7f",
        b"\x80\0",
        b"\0\0\xc0\x7f",
        b"\0\0\x80\x7f",
        b"\xff" * 8,
        b"\x7f" + b"\xff" * 7,
        b"-1",
        b"nan",
        b"9" * 12,
    ]
)
pieces = st.one_of(interesting, st.binary(min_size=1, max_size=8))
changes = st.lists(st.tuples(positions, pieces), min_size=1, max_size=4)


def changed(raw, places, cut, reach=None):
    """The bytes with pieces put in at places of the first ``reach`` bytes, and cut at a share of their length."""
    made = bytearray(raw)
    for place, piece in places:
        at = int(place * (reach or len(raw)))
        made[at : at + len(piece)] = piece
    return bytes(made[: int(cut * len(made))] if cut < 1 else made)


cuts = st.one_of(st.just(1.0), st.just(1.0), st.just(1.0), st.floats(0, 1))
VOXELS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@budget(75)
@given(places=changes, cut=cuts, zipped=st.booleans())
def test_nifti(folder, kind, places, cut, zipped):
    raw = kind(VOXELS, np.diag([2.0, 2.0, 3.0, 1.0])).to_bytes()
    altered = changed(raw, places, cut, 348 if kind is nib.Nifti1Image else 540)
    path = folder / "x.nii"
    path.write_bytes(gzip.compress(altered, 1) if zipped else altered)
    image = read_or_refused(read_image, path)
    assert image is None or np.isfinite(image.affine).all()


@budget(37)
@given(places=changes, cut=cuts)
def test_gzip(folder, places, cut):
    raw = gzip.compress(nib.Nifti1Image(VOXELS, np.eye(4)).to_bytes(), 1, mtime=0)
    path = folder / "x.nii.gz"
    path.write_bytes(changed(raw, places, cut))
    read_or_refused(read_image, path)


HEADER = b"""NRRD0004
type: short
dimension: 3
space: left-posterior-superior
sizes: 4 5 6
space directions: (2,0,0) (0,2,0) (0,0,3)
kinds: domain domain domain
endian: little
encoding: %s
space origin: (1,2,3)
key:=value

"""
LINES = st.sampled_from(
    [
        b"dimension: 4",
        b"sizes: 4 5 6 7",
        b"sizes: 1 1 1",
        b"sizes: 4 5 600000000",
        b"type: block",
        b"type: double",
        b"spacings: 1 2 nan",
        b"axis mins: 0 0 0",
        b"byte skip: -1",
        b"line skip: 3",
        b"data file: x.nrrd",
        b"data file: LIST",
        b"data file: /dev/zero",
        b"space directions: none (1,0,0) (0,1,0)",
        b"kinds: list domain domain",
        b"encoding: hex",
        b"endian: big",
        b"space: RAS",
        b"Segment0_LabelValue:=x",
        b"Segment0_LabelValue:=1",
        b"Segment0_Layer:=7",
        b"centers: cell cell cell",
        b"space origin: (1,2)",
        b": ",
        b":=",
    ]
)


@budget(100)
@given(
    encoding=st.sampled_from([b"raw", b"gzip", b"ascii", b"bzip2"]),
    places=st.lists(st.tuples(positions, pieces), max_size=3),
    lines=st.lists(st.tuples(st.integers(1, 10), LINES, st.booleans()), max_size=3),
    cut=cuts,
)
def test_nrrd(folder, encoding, places, lines, cut):
    raw = VOXELS.tobytes(order="F")
    packed = {b"gzip": gzip.compress(raw, 1), b"ascii": b" ".join(b"%d" % v for v in VOXELS.ravel())}.get(
        encoding, raw
    )
    header = (HEADER % encoding).splitlines()
    for at, line, instead in lines:
        header[at : at + instead] = [line]
    whole = b"\n".join(header) + b"\n" + packed
    path = folder / "x.nrrd"
    path.write_bytes(changed(whole, places, cut))
    read_or_refused(read_image, path)
    read_or_refused(read_labels, path)


@budget(30)
@given(places=changes, cut=cuts)
def test_segmentations_of_slicer(folder, places, cut):
    path = folder / "whole.seg.nrrd"
    if not path.exists():
        write_seg_nrrd(path, blocks()[0])
    altered = folder / "x.seg.nrrd"
    altered.write_bytes(changed(path.read_bytes(), places, cut))
    read_or_refused(read_labels, altered)


TAGS = (
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "NumberOfFrames",
    "RescaleSlope",
    "RescaleIntercept",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SeriesInstanceUID",
    "PhotometricInterpretation",
    "Modality",
    "RescaleType",
    "PixelData",
    "SOPClassUID",
)


@budget(50)
@given(places=changes, cut=cuts, alone=st.booleans())
def test_bytes_of_dicom(tmp_path_factory, places, cut, alone):
    folder = tmp_path_factory.mktemp("dicom")
    paths = save_dicom_series(folder, VOXELS[:, :, :3], np.diag([-1.0, -1.0, 2.0, 1.0]), names=range(3))
    raw = paths[1].read_bytes()
    paths[1].write_bytes(changed(raw, places, cut))
    read_or_refused(read_image, paths[1] if alone else folder)


@budget(50)
@given(
    tag=st.sampled_from(TAGS),
    value=st.sampled_from(
        [
            "gone",
            "",
            "x",
            "1\\2",
            "nan",
            "1e400",
            "-1",
            "0",
            "65535",
            "2147483648",
            "9" * 30,
            "\\",
            b"",
            b"x" * 7,
        ]
    ),
    every=st.booleans(),
)
def test_tags_of_dicom(tmp_path_factory, tag, value, every):
    """Values are put in as bytes, whatever the tag's kind allows."""
    folder = tmp_path_factory.mktemp("dicom")
    paths = save_dicom_series(folder, VOXELS[:, :, :3], np.diag([-1.0, -1.0, 2.0, 1.0]), names=range(3))
    for path in paths if every else paths[1:2]:
        ds = pydicom.dcmread(path)
        if tag not in ds:
            setattr(ds, tag, "1")
        if value == "gone":
            del ds[tag]
        else:
            raw = value if isinstance(value, bytes) else value.encode()
            kind = ds[tag].VR
            if kind in ("US", "SS"):
                number = int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else 7
                setattr(ds, tag, max(0, min(number, 65535)))
            else:
                raw += b" " * (len(raw) % 2)
                ds[tag] = pydicom.dataelem.RawDataElement(ds[tag].tag, kind, len(raw), raw, 0, False, True)
        try:
            ds.save_as(path)
        except (ValueError, TypeError, OverflowError, pydicom.errors.BytesLengthException):
            return  # pydicom writes no such file
    read_or_refused(read_image, folder)


def table_of(folder):
    labels, image = blocks()
    return long_text(measure(labels, image, subject="sub-1"))


letters = st.sampled_from(
    [
        "\t",
        "\n",
        "\r",
        '"',
        "'",
        ",",
        ";",
        "=",
        "\0",
        "n/a",
        "nan",
        "inf",
        "1e999",
        "-",
        "é",
        "\ud7ff",
        "9" * 400,
        "true",
    ]
)


@budget(75)
@given(
    places=st.lists(st.tuples(positions, letters, st.integers(0, 9)), min_size=1, max_size=4),
    cut=cuts,
    raw=st.booleans(),
)
def test_tables(folder, places, cut, raw):
    for text, readers in (
        (table_of(folder), (read_long, read_table)),
        (lookup_text(), (read_label_set, read_table)),
        (
            "abbreviation\tsex\tage_low\tage_high\tmean_ppb\tsd_ppb\nRN_L\tF\t20\t30\t80\t10\n",
            (read_norms, read_table),
        ),
    ):
        for place, piece, removed in places:
            at = int(place * len(text))
            text = text[:at] + piece + text[at + removed :]
        text = text[: int(cut * len(text))] if cut < 1 else text
        path = folder / "x.tsv"
        path.write_bytes(text.encode("utf-16" if raw else "utf-8", "replace"))
        for read in readers:
            read_or_refused(read, path)


WORDS = st.sampled_from(
    [
        "[",
        "]",
        "=",
        '"',
        "\n",
        "[[",
        "{",
        "}",
        "true",
        "-1",
        "1e999",
        "nan",
        "inf",
        "9" * 30,
        "'''",
        "#",
        "\0",
        '"x"',
        "[" * 2000,
    ]
)


@budget(50)
@given(
    name=st.sampled_from(["part1", "part2", "default", "finetune"]),
    places=st.lists(st.tuples(positions, WORDS, st.integers(0, 12)), min_size=1, max_size=3),
)
def test_presets(folder, name, places):
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for place, piece, removed in places:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + removed :]
    path = folder / "x.toml"
    path.write_text(text, encoding="utf-8")
    read_or_refused(load_preset, path)


@budget(50)
@given(places=st.lists(st.tuples(positions, WORDS, st.integers(0, 12)), min_size=1, max_size=3))
def test_protocols(folder, repository, places):
    files = sorted((repository / "Resources" / "Labels" / "protocols").glob("*.toml"))
    for file in files[:2]:
        text = file.read_text(encoding="utf-8")
        for place, piece, removed in places:
            at = int(place * len(text))
            text = text[:at] + piece + text[at + removed :]
        path = folder / "x.toml"
        path.write_text(text, encoding="utf-8")
        read_or_refused(load_protocol, path)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["", "../x", "a/b", "done", "9" * 400, 10**400]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def with_value(document, path, value):
    """A copy whose place, told by numbers that choose a key at each level, holds the value."""
    made = json.loads(json.dumps(document))
    inner, place = made, list(path)
    while place:
        keys = list(inner) if isinstance(inner, dict) else range(len(inner))
        key = list(keys)[place.pop(0) % len(keys)]
        if not place or not isinstance(inner[key], dict | list) or not inner[key]:
            inner[key] = value
            return made
        inner = inner[key]
    return made


RECORD = {
    "format": 2,
    "name": "sub-1",
    "status": "done",
    "subject": "sub-1",
    "session": "",
    "image": "x.nii.gz",
    "why": "new",
    "kind": "",
    "reason": "",
    "inputs": {"image": {"size": 3, "mtime_ns": 4, "files": None, "sha256": ""}, "channels": {}},
    "labels_of": {"model": "default"},
    "rows_of": {},
    "edited": None,
    "corrected": False,
    "outputs": {"a.tsv": 3},
    "edited_outputs": {},
    "automatic": {
        "made_of": {},
        "options": {},
        "labels": None,
        "model": "m",
        "network_flags": [],
        "provenance": {},
    },
    "warnings": [],
    "seconds": 1.0,
    "peak_memory_mb": None,
    "finished": "",
    "process": 3,
    "traceback": "",
}


@budget(75)
@given(path=st.lists(st.integers(0, 30), min_size=1, max_size=4), value=values)
def test_records(folder, path, value):
    labels, image = blocks()
    rows = [vars(row) for row in measure(labels, image)[:1]]
    document = {**RECORD, "rows": json.loads(json.dumps(rows, default=str))}
    file = folder / "sub-1.json"
    try:
        file.write_text(json.dumps(with_value(document, path, value)))
    except UnicodeEncodeError:
        return
    said = []
    record = read_record(file, said.append)
    assert (record is None) == bool(said) and len(said) < 2
    for remark in said:
        assert "\n" not in str(remark)


REQUEST = {
    "v": 0,
    "do": "segment",
    "id": "1",
    "image": {"path": "x.npy", "affine": np.eye(4).tolist(), "name": "x"},
    "output": "out",
    "options": {"model": "default", "device": "cpu", "units": "auto", "voxel_size": [1, 1, 3]},
    "channels": [{"path": "y.npy", "affine": np.eye(4).tolist(), "name": "y"}],
}


@budget(100)
@given(path=st.lists(st.integers(0, 30), min_size=1, max_size=5), value=values)
def test_messages_of_the_worker(path, value):
    from DGMSegmentationLib.worker.protocol import PROTOCOL

    try:
        line = json.dumps(with_value({**REQUEST, "v": PROTOCOL}, path, value)).encode()
    except UnicodeEncodeError:
        return
    try:
        SegmentRequest.from_message(decode(line))
    except ProtocolError as error:
        text = str(error)
        assert "\n" not in text and len(text) < 2000


@budget(50)
@given(
    line=st.one_of(
        st.binary(max_size=60),
        values.map(lambda v: json.dumps(v).encode()),
        st.integers(0, 10**5).map(lambda n: b"[" * n),
    )
)
def test_lines_of_the_worker(line):
    said = []
    try:
        decode(line)
    except ProtocolError as error:
        said.append(str(error))
    assert not any("\n" in text for text in said)


@budget(30)
@given(
    name=st.text(
        st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=40
    )
)
def test_names_of_files_in_errors(folder, name):
    """Whatever a name holds, its sentence is one line and nothing that a terminal obeys."""
    with pytest.raises(DGMError) as caught:
        read_image(Path(folder, name, "x.nii.gz"))
    assert str(caught.value).isprintable()
