"""Puts a code and its facts into words, from the tables of this room. Light: loaded when there is something to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from string import Formatter
from typing import Protocol, runtime_checkable

from ..language import exactly, word

WINDOWS = ("panel", "app")
"""The faces that speak the language of the user; the others speak English."""
IN_WORDS = {
    "one",
    "other",
    "nucleus",
    "names",
    "direction",
    "directions",
    "extents",
    "kind",
    "problem",
    "guesses",
}
"""Facts that may be words of the program, not of the user: names of structures, sides, what an image seems to be."""
THEMES = (
    "general",
    "files",
    "images",
    "labels",
    "qsm",
    "running",
    "models",
    "measuring",
    "doubts",
    "evaluating",
    "workers",
    "scenes",
    "cohorts",
    "studies",
    "training",
    "adapting",
    "simulating",
    "commands",
    "apps",
)


@runtime_checkable
class Worded(Protocol):
    """An error or a remark within another one's facts (:class:`..errors.Coded`)."""

    code: str
    facts: dict[str, object]

    def sentence(self, face: str | None = None) -> str:
        """In words."""
        ...


@dataclass(frozen=True)
class Sentence:
    """What is wrong, then what to do: ``remedy`` on every face, unless a face has words of its own.

    Both are templates whose fields are the facts: ``{path}``, ``{extent:.0f}``, ``{name!r}``. For a list the words after
    the colon join its parts: ``{size: x }``; else it is a comma. The app has the panel's words where it has none.
    """

    wrong: str
    remedy: str = ""
    shell: str = ""
    panel: str = ""
    app: str = ""
    python: str = ""

    def remedy_on(self, face: str) -> str:
        """What the user of a face can do; empty where there is nothing to say."""
        own = str(getattr(self, face)) or (self.panel if face == "app" else "")
        return own or self.remedy

    @property
    def only_remedy(self) -> str:
        """The remedy of what is met on one face alone."""
        return self.shell or self.panel or self.app or self.python


@cache
def sentences() -> dict[str, Sentence]:
    """All codes with their sentences."""
    table: dict[str, Sentence] = {}
    for theme in THEMES:
        table |= import_module(f".{theme}", __package__).SENTENCES
    return table


def worded(code: str, facts: Mapping[str, object], face: str) -> str:
    """The sentence of a code for the user of a face. Never fails: it is used where something went wrong already."""
    sentence = sentences().get(code)
    if sentence is None:  # of another version, say
        known = ", ".join(f"{name} {value}" for name, value in facts.items())
        return _Filler(facts, face).filled("{code} ({known}).", code=code.replace("_", " "), known=known)
    filler = _Filler(facts, face)
    remedy = sentence.remedy_on(face) or sentence.only_remedy
    wrong, remedy = filler.said(sentence.wrong, remedy)
    return f"{filler.filled(wrong)} {filler.filled(remedy)}".strip()


def visible(text: str) -> str:
    """The text with what a terminal would obey, or nobody can see, as escapes: names of files may hold anything."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class _Filler(Formatter):
    def __init__(self, facts: Mapping[str, object], face: str) -> None:
        self._facts, self._face = facts, face

    def said(self, *templates: str) -> tuple[str, ...]:
        """The templates in the language of the face; all in English where one has no translation."""
        if self._face not in WINDOWS:
            return templates
        translated = tuple(map(exactly, templates))
        known = all(
            one != other or not any(text for text, *_field in self.parse(other) if text.strip(": .;,"))
            for one, other in zip(translated, templates, strict=True)
        )
        return translated if known else templates

    def filled(self, template: str, **more: object) -> str:
        return self.vformat(template, (), {**self._facts, **more})

    def convert_field(self, value: object, conversion: str | None) -> object:
        """``{doubt!w}``: of an error or a remark only what is wrong, for a sentence with a remedy of its own."""
        if conversion == "w" and isinstance(value, Worded):
            sentence = sentences().get(value.code)
            return (
                _Filler(value.facts, self._face).filled(*self.said(sentence.wrong))
                if sentence
                else str(value)
            )
        return super().convert_field(value, None if conversion == "w" else conversion)

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        value = kwargs.get(str(key), "?")
        if self._face not in WINDOWS or key not in IN_WORDS:
            return value
        if isinstance(value, list):
            return [word(part) if isinstance(part, str) else part for part in value]
        return word(value) if isinstance(value, str) else value

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Worded):
            return value.sentence(self._face)
        if isinstance(value, list):
            return (format_spec or ", ").join(self.format_field(part, "") for part in value) or "none"
        if isinstance(value, float) and not format_spec:
            return f"{value:g}"
        try:
            return visible(format(value, format_spec))
        except (TypeError, ValueError):  # facts of another version, say
            return visible(str(value))
