"""Actions on replies and panes without an app: what they do, and what they say where there is nothing to do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import pytest
from textual.app import App

from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from tests.ui.conversation.stage import Stage
from textchat.core.turns import MOST_PANES
from textchat.live.workspace import Workspace
from textchat.ui.conversation.actions.cancelling import Cancelling
from textchat.ui.conversation.actions.panes import PaneActions
from textchat.ui.conversation.actions.replies import ReplyActions
from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.current import CurrentConversation


def key_of(action_id: str) -> str:
    return f"<{action_id}>"


@pytest.fixture
def replies(current: CurrentConversation, stage: Stage) -> ReplyActions:
    return ReplyActions(current, stage.notices, key_of)


@pytest.fixture
def panes(workspace: Workspace, current: CurrentConversation, stage: Stage) -> PaneActions:
    def activate(pane_id: str) -> None:
        current.active_id = pane_id

    async def connect(provider: str) -> tuple[str, ...]:
        raise AssertionError("nothing is to be connected")

    return PaneActions(
        workspace,
        current,
        activate=activate,
        dialogs=Dialogs(App(), {}),
        notices=stage.notices,
        key_of=key_of,
        run=stage.run,
        tell_undo=lambda step: None,
        connect=connect,
    )


async def test_nothing_begins_where_a_reply_grows(
    server: OpenAIServer, current: CurrentConversation, replies: ReplyActions, stage: Stage
) -> None:
    gate = Gate()
    server.script("fast", "One, ", gate, "two.", Finish())
    await current.live.send("count", current.target_ids)
    for begin in (replies.retry, replies.regenerate, replies.continue_reply):
        assert begin() is None
    assert stage.said == ["This pane is still replying. Press <reply.cancel> to stop it."] * 3
    gate.open()
    await wait_until(lambda: not current.live.is_busy, "the answer is stored")
    again = replies.regenerate()
    assert again is not None
    await again
    await wait_until(lambda: not current.live.is_busy, "the second answer is stored")
    assert current.live.conversation.place_among_siblings(current.active_pane.leaf_id or "") == (1, 2)


async def test_below_a_summary_the_reply_above_it_is_what_stopped_early(
    server: OpenAIServer, current: CurrentConversation, panes: PaneActions, replies: ReplyActions
) -> None:
    live = current.live
    for finish in (Finish(), Finish("length")):
        server.script("fast", "half ", finish, once=True)
        await live.send("count", current.target_ids)
        await wait_until(lambda: not live.is_busy, "the answer is stored")
    await live.panes.duplicate(current.active_id)
    server.script("fast", "Summed.", Finish(), once=True)
    assert await live.context.summarise(live.context.summary_plans([current.active_id]))
    other = live.conversation.panes[1]
    server.script("fast", "whole", Finish(), once=True)
    await live.send("and now", [other.id])
    await wait_until(lambda: not live.is_busy, "the other pane goes on")
    server.script("fast", "whole", Finish())
    await replies.continue_all()
    await wait_until(lambda: not live.is_busy, "it is continued")
    texts = [live.conversation.messages[pane.leaf_id or ""].text for pane in live.conversation.panes]
    assert texts == ["half whole", "whole"]


@dataclass
class Growing:
    """Eight panes whose replies wait at a gate; `warned` is what was said in place of the keys."""

    gate: Gate
    warned: list[Sequence[str]]
    cancelling: Cancelling


@pytest.fixture
async def growing(
    server: OpenAIServer, workspace: Workspace, current: CurrentConversation
) -> AsyncGenerator[Growing, None]:
    gate = Gate()
    warned: list[Sequence[str]] = []
    current.show(workspace.new(["local/fast"] * 8))
    server.script("fast", "One, ", gate, "two.", Finish())
    await current.live.send("count", current.target_ids)
    await wait_until(lambda: gate.reached == 8, "all eight reply")
    yield Growing(gate, warned, Cancelling(current, key_of, warned.append))
    gate.open()
    await wait_until(lambda: not current.live.is_busy, "all have ended")


async def test_cancel_stops_the_active_pane_first_and_then_all_others(
    current: CurrentConversation, growing: Growing
) -> None:
    _, *others = current.target_ids
    growing.cancelling.cancel()
    await wait_until(lambda: set(current.live.replies) == set(others), "the active one has ended")
    assert not any(growing.warned)
    growing.cancelling.cancel()
    await wait_until(lambda: not current.live.is_busy, "all have ended")


async def test_cancel_asks_before_it_stops_what_is_not_looked_at(
    current: CurrentConversation, growing: Growing
) -> None:
    cancelling = growing.cancelling
    cancelling.cancel()
    cancelling.calm_down()
    for _ in range(2):  # another key is pressed between
        cancelling.cancel()
        assert growing.warned[-1][0] == "7 other panes are still replying. Press <reply.cancel> again to stop them."
        cancelling.calm_down()
        assert growing.warned[-1] == () and len(current.live.replies) == 7
    current.active_id = current.panes[1].id
    cancelling.cancel()
    assert len(current.live.replies) == 6, "the one that is looked at now"
    cancelling.calm_down()
    for pane in current.panes[2:7]:
        current.live.cancel(pane.id)
    cancelling.cancel()
    assert growing.warned[-1][0] == "1 other pane is still replying. Press <reply.cancel> again to stop it."
    cancelling.cancel()
    assert not current.live.replies and growing.warned[-1] == ()


async def test_the_last_pane_stays(panes: PaneActions, current: CurrentConversation, stage: Stage) -> None:
    assert panes.close() is None and panes.choose() is None
    assert stage.said == ["This is the last pane. <conversation.new> starts a new conversation."]
    assert len(current.panes) == 1


async def test_panes_are_added_up_to_the_most_there_may_be(
    panes: PaneActions, current: CurrentConversation, stage: Stage
) -> None:
    while work := panes.duplicate():
        await work
    assert len(current.panes) == MOST_PANES
    assert stage.said == [f"No more than {MOST_PANES} panes fit. Close one first (<pane.close>)."]


async def test_turning_goes_round(workspace: Workspace, panes: PaneActions, current: CurrentConversation) -> None:
    current.show(workspace.new(["local/a", "local/b", "local/c"]))
    actions = panes.actions()
    seen = []
    for action_id in ("pane.next", "pane.next", "pane.next", "pane.previous"):
        actions[action_id]()
        seen.append(current.active_pane.model[-1])
    assert seen == ["b", "c", "a", "c"]
    work = actions["pane.move_left"]()
    assert work is not None
    await work
    assert [pane.model[-1] for pane in current.panes] == ["a", "c", "b"]
    assert current.active_pane.model == "local/c"


async def test_models_that_were_chosen_together_open_a_pane_each_as_many_as_fit(
    current: CurrentConversation, panes: PaneActions, stage: Stage
) -> None:
    await panes.open_models(())
    names = [f"local/m{number}" for number in range(10)]
    await panes.open_models(tuple(names))  # nothing was said yet: the first one takes the place of what was there
    shown = [pane.model for pane in current.panes]
    assert len(shown) == 8 and shown[0] == names[0] and set(shown) <= {*names, "local/fast", "local/slow"}
    assert stage.said[-1].startswith("No more than 8 panes fit. Not opened: ") and "local/m9" in stage.said[-1]
    await panes.open_models(tuple(f"local/long-name-{number}" for number in range(1_000)))
    assert len(stage.said[-1]) < 200 and "+" in stage.said[-1], "not a notice as tall as the screen"
