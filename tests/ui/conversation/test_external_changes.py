"""What another textchat wrote, without an app: looked for when the user moves, not too early."""

from __future__ import annotations

from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from tests.ui.conversation.stage import Stage
from textchat.live.workspace import Workspace
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.external_changes import LOOK_AGAIN_S, ExternalChanges


class Rows:
    """Counts how often the list of conversations was renewed."""

    def __init__(self) -> None:
        self.renewed = 0

    async def refresh(self) -> None:
        self.renewed += 1


async def test_typing_brings_a_look_only_after_a_pause(
    workspace: Workspace, current: CurrentConversation, stage: Stage
) -> None:
    changes = ExternalChanges(workspace, current, Rows().refresh, stage.notices, clock=lambda: stage.now)
    assert changes.is_due()
    stage.now += LOOK_AGAIN_S
    assert not changes.is_due()
    await changes.take_in()
    stage.now += LOOK_AGAIN_S
    assert not changes.is_due(), "any look counts"
    stage.now += 0.1
    assert changes.is_due()


async def test_what_came_while_a_reply_grew_is_taken_in_by_a_later_look(
    server: OpenAIServer, environ: dict[str, str], workspace: Workspace, current: CurrentConversation, stage: Stage
) -> None:
    gate = Gate()
    live = current.live
    targets = [pane.id for pane in current.panes]
    await live.send("shared", targets)
    await wait_until(lambda: not live.is_busy, "the answer is stored")
    rows = Rows()
    changes = ExternalChanges(workspace, current, rows.refresh, stage.notices)
    await changes.take_in()
    assert rows.renewed == 0, "nothing was written elsewhere"
    other = Workspace(environ)
    theirs = await other.open(current.conversation.id)
    assert theirs is not None
    await theirs.rename("named by another")
    await other.aclose()
    server.script("fast", "A lo", gate, "ng answer.", Finish())
    await live.send("mine", targets)
    await changes.take_in()
    assert current.conversation.title == "shared" and rows.renewed == 1, "the list shows it, the reply goes on"
    gate.open()
    await wait_until(lambda: not live.is_busy, "the answer is stored")
    await changes.take_in()
    assert current.conversation.title == "named by another"
