"""The styles of rendered text, as one frozen value made from a theme's variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.style import Style


@dataclass(frozen=True)
class Styles:
    """How each kind of text looks. Two themes are two values; nothing here knows a widget or an app."""

    text: Style = Style()
    dim: Style = Style(dim=True)
    strong: Style = Style(bold=True)
    emphasis: Style = Style(italic=True)
    strike: Style = Style(strike=True)
    code: Style = Style(bold=True)
    link: Style = Style(underline=True)
    headings: tuple[Style, ...] = field(default_factory=lambda: (Style(bold=True),) * 6)
    code_block: Style = Style()
    code_label: Style = Style(dim=True)
    quote_bar: Style = Style(dim=True)
    rule: Style = Style(dim=True)
    table_border: Style = Style(dim=True)
    table_header: Style = Style(bold=True)
    marker: Style = Style(bold=True)
    maths: Style = Style(italic=True)
    tokens: Mapping[str, Style] = field(default_factory=dict, hash=False)
    """Pygments token names, such as `Keyword` or `Literal.String`, to styles; a name covers those below it."""

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], dark: bool, ansi: bool) -> Styles:
        """The styles of a theme, from its variables as Textual names them (`primary`, `foreground` … as #RRGGBB)."""
        if ansi:
            return cls()
        return cls(text=Style.parse(variables.get("foreground", "default")[:7]))
