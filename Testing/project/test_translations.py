"""The files of translations: up to the code, with the same numbers, units and places to fill, and how they reach a window."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from rows import blocks

from DGMSegmentationLib import language
from DGMSegmentationLib.errors import InputError, Remark
from DGMSegmentationLib.measurement.quality import flags_from_rows
from DGMSegmentationLib.measurement.roi import measure

KEPT = re.compile(
    r"\b(?:ppb|ppm|mm3|R2\*|QSM|BIDS|NIfTI|SPSS|pandas|PyTorch)\b|\.(?:tsv|csv|nii\.gz|seg\.nrrd)|--[a-z-]+|\d+"
)
LIBRARY_DONE = 0.7
"""How much of the library's texts (sentences that windows show) has to be translated; the app's all."""


@pytest.fixture(scope="module")
def maker(repository):
    path = repository / "Testing" / "release" / "make_translations.py"
    spec = importlib.util.spec_from_file_location("make_translations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=["de"])
def translated(request):
    return language.translations(language.languages()[request.param])


@pytest.fixture(params=["de"])
def spoken(request):
    language.speak(request.param)
    yield request.param
    language.speak(language.ENGLISH)


def test_everything_that_a_window_says_is_in_the_files(maker, translated):
    """The app's texts are all translated, of the rest most: a new sentence, or a new structure, may wait."""
    wanted = {(context, text) for context, these in maker.texts().items() for text in these}
    assert len(wanted) > 900
    lacking = {key for key in wanted if not translated.get(key)}
    left_over = set(translated) - wanted
    advice = "run make translations, then translate what Testing/release/make_translations.py --list names"
    assert not {key for key in lacking | left_over if key[0].startswith("DGMSegmentationApp")}, advice
    assert len(left_over) < 0.05 * len(wanted), advice
    assert len([key for key in lacking if key[0].startswith("DGMSegmentationPanel")]) < 10
    library = [key for key in wanted if key[0] == language.CONTEXT]
    assert len([key for key in lacking if key[0] == language.CONTEXT]) < (1 - LIBRARY_DONE) * len(library)


def _fields(text: str) -> list[tuple[str | None, str | None]]:
    """Names and conversions; how a number is written belongs to them, the words between the parts of a list do not."""
    numbers = re.compile(r"[+\d.]*[dfg]")
    return sorted(
        (name, conversion or "", spec if numbers.fullmatch(spec or "") else "")
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    )


def test_numbers_units_and_places_stay(translated):
    """No unit, name of a format, option or place to fill is lost or changed."""
    for (context, text), translation in translated.items():
        if translation:
            assert _fields(text) == _fields(translation), text
            assert sorted(KEPT.findall(text)) == sorted(KEPT.findall(translation)), text
        if translation and context.startswith("DGMSegmentationApp"):  # they stand in attributes of the page
            assert not set(translation) & set('"<&'), text


def test_a_sentence_is_said_in_the_language_of_the_window_alone(spoken):
    error = InputError("export_name", name="x.doc", suffixes=[".tsv", ".csv"])
    assert error.sentence("app") == (
        "Das kann nicht als x.doc gespeichert werden: Wählen Sie einen Namen, der auf .tsv oder .csv endet."
    )
    assert error.sentence("panel") == error.sentence("app")
    assert str(error) == error.sentence("shell") == error.sentence("python")
    assert str(error).startswith("This cannot be saved as x.doc:")


def test_words_of_the_program_within_a_sentence_are_translated_names_of_files_are_not(spoken):
    odd = Remark("brain_size_unusual", extents=["231 mm front-back", "1900 ml"])
    assert odd.sentence("app").startswith(
        "Das Gehirn misst 231 mm von vorn nach hinten und 1900 ml, das ist ungewöhnlich:"
    )
    bright = Remark("contrast_of_side", nucleus="globus pallidus", low=20.0, high=110.0).sentence("app")
    assert bright.startswith("Die Struktur Globus pallidus hebt sich auf einer Seite um 20 ppb ab")
    assert Remark("file_empty", path="left").sentence("app").startswith("left ist leer:")


def test_a_sentence_is_never_half_translated(spoken, monkeypatch):
    """Where what is wrong is translated and what to do is not, both are English."""
    real = language._translate
    whole = Remark("file_empty", path="a.nii").sentence("app")
    assert whole == "a.nii ist leer: Kopieren oder exportieren Sie die Datei noch einmal."
    monkeypatch.setattr(
        language,
        "_translate",
        lambda context, text: "" if text.startswith("copy or") else real(context, text),
    )
    assert Remark("file_empty", path="a.nii").sentence("app") == "a.nii is empty: copy or export it again."


def test_a_reason_that_comes_filled_is_found_by_its_template(spoken):
    labels, image = blocks(edge=1)
    reasons = {flag.code: flag.reason for flag in flags_from_rows(measure(labels, image)[:1])}
    assert reasons["volume_low"].startswith("Left red nucleus: 4 mm3 is far below 150 to 350 mm3")
    assert language.word(reasons["volume_low"]) == (
        "Nucleus ruber links: 4 mm3 ist weit unter 150 bis 350 mm3; suchen Sie fehlende Teile."
    )
    slab = (
        "Right putamen: about 31 % of it seems to be missing at its upper end, in slices 40 to 47 of array axis k, counted "
        "from 0; the other side goes on there, and so does the map."
    )
    assert language.word(slab) == (
        "Putamen rechts: etwa 31 % scheinen oben zu fehlen, in Schichten 40 bis 47 der Array-Achse k, ab 0 gezählt; die "
        "andere Seite geht dort weiter, und die Karte auch."
    )
    assert language.word("sub-01: of no template") == "sub-01: of no template"


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "de_CH", "LANG": "en_US.UTF-8"}, "de"),
        ({"LANG": "xx"}, "en"),
        ({}, "en"),
    ],
    ids=["german", "all before", "messages before", "unknown", "nothing"],
)
def test_the_language_is_that_of_the_computer(environment, chosen):
    assert language.language_of_computer(environment) == chosen


def test_qt_finds_them(tmp_path):
    release = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent)) or shutil.which(
        "lrelease"
    )
    core = pytest.importorskip("PySide6.QtCore", reason="PySide6 (extra: test) reads translations")
    if release is None:
        pytest.skip("Qt's lrelease is not there")
    made = tmp_path / "de.qm"
    source = language.languages()["de"]
    done = subprocess.run([release, str(source), "-qm", str(made)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    translator = core.QTranslator()
    assert translator.load(str(made))
    assert translator.translate("DGMSegmentation", "Segment") == "Segmentieren"
    assert translator.translate("DGMSegmentationPanel.running", "Cancelling") == "Abbruch"
    assert translator.translate(language.CONTEXT, "{path} is empty:") == "{path} ist leer:"
    assert not translator.translate("DGMSegmentation", "no text of ours")
