"""Docstrings as they stand in the code, for the reader of the pages: examples run as such, names are plain code."""

import re

import griffe

_ROLE = re.compile(r":(?:func|class|mod|meth|data|attr):`~?\.*([^`]+)`")


class AsWritten(griffe.Extension):
    """Our docstrings say "Example:", which the reader knows as "Examples:", and mark names as Sphinx does."""

    def on_instance(self, *, obj: griffe.Object, **kwargs: object) -> None:
        """Change the text before it is parsed."""
        if obj.docstring:
            text = re.sub(r"^Example:$", "Examples:", obj.docstring.value, flags=re.MULTILINE)
            obj.docstring.value = _ROLE.sub(r"`\1`", text)
