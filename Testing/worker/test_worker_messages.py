"""Whatever is sent to the worker process is answered once, and the next message is answered too."""

import json
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.worker.client import request_for
from DGMSegmentationLib.worker.protocol import MAX_LINE, PROTOCOL, decode, encode

VALUES = (
    None, True, -1, 10**400, "", "x" * 100_000, [], {"a": 1},
    [[10**400] * 4] * 4, [["1"] * 4] * 4, [[1e300] * 4] * 4, "\ud800",
)  # fmt: skip


@contextmanager
def worker():
    process = subprocess.Popen(
        [sys.executable, "-m", "DGMSegmentationLib.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert decode(process.stdout.readline())["event"] == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process, line):
    process.stdin.write(line)
    process.stdin.flush()
    while True:
        answer = decode(process.stdout.readline())
        if answer["event"] not in ("status", "progress"):
            return answer


def good(folder, **changes):
    volume = {"path": str(folder / "image.npy"), "affine": np.eye(4).tolist(), "name": "head"}
    options = {"model": str(PHANTOM_MODEL), "device": "cpu"}
    message = request_for("1", image=volume, output=str(folder), options=options).to_message()
    return {"v": PROTOCOL, **json.loads(json.dumps(message)), **changes}


def altered(message):
    """The message with each of its fields, however deep, replaced by each value, and without it."""
    places = [(key,) for key in message if key not in ("v", "do")]
    places += [("image", key) for key in message["image"]] + [("options", key) for key in message["options"]]
    for place in places:
        for value in (
            (10**400, [], {"a": 1}) if place[0] == "options" and len(place) == 2 else (*VALUES, "gone")
        ):
            changed = json.loads(json.dumps(message))
            inner = changed[place[0]] if len(place) == 2 else changed
            if value == "gone":
                del inner[place[-1]]
            else:
                inner[place[-1]] = value
            yield changed


RUBBISH = (
    b"hello", b"{", b"null", b"[]", b"3", b"\xff\xfe", b"\x00" * 100, b'"text"', b"[" * 200_000,
    b'{"v": %d, "do": "segment", "id": %s}' % (PROTOCOL, b"[" * 200_000), b'{"a":' * 150_000,
    b'{"v": %d, "do": ["segment"]}' % PROTOCOL, b'{"v": %d, "do": {"a": 1}, "id": "x"}' % PROTOCOL,
    b'{"v": [1]}', b'{"v": NaN}', b"9" * 10_000, b'{"id": "\\ud800"}', b'{"v": %d}' % PROTOCOL,
)  # fmt: skip


def test_every_message_is_answered(tmp_path):
    """Wrong ones at once, in their order; the volume is no array, so that right ones are answered fast, too."""
    (tmp_path / "image.npy").write_bytes(b"no array")
    message = good(tmp_path)
    with worker() as process:
        for line in RUBBISH:
            answer = ask(process, line + b"\n")
            assert (answer["event"], answer["kind"]) == ("error", "protocol"), line[:60]
            assert "\n" not in answer["message"] and len(answer["message"]) < 1000
        answered = []
        for changed in altered(message):
            answer = ask(process, json.dumps(changed).encode() + b"\n")
            assert answer["event"] == "error", changed
            answered.append(answer["kind"])
        assert answered.count("protocol") > 90
        assert set(answered) == {"protocol", "input", "failure"}  # the last: names that no disk takes
        assert ask(process, encode(message))["kind"] == "input"


def test_a_huge_message_is_one_message(tmp_path):
    (tmp_path / "image.npy").write_bytes(b"no array")
    with worker() as process:
        for length in (MAX_LINE + 1, 3 * MAX_LINE + 17):
            answer = ask(process, b" " * length + b"{}\n")
            assert answer["kind"] == "protocol" and "too long" in answer["message"]
        assert ask(process, encode(good(tmp_path)))["id"] == "1"


def test_arrays_that_are_no_images_are_refused(tmp_path):
    with worker() as process:
        for dtype in ("V8", "O", "U3", "complex64", "bool", "datetime64[s]"):
            array = np.full((4, 4, 4), None) if dtype == "O" else np.zeros((4, 4, 4), dtype)
            np.save(tmp_path / "image.npy", array)
            answer = ask(process, encode(good(tmp_path)))
            assert (answer["event"], answer["kind"]) == ("error", "input"), dtype


@pytest.mark.parametrize("last", [b"", b"hello\n", b"[" * 500_000 + b"\n", b" " * (MAX_LINE + 5), b'{"v": 2'])
def test_it_ends_with_its_input_whatever_came_last(last):
    with worker() as process:
        process.stdin.write(last)
        process.stdin.close()
        process.stdin = None
        assert process.wait(60) == 0
