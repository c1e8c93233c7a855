"""Bring Resources/Translations up to the panel's code: its texts are collected, known translations stay, those that left go.

    python Testing/release/make_translations.py [--list]

Contexts are those that Slicer looks for: a .ui file's class, a module's file name, or PACKAGE.FILE. ``--list`` prints what is not
translated. Qt's lrelease (pyside6-lrelease) makes .qm files of them; Slicer's extension LanguagePacks does it by itself.
"""

import argparse
import ast
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "DGMSegmentation"
FOLDER = ROOT / "Resources" / "Translations"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
_NO_TEXT = ("objectName", "SlicerParameterName", "currentSegmentID", "nodeTypes", "nameFilters")


def texts_of_python(path: Path) -> list[str]:
    """What stands in ``_("...")``, in its order."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and node.args:
            value = node.args[0]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.append(value.value)
    return found


def texts_of_ui(path: Path) -> tuple[str, list[str]]:
    """The class of a .ui file, and the texts that its loader translates."""
    root = ElementTree.parse(path).getroot()
    found = []
    for owner in root.iter():
        name = owner.get("name", "")
        for string in owner.findall("string"):
            text = (string.text or "").strip()
            if text and name not in _NO_TEXT and string.get("notr") != "true" and not text.startswith("vtk"):
                found.append(string.text or "")
    return root.findtext("class") or path.stem, found


def texts() -> dict[str, list[str]]:
    """Context -> its texts, each once."""
    found: dict[str, list[str]] = {}
    for ui in sorted((MODULE / "Resources" / "UI").glob("*.ui")):
        context, these = texts_of_ui(ui)
        found.setdefault(context, []).extend(these)
    for file in [MODULE / "DGMSegmentation.py", *sorted((MODULE / "DGMSegmentationPanel").glob("*.py"))]:
        context = file.stem if file.parent == MODULE else f"{file.parent.name}.{file.stem}"
        found.setdefault(context, []).extend(texts_of_python(file))
    return {context: list(dict.fromkeys(these)) for context, these in found.items() if these}


def known(path: Path) -> dict[tuple[str, str], str]:
    """(context, text) -> translation, of a .ts file."""
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.findtext("translation") or ""
            found[context.findtext("name") or "", message.findtext("source") or ""] = translation
    return found


def write(path: Path, language: str, translations: dict[tuple[str, str], str]) -> list[str]:
    """Write the .ts file; returns the texts without a translation."""
    root, lacking = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en"), []
    for name, these in texts().items():
        context = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(context, "name").text = name
        for text in these:
            message = ElementTree.SubElement(context, "message")
            ElementTree.SubElement(message, "source").text = text
            translation = ElementTree.SubElement(message, "translation")
            translation.text = translations.get((name, text), "")
            if not translation.text:
                translation.set("type", "unfinished")
                lacking.append(text)
    ElementTree.indent(root, " ")
    path.write_text(HEAD + ElementTree.tostring(root, encoding="unicode") + "\n", encoding="utf-8")
    return lacking


def main() -> int:
    """Renew every .ts file of the folder."""
    parser = argparse.ArgumentParser(description="Bring the translations up to the code.")
    parser.add_argument("--list", action="store_true", help="print the texts that are not translated")
    options = parser.parse_args()
    for path in sorted(FOLDER.glob("DGMSegmentation_*.ts")):
        language = path.stem.partition("_")[2]
        lacking = write(path, language.replace("-", "_"), known(path))
        print(f"{path.name}: {len(lacking)} texts without a translation")
        if options.list:
            print("\n".join(map(repr, lacking)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
