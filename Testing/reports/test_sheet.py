"""Outlines of labels in a slice."""

import numpy as np
import pytest

from DGMSegmentationLib.reports.sheet import outlines


def area(line):
    """Of a closed line, by the shoelace formula; positive with the inside on its right, rows running downwards."""
    x, y = np.array(line).T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def test_an_outline_goes_round_half_way_between_voxels():
    inside = np.zeros((6, 7), bool)
    inside[2:4, 2:5] = True
    (line,) = outlines(inside)
    assert line[0] == line[-1] and len(set(line)) == len(line) - 1
    assert np.min(line, axis=0).tolist() == [2.0, 2.0] and np.max(line, axis=0).tolist() == [5.0, 4.0]
    assert area(line) == pytest.approx(2 * 3 - 4 / 8)  # its four corners are cut


def test_holes_and_touching_corners_have_lines_of_their_own():
    inside = np.ones((7, 7), bool)
    inside[[0, -1]] = inside[:, [0, -1]] = False
    inside[3, 3] = False
    outer, hole = sorted(outlines(inside), key=area, reverse=True)
    assert area(outer) == pytest.approx(25 - 0.5) and area(hole) == pytest.approx(0.5)
    corners = np.zeros((4, 4), bool)
    corners[1, 1] = corners[2, 2] = True
    assert [area(line) for line in outlines(corners)] == [0.5, 0.5]


def test_a_line_that_meets_the_edge_is_open_and_nothing_has_none():
    inside = np.zeros((4, 5), bool)
    assert outlines(inside) == []
    inside[:, :2] = True
    (line,) = outlines(inside)
    assert {line[0], line[-1]} == {(2.0, 0.5), (2.0, 3.5)}
