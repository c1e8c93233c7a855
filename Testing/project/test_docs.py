"""README and Docs/: links that lead somewhere, pages that stand in the nav, tables that name what the code writes."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages(repository) -> list[Path]:
    found = [
        *repository.glob("*.md"),
        *(repository / "Docs").rglob("*.md"),
        *repository.glob("Resources/*/README.md"),
    ]
    return sorted(found)


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).lower() for heading in HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def test_links_lead_somewhere(repository):
    broken = []
    for page in pages(repository):
        for found in LINK.finditer(CODE.sub("", page.read_text(encoding="utf-8"))):
            target, _, anchor = (found[1] or found[2]).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            place = (page.parent / target) if target else page
            if not place.exists():
                broken.append(f"{page.relative_to(repository)}: {target}")
            elif anchor and place.suffix == ".md" and anchor not in anchors(place):
                broken.append(f"{page.relative_to(repository)}: {target}#{anchor}")
    assert broken == []


def test_every_page_stands_in_the_nav(repository):
    nav = (repository / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    listed = re.findall(r": (\S+\.md)$", nav, re.MULTILINE)
    docs = {page.relative_to(repository / "Docs").as_posix() for page in (repository / "Docs").rglob("*.md")}
    assert docs - set(listed) == set(), "add them to the nav of mkdocs.yml"
    assert len(listed) == len(set(listed))
    site = reference(repository)
    elsewhere = set(listed) - docs - set(site.PAGES) - {"index.md"}
    assert [name for name in elsewhere if not (repository / name).exists()] == []


def reference(repository):
    """Docs/site/reference.py, which makes pages from the code."""
    spec = importlib.util.spec_from_file_location("reference", repository / "Docs" / "site" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_names_every_column_and_sentence(repository):
    from DGMSegmentationLib.measurement.tables import COLUMNS
    from DGMSegmentationLib.sentences.wording import sentences

    site = reference(repository)
    files = site.files()  # raises where formats.toml and the code differ
    assert all(f"`{column}`" in files for column in COLUMNS)
    said = site.sentences()
    assert all(f"`{code}`" in said for code in sentences())
    names = site.python_names()
    assert all(
        name in names
        for name in sys.modules["DGMSegmentationLib"].__all__
        if name[0].islower() and name[0] != "_"
    )


@pytest.mark.parametrize("command", ["segment", "cohort", "protocol fit"])
def test_the_reference_names_every_option(repository, command):
    """As the command line itself knows them."""
    import typer

    from DGMSegmentationLib.cli import _application

    found = typer.main.get_command(_application(None))
    for word in command.split():
        found = found.commands[word]
    page = reference(repository).commands()
    section = page.partition(f"\n## dgmseg {command}\n")[2].partition("\n## ")[0]
    for parameter in found.params:
        for name in parameter.opts:
            assert f"`{name}`" in section or parameter.param_type_name == "argument", name


def test_the_wide_table_is_described_in_its_order(repository):
    from DGMSegmentationLib.measurement.tables import COLUMNS, REQUIRED, wide_columns
    from DGMSegmentationLib.structures import STANDARD

    site = reference(repository)
    about = next(
        entry["about"] for entry in site.formats()["file"] if "wide" in entry["title"] and "code" not in entry
    )
    written = re.findall(r"`((?:ABBR|NUC)_\w+|[a-z]+)`", about.partition("In a cohort")[0])
    columns = [
        re.sub(r"^[A-Z]+_[LR]_", "ABBR_", re.sub(r"^[A-Z]+_asymmetry", "NUC_asymmetry", name))
        for name in wide_columns(STANDARD)
    ]
    sometimes = {f"ABBR_{column}" for column in COLUMNS if column not in REQUIRED}
    assert sometimes and sometimes <= set(written), "name it in the list of wide columns of formats.toml"
    assert [name for name in written if name not in sometimes] == list(dict.fromkeys(columns))


def test_the_commands_have_the_bids_app(repository):
    page = reference(repository).commands()
    section = page.partition("\n## dgmseg-bids\n")[2]
    assert all(f"`{word}`" in section for word in ("analysis_level", "--skip-bids-validation", "-v"))
