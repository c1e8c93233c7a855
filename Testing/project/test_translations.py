"""The files of translations: up to the code, with the same numbers, units and places to fill, under Slicer's contexts."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KEPT = re.compile(
    r"\{\w+\}|\b(?:ppb|ppm|mm3|R2\*|QSM|BIDS|NIfTI|SPSS|pandas|PyTorch)\b|\.(?:tsv|csv|nii\.gz|seg\.nrrd)|\d+"
)


@pytest.fixture(scope="module")
def maker(repository):
    path = repository / "Testing" / "release" / "make_translations.py"
    spec = importlib.util.spec_from_file_location("make_translations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["de-DE"])
def translated(request, maker, repository):
    return maker.known(repository / "Resources" / "Translations" / f"DGMSegmentation_{request.param}.ts")


def test_what_is_translated_is_what_the_panel_says(maker, translated):
    """Texts may wait for a translation; one that nobody says any more is dropped by make translations."""
    wanted = {(context, text) for context, these in maker.texts().items() for text in these}
    idle = {key for key in translated if key not in wanted}
    done = {key for key in wanted if translated.get(key)}
    assert len(wanted) > 100 and len(idle) < 0.1 * len(wanted) and len(done) > 0.8 * len(wanted), (
        "run make translations, then translate what --list names"
    )


def test_numbers_units_and_places_stay(translated):
    """No unit, name of a format or place to fill is lost or changed."""
    for (_, text), translation in translated.items():
        if translation:
            assert sorted(KEPT.findall(text)) == sorted(KEPT.findall(translation)), text


def test_qt_finds_them(repository, tmp_path):
    release = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent)) or shutil.which(
        "lrelease"
    )
    core = pytest.importorskip("PySide6.QtCore", reason="PySide6 (extra: test) reads translations")
    if release is None:
        pytest.skip("Qt's lrelease is not there")
    made = tmp_path / "de.qm"
    source = repository / "Resources" / "Translations" / "DGMSegmentation_de-DE.ts"
    done = subprocess.run([release, str(source), "-qm", str(made)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    translator = core.QTranslator()
    assert translator.load(str(made))
    assert translator.translate("DGMSegmentation", "Segment") == "Segmentieren"
    assert translator.translate("DGMSegmentationPanel.running", "Cancelling") == "Abbruch"
    assert not translator.translate("DGMSegmentation", "no text of ours")
