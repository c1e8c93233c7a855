"""The language of the windows (panel and app): English, or what a file of Resources/Translations makes of it.

Files, tables, the command line and Python stay English; so do numbers, units, names of columns and abbreviations everywhere.
The English text is the key. Panel and app say their own texts by ``_()``; what they show of this library (sentences, names of
structures, states, reasons of flags) goes through :func:`word`. ``make translations`` collects all of it.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from .resources import resource_path

CONTEXT = "DGMSegmentationLib"
"""Of this library's texts in the files of translations; the app's modules have contexts of their own."""
ENGLISH = "en"
Translate = Callable[[str, str], str]
"""translate(context, English text): the text to show, or the same, or nothing where it has none."""

_language = ENGLISH
_translate: Translate | None = None
_FIELD = re.compile(r"\{[^{}]*\}")
_FEW = 15  # letters of a template beside its fields


def languages() -> dict[str, Path]:
    """Code -> file of translations, e.g. "de"; English needs none."""
    try:
        folder = resource_path("Translations")
    except FileNotFoundError:  # an installation without them speaks English
        return {}
    return {path.stem.partition("_")[2][:2]: path for path in sorted(folder.glob("DGMSegmentation_*.ts"))}


def language_of_computer(environment: Mapping[str, str] = os.environ) -> str:
    """The first of the languages that there are which the user chose for this computer; else English."""
    wanted = [environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if sys.platform == "win32" and not any(wanted):
        import ctypes
        import locale

        wanted = [locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")]
    chosen = next(filter(None, wanted), "")[:2].lower()
    return chosen if chosen in languages() else ENGLISH


def speak(language: str) -> None:
    """Show what follows in one of :func:`languages`, or in English again."""
    global _language
    table = translations(languages()[language]) if language != ENGLISH else {}
    translate_by((lambda context, text: table.get((context, text), "")) if table else None)
    _language = language


def translate_by(translate: Translate | None) -> None:
    """Let a program that has translations of its own (Qt's, in 3D Slicer) give this library's; None is English."""
    global _translate
    _translate = translate
    word.cache_clear()


def spoken() -> str:
    """The code of the language that :func:`speak` chose."""
    return _language


def texts_of(module: str) -> Callable[[str], str]:
    """The function ``_`` of a module, whose texts stand under its name in the files of translations."""
    return lambda text: (_translate(module, text) or text) if _translate is not None else text


def marked(text: str) -> str:
    """The same text: ``make translations`` collects it, and :func:`word` translates it where it is shown."""
    return text


def exactly(text: str) -> str:
    """A text of this library that stands in the translations as it is."""
    return (_translate(CONTEXT, text) or text) if _translate is not None and text else text


@lru_cache(maxsize=1024)
def word(text: str) -> str:
    """A text of this library as it is shown: as it stands in the translations, or filled into one of their templates."""
    if _translate is None or (found := exactly(text)) != text:
        return text if _translate is None else found
    filled = _filled(text)
    if filled or ": " not in text:
        return filled or text
    head, _, tail = text.partition(": ")  # "Left putamen: reaches the border of the image"
    return f"{word(head)}: {word(tail)}" if word(head) != head else text


def _filled(text: str) -> str:
    """A text that was made of a template, made of its translation; empty when it is of none."""
    assert _translate is not None
    for template, pattern in _templates():
        match = pattern.fullmatch(text)
        translation = _translate(CONTEXT, template) if match else ""
        if match and translation:
            filled = translation
            for field, value in match.groupdict().items():
                filled = filled.replace(f"{{{field[1:]}}}", word(value))
            return filled
    return ""


@cache
def _templates() -> list[tuple[str, "re.Pattern[str]"]]:
    """The texts with numbered fields, {1}, {2}: those of f-strings in the code, which come filled."""
    known = next(iter(languages().values()), None)
    texts = [text for context, text in translations(known) if context == CONTEXT] if known else []
    return [(text, pattern) for text in texts if (pattern := _pattern(text)) is not None]


def _pattern(text: str) -> "re.Pattern[str] | None":
    """Of a template with few letters of its own the values are numbers or one word, else it would fit too much."""
    if "{1}" not in text:
        return None
    value = ".+?" if len(_FIELD.sub("", text)) >= _FEW else r"(?:-?[\d.]+|[a-z-]+)"
    parts = re.split(r"\{(\d+)\}", text)
    return re.compile(
        "".join(f"(?P<f{part}>{value})" if n % 2 else re.escape(part) for n, part in enumerate(parts)),
        re.DOTALL,
    )


def translations(path: Path) -> dict[tuple[str, str], str]:
    """(context, English text) -> translation, empty where there is none yet, of a .ts file of Qt."""
    from xml.etree import ElementTree

    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation")
        or ""
        for context in ElementTree.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }
