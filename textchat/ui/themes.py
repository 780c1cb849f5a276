"""Loads themes from TOML files, checking each when it is read, so that choosing one cannot end the app."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from textchat.config.toml_file import TomlFileError, read_toml
from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import escaped, plain_line
from textchat.ui.legible import PANES, legible

if TYPE_CHECKING:
    from textual.widget import Widget

DEFAULT_THEME = "textchat-dark"
TERMINAL_THEME = "textchat-terminal"
COLORS = (
    *("primary", "secondary", "accent", "foreground", "background", "surface", "panel", "success", "warning", "error"),
    *(f"pane-{number}" for number in range(1, PANES + 1)),
    *("muted", "rule", "chosen"),
)
"""What a `[colors]` table may hold: Textual's own, an accent for each pane, quieter text, thin lines, and the bar
beside the message that is chosen."""
REQUIRED = ("primary", "foreground", "background")
TEXT_STYLES = frozenset(
    {
        "none",
        "not",
        "bold",
        "b",
        "italic",
        "i",
        "underline",
        "u",
        "underline2",
        "reverse",
        "r",
        "strike",
        "s",
        "dim",
        "d",
    }
)
LONE_NOT = re.compile(r"\bnot\s*$|\bnot\s+(not|none)\b")
"""Negates nothing."""
LONGEST = 100
"""Characters of a name that are compared with others."""
LONGEST_PROBLEM = 500
KEYS = ("name", "dark", "ansi", "colors", "variables")

# Neighbours differ in lightness as well as in hue, so that they stay apart for colour-blind eyes and in grey.
DARK_PANES = ("#6cb6ff", "#f0a54b", "#93ecc4", "#e864b8", "#e8d870", "#a99cff", "#f2796f", "#56c8d8")
LIGHT_PANES = ("#0969c8", "#9a4d00", "#1c7d62", "#8a1360", "#5f6b00", "#5b48c8", "#c0342b", "#00708a")
# Of the classic palette, what can be read on black and on white. There are seven; the last pane repeats the first.
TERMINAL_PANES = (
    *("bright_blue", "magenta", "bright_red", "bright_black", "bright_magenta", "red", "default", "bright_blue"),
)

ANSI_GAPS = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "foreground-disabled": "ansi_default",
    "surface-active": "ansi_default",
    "toast-background": "ansi_default",
}
"""What Textual's own style sheet asks for and an ansi theme of Textual 8.2 leaves out: without it the app would end."""


def shipped_folder() -> Path:
    """The folder of textchat's own themes: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def shipped_names() -> frozenset[str]:
    """The names of textchat's own themes, which are those of their files; none of them is read for it."""
    return frozenset(file.stem for file in shipped_folder().glob("*.toml"))


def shipped_theme(name: str) -> Theme:
    """One of textchat's own themes; raises ConfigurationError as `read_theme`."""
    return read_theme(shipped_folder() / f"{name}.toml")


def load_themes(folders: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """The themes of all `*.toml` files in `folders`, and a sentence for each invalid file.

    A later theme replaces an earlier one of the same name. A folder that is not there holds no themes.
    """
    loaded: dict[str, Theme] = {}
    failed: list[str] = []
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(file)
            except ConfigurationError as error:
                failed.append(str(error))
            else:
                loaded[theme.name] = theme
    return list(loaded.values()), failed


def read_theme(file: Path) -> Theme:
    """The theme in `file`; raises ConfigurationError with the file, the key and the remedy."""
    try:
        read = read_toml(file)
        return _theme({} if read is None else read.tables, file.stem)
    except TomlFileError as error:
        raise ConfigurationError(str(error)) from None
    except ConfigurationError as error:
        raise ConfigurationError(f"{escaped(file)}: {plain_line(str(error), LONGEST_PROBLEM)}") from None


def no_such_theme(name: str, names: Iterable[str]) -> str:
    """A sentence for a theme requested by `name` that is not among `names`."""
    nearest = difflib.get_close_matches(name[:LONGEST], list(names), n=1)
    hint = f'did you mean "{nearest[0]}"?' if nearest else "the palette (Ctrl+P) lists all themes."
    return f"no theme is called {name!r}; {hint}"


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Defaults of textchat's own theme variables, and of some of Textual's; a theme's own values replace them."""
    if theme.ansi:
        panes: Iterable[str] = (f"ansi_{color}" for color in TERMINAL_PANES)
        quiet = {"muted": "ansi_default", "rule": "ansi_bright_black", "chosen": "ansi_default"} | ANSI_GAPS
    else:
        panes = DARK_PANES if theme.dark else LIGHT_PANES
        colors = theme.to_color_system().generate()
        background, foreground = Color.parse(colors["background"]), Color.parse(colors["foreground"])
        quiet = {
            "muted": background.blend(foreground, 0.62, alpha=1.0).hex,
            "rule": background.blend(foreground, 0.2, alpha=1.0).hex,
            "chosen": "#ffffff" if theme.dark else "#000000",  # no pane has it
            "toast-background": background.blend(foreground, 0.1, alpha=1.0).hex,
        }
    return quiet | {f"pane-{number}": color for number, color in enumerate(panes, start=1)}


def variables_of(theme: Theme) -> dict[str, str]:
    """All variables of a theme, as the app makes them where it is worn."""
    return legible(variable_defaults(theme) | theme.to_color_system().generate() | theme.variables, theme)


def _theme(table: Mapping[str, Any], stem: str) -> Theme:
    _known(table, KEYS, "")
    name = _typed(table, "name", str, stem)
    is_ansi = _typed(table, "ansi", bool, False)
    colors = _typed(table, "colors", dict, {})
    _known(colors, COLORS, "colors.")
    for key in REQUIRED:
        if key not in colors:
            raise ConfigurationError(f'colors.{key} is missing; add a line such as {key} = "#7aa2f7".')
    for key, value in colors.items():
        _check_color(f"colors.{key}", value, is_ansi)
    if not is_ansi and not Color.parse(colors["background"]).a:
        raise ConfigurationError('colors.background lets all through; write it like "#1a1b26", or set ansi = true.')
    own = {key: value for key, value in colors.items() if key.startswith("pane-") or key in {"muted", "rule", "chosen"}}
    variables = _typed(table, "variables", dict, {})
    for key, value in variables.items():
        _check_variable(f"variables.{key}", value)
    theme = Theme(
        name=name,
        dark=_typed(table, "dark", bool, True),
        ansi=is_ansi,
        **{key: value for key, value in colors.items() if key not in own},
        variables={**variables, **own},
    )
    _check_computed(theme, variables)
    return theme


def _known(table: Mapping[str, Any], keys: Iterable[str], prefix: str) -> None:
    for key in table:
        if key not in keys:
            nearest = difflib.get_close_matches(key[:LONGEST], list(keys), n=1)
            hint = f'did you mean "{prefix}{nearest[0]}"?' if nearest else f"known keys: {', '.join(keys)}."
            raise ConfigurationError(f'"{prefix}{key}" is not a key of a theme; {hint}')


def _typed(table: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
    value = table.get(key, default)
    if not isinstance(value, kind):
        wanted = {str: 'text in quotes, such as "dusk"', bool: "true or false", dict: f"a table: [{key}]"}[kind]
        raise ConfigurationError(f"{key} must be {wanted}, not {value!r}.")
    return value


def _check_color(key: str, value: object, is_ansi: bool) -> None:
    if not isinstance(value, str):
        raise ConfigurationError(f'{key} must be a colour in quotes such as "#7aa2f7", not {value!r}.')
    try:
        color = Color.parse(value)
    except ColorParseError:
        hint = '"ansi_blue" or "ansi_default"' if is_ansi else '"#7aa2f7"'
        raise ConfigurationError(f'{key} = "{value}" is not a colour; write it like {hint}.') from None
    if color.ansi is not None and not is_ansi:
        raise ConfigurationError(f'{key} = "{value}" is a colour of the terminal; that needs ansi = true in the file.')


def _check_variable(key: str, value: object) -> None:
    """Check that a variable can be parsed: it goes into the style sheet as it is and would end the app."""
    if not isinstance(value, str):
        raise ConfigurationError(f"{key} must be text in quotes, not {value!r}.")
    name = key.removeprefix("variables.")
    if name.endswith(("-style", "-style-hover")):
        if not value.split() or not TEXT_STYLES.issuperset(value.split()) or LONE_NOT.search(value):
            raise ConfigurationError(f'{key} = "{value}" is not a text style; write it like "bold" or "none".')
        return
    color, _, percent = value.partition(" ")
    if percent and not re.fullmatch(r"\d{1,3}%", percent):
        raise ConfigurationError(f'{key} = "{value}" is not a colour; write it like "#7aa2f7" or "#7aa2f7 40%".')
    if not (color in {"auto", "initial"} and _is_of_text(name)):
        _check_color(key, color, is_ansi=True)


def _is_of_text(name: str) -> bool:
    """Whether a variable is the colour of some text, or of a link: others have to be colours."""
    return name.startswith(("text", "foreground-", "link-color")) or name.endswith("-foreground")


def _check_computed(theme: Theme, variables: Mapping[str, str]) -> None:
    """Check that other colours can be computed from those variables that are less than a colour."""
    for key, value in variables.items():
        if value.endswith("%"):
            try:
                variables_of(replace(theme, variables={key: value}))
            except ColorParseError:
                raise ConfigurationError(
                    f'variables.{key} = "{value}" is not a whole colour; write it like "#7aa2f7".'
                ) from None


def muted_style(widget: Widget) -> str:
    """The style of secondary text in `widget`: dim if the terminal's own colours are used."""
    return "dim" if widget.app.native_ansi_color else "$muted"
