"""How many threads a run takes: cgroup files, cores and hyper-threads, and the user's own word."""

import os

import pytest
import torch
from models_for_tests import small_model

from DGMSegmentationLib.inference import devices
from DGMSegmentationLib.inference.devices import (
    cgroup_cpus,
    compute_threads,
    limit_torch_threads,
    usable_cpus,
)
from DGMSegmentationLib.inference.predictor import Predictor


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def threads():
    """torch's real thread count, given back after the test."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({}, None, id="no cgroup"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None, id="no limit"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5, id="v2 container"),
        pytest.param({"sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2.0, id="v2 without proc"),
        pytest.param(
            {
                "proc/self/cgroup": "0::/user.slice/job.scope\n",
                "sys/fs/cgroup/user.slice/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000\n",
            },
            3.0,
            id="v2 limit one level up",
        ),
        pytest.param(
            {"proc/self/cgroup": "0::/../../other\n", "sys/fs/cgroup/cpu.max": "400000 100000\n"},
            4.0,
            id="v2 namespace with a path outside",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "5:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n3:cpuset:/docker/ab\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            2.5,
            id="v1 container that sees the host's path",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "1:cpu:/jobs/7\n0::/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/cpu/jobs/7/cpu.cfs_quota_us": "100000\n",
                "sys/fs/cgroup/cpu/jobs/7/cpu.cfs_period_us": "100000\n",
            },
            1.0,
            id="v1 job below an unlimited root",
        ),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "what\n"}, None, id="damaged"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "5 0\n"}, None, id="no period"),
    ],
)  # fmt: skip
def test_the_quota_of_a_container_is_read(tmp_path, files, expected):
    assert cgroup_cpus(write(tmp_path, files)) == expected


def test_a_quota_below_one_processor_still_gives_one_thread(tmp_path):
    write(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "20000 100000\n"})
    assert usable_cpus(tmp_path) == compute_threads(tmp_path) == 1


def test_hyper_threads_of_one_core_count_once(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "_affinity", lambda: {0, 1, 4, 5})
    folder = "sys/devices/system/cpu"
    pairs = {0: "0,4", 4: "0,4", 1: "1,5", 5: "1,5"}
    write(tmp_path, {f"{folder}/cpu{n}/topology/thread_siblings_list": f"{s}\n" for n, s in pairs.items()})
    assert (usable_cpus(tmp_path), compute_threads(tmp_path)) == (4, 2)
    (tmp_path / folder / "cpu5/topology/thread_siblings_list").unlink()
    assert compute_threads(tmp_path) == 4, "a machine that does not tell its cores counts its processors"


def test_the_affinity_mask_is_respected(tmp_path):
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no affinity masks")
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert usable_cpus(tmp_path) == compute_threads(tmp_path) == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_torch_follows_the_quota_and_the_user_overrules_it(tmp_path, monkeypatch, threads):
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100000 100000\n"})
    torch.set_num_threads(4)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert limit_torch_threads(root) == torch.get_num_threads() == 4, "the user's variable wins"
    for name in devices.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert limit_torch_threads(root) == torch.get_num_threads() == 1
    wide = write(tmp_path / "wide", {"sys/fs/cgroup/cpu.max": "max 100000\n"})
    assert limit_torch_threads(wide) == torch.get_num_threads() == 1, "a smaller count is never raised"


def test_a_predictor_on_the_cpu_takes_no_more_threads_than_there_are_cores(monkeypatch, threads):
    for name in devices.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    torch.set_num_threads(compute_threads() + 3)
    Predictor(small_model(), "cpu")
    assert torch.get_num_threads() == compute_threads()
    torch.set_num_threads(compute_threads() + 1)
    assert torch.get_num_threads() == compute_threads() + 1, "said after the predictor was made, it stays"
