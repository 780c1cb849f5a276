"""Order among conversations without an app: tags as they are typed, deleting and what it brings back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.waiting import wait_until
from tests.ui.conversation.stage import Stage
from textchat.live.conversation import LiveConversation
from textchat.live.workspace import Workspace
from textchat.ui.conversation.actions.shelf import ConversationShelf, tag_line, tags_in
from textchat.ui.conversation.actions.undo import UndoActions
from textchat.ui.conversation.current import CurrentConversation


class Desk:
    """The screen and the user around a shelf: answers dialogs, and shows what it is told to."""

    def __init__(self, workspace: Workspace, current: CurrentConversation, stage: Stage) -> None:
        self.answers: list[str | None] = []
        self.asked: list[str] = []
        self._workspace = workspace
        self._current = current
        self.undo = UndoActions(
            workspace,
            current,
            show=self._show,
            scroll_to=lambda pane_id, message_id: None,
            refresh_rows=self._refresh,
            editor=stage.field,
            discard=lambda parts: None,
            notices=stage.notices,
            key_of=lambda action_id: f"<{action_id}>",
            run=stage.run,
            call_later=lambda run, work: run(work),
        )
        self.shelf = ConversationShelf(
            workspace,
            current,
            show=self._show,
            refresh_rows=self._refresh,
            ask=self._ask,
            notices=stage.notices,
            tell_undo=self.undo.tell,
        )

    async def _show(self, live: LiveConversation) -> None:
        self._current.show(live)

    async def _refresh(self) -> None:
        pass

    async def _ask(self, title: str, text: str) -> str | None:
        self.asked.append(text)
        return self.answers.pop(0)


@pytest.fixture
def desk(workspace: Workspace, current: CurrentConversation, stage: Stage) -> Desk:
    return Desk(workspace, current, stage)


async def talk(current: CurrentConversation, text: str) -> None:
    await current.live.send(text, current.target_ids)
    await wait_until(lambda: not current.live.is_busy, "the answer is stored")


async def test_what_is_new_has_nothing_to_keep_order_among(desk: Desk, stage: Stage) -> None:
    for act in (desk.shelf.pin, desk.shelf.tag, desk.shelf.archive, desk.shelf.delete, desk.shelf.export):
        await act()
    assert stage.said == ["This conversation is empty."] * 5
    await desk.undo.undo()
    assert stage.said[-1] == "Nothing to undo."


async def test_deleted_conversations_come_back_one_after_the_other(
    workspace: Workspace, current: CurrentConversation, desk: Desk, stage: Stage
) -> None:
    for title in ("first", "second"):
        await talk(current, title)
        await desk.shelf.delete()
        assert not current.conversation.messages, "a new conversation is shown"
    assert stage.said[-1] == "Deleted “second”. <app.undo> undoes this until you quit."
    assert await workspace.history.summaries() == []
    for title in ("second", "first"):
        await desk.undo.undo()
        assert stage.said[-1] == f"Brought back “{title}”."
        assert current.conversation.title == title
    assert {summary.title for summary in await workspace.history.summaries()} == {"first", "second"}


async def test_what_is_gone_from_the_file_is_said_and_the_step_before_it_is_next(
    workspace: Workspace, current: CurrentConversation, desk: Desk, stage: Stage
) -> None:
    await talk(current, "first")
    kept = current.conversation
    await desk.shelf.archive()
    await talk(current, "second")
    current.show(workspace.new(["local/fast"]))
    await talk(current, "third")
    await desk.shelf.delete()
    await desk.shelf.delete(kept.id)
    await desk.shelf.delete("unknown")
    assert stage.said[-2:] == [
        "Deleted “first”. <app.undo> undoes this until you quit.",
        "That conversation no longer exists.",
    ]
    await workspace.history.undelete(kept.id)
    await workspace.history.vacuum()
    await desk.undo.undo()
    assert current.conversation.id == kept.id, "one that is not on the screen is deleted and brought back alike"
    await desk.undo.undo()
    assert stage.said[-1] == "Deleted “third”. This cannot be undone: the conversation no longer exists."
    await desk.undo.undo()
    assert stage.said[-1] == "Brought back “first”."
    assert workspace.undo.last is None


async def test_tags_are_what_was_typed(
    workspace: Workspace, current: CurrentConversation, desk: Desk, stage: Stage
) -> None:
    await talk(current, "tagged")
    desk.answers = ['#work "to read" work', "work", None]
    await desk.shelf.tag()
    (summary,) = await workspace.history.summaries()
    assert set(summary.tags) == {"work", "to read"}
    await desk.shelf.tag()
    assert set(tags_in(desk.asked[1])) == {"work", "to read"}, "the dialog shows them as they would be typed"
    await desk.shelf.tag()
    (summary,) = await workspace.history.summaries()
    assert tuple(summary.tags) == ("work",), "what was taken out is gone, and a dialog that was left changes nothing"


@given(
    st.lists(st.text(st.characters(exclude_characters='"#', exclude_categories=["C", "Z"]), min_size=1), unique=True)
)
def test_a_line_of_tags_reads_back(words: Sequence[str]) -> None:
    tags = tuple(f"{word} too" if index % 2 else word for index, word in enumerate(words))
    tags = tuple(dict.fromkeys(tag for tag in tags if len(tag) <= 100))
    assert tuple(tags_in(tag_line(tags))) == tags
