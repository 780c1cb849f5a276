"""Styles of messages in one theme, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from rich.style import Style
from textual.color import Color

from textchat.render.contrast import MARK, ground_for, readable
from textchat.render.styles import Styles


@dataclass(frozen=True)
class TranscriptStyles:
    """The styles of text and of everything around it."""

    ground: Style
    """The background under everything; the terminal's own has none."""
    text: Styles
    muted: Styles
    """For the text of the reasoning."""
    prompt: Style
    prompt_bar: Style
    chosen_bar: Style
    note: Style
    warning: Style
    error: Style
    thread: Style
    """The line beside the reasoning."""
    selection: Style
    match: Style
    current_match: Style
    caret: Style
    new_mark: Style

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], *, dark: bool, ansi: bool, accent: str = "primary") -> Self:
        """Styles from Textual's theme variables; with `ansi`, from the terminal's own sixteen colours.

        `accent` is the variable with the colour of the pane.
        """
        if ansi:
            return cls._from_terminal(variables, dark, variables.get(accent, "ansi_bright_blue"))
        foreground = _solid(variables, "foreground", "background")
        background = _solid(variables, "background", "background")
        muted = readable(background.blend(foreground, 0.6), (background,))
        muted_variables = {**variables, "foreground": muted.hex, "text": muted.hex}

        def ink(name: str, *, bold: bool | None = None) -> Style:
            return Style(color=_solid(variables, name, "background").rich_color, bold=bold)

        def on(ground: Color) -> Style:
            return Style(color=readable(foreground, (ground,)).rich_color, bgcolor=ground.rich_color)

        highlight = _solid(variables, "accent", "background")
        return cls(
            ground=Style(bgcolor=background.rich_color),
            text=Styles.from_theme(variables, dark, False),
            muted=Styles.from_theme(muted_variables, dark, False),
            prompt=ink("foreground"),
            prompt_bar=ink(accent),
            chosen_bar=ink("chosen" if "chosen" in variables else "foreground", bold=True),
            note=Style(color=muted.rich_color),
            warning=ink("warning"),
            error=ink("error"),
            thread=Style(color=readable(background.blend(foreground, 0.3), (background,), MARK).rich_color),
            # Colours of code cannot be read on every ground: what is marked has the colour of the text.
            selection=on(ground_for(foreground, background, _solid(variables, "primary", "background"), 0.4)),
            match=on(ground_for(foreground, background, highlight, 0.35)),
            current_match=on(highlight),
            caret=Style(reverse=True),
            new_mark=on(highlight) + Style(bold=True),
        )

    @classmethod
    def _from_terminal(cls, variables: Mapping[str, str], dark: bool, accent: str) -> Self:
        styles = Styles.from_theme(variables, dark, True)
        return cls(
            ground=Style(),
            text=styles,
            muted=replace(styles, text=Style(dim=True)),
            prompt=Style(),
            prompt_bar=Style(color=accent.removeprefix("ansi_")),
            chosen_bar=Style(bold=True),
            note=Style(dim=True),
            warning=Style(color="magenta"),
            error=Style(color="bright_red"),
            thread=Style(dim=True),
            selection=Style(reverse=True),
            match=Style(underline=True, bold=True),
            current_match=Style(reverse=True, bold=True),
            caret=Style(reverse=True),
            new_mark=Style(reverse=True, bold=True),
        )


def _solid(variables: Mapping[str, str], name: str, under: str) -> Color:
    """The colour of a variable, blended over another one if it is transparent."""
    color = Color.parse(variables[name])
    return color if color.a == 1 else Color.parse(variables[under]) + color
