"""Replies are merged as a person does it: the dialog, its price, the list of points, and the merge in its pane."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.core.merging.merged import MergeWay
from textchat.ui.dialogs.diff_screen import DiffScreen
from textchat.ui.dialogs.model_picker import ModelPicker
from textchat.ui.merging.merge_dialog import MergeDialog
from textchat.ui.merging.points_dialog import PointsDialog
from textchat.ui.merging.wish_dialog import WishDialog

SETTINGS = '[models."local/m2"]\nprice = { input = 10, output = 100 }\n'


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("m1", "# First\n\nUse a lock.")
        server.say("m2", "Test it.")
        yield server


async def test_the_dialogs_and_what_they_send(server: OpenAIServer, tmp_path: Path) -> None:
    environ = environment_for(server, tmp_path, more=SETTINGS)
    async with open_ready(environ, models=["local/m1", "local/m2"]) as (app, pilot):
        live = live_of(app)
        await pilot.press("alt+j")
        assert app.screen is screen_of(app), "there is nothing to merge yet"
        await pilot.press(*"How", "enter")
        await wait_until(lambda: len(server.requests) == 2 and not live.is_busy, "both have answered")
        await settled(app)
        # The way follows the cursor, the replies have ticks, and the price is of the model that is chosen.
        await pilot.press("alt+j")
        await wait_until(lambda: isinstance(app.screen, MergeDialog) and "tokens." in shown(app), "it asks")
        assert "✓ local/m1   First" in shown(app) and "✓ local/m2   Test it." in shown(app)
        await pilot.press("f2")
        await wait_until(lambda: isinstance(app.screen, ModelPicker) and "local/m2" in shown(app), "models are listed")
        await pilot.press(*"local/m2", "enter")
        await wait_until(lambda: isinstance(app.screen, MergeDialog) and "About $" in shown(app), "the price is there")
        await pilot.press("end", "up", "space")
        await wait_until(lambda: "Tick two replies at least." in shown(app), "one reply is no merge")
        await pilot.press("enter", "space", "home", "down")
        assert isinstance(app.screen, MergeDialog)
        # The list of points: Escape ends it and leads back, to the same choice.
        points = [{"point": f"Point {n} of many", "answers": ["A"] if n % 2 else ["A", "B"]} for n in range(30)]
        server.say("m2", json.dumps({"points": points}))
        await pilot.press("enter")
        await wait_until(
            lambda: isinstance(app.screen, PointsDialog) and "Point 3 of" in shown(app), "points are there"
        )
        assert "merge 30 points" in shown(app) and "A, B" in shown(app)
        await pilot.press("escape")
        await wait_until(lambda: isinstance(app.screen, MergeDialog) and "● Checklist" in shown(app), "one step back")
        asked = len(server.requests)
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, PointsDialog) and "Point 3 of" in shown(app), "they are kept")
        assert len(server.requests) == asked, "and not paid for again"
        await pilot.press("alt+a", "down", "space")
        await wait_until(lambda: "merge 1 point " in shown(app), "one is ticked")
        await pilot.press(*"29", "ctrl+@")
        await wait_until(lambda: "merge 2 points" in shown(app), "one that was found by typing too")
        server.say("m2", "Both points.")
        await pilot.press("enter")
        await wait_until(lambda: len(live.conversation.panes) == 3 and not live.is_busy, "it is merged")
        await settled(app)
        text = server.requests[-1].json["messages"][-1]["content"]
        assert text.endswith("- Point 1 of many\n- Point 29 of many")
        assert "Both points." in shown(app)
        merge = live.conversation.messages[live.conversation.panes[2].leaf_id or ""]
        assert merge.merged is not None and merge.merged.way is MergeWay.CHECKLIST and merge.model == "local/m2"
        assert "Merge" in shown(app) and screen_of(app).parts.current.active_number == 3
        # Its differences are those from its sources.
        await pilot.press("f3")
        await wait_until(lambda: isinstance(app.screen, DiffScreen) and "(1 of 2)" in shown(app), "it is compared")
        assert "3 local/m2" in shown(app)
        await pilot.press("escape")
        # Where there is no list, the text is shown, and one goes on in words of one's own.
        await settled(app)
        await pilot.press("alt+j")
        await wait_until(lambda: isinstance(app.screen, MergeDialog), "it asks again")
        server.say("m2", "I make no lists.")
        await pilot.press("end", "up", "space", "home", "down", "enter")
        await wait_until(
            lambda: isinstance(app.screen, PointsDialog) and "I make no lists." in shown(app), "it is told"
        )
        assert "No list from local/m2" in shown(app)
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, WishDialog), "an instruction is asked for")
        await pilot.press(*"Rhyme", "enter")
        await wait_until(lambda: len(live.conversation.panes) == 4 and not live.is_busy, "it is merged by that")
        assert server.requests[-1].json["messages"][-1]["content"].endswith("Rhyme")
        # It is there again for the next merge, and the undo closes the pane.
        await settled(app)
        await pilot.press("alt+j")
        await wait_until(lambda: isinstance(app.screen, MergeDialog), "it asks once more")
        await pilot.press("home", "down", "down", "down", "enter")
        await wait_until(lambda: isinstance(app.screen, WishDialog) and "Rhyme" in shown(app), "it is remembered")
        await pilot.press("escape")
        await wait_until(lambda: isinstance(app.screen, MergeDialog), "one step back")
        await pilot.press("escape")
        await settled(app)
        await pilot.press("alt+u")
        await wait_until(lambda: len(live.conversation.panes) == 3, "the pane is closed")
