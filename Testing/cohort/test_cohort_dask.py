"""``dgmseg cohort --scheduler``: a real Dask scheduler with two real workers, one of them killed on the way."""

import json
import os
import signal
import subprocess
import sys

import pytest
from cohorts import MODEL, REPOSITORY, add_subject, start
from patience import PATIENCE_S, until

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import read_long

pytest.importorskip("distributed")


def dask(*arguments, log):
    """``dask ARGUMENTS`` as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    with open(log, "w") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], env=environment, stdout=stream, stderr=stream
        )


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers of one thread each; yields the address and the workers by process id."""
    file = tmp_path / "scheduler.json"
    scheduler = dask(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file),
        log=tmp_path / "scheduler.log",
    )  # fmt: skip
    workers = {}
    try:
        until(lambda: file.exists() and file.read_text().strip().endswith("}"))
        for number in range(2):
            worker = dask(
                "worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard",
                "--local-directory", str(tmp_path / f"w{number}"), log=tmp_path / f"worker{number}.log",
            )  # fmt: skip
            workers[worker.pid] = worker
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in (*workers.values(), scheduler):
            process.kill()
            process.wait()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_is_killed_costs_no_case(cluster, tmp_path):
    address, workers = cluster
    bids, output = tmp_path / "bids", tmp_path / "out"
    for number in range(3):
        add_subject(bids, f"sub-{number}", 80 + number)
    run = start(["cohort", str(bids), "-o", str(output), *MODEL, "--scheduler", address])

    def finished():
        records = [json.loads(p.read_text()) for p in (output / ".dgmseg").glob("sub-*.json")]
        return {record["name"]: record["process"] for record in records if record["status"] == "done"}

    until(lambda: finished() or run.poll() is not None)
    victim = next(iter(finished().values()))
    assert victim in workers  # it was a Dask worker that did it
    os.kill(victim, signal.SIGKILL)
    said, errors = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 0, errors
    assert "3 images: 3 measured" in said
    done = finished()
    assert len(done) == 3 and set(done.values()) <= set(workers)
    assert any(pid != victim for pid in done.values())
    assert {row.subject for row in read_long(output / "rois_long.tsv")} == set(done)
    assert {line["status"] for line in read_table(output / "cases.tsv")} == {"done"}
    assert not list((output / ".dgmseg").glob("tmp-group*"))


@pytest.mark.parametrize("address", ["localhost", "tcp://no-such-host.invalid:8786"])
def test_an_address_without_port_or_of_an_unknown_host_is_refused_at_once(tmp_path, address):
    add_subject(tmp_path / "bids", "sub-1", 90)
    command = ["cohort", str(tmp_path / "bids"), "-o", str(tmp_path / "out"), *MODEL, "--scheduler", address]
    run = start(command)
    _, errors = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 2
    assert f"No Dask scheduler answers at {address}" in errors and "Traceback" not in errors


def test_a_scheduler_that_is_not_there(tmp_path, capsys):
    add_subject(tmp_path / "bids", "sub-1", 90)
    command = ["cohort", str(tmp_path / "bids"), "-o", str(tmp_path / "out"), *MODEL]
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        assert main([*command, "--scheduler", address]) == 2
        said = capsys.readouterr().err.splitlines()
        assert "No Dask scheduler answers at" in said[-1] and "Traceback" not in "".join(said)
