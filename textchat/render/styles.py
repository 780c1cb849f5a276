"""Styles of rendered text, as one frozen value made from a theme's variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color, ColorParseError

from textchat.render.contrast import MARK, TEXT, readable

_OPENABLE = ("http://", "https://", "mailto:")
"""The schemes that a terminal may be told to open."""


class SpanStyle(IntFlag):
    """Style flags of a span of text; several may apply at once."""

    PLAIN = 0
    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    CODE = 8
    LINK = 16
    TARGET = 32
    """Where a link or an image leads, drawn behind its text."""
    HTML = 64
    MATHS = 128
    IMAGE = 256


@dataclass(frozen=True)
class Styles:
    """The style of each kind of text in one theme; independent of widgets and of the app.

    Only `code_block`, `code_label` and `code` may have a background: the rest stands on whatever the widget has.
    """

    text: Style
    dim: Style
    strong: Style
    emphasis: Style
    strike: Style
    code: Style
    link: Style
    headings: tuple[Style, ...]
    """Of level 1 to 6."""
    code_block: Style
    code_label: Style
    quote_bar: Style
    rule: Style
    table_border: Style
    table_header: Style
    marker: Style
    maths: Style
    html: Style
    tokens: Mapping[str, Style]
    """Pygments token names, such as `Keyword` or `Literal.String`, to styles; a name covers those below it."""
    is_boxed: bool
    """Whether code blocks have a background of their own; else a bar sets them apart."""
    _known: dict[object, Style] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], dark: bool, ansi: bool) -> Styles:
        """The styles of a theme, from its variables by Textual's names (`primary`, `foreground` … as #RRGGBB).

        `ansi`: only the terminal's own sixteen colours and its own background.
        """
        return _terminal_styles() if ansi else _Palette(variables, dark).styles()

    def of(self, base: Style, span_style: SpanStyle, href: str = "") -> Style:
        """The style of a span within a text of style `base`."""
        if not span_style and not href:
            return base
        key = (base, span_style, href)
        style = self._known.get(key)
        if style is None:
            if len(self._known) > 2_000:
                self._known.clear()
            style = self._known[key] = self._combined(base, span_style, href)
        return style

    def _combined(self, base: Style, span_style: SpanStyle, href: str) -> Style:
        parts = [base]
        for flag, style in (
            (SpanStyle.HTML, self.html),
            (SpanStyle.STRONG, self.strong),
            (SpanStyle.EMPHASIS, self.emphasis),
            (SpanStyle.STRIKE, self.strike),
            (SpanStyle.MATHS, self.maths),
            (SpanStyle.LINK, self.link),
            (SpanStyle.IMAGE, self.link),
            (SpanStyle.CODE, self.code),
            (SpanStyle.TARGET, self.dim),
        ):
            if span_style & flag:
                parts.append(style)
        if href.lower().startswith(_OPENABLE) and href.isascii() and href.isprintable() and " " not in href:
            parts.append(Style(link=href))
        return Style.combine(parts)

    def token(self, kind: tuple[str, ...]) -> Style:
        """The style of a token of code on the background of code."""
        style = self._known.get(kind)
        if style is None:
            names = (".".join(kind[:length]) for length in range(len(kind), 0, -1))
            own = next((self.tokens[name] for name in names if name in self.tokens), None)
            style = self._known[kind] = self.code_block + own if own else self.code_block
        return style


def _ink(
    color: Color,
    background: Color | None = None,
    *,
    bold: bool | None = None,
    italic: bool | None = None,
    underline: bool | None = None,
    strike: bool | None = None,
) -> Style:
    behind = background.rich_color if background else None
    return Style(color=color.rich_color, bgcolor=behind, bold=bold, italic=italic, underline=underline, strike=strike)


class _Palette:
    """The colours of a theme with defaults for missing ones, and the styles made of them."""

    def __init__(self, variables: Mapping[str, str], dark: bool) -> None:
        self._variables = variables
        self._background = self._color("background", default="#121212" if dark else "#EFEFEF")
        self._text = self._color("foreground", default="#E0E0E0" if dark else "#1F1F1F")
        self._text = readable(self._text, (self._background,))
        self._box = self._background.blend(self._text, 0.075)
        self._grounds = (self._background, self._box)
        self._dim = self._faded(0.42)
        self._primary = self._readable("text-primary", "primary")
        self._accent = self._readable("text-accent", "accent", "primary")
        self._secondary = self._readable("text-secondary", "secondary", "primary")

    def _color(self, *names: str, default: str = "") -> Color:
        """The first of the named variables that is a plain colour."""
        for name in names:
            try:
                color = Color.parse(self._variables.get(name, ""))
            except ColorParseError:
                continue
            if color.a == 1 and color.ansi is None:
                return color
        return Color.parse(default) if default else self._text

    def _readable(self, *names: str) -> Color:
        """A text colour, moved toward white or black until it can be read on the background and on that of code."""
        return readable(self._color(*names), self._grounds)

    def _faded(self, amount: float, least: float = TEXT) -> Color:
        """The text colour, blended by up to this share into the background."""
        return readable(self._text.blend(self._background, amount), self._grounds, least)

    def _mixed(self, color: Color, amount: float) -> Color:
        """A colour with this share of the text's."""
        return readable(color.blend(self._text, amount), self._grounds)

    def styles(self) -> Styles:
        text, dim, primary = self._text, self._dim, self._primary
        box = self._box
        return Styles(
            text=_ink(text),
            dim=_ink(dim),
            strong=Style(bold=True),
            emphasis=Style(italic=True),
            strike=_ink(dim, strike=True),
            code=_ink(self._mixed(self._accent, 0.25), box),
            link=_ink(primary, underline=True),
            headings=(
                _ink(primary, bold=True, underline=True),
                _ink(primary, bold=True),
                _ink(self._mixed(primary, 0.5), bold=True),
                _ink(text, bold=True),
                _ink(self._faded(0.15), bold=True),
                _ink(dim, bold=True),
            ),
            code_block=_ink(text, box),
            code_label=_ink(dim, box),
            quote_bar=_ink(readable(primary.blend(self._background, 0.35), self._grounds, MARK)),
            rule=_ink(self._faded(0.7, MARK)),
            table_border=_ink(self._faded(0.7, MARK)),
            table_header=_ink(primary, bold=True),
            marker=_ink(self._accent),
            maths=_ink(self._mixed(self._secondary, 0.35), italic=True),
            html=_ink(dim),
            tokens=self._code_tokens(),
            is_boxed=True,
        )

    def _code_tokens(self) -> dict[str, Style]:
        warning, success = self._readable("text-warning", "warning"), self._readable("text-success", "success")
        error = self._readable("text-error", "error")
        return {
            "Comment": _ink(self._dim, italic=True),
            "Comment.Preproc": _ink(self._secondary),
            "Keyword": _ink(self._primary),
            "Keyword.Constant": _ink(warning),
            "Operator.Word": _ink(self._primary),
            "Name.Builtin": _ink(self._mixed(self._secondary, 0.2)),
            "Name.Class": _ink(self._accent, bold=True),
            "Name.Decorator": _ink(self._secondary),
            "Name.Exception": _ink(error),
            "Name.Function": _ink(self._accent),
            "Name.Tag": _ink(self._primary),
            "Name.Attribute": _ink(self._accent),
            "Literal.Number": _ink(warning),
            "Literal.String": _ink(success),
            "Literal.String.Escape": _ink(warning),
            "Literal.String.Interpol": _ink(warning),
            "Generic.Deleted": _ink(error),
            "Generic.Inserted": _ink(success),
            "Generic.Heading": _ink(self._primary, bold=True),
            "Generic.Subheading": _ink(self._secondary, bold=True),
            "Generic.Prompt": _ink(self._dim),
            "Generic.Emph": Style(italic=True),
            "Generic.Strong": Style(bold=True),
        }


# Of the classic palette, dark blue cannot be read on black, nor green, yellow and cyan on white: these can on both.
_RED, _BLUE, _MAGENTA = (Style(color=RichColor.from_ansi(number)) for number in (9, 12, 5))
_BOLD, _DIM, _ITALIC, _UNDERLINE = Style(bold=True), Style(dim=True), Style(italic=True), Style(underline=True)


def _terminal_styles() -> Styles:
    """Styles of the terminal's own sixteen colours, on its own background."""
    return Styles(
        text=Style(),
        dim=_DIM,
        strong=_BOLD,
        emphasis=_ITALIC,
        strike=_DIM + Style(strike=True),
        code=_MAGENTA,
        link=_BLUE + _UNDERLINE,
        headings=(_BLUE + _BOLD + _UNDERLINE, _BLUE + _BOLD, _BOLD, _BOLD, _BOLD, _BOLD + _DIM),
        code_block=Style(),
        code_label=_DIM,
        quote_bar=_BLUE,
        rule=_DIM,
        table_border=_DIM,
        table_header=_BOLD,
        marker=_MAGENTA,
        maths=_ITALIC,
        html=_DIM,
        tokens={
            "Comment": _DIM + _ITALIC,
            "Keyword": _BLUE,
            "Operator.Word": _BLUE,
            "Name.Class": _BOLD,
            "Name.Decorator": _MAGENTA,
            "Name.Function": _BOLD,
            "Name.Tag": _BLUE,
            "Literal.Number": _BLUE,
            "Literal.String": _MAGENTA,
            "Generic.Deleted": _RED,
            "Generic.Inserted": _BLUE,
            "Generic.Heading": _BOLD,
            "Generic.Prompt": _DIM,
        },
        is_boxed=False,
    )
