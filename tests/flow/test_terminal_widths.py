"""The terminal counts cells, and textchat counts as it does: pyte adds up code points, as old terminals do."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.flow.screen import open_app, shown, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal
from tests.render.scripts import added_up, count
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.render.cells import STANDARD
from textchat.ui.terminal.reports import Reports

TYPED = "\u0928\u092e\u0938\u094d\u0924\u0947 \u0915\u094d\u0937\u093f \u2764\ufe0f \U0001f44d\U0001f3fd end"


@pytest.mark.parametrize("tells_place", [True, False])
def test_cells_are_those_of_the_terminal(environment: dict[str, str], tells_place: bool) -> None:
    """The caret stands behind the text, where the terminal has drawn its end; no answer holds nothing up."""
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment, tells_place=tells_place) as terminal:
        terminal.wait_until("Ask demo/fast")
        terminal.type(TYPED)
        terminal.wait_until("end")

        def is_behind(_: str) -> bool:
            row, column = terminal.cursor
            return "".join(terminal.cells(row)[:column]).endswith("end")

        if tells_place:
            terminal.wait_until(is_behind)
            rows = [terminal.cells(row) for row in range(30)]
            assert len({row.index("│") for row in rows if "│" in row}) == 1, "one border, in one column"
        assert "\u0915\u093e" not in terminal.text, "the samples are gone"
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


async def test_a_late_answer_lays_out_again_what_is_shown(environment: dict[str, str]) -> None:
    """A terminal far away answers when the conversation is already drawn."""

    def answer(question: str) -> None:
        for sample in re.findall(r"\x1b\[2;1H([^\x1b ]+)\x1b\[6n", question):
            asyncio.get_running_loop().call_soon(reports.hear, f"\x1b[2;{added_up(sample) + 1}R")

    reports = Reports(answer)
    async with open_app(environment | {"TEXTCHAT_DEMO_SPEED": "0"}, models=["demo/fast"], prompt="unicode") as (app, _):
        await wait_for(app, "हिन्दी")
        app._driver.reports = reports  # type: ignore[union-attr]
        try:
            await app._measure_terminal()
            await wait_until(lambda: all(added_up(line) == app.size.width for line in rows(app)), "it is straight")
        finally:
            count(STANDARD)


def rows(app: TextchatApp) -> list[str]:
    return shown(app).split("\n")
