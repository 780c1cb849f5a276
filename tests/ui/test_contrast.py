"""What is really drawn can be read in every theme: text at 4.5:1 or more on its own ground, lines and bars at 3:1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorType
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES, Theme

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import screen_of, wait_for
from tests.servers.openai import OpenAIServer, Think
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.render.contrast import MARK, TEXT, contrast, ground_for, readable
from textchat.ui.legible import PANES, legible
from textchat.ui.themes import TERMINAL_THEME, load_themes, shipped_folder, variable_defaults

SHIPPED = [theme for theme in load_themes([shipped_folder()])[0] if not theme.ansi]
ON_SCREEN = {"textchat-dark", "textchat-light", "textchat-night", "textchat-contrast-light"}
"""Of the shipped themes, all are tested by their samples (`test_gallery.py`), and on the screen some of each kind."""
THEMES = [theme.name for theme in SHIPPED if theme.name in ON_SCREEN]
THEMES += [theme.name for theme in BUILTIN_THEMES.values() if not theme.ansi]
DOCUMENT = """# First
## Second
### Third
#### Fourth
##### Fifth
###### Sixth
Text with **strong**, *emphasis*, ~~strike~~, `code`, [a link](https://example.com), $x^2$ and <kbd>Ctrl</kbd>.

> A quote

- [ ] one

| a | b |
|---|---|
| 1 | 2 |

---
```python
# comment
@decorator
class Name(Exception):
    def method(self, x: int = 1) -> str:
        return f"{x!r}\\n" if x is None else print(True)
```
```diff
- old
+ new
```
"""
FEW = ["solarized-light", "gruvbox"]
SCROLL_BAR = set("▁▂▃▄▅▆▇")
MARKS = {*map(chr, range(0x2500, 0x25A0)), "↳", "‹", "›", "•", "·"}


contrast_of = cache(contrast)
"""A screen has thousands of words and few pairs of colours."""


@cache
def colors_of(style: Style, background: Color) -> tuple[Color, Color]:
    """Of the text and of its ground."""
    ink, ground = (
        None if color is None or color.type is ColorType.DEFAULT else Color.from_rich_color(color)
        for color in (style.color, style.bgcolor)
    )
    ground = ground or background
    ink = ink or background.inverse
    return (ground, ink) if style.reverse else (ink, ground)


def unreadable(app: TextchatApp) -> Iterator[str]:
    """What on the screen has too little contrast."""
    background = Color.parse(app.theme_variables["background"])
    dialogs = app.screen.query(".dialog, .menu-dialog")  # what lies behind one is veiled
    room = dialogs.first().region if dialogs else app.screen.region
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        for segment in strip.crop(room.x, room.right) if room.y <= y < room.bottom else ():
            text = segment.text.strip()
            if text and segment.style is not None and not SCROLL_BAR.issuperset(text):
                ink, ground = colors_of(segment.style, background)
                least = MARK if MARKS.issuperset(text) else TEXT
                if (found := contrast_of(ink, ground)) < least - 0.05:
                    yield f"{app.theme} row {y} {text[:30]!r}: {found:.1f} ({ink.hex} on {ground.hex})"


async def check_in(app: TextchatApp, pilot: Pilot[None], themes: list[str]) -> list[str]:
    found: list[str] = []
    for theme in themes:
        app.theme = theme
        await pilot.pause()
        found += unreadable(app)
    return found


CLASSIC = [
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
]
"""The palette of xterm."""
LEAST_WORD = 3.9
"""Of words in the classic palette: two of its sixteen colours have 4.5 on black and on white, and nearly."""


def unreadable_in_terminal(app: TextchatApp) -> Iterator[str]:
    """What on the screen could not be read in the classic palette, on black or on white."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            text, style = segment.text.strip(), segment.style
            if not text or style is None or SCROLL_BAR.issuperset(text):
                continue
            for ends in (("#e5e5e5", "#000000"), ("#000000", "#ffffff")):
                ink, ground = (
                    Color.parse(default if color is None or color.number is None else CLASSIC[color.number])
                    for color, default in zip((style.color, style.bgcolor), ends, strict=True)
                )
                least = LEAST_WORD if any(map(str.isalpha, text)) else MARK
                if contrast_of(ink, ground) < least:
                    yield f"{text[:30]!r}: {style}"


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    with OpenAIServer() as server:
        server.script("fast", Think("A thought."), DOCUMENT)
        server.refuse("slow", 500, "Out of order.")
        yield environment_for(server, tmp_path)


async def test_every_theme_can_be_read(environ: dict[str, str]) -> None:
    models = ["local/fast", "local/fast", "local/slow"]
    async with open_ready(environ, models=models, size=(130, 44)) as (app, pilot):
        assert await check_in(app, pilot, FEW) == []
        await pilot.press(*"a word", "enter")
        await settled(app)
        app.notify("Something happened.")
        # One message is chosen, words are found, and below it the side panel shows the defaults.
        await pilot.press("ctrl+f", *"a")
        await wait_for(app, "/11")
        assert await check_in(app, pilot, THEMES) == []
        app.theme = TERMINAL_THEME
        await pilot.pause()
        assert list(unreadable_in_terminal(app)) == []
        await pilot.press("escape", "shift+tab", "k", "ctrl+a")
        assert await check_in(app, pilot, FEW) == []
        await pilot.press("escape", "alt+c")
        assert await check_in(app, pilot, FEW) == []
        for key in ("ctrl+t", "ctrl+o", "f1", "ctrl+p", "f3"):
            await pilot.press(key)
            await wait_until(lambda: app.screen is not screen_of(app), f"{key} opens something")
            await pilot.pause()
            assert await check_in(app, pilot, FEW[:1]) == [], key
            app.theme = TERMINAL_THEME
            await pilot.pause()
            assert list(unreadable_in_terminal(app)) == [], key
            app.theme = FEW[0]
            await pilot.press("escape")
            await wait_until(lambda: app.screen is screen_of(app), "it is closed")


def distance(one: Color, other: Color) -> float:
    return math.dist(one.rgb, other.rgb)


@pytest.mark.parametrize("theme", [*SHIPPED, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_panes_differ_from_each_other_and_from_what_is_chosen(theme: Theme) -> None:
    generated = variable_defaults(theme) | theme.to_color_system().generate() | theme.variables
    variables = legible(generated, theme)
    marks = [Color.parse(variables[f"pane-{number}"]) for number in range(1, PANES + 1)]
    if theme.ansi:
        assert len({mark.hex for mark in marks[:7]}) == 7
        return
    for one, other in combinations([*marks, Color.parse(variables["chosen"])], 2):
        assert distance(one, other) > 30, (one.hex, other.hex)
    grounds = [Color.parse(variables[name]) for name in ("background", "surface", "panel", "block-cursor-background")]
    for name in ("foreground", "muted", "primary", "accent", "error", "warning", "success"):
        assert all(contrast(Color.parse(variables[name]), ground) >= TEXT for ground in grounds), name


COLORS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: Color(*rgb))


@given(COLORS, COLORS)
def test_any_colour_becomes_readable_on_any_ground(color: Color, ground: Color) -> None:
    assert contrast(readable(color, (ground,)), ground) >= TEXT
    if contrast(color, ground) >= TEXT:
        assert readable(color, (ground,)) == color
    text = readable(color, (ground,))
    assert contrast(text, ground_for(text, ground, color, 0.4)) >= TEXT
