"""Themes tried on and chosen by their samples, read again when their files change, and legible in every sample."""

from __future__ import annotations

import math
import os
from itertools import combinations
from pathlib import Path

import pytest
from rich.color import ColorType
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tests.flow.screen import open_app, screen_of, wait_for
from tests.flow.terminal import isolated_environment
from tests.servers.waiting import wait_until
from textchat.config import paths
from textchat.render.contrast import MARK, TEXT, contrast
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.themes import load_themes, shipped_folder, variables_of
from textchat.ui.theming.gallery import ThemeGallery
from textchat.ui.theming.sample import PANE_BAR, sample_of

SHIPPED = {theme.name: theme for theme in load_themes([shipped_folder()])[0]}
MINE = 'name = "mine"\n[colors]\nprimary = "#7aa2f7"\nforeground = "#c0caf5"\nbackground = "{}"\n'
NIGHT, DUSK = "#1a1b26", "#2a1b26"


def test_there_is_something_for_everyone() -> None:
    assert len(SHIPPED) >= 10
    solid = [theme for theme in SHIPPED.values() if not theme.ansi]
    assert len([theme for theme in solid if theme.dark]) >= 4 and len([theme for theme in solid if not theme.dark]) >= 4


@pytest.mark.parametrize("theme", [*SHIPPED.values(), *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_every_sample_can_be_read(theme: Theme) -> None:
    lines = sample_of(theme, 44, 20)
    assert [line.cell_length for line in lines] == [44] * 20
    words = "\n".join(line.text for line in lines)
    assert all(text in words for text in ("A heading", "def double", "[1]", "+ a newer word", "★ 82 tok/s", "✗ failed"))
    if theme.ansi:
        return
    for segment in (segment for line in lines for segment in line if segment.text.strip()):
        assert segment.style is not None and segment.style.bgcolor is not None
        ink, ground = (
            Color.from_rich_color(color) if color is not None and color.type is not ColorType.DEFAULT else None
            for color in (segment.style.color, segment.style.bgcolor)
        )
        if ink is not None and ground is not None:
            least = MARK if set(segment.text) <= {*PANE_BAR, "│", " "} else TEXT
            assert contrast(ink, ground) >= least - 0.05, segment


@pytest.mark.parametrize("name", ["textchat-contrast", "textchat-contrast-light"])
def test_high_contrast_is_seven_to_one(name: str) -> None:
    variables, theme = variables_of(SHIPPED[name]), SHIPPED[name]
    grounds = [Color.parse(variables[ground]) for ground in ("background", "surface", "panel")]
    inks = ("foreground", "muted", "primary", "accent", "success", "warning", "error", *pane_names())
    for ink in inks:
        assert all(contrast(Color.parse(variables[ink]), ground) >= 7 for ground in grounds), (theme.name, ink)


def pane_names() -> list[str]:
    return [f"pane-{number}" for number in range(1, 9)]


BLINDNESS = {
    # Machado, Oliveira and Fernandes 2009, severity 1: what is left of red, green and blue.
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("name", ["textchat-colorblind", "textchat-colorblind-light"])
def test_good_and_bad_and_the_first_panes_differ_for_every_eye(name: str, kind: str) -> None:
    variables = variables_of(SHIPPED[name])

    def seen(ink: str) -> list[float]:
        parts = Color.parse(variables[ink]).rgb
        return [sum(share * part for share, part in zip(row, parts, strict=True)) for row in BLINDNESS[kind]]

    def distance(one: str, other: str) -> float:
        return math.dist(seen(one), seen(other))

    assert distance("success", "error") > 75
    for one, other in combinations(pane_names()[:4], 2):
        assert distance(one, other) > 30, (one, other)


async def test_tried_on_put_back_chosen_and_read_again_when_it_changes(tmp_path: Path) -> None:
    environ = isolated_environment(tmp_path)
    folder, config = paths.themes_folder(environ), paths.config_file(environ)
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(MINE.format(NIGHT))
    async with open_app(environ, size=(80, 24)) as (app, pilot):
        settings = screen_of(app).parts.workspace.changes.current

        # Esc gives back what was worn, and nothing is kept of what was tried on.
        await pilot.press("ctrl+p", *"theme", "enter")
        await wait_until(lambda: isinstance(app.screen, ThemeGallery), "the gallery is open")
        await wait_for(app, "How does this look?")
        item = app.screen.query_one(MenuList).item
        assert item is not None and item.label == "textchat-dark"  # it begins at what is worn
        await pilot.press(*"mine")
        await wait_until(lambda: app.theme == "mine", "it is tried on")
        await pilot.press("escape")
        assert app.theme == settings.now.ui.theme == "textchat-dark"
        assert not paths.preferences_file(environ).exists()

        # Enter keeps it.
        app.action_change_theme()
        await wait_until(lambda: isinstance(app.screen, ThemeGallery), "the gallery is open")
        await pilot.press(*"mine", "enter")
        await wait_until(lambda: settings.now.ui.theme == "mine", "it is kept")
        assert Color.parse(app.theme_variables["background"]) == Color.parse(NIGHT)

        # So it is undone, as all else.
        await pilot.press("alt+u")
        await wait_until(lambda: app.theme == "textchat-dark", "the theme before")
        app.theme = "mine"
        await wait_until(lambda: settings.now.ui.theme == "mine", "it is kept")

        # Saved again, it is worn as it is now; broken, it is one notice and stays; so with the settings.
        (folder / "mine.toml").write_text(MINE.format(DUSK))
        await app.wardrobe.look()
        await wait_until(lambda: app.theme_variables["background"].lower() == DUSK, "the new colours are worn")
        (folder / "mine.toml").write_text(MINE.format(DUSK).replace("mine", "textchat-light"))
        await app.wardrobe.look()
        app.theme = "textchat-light"
        await wait_until(lambda: app.theme_variables["background"].lower() == DUSK, "it hides the one of that name")
        await wait_until(lambda: settings.now.ui.theme == "textchat-light", "it is kept")
        (folder / "mine.toml").write_text("name = 3")
        await app.wardrobe.look()
        assert Color.parse(app.theme_variables["background"]) == Color.parse(DUSK)
        app.theme = "mine"
        await wait_until(lambda: settings.now.ui.theme == "mine", "it is kept")
        config.write_text("[ui]\nside_panel = 7\nfold_pastes = 3\n[uj]\n")
        for _ in range(2):
            app.app_focus = False
            app.app_focus = True
            await app.wardrobe.look()
        await wait_until(lambda: settings.now.ui.fold_pastes == 3, "the settings are in effect")
        told = [notice.message for notice in app._notifications]
        assert len([sentence for sentence in told if "mine.toml" in sentence]) == 1, told
        (sentence,) = [sentence for sentence in told if "config.toml" in sentence]
        assert "line 2: ui.side_panel: expected" in sentence and "(1 more: textchat config check)" in sentence
        assert app.theme == "mine" and app.theme_variables["background"].lower() == DUSK

        # A file that is saved as it was is no change.
        stat = config.stat()
        os.utime(config, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
        await app.wardrobe.look()
        assert len(app._notifications) == len(told)
