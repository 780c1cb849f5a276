"""The styles of rendered text, as one frozen value made from a theme's variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color, ColorParseError

from textchat.render.spans import Look

_OPENABLE = ("http://", "https://", "mailto:")
"""The schemes that a terminal may be told to open."""


@dataclass(frozen=True)
class Styles:
    """How each kind of text looks. Two themes are two values; nothing here knows a widget or an app.

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
        """The styles of a theme, from its variables as Textual names them (`primary`, `foreground` … as #RRGGBB).

        `ansi`: only the terminal's own sixteen colours and its own background.
        """
        return _of_terminal() if ansi else _of_colors(_Palette(variables, dark))

    def of(self, base: Style, look: int, href: str = "") -> Style:
        """The style of a piece of text within a text of style `base`."""
        if not look and not href:
            return base
        key = (base, look, href)
        style = self._known.get(key)
        if style is None:
            if len(self._known) > 2_000:
                self._known.clear()
            style = self._known[key] = self._combined(base, look, href)
        return style

    def _combined(self, base: Style, look: int, href: str) -> Style:
        parts = [base]
        for flag, style in (
            (Look.HTML, self.html),
            (Look.STRONG, self.strong),
            (Look.EMPHASIS, self.emphasis),
            (Look.STRIKE, self.strike),
            (Look.MATHS, self.maths),
            (Look.LINK, self.link),
            (Look.IMAGE, self.link),
            (Look.CODE, self.code),
            (Look.TARGET, self.dim),
        ):
            if look & flag:
                parts.append(style)
        if href.lower().startswith(_OPENABLE) and href.isascii() and href.isprintable() and " " not in href:
            parts.append(Style(link=href))
        return Style.combine(parts)

    def token(self, kind: tuple[str, ...]) -> Style:
        """The style of a token of code, over the background of code."""
        style = self._known.get(kind)
        if style is None:
            names = (".".join(kind[:length]) for length in range(len(kind), 0, -1))
            own = next((self.tokens[name] for name in names if name in self.tokens), None)
            style = self._known[kind] = self.code_block + own if own else self.code_block
        return style


class _Palette:
    """The colours of a theme, whatever it leaves out."""

    def __init__(self, variables: Mapping[str, str], dark: bool) -> None:
        self._variables = variables
        self.background = self.color("background", default="#121212" if dark else "#EFEFEF")
        self.foreground = self.color("foreground", default="#E0E0E0" if dark else "#1F1F1F")
        self.toward = Color(255, 255, 255) if dark else Color(0, 0, 0)

    def color(self, *names: str, default: str = "") -> Color:
        """The first of the named variables that is a plain colour."""
        for name in names:
            try:
                color = Color.parse(self._variables.get(name, ""))
            except ColorParseError:
                continue
            if color.a == 1 and color.ansi is None:
                return color
        return Color.parse(default) if default else self.foreground

    def readable(self, *names: str) -> Color:
        """A colour for text: moved toward white or black until it stands out from the background."""
        color = self.color(*names)
        for _ in range(8):
            if abs(color.brightness - self.background.brightness) >= 0.38:
                break
            color = color.blend(self.toward, 0.2)
        return color

    def faded(self, amount: float) -> Color:
        """The text's colour, that much of the way to the background."""
        return self.foreground.blend(self.background, amount)


def _style(
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


def _of_colors(palette: _Palette) -> Styles:
    text, dim = palette.foreground, palette.faded(0.42)
    primary = palette.readable("text-primary", "primary")
    accent = palette.readable("text-accent", "accent", "primary")
    success = palette.readable("text-success", "success")
    warning = palette.readable("text-warning", "warning")
    secondary = palette.readable("text-secondary", "secondary", "primary")
    error = palette.readable("text-error", "error")
    box = palette.background.blend(palette.foreground, 0.075)
    return Styles(
        text=_style(text),
        dim=_style(dim),
        strong=Style(bold=True),
        emphasis=Style(italic=True),
        strike=_style(dim, strike=True),
        code=_style(accent.blend(text, 0.25), box),
        link=_style(primary, underline=True),
        headings=(
            _style(primary, bold=True, underline=True),
            _style(primary, bold=True),
            _style(primary.blend(text, 0.5), bold=True),
            _style(text, bold=True),
            _style(palette.faded(0.15), bold=True),
            _style(dim, bold=True),
        ),
        code_block=_style(text, box),
        code_label=_style(dim, box),
        quote_bar=_style(primary.blend(palette.background, 0.35)),
        rule=_style(palette.faded(0.7)),
        table_border=_style(palette.faded(0.7)),
        table_header=_style(primary, bold=True),
        marker=_style(accent),
        maths=_style(secondary.blend(text, 0.35), italic=True),
        html=_style(dim),
        tokens={
            "Comment": _style(dim, italic=True),
            "Comment.Preproc": _style(secondary),
            "Keyword": _style(primary),
            "Keyword.Constant": _style(warning),
            "Operator.Word": _style(primary),
            "Name.Builtin": _style(secondary.blend(text, 0.2)),
            "Name.Class": _style(accent, bold=True),
            "Name.Decorator": _style(secondary),
            "Name.Exception": _style(error),
            "Name.Function": _style(accent),
            "Name.Tag": _style(primary),
            "Name.Attribute": _style(accent),
            "Literal.Number": _style(warning),
            "Literal.String": _style(success),
            "Literal.String.Escape": _style(warning),
            "Literal.String.Interpol": _style(warning),
            "Generic.Deleted": _style(error),
            "Generic.Inserted": _style(success),
            "Generic.Heading": _style(primary, bold=True),
            "Generic.Subheading": _style(secondary, bold=True),
            "Generic.Prompt": _style(dim),
            "Generic.Emph": Style(italic=True),
            "Generic.Strong": Style(bold=True),
        },
        is_boxed=True,
    )


def _of_terminal() -> Styles:
    def in_color(
        number: int, *, bold: bool | None = None, italic: bool | None = None, underline: bool = False
    ) -> Style:
        return Style(color=RichColor.from_ansi(number), bold=bold, italic=italic, underline=underline or None)

    red, green, yellow, blue, magenta, cyan = range(1, 7)
    dim, bold = Style(dim=True), Style(bold=True)
    return Styles(
        text=Style(),
        dim=dim,
        strong=bold,
        emphasis=Style(italic=True),
        strike=Style(strike=True, dim=True),
        code=in_color(cyan),
        link=in_color(blue, underline=True),
        headings=(
            in_color(blue, bold=True, underline=True),
            in_color(blue, bold=True),
            bold,
            bold,
            bold,
            Style(bold=True, dim=True),
        ),
        code_block=Style(),
        code_label=dim,
        quote_bar=in_color(blue),
        rule=dim,
        table_border=dim,
        table_header=bold,
        marker=in_color(magenta),
        maths=in_color(cyan, italic=True),
        html=dim,
        tokens={
            "Comment": Style(dim=True, italic=True),
            "Keyword": in_color(blue),
            "Operator.Word": in_color(blue),
            "Name.Builtin": in_color(cyan),
            "Name.Class": in_color(yellow),
            "Name.Decorator": in_color(magenta),
            "Name.Function": in_color(yellow),
            "Name.Tag": in_color(blue),
            "Name.Attribute": in_color(cyan),
            "Literal.Number": in_color(magenta),
            "Literal.String": in_color(green),
            "Generic.Deleted": in_color(red),
            "Generic.Inserted": in_color(green),
            "Generic.Heading": bold,
            "Generic.Prompt": dim,
        },
        is_boxed=False,
    )
