"""Draws a small sample of any theme in its own colours, whichever is worn: a reply, a difference, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from textchat.render.diff.layout import DiffStyles
from textchat.render.markdown import Document
from textchat.ui.legible import PANES
from textchat.ui.themes import variables_of
from textchat.ui.transcript.layout.styles import TranscriptStyles

REPLY = """## A heading
**Strong**, *emphasis*, `code` and ~~strike~~

```python
def double(n: int = 21) -> str:
    return f"{n * 2}"  # why
```
"""
PROMPT = "How does this look?"
PANE_BAR = "━━"


def sample_of(theme: Theme, width: int, height: int) -> list[Strip]:
    """The sample as so many lines, on the background of the theme; the terminal's own has none."""
    variables = variables_of(theme)
    ground = Style() if theme.ansi else Style(bgcolor=Color.parse(variables["background"]).rich_color)
    lines = [*islice(_lines(theme, variables, width), height)]
    lines += [[]] * (height - len(lines))
    return [Strip(line).adjust_cell_length(width).apply_style(ground) for line in lines]


def _lines(theme: Theme, variables: Mapping[str, str], width: int) -> Iterator[list[Segment]]:
    styles = TranscriptStyles.from_theme(variables, dark=theme.dark, ansi=theme.ansi, accent="pane-1")
    differences = DiffStyles.from_theme(variables, dark=theme.dark, ansi=theme.ansi)

    def ink(name: str, text: str, *, bold: bool = False) -> Segment:
        color = Color.parse(variables[name])
        return Segment(text, Style(color=color.rich_color, bold=bold or None))

    quiet = Style(dim=True) if theme.ansi else styles.note
    yield [ink("pane-1", " › "), Segment(PROMPT, styles.prompt)]
    document = Document(styles.text, max(1, width - 3), REPLY, finished=True)
    for y in range(document.height):
        yield [Segment("   "), *document.line(y)]
    yield [
        Segment("   "),
        Segment("selected", styles.selection),
        Segment("  ", styles.prompt),
        Segment("found", styles.match),
        Segment("  "),
        Segment("cited ", styles.text.text),
        Segment("[1]", styles.text.link),
    ]
    yield [ink("success", "   ✓ done"), Segment("  0.4 s  ", quiet), ink("accent", "★ 82 tok/s", bold=True)]
    yield []
    yield [
        Segment("   - ", differences.removed),
        Segment("an ", differences.removed),
        Segment("older", differences.removed_word),
        Segment(" word", differences.removed),
    ]
    yield [
        Segment("   + ", differences.added),
        Segment("a ", differences.added),
        Segment("newer", differences.added_word),
        Segment(" word", differences.added),
    ]
    yield [ink("warning", "   ■ cut off"), Segment("  ", quiet), ink("error", "✗ failed")]
    yield [Segment("   "), *(ink(f"pane-{number}", PANE_BAR) for number in range(1, PANES + 1))]
