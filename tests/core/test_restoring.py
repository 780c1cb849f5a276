"""What was removed comes back exactly while nothing else has happened, and as near as possible where something has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core import restoring, turns
from textchat.core.conversation import Conversation, Message, Pane, Role, new_id
from textchat.core.votes.vote import Candidate, Vote

PICKS = st.integers(0, 999)
Edit = tuple[str, int, int]
EDITS = st.tuples(st.sampled_from(["ask", "version", "walk", "delete", "close", "choose", "add", "fold"]), PICKS, PICKS)
Undo = Callable[[Conversation], Conversation]


def start() -> Conversation:
    return Conversation("c", panes=tuple(Pane(f"p{number}", f"m/{number}") for number in range(3)))


def ask(now: Conversation, pane: Pane, other: int) -> Conversation:
    """A prompt to this pane, or to all, with their replies."""
    targets = [pane.id] if other % 2 else [each.id for each in now.panes]
    now = turns.prompt(now, targets, "prompt").conversation
    for target in targets:
        reply = Message(new_id(), now.pane(target).leaf_id, Role.ASSISTANT, "reply")
        now = now.with_message(reply).with_pane(replace(now.pane(target), leaf_id=reply.id))
    leaves = [each.leaf_id for each in now.panes if each.leaf_id is not None]
    if len(set(leaves)) > 1 and other % 3 == 0:
        now = now.with_vote(Vote("c", None, (Candidate(leaves[0], "m/0", 1.0), Candidate(leaves[-1], "m/1", 0.0))))
    return now


def edited(now: Conversation, edit: Edit) -> tuple[Conversation, Undo | None]:
    """The conversation after an edit, and the way back from a removal."""
    kind, first, second = edit
    pane = now.panes[first % len(now.panes)]
    branch = now.branch(pane.leaf_id)
    message = branch[second % len(branch)] if branch else None
    match kind:
        case "ask":
            return ask(now, pane, second), None
        case "fold":
            return now.with_pane(replace(pane, folded=not pane.folded)), None
        case "add" if len(now.panes) < turns.MOST_PANES:
            return turns.add_pane(now, "m/new", pane.parameters, pane.id), None
        case "close" if len(now.panes) > 1:
            after = now.without_pane(pane.id)
        case "choose" if len(now.panes) > 1:
            after = turns.choose(now, pane.id)
        case "version" if message is not None:
            return turns.edit_answer(now, pane.id, message.id, "edited").conversation, None
        case "walk" if message is not None:
            return turns.walk_siblings(now, pane.id, message.id, 1), None
        case "delete" if message is not None:
            gone = {message.id, *now.descendants(message.id)}
            removed = {id_: each for id_, each in now.messages.items() if id_ in gone}
            after = now.without(message.id)
            return after, lambda later: restoring.with_messages_back(later, now, after, removed)
        case _:
            return now, None
    return after, lambda later: restoring.with_panes_back(later, now, after)


def check_sound(conversation: Conversation) -> None:
    messages = conversation.messages
    assert all(message.parent_id is None or message.parent_id in messages for message in messages.values())
    assert all(pane.leaf_id is None or pane.leaf_id in messages for pane in conversation.panes)
    assert 1 <= len({pane.id for pane in conversation.panes}) == len(conversation.panes) <= turns.MOST_PANES
    assert all(conversation.branch(pane.leaf_id) is not None for pane in conversation.panes)


def same(one: Conversation, two: Conversation) -> bool:
    """Whether two conversations are alike, the order of the messages and of the votes apart."""
    return replace(one, votes=()) == replace(two, votes=()) and set(one.votes) == set(two.votes)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(EDITS, max_size=8), st.lists(EDITS, min_size=1, max_size=8))
def test_removals_are_taken_back_exactly_in_reverse_order(before: list[Edit], removals: list[Edit]) -> None:
    now = start()
    for edit in before:
        now, _ = edited(now, edit)
    first, undo = now, []
    for edit in removals:
        after, back = edited(now, edit)
        if back is not None:
            now = after
            undo.append(back)
    for back in reversed(undo):
        now = back(now)
    assert same(now, first) and list(now.messages) == list(first.messages)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=14), st.sets(st.integers(0, 6)))
def test_what_is_newer_stays_and_what_was_removed_is_there_again(edits: list[Edit], left_out: set[int]) -> None:
    """Also where something between was not taken back, as when another program has deleted what was above."""
    now = start()
    undo: list[tuple[Conversation, Conversation, Undo]] = []
    for edit in edits:
        after, back = edited(now, edit)
        if back is not None:
            undo.append((now, after, back))
        now = after
    for number, (before, after, back) in enumerate(reversed(undo)):
        if number in left_out:
            continue
        restored = back(now)
        check_sound(restored)
        assert restored.messages.keys() >= now.messages.keys() | (before.messages.keys() - after.messages.keys())
        assert {pane.id for pane in restored.panes} >= {pane.id for pane in now.panes}
        for pane in now.panes:
            was = {each.id: each.leaf_id for each in after.panes}
            if pane.leaf_id != was.get(pane.id, pane.leaf_id):
                assert restored.pane(pane.id).leaf_id == pane.leaf_id, "a pane that went on stays where it is"
        now = restored
