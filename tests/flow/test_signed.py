"""Who wrote a reply stands at its head, whatever the pane asks next; the race lines compare in the same columns."""

from __future__ import annotations

import re
from pathlib import Path

from tests.flow.local import local_environment
from tests.flow.screen import active_view, live_of, open_app, screen_of, shown, views_of, wait_for
from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until

PRICE = "price = { input = 1000, output = 1000 }"
PRICES = f'[models."local/one"]\n{PRICE}\n[models."local/two"]\n{PRICE}\n'


async def test_no_reply_stands_under_the_name_of_a_model_that_did_not_write_it(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    openai_server.say("one", "From the first.")
    openai_server.say("two", "From the second.")
    environ = local_environment(tmp_path, openai_server, PRICES)
    async with open_app(environ, models=["local/one", "local/two"], size=(120, 30)) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "local/one · 1 of 2", "local/two · 2 of 2")
        await wait_until(lambda: not live_of(app).replies, "both have ended")

        await pilot.press("shift+tab", "right")  # the other version
        await wait_until(lambda: shown(app).count("From the second.") == 2, "both panes show it")
        assert shown(app).count("local/two · 2 of 2") == 2 and "local/one · " not in shown(app)
        await wait_for(app, "by                 local/two")  # beside the panes, under the heading of local/one

        await pilot.press("left", "e")
        await wait_for(app, "Edit")
        await pilot.press(*" mine", "enter")
        await wait_for(app, "local/one, edited · ‹ version 3 of 3 ›")

        live = live_of(app)
        first, second = live.conversation.panes
        await live.panes.set_model(first.id, "local/two")
        heading = active_view(app).heading
        await wait_until(lambda: heading.render().plain.split()[2] == "local/two", "it names what is asked next")
        assert "local/one, edited · ‹ version 3 of 3 ›" in shown(app)
        await live.choose(second.id)
        await wait_until(lambda: len(views_of(app)) == 1, "one pane is left")
        assert "selected reply" not in shown(app), "its pane is closed"
        active_view(app).message_list.focus()
        await pilot.press("left")
        await wait_for(app, "From the first.")
        assert "local/one · ‹ version 1 of 3 ›" in shown(app)


async def test_the_cost_so_far_stands_in_the_same_column_of_both_panes_at_80_columns(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    gate = Gate()
    openai_server.script("one", "word " * 80, gate, " end.", Finish(usage=(20, 200)))
    openai_server.script("two", "word " * 40, gate, " end.", Finish(usage=(20, 100)))
    environ = local_environment(tmp_path, openai_server, PRICES)
    async with open_app(environ, models=["local/one", "local/two"], size=(80, 24)) as (app, pilot):
        await pilot.press(*"go", "enter")
        await gate.until_reached(2)
        lines = [view.race_line for view in views_of(app)]

        def texts() -> list[str]:
            return [line.render().plain for line in lines]

        await wait_until(lambda: all(re.search(r"↓ +~\$", text) for text in texts()), "each has its cost so far")
        assert len({text.index("$") for text in texts()}) == 1
        gate.open()
        await wait_until(
            lambda: all(re.search(r"200↓ +\$0.220|100↓ +★\$0.120", text) for text in texts()), "the costs as reported"
        )
        assert len({text.index("$") for text in texts()}) == 1
        totals = screen_of(app).parts.widgets.side_panel.figures.render().plain
        assert "300 out" in totals, totals
