"""Patches: lattice, selection, merging, split; each against a count by hand or by brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.training.patches import (
    cores_holding,
    count_in_cores,
    lattice,
    merge_tables,
    patch_table,
    split_table,
)

edges = st.tuples(*[st.integers(1, 5)] * 3)


def brute_force(marked: np.ndarray, core: tuple[int, ...], step: tuple[int, ...]) -> list[list[int]]:
    """Walk over every core in plain Python."""
    kept = []
    for i in range(0, marked.shape[0] + step[0], step[0]):
        for j in range(0, marked.shape[1] + step[1], step[1]):
            for k in range(0, marked.shape[2] + step[2], step[2]):
                # The lattice ends with the first core that reaches the volume's last voxel.
                starts = zip((i, j, k), marked.shape, core, step, strict=True)
                if any(s >= n or (s > 0 and s - t + c >= n) for s, n, c, t in starts):
                    continue
                if marked[i : i + core[0], j : j + core[1], k : k + core[2]].any():
                    kept.append([i, j, k])
    return kept


@given(shape=st.tuples(*[st.integers(3, 11)] * 3), core=edges, step=edges, seed=st.integers(0, 99))
def test_selection_equals_brute_force(shape, core, step, seed):
    marked = np.random.default_rng(seed).random(shape) < 0.02
    assert cores_holding(marked, core, step).tolist() == brute_force(marked, core, step)


@given(shape=st.tuples(*[st.integers(3, 11)] * 3), core=edges)
def test_inference_lattice_covers_every_voxel_once(shape, core):
    count = np.zeros([n + c for n, c in zip(shape, core, strict=True)], int)
    x, y, z = lattice(shape, core, core)
    for i in x:
        for j in y:
            for k in z:
                count[i : i + core[0], j : j + core[1], k : k + core[2]] += 1
    assert (count[: shape[0], : shape[1], : shape[2]] == 1).all()


def test_counts_by_hand():
    marked = np.zeros((6, 3, 3), bool)
    marked[0, 0, 0] = marked[5, 2, 2] = True
    assert count_in_cores(marked, (3, 3, 3), (3, 3, 3)).ravel().tolist() == [1, 1]
    assert count_in_cores(marked, (3, 3, 3), (1, 3, 3)).ravel().tolist() == [1, 0, 0, 1]


def test_a_single_voxel_in_the_original_geometry():
    # A voxel in the middle of (160, 220, 48) lies in 3 x 3 x 1 cores of (9, 9, 3) at the step (3, 3, 3), in one at (9, 9, 3).
    marked = np.zeros((160, 220, 48), bool)
    marked[80, 110, 24] = True
    assert len(cores_holding(marked, (9, 9, 3), (3, 3, 3))) == 9
    assert len(cores_holding(marked, (9, 9, 3), (9, 9, 3))) == 1


def test_pure_background_is_dropped_unless_asked_for():
    empty = np.zeros((9, 9, 3), np.uint8)
    assert len(patch_table([empty], (3, 3, 3), (3, 3, 3))) == 0
    assert len(patch_table([empty], (3, 3, 3), (3, 3, 3), keep="all")) == 9


def table_of(counts: list[int]) -> np.ndarray:
    rows = [[case, i, 0, 0] for case, n in enumerate(counts) for i in range(n)]
    return np.array(rows, np.int32)


def test_merged_tables_have_no_repetition_and_keep_the_subject_order():
    first, second = table_of([2, 2]), np.array([[0, 1, 0, 0], [0, 7, 0, 0], [1, 9, 0, 0]], np.int32)
    merged = merge_tables(first, second)
    assert merged.tolist() == [
        [0, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 7, 0, 0],
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [1, 9, 0, 0],
    ]
    appended = merge_tables(first, second, "appended")
    assert appended[-2:].tolist() == [[0, 7, 0, 0], [1, 9, 0, 0]]
    assert len(appended) == len(merged) == 6


def test_split_by_subject_never_shares_a_subject():
    table = table_of([5, 4, 3, 2])
    train, held = split_table(table, "subjects", 0.25, [1, 3], seed=1)
    assert set(train[:, 0]) == {0, 2} and set(held[:, 0]) == {1, 3}
    assert len(train) + len(held) == len(table)


def test_last_quarter_takes_the_last_rows():
    table = table_of([6, 6])
    train, held = split_table(table, "last-quarter", 0.25, [], seed=1)
    assert held.tolist() == table[-3:].tolist() and train.tolist() == table[:-3].tolist()


def test_appended_false_positives_and_last_quarter_give_the_original_trap():
    # 9 patches with labels and 3 of background behind them: the last quarter is background only.
    table = merge_tables(
        table_of([5, 4]), np.array([[0, 90, 0, 0], [0, 91, 0, 0], [1, 92, 0, 0]], np.int32), "appended"
    )
    _, held = split_table(table, "last-quarter", 0.25, [], seed=1)
    assert (held[:, 1] >= 90).all()
    _, held = split_table(
        merge_tables(table_of([5, 4]), table[-3:], "by-subject"), "last-quarter", 0.25, [], seed=1
    )
    assert not (held[:, 1] >= 90).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_random_patches_leak_subjects_and_say_what_they_take(seed):
    table = table_of([20, 20])
    train, held = split_table(table, "random-patches", 0.25, [], seed=seed)
    assert len(held) == 10 and len(train) == 30
    assert set(train[:, 0]) & set(held[:, 0])
    again = split_table(table, "random-patches", 0.25, [], seed=seed)[1]
    assert np.array_equal(held, again)


def test_no_validation():
    train, held = split_table(table_of([4]), "none", 0.25, [], seed=1)
    assert len(train) == 4 and len(held) == 0


def test_whom_the_data_name_for_validation_never_trains():
    train, held = split_table(table_of([4, 2]), "none", 0.25, [1], seed=1)
    assert set(train[:, 0]) == {0} and set(held[:, 0]) == {1}
