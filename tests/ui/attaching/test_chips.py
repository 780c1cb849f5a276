"""How chips look: as many rows as there is room for, names and details cut where there is less."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult

from tests.flow.screen import shown
from tests.snapshots.pictures import check_screen
from tests.ui.demo import Demo
from textchat.core.parts.part import Part
from textchat.ui.attaching.attached import Attached
from textchat.ui.attaching.chip_row import ChipRow, Face
from textchat.ui.attaching.faces import face_of


def refused_by(part: Part) -> list[str]:
    return ["other/model", "a/third"] if part.media_type == "audio/wav" else []


def faces() -> list[Face]:
    """A picture, a folder, a sound that some do not take, a folded paste, one that is being read, and many more."""
    attached = Attached()
    for name, parts, tokens in (
        ("red and blue.png", [Part("a.png", "image/png", bytes(29_913))], 255),
        ("src/", [Part(f"{number}.py", "text/x-python", bytes(700)) for number in range(12)], 2_100),
        ("a talk 講演 that has a rather long name.wav", [Part("t.wav", "audio/wav", bytes(9_000_000))], None),
    ):
        chip = attached.add(name, "", 0)
        chip.parts, chip.tokens = tuple(parts), tokens
    paste = attached.add("60 lines", "", 0)
    paste.text, paste.tokens = "line\n" * 60, 180
    attached.add("picture", "", 0)
    for number in range(9):
        chip = attached.add(f"notes-{number}.md", "", 0)
        chip.parts, chip.tokens = (Part("n.md", "text/markdown", bytes(1_000 * number + 1)),), 250 * number + 1
    return [face_of(chip, refused_by) for chip in attached]


class Row(Demo):
    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        yield ChipRow(lambda _: None, lambda _: None, lambda: None)

    def on_mount(self) -> None:
        self.query_one(ChipRow).show(faces())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_chips_look(size: tuple[int, int]) -> None:
    app = Row()
    async with app.run_test(size=size) as pilot:
        rows = app.query_one(ChipRow)
        unfocused = "\n".join(shown(app).splitlines()[: rows.size.height])
        await pilot.press("tab", "left", "left", "left", "left")
        await pilot.pause()
        focused = "\n".join(shown(app).splitlines()[: rows.size.height])
        rows.show(faces()[:4])
        await pilot.pause()
        few = "\n".join(shown(app).splitlines()[: rows.size.height])
        check_screen(f"chips-{size[0]}x{size[1]}", app, f"{unfocused}\n\n{focused}\n\n{few}")
