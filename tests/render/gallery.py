"""Draws the corpus as SVG files, to be looked at: `python -m tests.render.gallery FOLDER [NAME …]`."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI, SVG_EXPORT_THEME, TerminalTheme
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from tests.render.corpus import CORPUS
from textchat.render.document import Document
from textchat.render.styles import Styles

WIDTHS = (40, 80, 120)
THEMES = {"dark": "textual-dark", "light": "textual-light", "ansi": "ansi-dark", "nord": "nord"}


def styles_of(name: str) -> Styles:
    """The styles of one of Textual's themes."""
    theme = BUILTIN_THEMES[name]
    return Styles.from_theme(theme.to_color_system().generate(), theme.dark, theme.name.startswith("ansi"))


def draw(text: str, width: int, styles: Styles) -> list[Strip]:
    """A whole text, line by line."""
    document = Document(styles, width, text, finished=True)
    return [document.line(y) for y in range(document.height)]


def to_svg(strips: list[Strip], width: int, theme_name: str, title: str) -> str:
    """The lines as a picture of a terminal."""
    theme = BUILTIN_THEMES[theme_name]
    console = Console(width=width, record=True, file=StringIO(), force_terminal=True, color_system="truecolor")
    background = (
        Style()
        if theme_name.startswith("ansi")
        else Style(bgcolor=theme.background or ("#121212" if theme.dark else "#e0e0e0"))
    )
    for strip in strips:
        drawn = [Segment(text, background + (style or Style())) for text, style, _ in strip]
        console.print(Segments([*drawn, Segment.line()]), end="", no_wrap=True, crop=False)
    colors: TerminalTheme = SVG_EXPORT_THEME if theme_name.startswith("ansi") else DIMMED_MONOKAI
    return console.export_svg(title=title, theme=colors)


def main(folder: Path, names: list[str]) -> None:
    """Write a picture of each text, width and theme whose name begins with one of `names`."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, theme_name in THEMES.items():
        styles = styles_of(theme_name)
        for title, text in CORPUS.items():
            for width in WIDTHS:
                name = f"{title}-{width}-{key}"
                if not names or any(name.startswith(begin) for begin in names):
                    (folder / f"{name}.svg").write_text(to_svg(draw(text, width, styles), width, theme_name, name))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
