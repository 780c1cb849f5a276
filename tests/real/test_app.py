"""The app against the LiteLLM proxy: two panes stream at once, one of them is cancelled, and all of it is kept."""

from __future__ import annotations

import pytest

from tests.flow.screen import live_of, open_app, shown, wait_for
from tests.real.litellm_proxy import LONG, OTHER, SHORT
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.core.conversation import Conversation, Message, Status

pytestmark = pytest.mark.real_server


def conversation_of(app: TextchatApp) -> Conversation:
    return live_of(app).conversation


def answers(conversation: Conversation) -> list[Message]:
    """What each pane ends with."""
    return [conversation.messages[pane.leaf_id] for pane in conversation.panes if pane.leaf_id is not None]


async def test_two_panes_stream_one_is_cancelled_and_both_are_found_again(environment: dict[str, str]) -> None:
    async with open_app(environment, models=("lite/long", "lite/short")) as (app, pilot):
        await pilot.press(*"Count", "enter")
        first = conversation_of(app).panes[0].id
        await wait_until(
            lambda: any(id == first and reply.text for id, reply in live_of(app).replies.items()), "text in the first"
        )
        await pilot.press("escape")  # in the first pane; LiteLLM mocks one answer at a time, so the other one follows
        await wait_for(app, "cancelled", "Hello from a mock", "done")
        live = live_of(app)
        long, short = answers(live.conversation)
        assert (long.status, short.status, short.text) == (Status.CANCELLED, Status.COMPLETE, SHORT)
        assert 0 < len(long.text) < len(LONG)
        assert LONG.startswith(long.text)
        assert long.parent_id == short.parent_id, "one prompt, two answers"
    # What is kept is what stood there when the app closed: a tokenizer may count an answer after its end.

    async with open_app(environment, conversation_id=live.conversation.id) as (app, pilot):
        await wait_for(app, "cancelled", "Hello from a mock")
        assert answers(conversation_of(app)) == answers(live.conversation)
        assert [pane.model for pane in conversation_of(app).panes] == ["lite/long", "lite/short"]


async def test_a_refusal_stays_in_its_pane(environment: dict[str, str]) -> None:
    async with open_app(environment, models=("lite/rate-limited", "lite/other"), prompt="Hello") as (app, _):
        await wait_for(app, "Rate limit of lite reached", "failed: rate limit", "The other model says:")
        await wait_until(lambda: answers(conversation_of(app))[1].status is Status.COMPLETE, "the other is complete")
        refused, other = answers(conversation_of(app))
        assert (refused.status, other.text) == (Status.FAILED, OTHER)
        assert environment["LITE_KEY"] not in shown(app)
