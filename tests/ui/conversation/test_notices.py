"""Notices without an app: a failure is said once while it is on the screen, and the store's words are a sentence."""

from __future__ import annotations

from tests.ui.conversation.stage import Stage
from textchat.core.store_error import StoreError
from textchat.ui.conversation.notices import NOTICE_S


def test_a_failure_is_one_notice_while_it_is_on_the_screen(stage: Stage) -> None:
    stage.notices.problem("The disk is full.")
    stage.notices.problem("The disk is full.")
    stage.notices.problem("Another.")
    assert stage.said == ["The disk is full.", "Another."]
    stage.now += NOTICE_S + 1
    stage.notices.problem("The disk is full.")
    assert stage.said == ["The disk is full.", "Another.", "The disk is full."]


def test_what_the_user_did_is_said_every_time(stage: Stage) -> None:
    stage.notices.say("Copied.")
    stage.notices.say("Copied.")
    assert stage.said == ["Copied.", "Copied."]


def test_what_the_store_cannot_do_ends_the_block_with_a_notice(stage: Stage) -> None:
    done = []
    with stage.notices.store_problems():
        done.append("before")
        raise StoreError("The file is locked.")
    assert done == ["before"] and stage.said == ["The file is locked."]
