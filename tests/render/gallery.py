"""Draws the corpus, to be looked at and to be kept.

`python -m tests.render.gallery FOLDER [NAME …]` writes pictures as SVG files; `--accept` writes what the tests compare
with, once the pictures have been looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI, SVG_EXPORT_THEME, TerminalTheme
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from tests.render.corpus import CORPUS
from textchat.render.markdown import Document
from textchat.render.styles import Styles

WIDTHS = (40, 80, 120)
THEMES = {"dark": "textual-dark", "light": "textual-light", "ansi": "ansi-dark", "nord": "nord"}
KEPT = ("dark", "light")


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
        drawn = [
            Segment(piece, background + (style or Style()))
            for text, style, _ in strip
            for piece in (text[: len(text) - len(text.lstrip())], text.lstrip())  # pictures lose blanks at the front
            if piece
        ]
        console.print(Segments([*drawn, Segment.line()]), end="", no_wrap=True, crop=False)
    colors: TerminalTheme = SVG_EXPORT_THEME if theme_name.startswith("ansi") else DIMMED_MONOKAI
    return console.export_svg(title=title, theme=colors)


def to_text(strips: list[Strip]) -> str:
    """The lines as text, and below each where its looks change and to what."""
    lines: list[str] = []
    for strip in strips:
        lines.append(strip.text.rstrip())
        looks, x = [], 0
        for text, style, _ in strip:
            if text.strip() or (style and style.bgcolor):
                looks.append(f"{x}:{style}")
            x += len(text)
        if looks:
            lines.append("    ~ " + " | ".join(looks))
    return "\n".join(lines) + "\n"


def accepted(name: str) -> Path:
    """Where the kept form of a picture is."""
    return Path(__file__).parent / "accepted" / f"{name}.txt"


def pictures(keys: tuple[str, ...]) -> Iterator[tuple[str, str, str, int]]:
    """Every picture: its name, the name of its theme, its text and its width."""
    for key in keys:
        for title, text in CORPUS.items():
            for width in WIDTHS:
                yield f"{title}-{width}-{key}", THEMES[key], text, width


def main(arguments: list[str]) -> None:
    """Write the pictures whose names begin with one of those given, or accept all."""
    if arguments == ["--accept"]:
        for name, theme, text, width in pictures(KEPT):
            accepted(name).parent.mkdir(exist_ok=True)
            accepted(name).write_text(to_text(draw(text, width, styles_of(theme))), encoding="utf-8")
        return
    folder, *names = arguments
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, theme, text, width in pictures(tuple(THEMES)):
        if not names or name.startswith(tuple(names)):
            picture = to_svg(draw(text, width, styles_of(theme)), width, theme, name)
            (Path(folder) / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
