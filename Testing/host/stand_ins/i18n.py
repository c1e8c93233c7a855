"""Stands in for slicer.i18n: texts are looked up in Qt's translators, under the context of the file that says them."""

import sys
from pathlib import Path


def tr(text: str) -> str:
    """The text of a module (context: its file's name) or of a package's file (PACKAGE.FILE)."""
    file = Path(sys._getframe(1).f_code.co_filename)
    packaged = (file.parent / "__init__.py").exists()
    return translate(f"{file.parent.name}.{file.stem}" if packaged else file.stem, text)


def translate(context: str, text: str) -> str:
    """As it stands in the translators that are installed, else the same."""
    import slicer

    return str(slicer.app.translate(context, text))
