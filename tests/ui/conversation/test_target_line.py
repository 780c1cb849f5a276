"""The line above the input bar without an app: its notes in their order, and behind what is typed by one pause."""

from __future__ import annotations

from collections.abc import Sequence

from tests.ui.conversation.stage import Stage
from textchat.live.workspace import Workspace
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.target_line import PRIVATE, TargetLine, storage_note, target_note
from textchat.ui.input.status_line import Note


async def test_notes_stand_in_their_order_and_empty_ones_are_left_out(stage: Stage) -> None:
    shown: list[Sequence[Note]] = []
    notes = ["to both panes", "", "about $0.03"]
    line = TargetLine(
        [lambda: notes[0], lambda: notes[1], lambda: notes[2]], show=shown.append, set_timer=stage.set_timer
    )
    line.refresh()
    notes[0] = ""
    line.refresh_soon()
    line.refresh_soon()
    assert shown == [[Note(("to both panes",)), Note(("about $0.03",))]] and len(stage.timers) == 1
    await stage.pass_time()
    assert shown[-1] == [Note(("about $0.03",))]
    line.refresh_soon()
    assert len(stage.timers) == 1, "the next key is followed again"


def test_where_the_next_prompt_goes(workspace: Workspace) -> None:
    current = CurrentConversation(workspace.new(["local/a"]))
    assert target_note(current) == "", "there is no choice"
    current.show(workspace.new(["local/a", "local/b"]))
    assert target_note(current) == "to both panes"
    current.show(workspace.new(["local/a", "local/b", "local/c"]))
    assert target_note(current) == "to all 3 panes"
    current.sends_to_all, current.active_id = False, current.panes[1].id
    assert target_note(current) == "to pane 2 only"


def test_what_is_in_memory_only_says_so(workspace: Workspace, current: CurrentConversation) -> None:
    assert storage_note(workspace, current) is None
    current.show(workspace.new(["local/fast"], is_private=True))
    assert storage_note(workspace, current) == PRIVATE
