"""The shared state of the screen: the active pane is one that is there, and prompts go where they should."""

from __future__ import annotations

from textchat.live.workspace import Workspace
from textchat.ui.conversation.current import CurrentConversation


async def test_a_closed_pane_is_active_no_more(workspace: Workspace) -> None:
    current = CurrentConversation(workspace.new(["local/a", "local/b", "local/c"]))
    assert current.active_pane.model == "local/a" and current.active_number == 1
    current.active_id = current.panes[1].id
    await current.live.close_pane(current.active_id)
    assert current.active_pane.model == "local/c" and current.active_number == 2


def test_a_prompt_goes_to_all_panes_or_to_the_active_one(workspace: Workspace) -> None:
    current = CurrentConversation(workspace.new(["local/a", "local/b"]))
    first, second = (pane.id for pane in current.panes)
    assert list(current.target_ids) == [first, second]
    current.sends_to_all = False
    assert list(current.target_ids) == [first]
    current.active_id = second
    assert list(current.target_ids) == [second]


def test_another_conversation_begins_in_its_first_pane(workspace: Workspace) -> None:
    current = CurrentConversation(workspace.new(["local/a", "local/b"]))
    current.active_id = current.panes[1].id
    current.show(workspace.new(["local/c"]))
    assert current.active_pane.model == "local/c"
