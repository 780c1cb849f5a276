"""Whatever a person does to a conversation, the tree stays sound and every answer can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.examples import examples
from textchat.core import turns
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.parameters import Parameters

MODELS = st.sampled_from(["demo/fast", "demo/careful", "local/org/llama"])
PICK = st.integers(min_value=0, max_value=1_000)


class ConversationEdits(RuleBasedStateMachine):
    """Fan out, edit, regenerate, walk, choose, open again, add, close, move and delete, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation(id="c", panes=(Pane("p", "demo/fast"),))
        self.answers: set[str] = set()

    def pane(self, pick: int) -> Pane:
        return self.conversation.panes[pick % len(self.conversation.panes)]

    def answer(self, pane: Pane) -> None:
        message = Message(new_id(), pane.leaf_id, Role.ASSISTANT, "answer", model=pane.model)
        moved = replace(pane, leaf_id=message.id)
        self.conversation = self.conversation.with_message(message).with_pane(moved)
        self.answers.add(message.id)

    def shown(self, pick: int, role: Role) -> tuple[Pane, Message] | None:
        pane = self.pane(pick)
        branch = [message for message in self.conversation.branch(pane.leaf_id) if message.role is role]
        return (pane, branch[pick % len(branch)]) if branch else None

    @rule(everyone=st.booleans(), pick=PICK)
    def fan_out(self, everyone: bool, pick: int) -> None:
        panes = self.conversation.panes if everyone else (self.pane(pick),)
        leaves = {pane.leaf_id for pane in panes}
        turn = turns.prompt(self.conversation, [pane.id for pane in panes], "question")
        assert len(turn.prompts) == len(leaves)
        self.conversation = turn.conversation
        for pane in panes:
            self.answer(self.conversation.pane(pane.id))

    @rule(pick=PICK)
    def edit_prompt(self, pick: int) -> None:
        if found := self.shown(pick, Role.USER):
            pane, message = found
            turn = turns.edit_prompt(self.conversation, pane.id, message.id, "another question")
            assert turn.prompts[0].id in turn.conversation.siblings(message.id)
            self.conversation = turn.conversation
            self.answer(self.conversation.pane(pane.id))

    @rule(pick=PICK)
    def edit_answer(self, pick: int) -> None:
        if found := self.shown(pick, Role.ASSISTANT):
            pane, message = found
            turn = turns.edit_answer(self.conversation, pane.id, message.id, "in my words")
            self.conversation = turn.conversation
            self.answers.add(turn.prompts[0].id)

    @rule(pick=PICK)
    def regenerate(self, pick: int) -> None:
        if found := self.shown(pick, Role.ASSISTANT):
            pane, message = found
            self.answer(replace(pane, leaf_id=message.parent_id))

    @rule(pick=PICK, step=st.sampled_from([-1, 1]))
    def walk(self, pick: int, step: int) -> None:
        if found := self.shown(pick, Role.ASSISTANT):
            pane, message = found
            there = turns.walk_siblings(self.conversation, pane.id, message.id, step)
            siblings = self.conversation.siblings(message.id)
            wanted = siblings[(siblings.index(message.id) + step) % len(siblings)]
            assert wanted in [shown.id for shown in there.branch(there.pane(pane.id).leaf_id)]
            self.conversation = there

    @rule(pick=PICK)
    def choose(self, pick: int) -> None:
        pane = self.pane(pick)
        self.conversation = turns.choose(self.conversation, pane.id)
        (chosen,) = self.conversation.panes
        assert replace(chosen, leaf_id=pane.leaf_id) == replace(pane, folded=False)
        assert pane.leaf_id in (chosen.leaf_id, None)

    @rule(pick=PICK)
    def fold(self, pick: int) -> None:
        self.conversation = self.conversation.with_pane(replace(self.pane(pick), folded=True))

    @rule(pick=PICK)
    def open_again(self, pick: int) -> None:
        if found := self.shown(pick, Role.ASSISTANT):
            pane, message = found
            before = self.conversation.panes
            self.conversation = turns.open_siblings(self.conversation, pane.id, message.id)
            panes = self.conversation.panes
            assert {pane.id for pane in before} <= {pane.id for pane in panes}, "no pane is closed by it"
            assert len(panes) <= max(len(before), turns.MOST_PANES)
            messages = self.conversation.messages
            siblings = [id_ for id_ in self.conversation.siblings(message.id) if messages[id_].role is Role.ASSISTANT]
            shown = [{each.id for each in self.conversation.branch(pane.leaf_id)} & set(siblings) for pane in panes]
            if len(panes) < turns.MOST_PANES:
                assert set().union(*shown) == set(siblings), "every version is in a pane"
            for new in (pane for pane in panes if pane.id not in {pane.id for pane in before}):
                assert sum(1 for each in shown if each & shown[panes.index(new)]) == 1, "and none in two new ones"

    @precondition(lambda self: len(self.conversation.panes) < 8)
    @rule(pick=PICK, model=MODELS)
    def add_pane(self, pick: int, model: str) -> None:
        beside = self.pane(pick)
        self.conversation = turns.add_pane(self.conversation, model, Parameters(), beside.id)
        new = self.conversation.panes[self.conversation.panes.index(beside) + 1]
        assert (new.model, new.leaf_id) == (model, beside.leaf_id)

    @precondition(lambda self: len(self.conversation.panes) > 1)
    @rule(pick=PICK)
    def close_pane(self, pick: int) -> None:
        self.conversation = self.conversation.without_pane(self.pane(pick).id)

    @rule(pick=PICK, step=st.integers(-9, 9))
    def move_pane(self, pick: int, step: int) -> None:
        before = set(self.conversation.panes)
        self.conversation = turns.move_pane(self.conversation, self.pane(pick).id, step)
        assert set(self.conversation.panes) == before

    @rule(pick=PICK, role=st.sampled_from([Role.USER, Role.ASSISTANT]))
    def branch_off(self, pick: int, role: Role) -> None:
        if found := self.shown(pick, role):
            pane, message = found
            self.conversation = self.conversation.with_pane(replace(pane, leaf_id=message.id))

    @rule(pick=PICK, role=st.sampled_from([Role.USER, Role.ASSISTANT]))
    def delete(self, pick: int, role: Role) -> None:
        if found := self.shown(pick, role):
            _, message = found
            gone = {message.id, *self.conversation.descendants(message.id)}
            self.conversation = self.conversation.without(message.id)
            self.answers -= gone
            assert not gone & self.conversation.messages.keys()

    @invariant()
    def tree_is_sound(self) -> None:
        messages = self.conversation.messages
        assert all(message.parent_id is None or message.parent_id in messages for message in messages.values())
        assert all(pane.leaf_id is None or pane.leaf_id in messages for pane in self.conversation.panes)
        assert len({pane.id for pane in self.conversation.panes}) == len(self.conversation.panes) >= 1

    @invariant()
    def every_answer_is_reachable(self) -> None:
        reachable = {
            below for root in self.conversation.children(None) for below in (root, *self.conversation.descendants(root))
        }
        assert self.answers <= reachable == set(self.conversation.messages)

    def teardown(self) -> None:
        """A person walks from version to version, in every pane, and so comes to every message."""
        conversation = self.conversation
        waiting = [pane.leaf_id for pane in conversation.panes if pane.leaf_id]
        leaves = set(waiting)
        while waiting:
            for message in conversation.branch(waiting.pop()):
                new = {conversation.newest_leaf(each) for each in conversation.siblings(message.id)} - leaves
                leaves |= new
                waiting += new
        assert {message.id for leaf in leaves for message in conversation.branch(leaf)} == set(conversation.messages)


ConversationEdits.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
TestConversationEdits = ConversationEdits.TestCase


def test_a_pane_whose_version_is_deleted_shows_the_one_beside_it() -> None:
    messages = [Message("q", None, Role.USER, "prompt")]
    messages += [Message(f"a{number}", "q", Role.ASSISTANT, "answer", model="demo/fast") for number in range(4)]
    panes = (Pane("p", "demo/fast", leaf_id="a1"), Pane("o", "demo/fast", leaf_id="a2"))
    conversation = Conversation("c", messages={each.id: each for each in messages}, panes=panes)
    leaves = []
    while conversation.panes[0].leaf_id != "q":
        leaves.append(conversation.panes[0].leaf_id)
        conversation = conversation.without(leaves[-1] or "")
    assert leaves == ["a1", "a0", "a3"], "never what another pane shows; with none left, the prompt"
    assert conversation.panes[1].leaf_id == "a2"


@pytest.mark.parametrize("close", [Conversation.without_pane, lambda before, gone: turns.choose(before, "empty")])
def test_what_was_said_is_shown_when_only_an_empty_pane_is_left(
    close: Callable[[Conversation, str], Conversation],
) -> None:
    said = Message("said", None, Role.USER, "Hello")
    panes = (Pane("full", "demo/fast", leaf_id="said"), Pane("empty", "demo/careful"))
    left = close(Conversation("c", messages={"said": said}, panes=panes), "full")
    assert left.panes == (Pane("empty", "demo/careful", leaf_id="said"),)


def test_a_pane_added_while_an_answer_grows_shows_the_prompt() -> None:
    conversation = Conversation(id="c", panes=(Pane("p", "demo/fast"),))
    turn = turns.prompt(conversation, ["p"], "question")
    growing = Message("g", turn.prompts[0].id, Role.ASSISTANT, "", status=Status.GROWING)
    conversation = turn.conversation.with_message(growing).with_pane(Pane("p", "demo/fast", leaf_id="g"))
    conversation = turns.add_pane(conversation, "demo/careful", Parameters(), "p")
    assert conversation.panes[1].leaf_id == turn.prompts[0].id
