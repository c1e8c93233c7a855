"""The page in German in real Chromium: nothing English is left on it, and nothing is cut off."""

import re

import pytest
from app_user import MARKS, Program
from cohorts import add_subject
from reading import Reader

from DGMSegmentationLib import language

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS

ENGLISH = re.compile(r"\b(the|of|and|is|are|to|by|not|or|with|for|no|show|hide|save|open)\b", re.IGNORECASE)
ALLOWED = re.compile(r"Test fixture trained on .*|.*trame built by Kitware.*|sub-\d+.*|/.*")
"""The test model's own description, what a browser without scripts would show, names of cases, folders."""
SHOWN = """() => {
    const found = new Set(), add = text => found.add((text || "").replace(/\\s+/g, " ").trim());
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
        if (!walker.currentNode.parentElement.closest("script, style")) add(walker.currentNode.textContent);
    for (const element of document.body.querySelectorAll("*"))
        for (const name of ["title", "aria-label", "alt", "placeholder"]) add(element.getAttribute(name));
    return [...found].filter(text => text);
}"""
CUT = """() => [...document.querySelectorAll("header button, #dgm-panel button, #dgm-worklist button, .v-list-item-title")]
    .filter(e => e.offsetParent)
    .filter(e => {
        const box = e.getBoundingClientRect(), words = e.querySelector(".v-btn__content") || e;
        return words.scrollWidth > words.clientWidth + 1 || box.left < 0 || box.right > innerWidth + 1;
    }).map(e => e.innerText)"""


@pytest.fixture
def reader(chromium, tmp_path):
    add_subject(tmp_path, "sub-01", 1)
    program = Program(str(tmp_path), "--language", "de")
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    found = Reader(context.new_page())
    assert found.begin(program) == "sub-01"
    yield found
    context.close()
    program.clean()


def left_in_english(page) -> set[str]:
    """What the page says that a translation is there for, or that has an English word."""
    table = language.translations(language.languages()["de"])
    sources = {text for (_context, text), said in table.items() if said and said != text}
    sources -= set(table.values())  # "Name" is German, too
    texts = {text for text in page.evaluate(SHOWN) if not ALLOWED.fullmatch(text)}
    return {text for text in texts if text in sources or ENGLISH.search(text)}


def test_the_page_is_german_and_nothing_is_cut_off(reader):
    page = reader.page
    assert page.evaluate("document.documentElement.lang") == "de"
    for tool in ("view", "paint", "draw", "scissors", "islands", "smooth", "threshold"):
        reader.tool(tool)
        assert left_in_english(page) == set(), tool
        assert page.evaluate(CUT) == [], tool
    for opened in (
        "#dgm-open",
        "#dgm-save",
        "#dgm-advanced",
        "#dgm-reject",
        "[aria-label='Tasten und Info']",
    ):
        page.click(opened)
        page.wait_for_timeout(300)  # it opens slowly
        assert left_in_english(page) == set(), opened
        assert page.evaluate(CUT) == [], opened
        page.click("#dgm-advanced") if opened == "#dgm-advanced" else page.keyboard.press("Escape")
        page.locator(".v-overlay--active .v-overlay__scrim").wait_for(state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert reader.state("dgm_rows")[0]["name"] == "Nucleus ruber"
    page.keyboard.press("Control+s")
    reader.wait_for(
        "dgm_message", lambda text: text.endswith("steht in seinem Protokollbuch; Fertig unterzeichnet es.")
    )
    page.evaluate("window.dgm.upload('volume', [new File(['no image'], 'x.nii')])")
    reader.wait_for(
        "dgm_message", lambda text: text.startswith("x.nii ist keine NIfTI-Datei") or "x.nii" in text
    )
    assert left_in_english(page) == set()
    other = page.context.new_page()
    other.goto(page.url)
    assert other.locator("h1").text_content() == "In einem anderen Fenster geöffnet"
    assert other.evaluate("document.documentElement.lang") == "de"
