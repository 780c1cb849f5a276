"""Themes: the shipped ones can be read and be worn, a user's own is found, and a broken one is one clear sentence."""

from __future__ import annotations

import tempfile
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Checkbox, Input, OptionList, TextArea

from tests.flow.terminal import isolated_environment
from tests.ui.demo import Demo
from textchat.app import load_appearance
from textchat.config import paths
from textchat.config.load import load_settings
from textchat.core.errors import ConfigurationError
from textchat.ui.input.input_bar import InputBar
from textchat.ui.legible import PANES
from textchat.ui.themes import (
    COLORS,
    DEFAULT_THEME,
    load_themes,
    read_theme,
    shipped_folder,
    shipped_names,
    variable_defaults,
)

SHIPPED = {theme.name: theme for theme in load_themes([shipped_folder()])[0]}
GOOD = 'name = "mine"\n[colors]\nprimary = "#7aa2f7"\nforeground = "#c0caf5"\nbackground = "#1a1b26"\n'


def brightness(color: Color) -> float:
    """Relative luminance, as WCAG 2 defines it."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part / 255) for part in color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    first, second = sorted((brightness(Color.parse(one)), brightness(Color.parse(other))), reverse=True)
    return (first + 0.05) / (second + 0.05)


def as_seen_without_green(color: str) -> tuple[float, float, float]:
    """How a deuteranope sees a colour (Machado, Oliveira and Fernandes 2009, severity 1)."""
    red, green, blue = Color.parse(color).rgb
    return (
        0.367 * red + 0.861 * green - 0.228 * blue,
        0.280 * red + 0.673 * green + 0.047 * blue,
        -0.012 * red + 0.043 * green + 0.969 * blue,
    )


def test_what_is_shipped() -> None:
    assert load_themes([shipped_folder()])[1] == []
    assert {(theme.dark, theme.ansi) for theme in SHIPPED.values()} == {(True, False), (False, False), (True, True)}
    assert len([theme for theme in SHIPPED.values() if theme.dark and not theme.ansi]) >= 2
    assert DEFAULT_THEME in SHIPPED and shipped_names() == SHIPPED.keys()


def test_the_start_reads_the_theme_that_is_worn_and_the_users_own(tmp_path: Path) -> None:
    environ = isolated_environment(tmp_path)

    def read(theme: str) -> list[str]:
        paths.config_file(environ).write_text(f'[ui]\ntheme = "{theme}"\n')
        return sorted(each.name for each in load_appearance(load_settings(environ), environ).themes)

    folder = paths.themes_folder(environ)
    folder.mkdir(parents=True)
    assert read("textchat-night") == ["textchat-night"] and read("nord") == [] and read("none") == [DEFAULT_THEME]
    assert load_appearance(load_settings({**environ, "NO_COLOR": "1"}), {**environ, "NO_COLOR": "1"}).themes[0].ansi
    (folder / "any.toml").write_text(GOOD)
    assert read("mine") == ["mine"]


@pytest.mark.parametrize("theme", [theme for theme in SHIPPED.values() if not theme.ansi], ids=lambda theme: theme.name)
def test_everything_can_be_read(theme: Theme) -> None:
    background = theme.background or ""
    variables = variable_defaults(theme) | theme.variables
    assert contrast(theme.foreground or "", background) >= 7
    for quieter in (variables["muted"], theme.error, theme.warning, theme.success, theme.primary):
        assert contrast(quieter or "", background) >= 4.5
    for number in range(1, PANES + 1):
        assert contrast(variables[f"pane-{number}"], background) >= 4.5


@pytest.mark.parametrize("theme", [theme for theme in SHIPPED.values() if not theme.ansi], ids=lambda theme: theme.name)
def test_the_accents_of_the_first_panes_differ_without_green_cones(theme: Theme) -> None:
    variables = variable_defaults(theme) | theme.variables
    seen = [as_seen_without_green(variables[f"pane-{number}"]) for number in range(1, 5)]
    for one, other in combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 45


@pytest.mark.parametrize("theme", [*BUILTIN_THEMES.values(), *SHIPPED.values()], ids=lambda theme: theme.name)
def test_every_theme_has_textchats_own_variables(theme: Theme) -> None:
    defaults = variable_defaults(theme)
    assert {f"pane-{number}" for number in range(1, PANES + 1)} | {"muted", "rule"} <= set(defaults)
    for value in defaults.values():
        Color.parse(value)


async def test_each_can_be_worn_and_changed_while_the_app_runs(tmp_path: Path) -> None:
    bare = tmp_path / "bare.toml"
    bare.write_text(
        'ansi = true\n[colors]\nprimary = "ansi_red"\nforeground = "ansi_default"\nbackground = "ansi_default"'
    )

    class Wardrobe(Demo):
        def compose(self) -> ComposeResult:
            yield InputBar()
            yield from (Input(), TextArea(), OptionList("x"), Checkbox("y"))

    app = Wardrobe()
    app.register_theme(read_theme(bare))
    async with app.run_test(size=(40, 20)) as pilot:
        for name in (*SHIPPED, "bare", "nord", "textual-light", "ansi-light"):
            app.theme = name
            await pilot.pause()
            assert app.query_one(InputBar).render_line(0)


def test_a_users_theme_is_found_and_replaces_one_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    (tmp_path / "textchat-dark.toml").write_text('[colors]\nprimary="#fff"\nforeground="#eee"\nbackground="#111"')
    loaded, failed = load_themes([shipped_folder(), tmp_path])
    themes = {theme.name: theme for theme in loaded}
    assert failed == []
    assert themes["mine"].primary == "#7aa2f7"
    assert themes["textchat-dark"].background == "#111"


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert load_themes([tmp_path / "none"]) == ([], [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "line 1, column 8: not valid TOML"),
        ("\ufeff\x00", "not valid TOML"),
        ("name = " + "[" * 50_000, "nested deeper than 32 levels"),
        ("name = " + "9" * 10_000, "not valid TOML"),
        ('name = "x"', 'colors.primary is missing; add a line such as primary = "#7aa2f7".'),
        (GOOD.replace("primary", "primry"), '"colors.primry" is not a key of a theme; did you mean "colors.primary"?'),
        (GOOD.replace("#7aa2f7", "blueish"), 'colors.primary = "blueish" is not a colour; write it like "#7aa2f7".'),
        (GOOD.replace('"#7aa2f7"', "7"), "colors.primary must be a colour in quotes"),
        (GOOD.replace("#7aa2f7", "ansi_blue"), "that needs ansi = true in the file"),
        ("dark = 1\n" + GOOD, "dark must be true or false, not 1."),
        ("colours = 1\n" + GOOD, '"colours" is not a key of a theme; did you mean "colors"?'),
        ('colors = "red"', "colors must be a table: [colors], not 'red'."),
        (GOOD + '[variables]\nborder = "no colour"', 'variables.border = "no colour" is not a colour'),
        (GOOD + '[variables]\nlink-style = "wobbly"', 'variables.link-style = "wobbly" is not a text style'),
        (GOOD + '[variables]\nborder = "auto 50%"', 'variables.border = "auto" is not a colour'),
        (GOOD + '[variables]\nlink-style = "bold not"', 'variables.link-style = "bold not" is not a text style'),
        (GOOD + '[variables]\nlink-style-hover = "#fff"', 'variables.link-style-hover = "#fff" is not a text style'),
        (GOOD.replace("#1a1b26", "transparent"), "colors.background lets all through"),
        (GOOD + '[variables]\nforeground = "#fff 50%"', 'variables.foreground = "#fff 50%" is not a whole colour'),
        (GOOD + "[variables]\nborder = 3", "variables.border must be text in quotes, not 3."),
    ],
)
def test_a_broken_theme_is_one_sentence_and_the_others_count(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(text, encoding="utf-8")
    (tmp_path / "good.toml").write_text(GOOD)
    loaded, failed = load_themes([tmp_path])
    assert [theme.name for theme in loaded] == ["mine"]
    assert len(failed) == 1
    assert str(tmp_path / "broken.toml") in failed[0]
    assert says in failed[0]


def test_a_theme_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    loaded, failed = load_themes([tmp_path])
    assert loaded == []
    assert len(failed) == 2


@given(
    st.dictionaries(
        st.sampled_from(COLORS), st.sampled_from(["#fff", "#12345678", "red", "ansi_red", "rgb(1,2,3)", "x", ""])
    ),
    st.dictionaries(
        st.sampled_from(["border", "link-style", "scrollbar", "input-selection-background"]),
        st.sampled_from(["#fff 40%", "auto 50%", "bold", "initial", "ansi_blue", "}", "$primary", "#fff; color: red"]),
    ),
    st.booleans(),
)
def test_what_is_loaded_can_always_be_generated(
    colors: dict[str, str], variables: dict[str, str], is_ansi: bool
) -> None:
    lines = [f"ansi = {str(is_ansi).lower()}", "[colors]"]
    lines += [f'"{key}" = "{value}"' for key, value in colors.items()]
    lines += ["[variables]", *(f'"{key}" = "{value}"' for key, value in variables.items())]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.toml"
        file.write_text("\n".join(lines))
        try:
            theme = read_theme(file)
        except ConfigurationError as error:
            assert str(file) in str(error)
        else:
            theme.to_color_system().generate()
            variable_defaults(theme)
