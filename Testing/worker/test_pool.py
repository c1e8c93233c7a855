"""The pool of worker processes: killed workers, failures, Ctrl-C and results, with real processes."""

import operator
import os
import signal
import time

import pytest
from processes import alive

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.worker.pool import run_pool


def die_once(folder, number):
    """Ended by the system in its first worker, finished in the second."""
    seen = folder / str(number)
    if not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(number):
    if number == 1:
        os._exit(7)
    return number


def unpicklable(number):
    error = ValueError("no way")
    error.hook = lambda: None
    raise error


def refuse(path):
    raise InputError("file_missing", path=path)


def test_results_come_from_other_processes_in_any_order():
    outcomes = list(run_pool(operator.mul, [(n, 2) for n in range(6)], 2))
    assert sorted((o.number, o.value) for o in outcomes) == [(n, 2 * n) for n in range(6)]
    ids = {o.value for o in run_pool(os.getpid, [()] * 4, 2)}
    assert os.getpid() not in ids and len(ids) <= 2


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_worker_costs_nothing_but_time(tmp_path):
    outcomes = list(run_pool(die_once, [(tmp_path, n) for n in range(3)], 1))
    assert sorted(o.value for o in outcomes) == [0, 1, 2]


def test_a_task_that_kills_every_worker_is_named_and_the_others_are_done():
    outcomes = {o.number: o for o in run_pool(die, [(n,) for n in range(4)], 2)}
    assert outcomes[1].exit_code == 7 and outcomes[1].value is None
    assert [outcomes[n].value for n in (0, 2, 3)] == [0, 2, 3]


def test_what_a_task_raises_comes_back():
    (outcome,) = run_pool(refuse, [("here.nii",)], 1)
    assert isinstance(outcome.error, InputError) and outcome.error.facts == {"path": "here.nii"}
    (outcome,) = run_pool(unpicklable, [(1,)], 1)
    assert isinstance(outcome.error, RuntimeError) and "no way" in str(outcome.error)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_leaving_the_loop_ends_the_workers():
    outcomes = run_pool(os.getpid, [()] * 3, 1)
    worker = next(outcomes).value
    outcomes.close()
    limit = time.monotonic() + 30
    while alive(worker) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not alive(worker)
