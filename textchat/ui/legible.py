"""Makes the variables of any theme legible: text, marks and grounds are moved until their contrast suffices."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color, ColorParseError
from textual.theme import Theme

from textchat.render.contrast import MARK, ground_for, readable

PANES = 8
INKS = (
    *("primary", "secondary", "accent", "success", "warning", "error", "muted", "chosen"),
    *("text-primary", "text-secondary", "text-accent", "text-success", "text-warning", "text-error"),
    *(f"pane-{number}" for number in range(1, PANES + 1)),
)
"""What text is written in."""
CURSOR_SHARE = 0.28
HOVER_SHARE = 0.08
SELECTION_SHARE = 0.4
TOAST_SHARE = 0.1


def legible(variables: Mapping[str, str], theme: Theme) -> dict[str, str]:
    """The theme's variables with enough contrast; those of a theme in the terminal's own colours as they are.

    Rows under a cursor, a selection and the like get a quiet ground, so that text in every colour can be read there.
    """
    if theme.ansi:
        return dict(variables)
    background = _solid(variables, "background")
    plain = (background, *(_solid(variables, name, background) for name in ("surface", "panel")))
    foreground = readable(_solid(variables, "foreground", background), plain, 4.7)
    primary = _solid(variables, "primary", background)

    def ground(name: str, tint: Color, share: float) -> Color:
        own = theme.variables.get(name)
        wanted = _solid({name: own}, name, background) if own else background.blend(tint, share)
        return ground_for(foreground, background, wanted, 1.0, 5.5)

    grounds = {
        "block-cursor-background": ground("block-cursor-background", primary, CURSOR_SHARE),
        "block-cursor-blurred-background": ground("block-cursor-blurred-background", foreground, HOVER_SHARE),
        "block-hover-background": ground("block-hover-background", foreground, HOVER_SHARE),
        "toast-background": ground("toast-background", foreground, TOAST_SHARE),
    }
    under_text = (*plain, *grounds.values())
    inks = {name: readable(_solid(variables, name, background), under_text) for name in INKS if name in variables}
    own_text = {"block-cursor-foreground": foreground, "block-cursor-blurred-foreground": foreground}
    marks = {"rule": readable(_solid(variables, "rule", background), plain[:2], MARK)}
    selection = {"input-selection-background": ground("input-selection-background", primary, SELECTION_SHARE)}
    changed = {"foreground": readable(foreground, under_text)} | grounds | inks | own_text | marks | selection
    return {**variables, "block-cursor-text-style": "none"} | {name: color.hex for name, color in changed.items()}


def _solid(variables: Mapping[str, str], name: str, background: Color | None = None) -> Color:
    """The colour of a variable without transparency; what is no plain colour is the background's opposite."""
    ground = background or Color(0, 0, 0)
    try:
        color = Color.parse(variables[name])
    except ColorParseError:
        return ground.inverse
    return color if color.a == 1 else Color(*ground.rgb) + color
