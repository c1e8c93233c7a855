"""What golden.py keeps of an output: a readable text without what differs from run to run (times, versions, paths, machine)."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

VOLATILE = frozenset(
    [
        *(
            "seconds",
            "created",
            "started",
            "finished",
            "ended",
            "date",
            "host",
            "hostname",
            "machine",
            "platform",
        ),
        *("python", "torch", "memory", "memory_mb", "peak_memory_mb", "pid", "mtime", "mtime_ns", "modified"),
    ]
)
"""Keys of JSON whose values are those of the run, not of the result."""
PATTERNS = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d| UTC)?", "<TIME>"),
    (r"\b\d{4}-\d\d-\d\d\b", "<DATE>"),
    (r"DGMSegmentation(Lib)? \d+\.\d+\.\d+[\w.+]*", "DGMSegmentation <VERSION>"),
    (r"dgmseg \d+\.\d+\.\d+[\w.+]*", "dgmseg <VERSION>"),
    (r"\b\d+(\.\d+)?(e-\d+)? (s|ms|min|h|MB|GB|MiB|GiB)\b", r"<N> \3"),
    (r"Python 3\.\d+\.\d+", "Python <VERSION>"),
    (r"\b(1\.2\.826\.0\.1\.3680043|2\.25)[.\d]*\d{15,}", "<UID>"),  # made anew; those of the inputs are short
)
"""In any text."""


class Normaliser:
    """Replaces the places of this run, then everything of :data:`PATTERNS`."""

    def __init__(self, places: dict[str, str]) -> None:
        self.places = dict(sorted(places.items(), key=lambda item: -len(item[0])))

    def text(self, text: str) -> str:
        """A text of the program, with one kind of line end."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", text.replace("\r\n", "\n"))
        for place, name in self.places.items():
            text = text.replace(place, name)
        for pattern, name in PATTERNS:
            text = re.sub(pattern, name, text)
        return text

    def file(self, path: Path) -> str:
        """A file as a text: its own for texts, a description with checksums for the others."""
        name = path.name.lower()
        for endings, describe in _KINDS:
            if name.endswith(endings):
                return describe(self, path)
        data = path.read_bytes()
        try:
            return self.text(data.decode())
        except UnicodeDecodeError:
            return f"{len(data)} bytes, sha256 {_sha(data)}\n"

    def json(self, text: str) -> str:
        """JSON with one entry a line, without the values of volatile keys."""
        return self.text(json.dumps(_steady(json.loads(text)), indent=1, ensure_ascii=False)) + "\n"


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "*" if k.lower() in VOLATILE else _steady(v) for k, v in value.items()}
    return [_steady(v) for v in value] if isinstance(value, list) else value


def _sha(data: Any) -> str:
    return hashlib.sha256(data).hexdigest()


def _array(data: np.ndarray) -> list[str]:
    lines = [f"array {data.dtype} {data.shape} sha256 {_sha(np.ascontiguousarray(data).tobytes())}"]
    if data.dtype.kind in "iub":
        lines += [f"  {v}: {n}" for v, n in zip(*np.unique(data, return_counts=True), strict=True)]
    elif data.size:
        lines.append(f"  min {data.min():.6g} mean {data.mean(dtype=float):.8g} max {data.max():.6g}")
    return lines


def _nifti(normaliser: Normaliser, path: Path) -> str:
    import nibabel as nib

    image = nib.load(path)
    header = "\n".join(line for line in str(image.header).splitlines())
    return normaliser.text("\n".join([header, *_array(np.asarray(image.dataobj))]) + "\n")


def _nrrd(normaliser: Normaliser, path: Path) -> str:
    head, _, body = path.read_bytes().partition(b"\n\n")
    if b"encoding: gzip" in head:
        body = gzip.decompress(body)
    return normaliser.text(head.decode()) + f"\nbody sha256 {_sha(body)}\n"


def _dicom(normaliser: Normaliser, path: Path) -> str:
    import pydicom

    volatile = (
        "ContentDate",
        "ContentTime",
        "InstanceCreationDate",
        "InstanceCreationTime",
        "SoftwareVersions",
    )
    data = pydicom.dcmread(path)
    for name in (*volatile, "SeriesInstanceUID", "SOPInstanceUID", "ContentCreatorName"):
        if name in data:
            delattr(data, name)
    pixels = data.pop("PixelData", None)
    lines = [str(data), f"pixels sha256 {_sha(pixels.value)}" if pixels is not None else "no pixels"]
    return normaliser.text("\n".join(lines) + "\n")


def _weights(normaliser: Normaliser, path: Path) -> str:
    from safetensors import safe_open

    lines = []
    with safe_open(path, "np") as file:
        for key, text in sorted((file.metadata() or {}).items()):
            try:
                lines.append(f"{key}: {normaliser.json(text)}")
            except ValueError:
                lines.append(f"{key}: {normaliser.text(text)}")
        for key in sorted(file.keys()):
            values = file.get_tensor(key)
            lines.append(f"{key} {values.shape} {values.dtype} sha256 {_sha(values.tobytes())}")
    return "\n".join(lines) + "\n"


def _picture(normaliser: Normaliser, path: Path) -> str:
    return _pixels(path.read_bytes())


def _pixels(data: bytes) -> str:
    """A PNG without what it says of the program that drew it: the text chunks."""
    kept, place = [], 8
    while place + 8 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if kind in (b"IHDR", b"IDAT", b"PLTE"):
            kept.append(data[place : place + 12 + length])
        place += 12 + length
    return f"picture {len(b''.join(kept))} bytes, sha256 {_sha(b''.join(kept))}\n"


def _page(normaliser: Normaliser, path: Path) -> str:
    import base64

    def short(found: "re.Match[str]") -> str:
        data = base64.b64decode(found[2])
        return f"{found[1]}<{_pixels(data).strip() if 'png' in found[1] else _sha(data)}>"

    text = re.sub(r"(data:[\w/+;-]+?base64,)([A-Za-z0-9+/=\s]+)", short, path.read_text(encoding="utf-8"))
    return normaliser.text(text.replace("><", ">\n<"))


def _json_file(normaliser: Normaliser, path: Path) -> str:
    return normaliser.json(path.read_text(encoding="utf-8"))


_KINDS: tuple[tuple[Any, Any], ...] = (
    ((".nii", ".nii.gz"), _nifti),
    (".nrrd", _nrrd),
    (".dcm", _dicom),
    (".safetensors", _weights),
    (".png", _picture),
    ((".html",), _page),
    ((".json",), _json_file),
)
