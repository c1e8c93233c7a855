"""Runs DGMSegmentationTest inside a built Slicer (CTest); under pytest the host runs the same class."""

import unittest


class SelfTest(unittest.TestCase):
    def test_module(self):
        from DGMSegmentation import DGMSegmentationTest

        DGMSegmentationTest().runTest()
