"""A sheet of slices drawn with Pillow: panels with and without outlines, headings, a legend and a scale of greys.

Outlines are drawn three times as large as they are shown, and averaged, so that they are smooth.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..structures import LabelSet

if TYPE_CHECKING:
    from PIL import Image as Pictures
    from PIL.ImageFont import FreeTypeFont, ImageFont

Point = tuple[float, float]

_WIDTH = 1166  # pixels of a sheet
_EDGE = 6  # of paper left and right
_GAP = 6  # between panels
_TOP = 31  # for the headings
_BOTTOM = 77  # for a legend of two lines and the scale
_LINE = 20  # of the legend
_MOST_COLUMNS = 7  # of the legend, beside the scale of greys
_FINER = 3  # times as large as they are shown are outlines drawn
_OUTLINE = 2.1  # pixels
_SCALE = (723, 1131, 14, 40)  # left, right, height and distance of its top from the sheet's bottom
_FONTS = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
_INK, _PAPER = (0, 0, 0), (255, 255, 255)


class Sheet:
    """Two rows of panels, above with outlines, and what explains them below.

    Args:
        columns: panels in a row.
        slimness: height of the tallest panel over its width, both in mm.
        label_set: whose structures are outlined and named in the legend.
    """

    def __init__(self, columns: int, slimness: float, label_set: LabelSet) -> None:
        from PIL import Image as Picture
        from PIL import ImageDraw

        self._label_set = label_set
        self._columns = min(_MOST_COLUMNS, -(-len(label_set) // 2))
        lines = -(-len(label_set) // self._columns)
        self._bottom = _BOTTOM + _LINE * max(0, lines - 2)
        self._panel_width = (_WIDTH - 2 * _EDGE - (columns - 1) * _GAP) // columns
        self._panel_height = max(1, round(self._panel_width * slimness))
        size = (_WIDTH, _TOP + 2 * self._panel_height + _GAP + 4 + self._bottom)
        self._picture = Picture.new("RGB", size, _PAPER)
        self._draw = ImageDraw.Draw(self._picture)

    def pixels(self) -> NDArray[np.uint8]:
        """The sheet (rows, columns, RGB)."""
        return np.asarray(self._picture)

    def panel(
        self,
        column: int,
        values: NDArray[Any],
        labels: NDArray[Any],
        spacing: tuple[float, float],
        window: tuple[float, float],
    ) -> None:
        """Draw one slice, above with the outlines of its labels.

        Args:
            column: which panel, from the left.
            values: (rows from the top, columns from the left).
            labels: of the same shape.
            spacing: mm between columns, and between rows.
            window: what is black and what is white.
        """
        rows, across = values.shape
        scale = min(self._panel_width / (across * spacing[0]), self._panel_height / (rows * spacing[1]))
        width, height = (max(1, round(n * mm * scale)) for n, mm in zip((across, rows), spacing, strict=True))
        left = _EDGE + column * (self._panel_width + _GAP) + (self._panel_width - width) // 2
        large = _enlarged(values, (width * _FINER, height * _FINER), window)
        for row, picture in enumerate((self._outlined(large, labels), large)):
            top = _TOP + row * (self._panel_height + _GAP)
            self._picture.paste(picture.reduce(_FINER), (left, top))
            self._side("R", left + 5, top + height // 2, "lm")
            self._side("L", left + width - 5, top + height // 2, "rm")

    def heading(self, column: int, text: str) -> None:
        """What a column shows."""
        middle = _EDGE + column * (self._panel_width + _GAP) + self._panel_width / 2
        self._draw.text((middle, _TOP - 6), text, _INK, _font(14), anchor="ms")

    def legend(self) -> None:
        """The structures' colours, a column after the other."""
        lines = -(-len(self._label_set) // self._columns)
        font, left = _font(14), float(_EDGE + 10)
        structures = list(self._label_set)
        for start in range(0, len(structures), lines):
            column = structures[start : start + lines]
            for line, structure in enumerate(column):
                y = self._picture.height - self._bottom + 27 + line * _LINE
                colour = tuple(round(255 * part) for part in structure.rgb)
                self._draw.rectangle((left, y - 2, left + 24, y + 2), colour)
                self._draw.text((left + 32, y), structure.abbreviation, _INK, font, anchor="lm")
            left += 54 + max(font.getlength(s.abbreviation) for s in column)

    def scale(self, title: str, window: tuple[float, float]) -> None:
        """The scale of greys with its values."""
        left, right, height, up = _SCALE
        top = self._picture.height - up
        bar = np.linspace(0, 255, right - left).round().astype(np.uint8)[None].repeat(height, axis=0)
        self._picture.paste(_picture(bar), (left, top))
        self._draw.rectangle((left - 1, top - 1, right, top + height), outline=_INK)
        self._draw.text(((left + right) / 2, top - 4), title, _INK, _font(12), anchor="ms")
        for value in np.linspace(*window, 7):
            x = left + (right - 1 - left) * (value - window[0]) / (window[1] - window[0])
            self._draw.line((x, top + height, x, top + height + 4), _INK)
            text = f"{value:.0f}".replace("-", "\u2212")
            self._draw.text((x, top + height + 6), text, _INK, _font(12), anchor="mt")

    def _outlined(self, large: "Pictures.Image", labels: NDArray[Any]) -> "Pictures.Image":
        from PIL import ImageDraw

        picture = large.copy()
        draw = ImageDraw.Draw(picture)
        steps = [n / m for n, m in zip(picture.size, labels.T.shape, strict=True)]
        width = round(_OUTLINE * _FINER)
        for structure in self._label_set:
            colour = tuple(round(255 * part) for part in structure.rgb)
            for line in outlines(labels == structure.label):
                points = [(x * steps[0], y * steps[1]) for x, y in line]
                if points[0] == points[-1]:
                    points.append(points[1])  # so that the ends are joined as the other corners are
                draw.line(points, colour, width, joint="curve")
        return picture

    def _side(self, letter: str, x: float, y: float, anchor: str) -> None:
        """A white letter on a dark field."""
        from PIL import Image as Picture

        font = _font(15, "bold")
        a, b, c, d = (round(v) for v in self._draw.textbbox((x, y), letter, font, anchor=anchor))
        field = (a - 3, b - 3, c + 3, d + 3)
        under = self._picture.crop(field)
        dark = Picture.new("RGB", under.size, _INK)
        self._picture.paste(Picture.blend(under, dark, 0.6), field[:2])
        self._draw.text((x, y), letter, _PAPER, font, anchor=anchor)


def outlines(inside: NDArray[np.bool_]) -> list[list[Point]]:
    """The lines between voxels inside and outside, half-way between their middles (marching squares at one half).

    ``inside`` is (rows, columns); points are (x, y) in voxels, from the corner of the first one. A line that does not meet
    the array's edge ends where it begins.
    """
    cells = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1].astype(np.int8)
    follows: dict[Point, Point] = {}
    for y, x in np.argwhere((cells > 0) & (cells < 15)).tolist():
        sides = ((x + 1.0, y + 0.5), (x + 1.5, y + 1.0), (x + 1.0, y + 1.5), (x + 0.5, y + 1.0))
        for first, last in _CASES[int(cells[y, x])]:
            follows[sides[first]] = sides[last]
    lines = []
    ends = set(follows.values())
    for start in [point for point in follows if point not in ends] + list(follows):
        if start in follows:
            line = [start]
            while line[-1] in follows:
                line.append(follows.pop(line[-1]))
            lines.append(line)
    return lines


# Which sides of a cell (0 upper, 1 right, 2 lower, 3 left) a line joins, with the inside on its right hand. The corners are
# bits: 1 upper left, 2 upper right, 4 lower right, 8 lower left. Corners that only touch stay apart.
_CASES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),), 2: ((1, 0),), 3: ((1, 3),), 4: ((2, 1),), 5: ((0, 3), (2, 1)), 6: ((2, 0),), 7: ((2, 3),),
    8: ((3, 2),), 9: ((0, 2),), 10: ((1, 0), (3, 2)), 11: ((1, 2),), 12: ((3, 1),), 13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip


def _enlarged(values: NDArray[Any], size: tuple[int, int], window: tuple[float, float]) -> "Pictures.Image":
    """Values as greys, interpolated to a size in pixels."""
    from PIL import Image as Picture

    low, high = window
    shown = np.clip((values.astype(np.float32) - low) * np.float32(255 / (high - low)), 0, 255)
    finer = _picture(shown).resize(size, Picture.Resampling.BILINEAR)
    return _picture(np.asarray(finer).round().astype(np.uint8)).convert("RGB")


def _picture(array: NDArray[Any]) -> "Pictures.Image":
    from PIL import Image as Picture

    return Picture.fromarray(np.ascontiguousarray(array))


@cache
def _font(pixels: int, weight: str = "regular") -> "FreeTypeFont | ImageFont":
    """DejaVu Sans, which comes with matplotlib; without it Pillow's own font, which knows fewer letters."""
    from PIL import ImageFont

    spec = importlib.util.find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / _FONTS[weight]
        if path.is_file():
            return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(pixels)
