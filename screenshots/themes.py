"""Makes the picture of all shipped themes in this folder: a sample of each in its own colours.

Usage: python -m screenshots.themes
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip
from textual.theme import Theme

from screenshots.make import FOLDER, self_contained
from textchat.ui.themes import load_themes, shipped_folder
from textchat.ui.theming.sample import sample_of

COLUMNS, WIDTH, HEIGHT, GAP = 4, 38, 15, 2


def picture() -> str:
    """The SVG of all themes but the terminal's own, which has other colours in each terminal."""
    themes = [theme for theme in load_themes([shipped_folder()])[0] if not theme.ansi]
    themes.sort(key=lambda theme: (not theme.name.startswith("textchat"), theme.name))
    rows = [themes[first : first + COLUMNS] for first in range(0, len(themes), COLUMNS)]
    width = COLUMNS * (WIDTH + GAP) - GAP
    console = Console(record=True, file=io.StringIO(), width=width, color_system="truecolor", legacy_windows=False)
    for row in rows:
        for line in _lines(row):
            console.print(Text.assemble(*((part.text, part.style or "") for part in line)), no_wrap=True)
    return self_contained(console.export_svg(title="textchat: the themes"))


def _lines(themes: Sequence[Theme]) -> list[list[Segment]]:
    samples = [[_title(theme), *sample_of(theme, WIDTH, HEIGHT), Strip.blank(WIDTH)] for theme in themes]
    return [
        [segment for strip in strips for segment in (*strip, Segment(" " * GAP))][:-1]
        for strips in zip(*samples, strict=True)
    ]


def _title(theme: Theme) -> Strip:
    return Strip([Segment(theme.name)]).adjust_cell_length(WIDTH)


def main() -> None:
    (FOLDER / "themes.svg").write_text(picture(), encoding="utf-8")
    print("themes.svg")


if __name__ == "__main__":
    main()
