"""The map of branches: every message in one row, the branch of the pane last, and side branches hung off it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.context.branch_map import (
    branch_through,
    map_rows,
    matching_rows,
    open_branches,
    searched_texts,
    words_of,
)
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.core.restoring import without_opened_panes
from textchat.core.turns import MOST_PANES
from textchat.core.votes.vote import LOST, WON, Candidate, Vote


def a_tree(parents: list[int | None], leaf: int = 0) -> Conversation:
    """Message n stands below the one with the number at n; prompts and replies in turn."""
    depths: list[int] = []
    messages: dict[str, Message] = {}
    for number, parent in enumerate(parents):
        depths.append(0 if parent is None else depths[parent] + 1)
        role = Role.ASSISTANT if depths[-1] % 2 else Role.USER
        model = f"p/m{number % 3}" if role is Role.ASSISTANT else None
        above = None if parent is None else f"m{parent}"
        messages[f"m{number}"] = Message(f"m{number}", above, role, f"text {number}", model=model)
    return Conversation("c", messages=messages, panes=(Pane("p1", "p/m1", leaf_id=f"m{leaf}"),))


TREES = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        st.tuples(*(st.none() | st.integers(0, max(0, number - 1)) if number else st.none() for number in range(size))),
        st.integers(0, size - 1),
    )
)


@settings(max_examples=examples(60), deadline=None)
@given(TREES)
def test_every_message_is_in_one_row_and_the_way_to_the_pane_is_the_main_line(
    tree: tuple[tuple[int | None, ...], int],
) -> None:
    conversation = a_tree(list(tree[0]), tree[1])
    rows = map_rows(conversation, "p1")
    assert sum(row.count for row in rows) == len(conversation.messages)
    within: set[str] = set()
    for row in rows:
        stretch = [message.id for message in conversation.branch(row.last_id)][-row.count :]
        assert stretch[0] == row.first_id and within.isdisjoint(stretch)
        within |= set(stretch)
    path = {message.id for message in conversation.branch(conversation.panes[0].leaf_id)}
    assert all(row.depth == 0 for row in rows if row.first_id in path)
    assert [row.panes for row in rows if row.panes] == [(1,)]
    assert {row.first_id for row in matching_rows(conversation, "text", searched_texts(conversation))} == set(
        conversation.messages
    )


def test_what_is_known_of_a_row() -> None:
    conversation = a_tree([None, 0, 0, 1, 2, 4, 0], leaf=3)
    vote = Vote("c", "m0", (Candidate("m1", "p/m1", LOST), Candidate("m2", "p/m2", WON)))
    rows = map_rows(conversation.with_vote(vote), "p1")
    assert [(row.first_id, row.count, row.depth, row.is_branch) for row in rows] == [
        ("m0", 1, 0, False),
        ("m2", 3, 1, True),
        ("m6", 1, 1, True),
        ("m1", 2, 0, False),
    ]
    assert [row.versions for row in rows] == [1, 3, 3, 3] and [row.score for row in rows] == [None, WON, None, LOST]
    assert rows[1].models == ("p/m2",) and words_of(conversation, rows[1]) == "text 2"
    assert [row.first_id for row in matching_rows(conversation, "M2 text", searched_texts(conversation))] == [
        "m2",
        "m5",
    ]
    assert branch_through(conversation, rows[0], "m3") == "m3" and branch_through(conversation, rows[1], "m3") == "m5"


def test_a_heading_is_named_by_its_words_alone() -> None:
    for text, words in (("## Where things are\n\nHere.", "Where things are"), ("#tag", "#tag"), ("#", "#")):
        conversation = Conversation(
            "c", messages={"m": Message("m", None, Role.USER, text)}, panes=(Pane("p1", "p/m", leaf_id="m"),)
        )
        assert words_of(conversation, map_rows(conversation, "p1")[0]) == words


def test_two_branches_stand_side_by_side() -> None:
    conversation = a_tree([None, 0, 0, 1, 2], leaf=3)
    opened = open_branches(conversation, "p1", ["m4", "m3"])
    assert opened is not None and [(pane.leaf_id, pane.model) for pane in opened.panes] == [
        ("m4", "p/m1"),
        ("m3", "p/m1"),
    ]
    again = open_branches(opened, "p1", ["m4", "m3"])
    assert again is not None and len(again.panes) == 2, "a pane that shows it serves"
    full = conversation
    for number in range(2, MOST_PANES + 1):
        full = full.with_pane(Pane(f"p{number}", "p/m", leaf_id="m0"))
    assert open_branches(full, "p1", ["m4", "m3"]) is None


def test_an_undo_shows_what_was_shown_unless_the_pane_has_gone_on() -> None:
    conversation = a_tree([None, 0, 0, 1, 2], leaf=3)
    opened = open_branches(conversation, "p1", ["m4", "m3"])
    assert opened is not None
    assert without_opened_panes(opened, conversation, opened) == conversation
    gone_on = opened.with_pane(replace(opened.pane("p1"), leaf_id="m2"))
    assert [pane.leaf_id for pane in without_opened_panes(gone_on, conversation, opened).panes] == ["m2"]


def test_no_depth_is_too_deep() -> None:
    deep = a_tree([None, *range(2_999)], leaf=2_999)
    assert [row.count for row in map_rows(deep, "p1")] == [3_000]
    # The pane stands at the first prompt: each later one is a step to the side, or the main line's own.
    split = a_tree([None, *(number // 2 * 2 for number in range(2_999))])
    assert sum(row.count for row in map_rows(split, "p1")) == 3_000
