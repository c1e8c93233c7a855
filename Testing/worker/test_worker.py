"""The worker process and its client, with a real model: what crosses, what is refused, how runs and processes end."""

import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL
from patience import PATIENCE_S, until
from processes import alive

from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.worker import client as worker_client
from DGMSegmentationLib.worker.client import CANCEL_GRACE_S, WorkerClient, request_for
from DGMSegmentationLib.worker.process import SegmentingWorker
from DGMSegmentationLib.worker.protocol import PROTOCOL, ProtocolError, decode, encode


@pytest.fixture(scope="module")
def head():
    image, _labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
    return image


@pytest.fixture(scope="module")
def client():
    client = WorkerClient()
    yield client
    client.stop()


def at_work(client, make_request):
    """Submit runs until one is met amid the network's work (a starved test may see others end first); all events so far."""
    events = []
    for number in range(100):
        client.submit(make_request(number))
        latest = []

        def amid(latest=latest):
            latest.extend(client.poll())
            return not client.busy or any(e["event"] == "progress" and e["fraction"] > 0.05 for e in latest)

        until(amid)
        events += latest
        if client.busy:
            return events
    raise AssertionError("every run had ended before it was seen at work")


def ask(folder, image, name="1", **options):
    folder.mkdir(exist_ok=True)
    np.save(folder / "image.npy", image.data)
    volume = {"path": str(folder / "image.npy"), "affine": image.affine.tolist(), "name": "head <1>"}
    chosen = {"model": str(PHANTOM_MODEL), **options}
    return request_for(name, image=volume, output=str(folder), options=chosen)


def test_labels_equal_those_of_the_library(client, head, tmp_path):
    """The result through the process is, voxel by voxel, that of segment(); progress rises; the second run is warm."""
    expected = segment(head, PHANTOM_MODEL, device="cpu")
    seen = []
    client.submit(ask(tmp_path / "with space ä", head, device="cpu"))
    done = client.wait(PATIENCE_S, seen.append)
    assert done["event"] == "done", done
    labels = np.load(done["labels"])
    assert labels.dtype == np.uint8
    assert np.array_equal(labels, expected.labels.data)
    assert set(np.unique(labels)) == set(range(11))
    assert done["provenance"]["model"]["sha256"] == expected.provenance["model"]["sha256"]
    fractions = [event["fraction"] for event in seen if event["event"] == "progress"]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > 3
    assert fractions[0] >= 0 and fractions[-1] <= 1
    pid = client.pid
    client.submit(ask(tmp_path / "again", head, "2", device="cpu"))
    assert client.wait(PATIENCE_S)["event"] == "done"
    assert client.pid == pid


@pytest.mark.parametrize(
    "change, word",
    [
        ({"options": {"units": "apples"}}, "units"),
        ({"options": {"device": 3}}, "device"),
        ({"options": {"flip_average": "yes"}}, "flip_average"),
        ({"options": {"model": ""}}, "model"),
        ({"options": {"surprise": 1}}, "surprise"),
        ({"options": []}, "options"),
        ({"image": {"path": "x.npy", "affine": [[1, 0], [0, 1]]}}, "affine"),
        ({"image": {"path": "x.npy", "affine": [[float("nan")] * 4] * 4}}, "affine"),
        ({"image": "x.npy"}, "image"),
        ({"channels": {}}, "channels"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(change, word):
    good = {"image": {"path": "x.npy", "affine": np.eye(4).tolist()}, "output": "o", "options": {}}
    request_for("1", **good)
    with pytest.raises(ProtocolError, match=word):
        request_for("1", **{**good, **change})


@pytest.mark.parametrize(
    "line, word",
    [
        (b"hello\n", "JSON"),
        (b"[1]\n", "object"),
        (b'{"v": 99, "do": "segment", "id": "a"}\n', "version 99"),
        (encode({"do": "dance", "id": "a"}), "dance"),
        (encode({"do": "segment", "id": "a"}), "image"),
    ],
)
def test_the_worker_answers_rubbish_with_one_sentence_and_lives_on(line, word):
    process = subprocess.Popen(
        [sys.executable, "-m", "DGMSegmentationLib.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert decode(process.stdout.readline())["event"] == "ready"
        process.stdin.write(line)
        process.stdin.flush()
        answer = decode(process.stdout.readline())
        assert (answer["event"], answer["kind"]) == ("error", "protocol")
        assert word in answer["message"]
        assert process.poll() is None
        process.stdin.write(encode({"do": "quit"}))
        process.stdin.flush()
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()


def test_messages_are_versioned_json_without_nan():
    line = encode({"a": float("nan"), "b": np.float32(1.5), "c": (1, 2)})
    assert json.loads(line) == {"v": PROTOCOL, "a": None, "b": 1.5, "c": [1, 2]}


def test_bad_input_is_one_sentence_and_the_worker_stays(client, head, tmp_path):
    labels = head.replace(data=np.full(head.shape, 3, dtype=np.float32))
    client.submit(ask(tmp_path, labels, "bad", device="cpu"))
    answer = client.wait(PATIENCE_S)
    assert (answer["event"], answer["kind"]) == ("error", "input")
    assert "\n" not in answer["message"] and "Traceback" in answer["detail"]
    assert client.pid is not None
    assert not (tmp_path / "labels.npy").exists()


def test_missing_file_and_missing_model_are_sentences(client, head, tmp_path):
    request = ask(tmp_path, head, "gone", device="cpu")
    os.remove(request.image.path)
    client.submit(request)
    assert "is gone" in client.wait(PATIENCE_S)["message"]
    other = ask(tmp_path, head, "nomodel")
    client.submit(
        request_for(
            "m",
            **{**other.to_message(), "options": {"model": "/no/such.safetensors"}, "id": "m"}
            | {"do": "segment"},
        )
    )
    answer = client.wait(PATIENCE_S)
    assert answer["kind"] == "input" and "no model" in answer["message"]


def test_a_damaged_array_is_refused(client, head, tmp_path):
    request = ask(tmp_path, head, "cut")
    with open(request.image.path, "r+b") as file:
        file.truncate(300)
    client.submit(request)
    answer = client.wait(PATIENCE_S)
    assert answer["event"] == "error" and "damaged" in answer["message"]


@pytest.mark.parametrize(
    "can_answer",
    [True, pytest.param(False, marks=pytest.mark.skipif(os.name == "nt", reason="signals"))],
)
def test_cancel_answers_in_any_case(client, head, tmp_path, can_answer, monkeypatch):
    """In the middle of the network's work: the worker answers and stays warm, or it is ended."""
    assert CANCEL_GRACE_S < 1
    monkeypatch.setattr(worker_client, "LEAVING_S", PATIENCE_S if can_answer else 1.0)
    at_work(client, lambda n: ask(tmp_path / str(n), head, f"c{n}", device="cpu", flip_average=True))
    pid = client.pid
    if not can_answer:
        os.kill(pid, signal.SIGSTOP)
    client.cancel()
    assert client.wait(PATIENCE_S)["event"] == "cancelled"
    assert not client.busy
    client.submit(ask(tmp_path, head, "d", device="cpu"))
    assert client.wait(PATIENCE_S)["event"] == "done"
    if os.name != "nt":
        assert (client.pid == pid) is can_answer


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_worker_that_ended_what_was_cancelled_stays_though_nobody_asks(client, head, tmp_path, monkeypatch):
    """A window polls while it runs something, not after Cancel."""
    at_its_limit = []

    class Later(threading.Timer):
        def start(self):
            at_its_limit.append(self.function)

    events = at_work(client, lambda n: ask(tmp_path / str(n), head, f"s{n}", device="cpu", flip_average=True))
    pid = client.pid
    monkeypatch.setattr(worker_client.threading, "Timer", Later)
    os.kill(pid, signal.SIGSTOP)
    client.cancel()
    assert client.wait(PATIENCE_S)["event"] == "cancelled"
    os.kill(pid, signal.SIGCONT)
    until(lambda: client._answered == events[-1]["id"])
    (end,) = at_its_limit
    end()
    client.submit(ask(tmp_path, head, "t", device="cpu"))
    assert client.wait(PATIENCE_S)["event"] == "done" and client.pid == pid


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_worker_is_one_sentence_and_the_next_run_works(client, head, tmp_path):
    at_work(client, lambda n: ask(tmp_path / str(n), head, f"k{n}", device="cpu"))
    os.kill(client.pid, signal.SIGKILL)
    answer = client.wait(PATIENCE_S)
    assert (answer["event"], answer["kind"]) == ("error", "died")
    assert "memory" in answer["message"] and "click Segment again" in answer["message"]
    client.submit(ask(tmp_path, head, "l", device="cpu"))
    assert client.wait(PATIENCE_S)["event"] == "done"


LAUNCHER = """#!{python}
import subprocess, sys
code = subprocess.run([sys.executable, *sys.argv[1:]]).returncode
if code < 0:
    print("error: [python-real] exit abnormally - Report the problem.", file=sys.stderr)
sys.exit(1 if code < 0 else code)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("how, said", [("SIGKILL", "memory"), ("SIGSEGV", "stopped unexpectedly"), ("", "")])
def test_behind_slicers_launcher(head, tmp_path, how, said):
    """PythonSlicer is a launcher: the Python that works is its child, whose signals the exit code does not show."""
    launcher = tmp_path / "PythonSlicer"
    launcher.write_text(LAUNCHER.format(python=sys.executable))
    launcher.chmod(0o755)
    own = WorkerClient(str(launcher))
    try:
        events = at_work(own, lambda n: ask(tmp_path / f"run{n}", head, f"l{n}", device="cpu"))
        child = next(event["pid"] for event in events if event["event"] == "ready")
        assert child != own.pid
        if how:
            os.kill(child, getattr(signal, how))
            answer = own.wait(PATIENCE_S)
            assert (answer["event"], answer["kind"]) == ("error", "died")
            assert said in answer["message"] and "click Segment again" in answer["message"]
        own.stop()
        until(lambda: not alive(child), "the Python behind the launcher lived on")
    finally:
        own.stop()


def test_stop_leaves_no_process(head, tmp_path):
    own = WorkerClient()
    own.submit(ask(tmp_path, head, "s", device="cpu"))
    until(own.poll)
    pid = own.pid
    own.stop()
    own.stop()
    assert own.pid is None
    assert not alive(pid)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks into /proc")
@pytest.mark.parametrize("end", ["done", "cancelled", "error"])
def test_no_file_is_open_any_more_when_the_answer_is_given(head, tmp_path, end):
    """Windows removes no file that a process has mapped: the volume would stay in the temporary folder."""
    said = []

    class Ear:
        def write(self, line):
            with open("/proc/self/maps") as maps:
                said.append((decode(line)["event"], str(tmp_path) in maps.read()))
            if end == "cancelled" and said[-1] == ("progress", True):
                worker._cancelled.add(end)

        def flush(self):
            pass

    worker = SegmentingWorker(None, Ear())
    image = head.replace(data=np.full(head.shape, 3, dtype=np.float32)) if end == "error" else head
    worker._answer(ask(tmp_path, image, end, device="cpu"))
    assert said[-1] == (end, False)
    assert ("progress", True) in said


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks into /proc")
@pytest.mark.parametrize("how", ["exit", "kill -9"])
def test_the_worker_dies_with_its_parent(how, head, tmp_path):
    """The parent ends in the middle of a run, well or badly: the worker is gone soon after."""
    request = ask(tmp_path, head, "p", device="cpu", flip_average=True)
    code = (
        "import sys, time, json, os, signal\n"
        "from DGMSegmentationLib.worker.client import CANCEL_GRACE_S, WorkerClient, request_for\n"
        "m = json.loads(sys.argv[1]); m.pop('do'); c = WorkerClient(); c.submit(request_for(m.pop('id'), **m))\n"
        "while not any(e['event'] == 'progress' for e in c.poll()): time.sleep(0.01)\n"
        "print(c.pid, flush=True)\n"
        + ("sys.exit(0)" if how == "exit" else "os.kill(os.getpid(), signal.SIGKILL)")
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(request.to_message())], capture_output=True, text=True
    )
    pid = int(done.stdout.split()[0])
    until(lambda: not alive(pid), "the worker lived on")


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks into /proc")
@pytest.mark.parametrize("module", ["worker", "worker.pool"])
def test_no_library_finds_the_messages_on_the_standard_input(module):
    """On Windows an import of numpy that looks there would wait for the next message, that is for ever."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"DGMSegmentationLib.{module}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        until(lambda: os.readlink(f"/proc/{process.pid}/fd/0") == os.devnull)
        process.stdin.close()  # it listens to the messages all the same
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def test_nothing_is_imported_from_the_folder_of_the_start(head, tmp_path, monkeypatch):
    """The application was started in a folder with a file of the user's that is called like a module."""
    (tmp_path / "queue.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    own = WorkerClient()
    try:
        own.submit(ask(tmp_path / "run", head, "c", device="cpu"))
        assert own.wait(PATIENCE_S)["event"] == "done"
    finally:
        own.stop()


def test_missing_package_names_it(monkeypatch, tmp_path, head):
    """Without torch the answer says what is missing, not a traceback."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    )
    own = WorkerClient(environment={"PYTHONPATH": str(tmp_path)})
    try:
        own.submit(ask(tmp_path / "run", head, "t"))
        answer = own.wait(PATIENCE_S)
        assert answer["event"] == "error"
        assert answer["message"].startswith("The Python package torch is missing")
    finally:
        own.stop()


@pytest.mark.parametrize(
    ("log", "code", "package"),
    [
        (
            "python: Error while finding module specification for 'DGMSegmentationLib.worker' "
            "(ModuleNotFoundError: No module named 'DGMSegmentationLib')",
            "library_missing",
            "DGMSegmentationLib",
        ),
        ("ModuleNotFoundError: No module named 'torch.nn'", "package_missing", "torch"),
        (
            "/usr/bin/python3: No module named DGMSegmentationLib.worker",
            "library_missing",
            "DGMSegmentationLib",
        ),
    ],
)
def test_a_worker_that_does_not_begin_says_what_is_missing(log, code, package):
    from DGMSegmentationLib.worker.client import _why

    error = _why(1, log)
    assert (error.code, error.facts["package"]) == (code, package)
    assert "'" not in error.sentence("panel") and ")" not in error.sentence("panel")
