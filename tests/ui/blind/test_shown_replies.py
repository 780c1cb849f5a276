"""What a blind comparison shows of replies that grow: no model, no figure, no thought, and all at one pace."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.blind.blind import Blind
from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Pane, Status
from textchat.core.events import ReasoningDelta, TextDelta, TextWasReasoning, UsageReport
from textchat.core.figures.reply_figures import ReplyFigures, figures_of
from textchat.core.figures.reply_state import state_of
from textchat.core.reply import Reply
from textchat.render.common_pace import CATCH_UP_S, NOTICED_S
from textchat.ui.blind.shown_replies import ShownReplies

MODELS = {"p1": "openai/gpt-4o", "p2": "anthropic/claude-opus"}


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class Comparing:
    """A conversation whose panes reply, and what is shown of them."""

    def __init__(self, *, is_paced: bool) -> None:
        self.clock = Clock()
        self.replies = {
            pane_id: Reply(conversation_id="c", parent_id=None, model=model, clock=self.clock)
            for pane_id, model in MODELS.items()
        }
        self.growing = dict(self.replies)
        panes = tuple(Pane(id_, MODELS[id_], leaf_id=reply.id) for id_, reply in self.replies.items())
        answers = {reply.id: pane_id for pane_id, reply in self.replies.items()}
        blind = Blind(("p2", "p1"), is_paced, answers=answers)
        messages = {reply.id: reply.freeze() for reply in self.replies.values()}
        self.conversation = Conversation("c", messages=messages, panes=panes, blind=blind)
        self.shown = ShownReplies(self.clock)

    def texts(self) -> dict[str, str]:
        """What is shown now, by pane."""
        self.shown.advance()
        return {id_: reply.text for id_, reply in self.by_pane().items()}

    def by_pane(self) -> dict[str, Reply]:
        return dict(self.shown.by_pane(self.conversation, self.growing, Mask(self.conversation)))

    def end(self, pane_id: str) -> None:
        self.replies[pane_id].end(Status.COMPLETE)
        del self.growing[pane_id]


def test_nothing_is_shown_but_the_text_under_its_letter() -> None:
    comparing = Comparing(is_paced=False)
    comparing.by_pane()
    reply = comparing.replies["p2"]
    reply.start()
    reply.feed(ReasoningDelta("Let me think."))
    comparing.clock.now += 2.0
    reply.feed(TextDelta("Hello"))
    reply.feed(UsageReport(7, 5))
    assert comparing.texts() == {"p1": "", "p2": "Hello"}
    first, second = comparing.by_pane()["p1"], comparing.by_pane()["p2"]
    assert (first.model, second.model) == ("Model B", "Model A")
    assert second.id == reply.id, "it is known by its id to all who draw it"
    assert not second.reasoning
    assert figures_of(second) == ReplyFigures()
    assert state_of(first).word.startswith("waiting")


def test_text_that_was_thoughts_is_taken_back() -> None:
    comparing = Comparing(is_paced=False)
    comparing.by_pane()
    reply = comparing.replies["p1"]
    reply.feed(TextDelta("secret"))
    assert comparing.texts()["p1"] == "secret"
    reply.feed(TextWasReasoning())
    reply.feed(TextDelta("open"))
    assert comparing.texts()["p1"] == "open"
    assert not comparing.by_pane()["p1"].reasoning


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(MODELS)), st.integers(1, 900), st.floats(0.01, 0.9)), max_size=30),
)
def test_neither_is_shown_further_than_the_other_has_come(steps: list[tuple[str, int, float]]) -> None:
    comparing = Comparing(is_paced=True)
    comparing.by_pane()
    for pane_id, count, pause in steps:
        comparing.replies[pane_id].feed(TextDelta("x" * count))
        comparing.clock.now += pause
        texts = comparing.texts()
        least = min(len(reply.text) for reply in comparing.replies.values())
        assert len(texts["p1"]) == len(texts["p2"]) <= least
    whole = {pane_id: reply.text for pane_id, reply in comparing.replies.items()}
    for pane_id in MODELS:
        comparing.end(pane_id)
    ids = {reply.id for reply in comparing.replies.values()}
    assert comparing.shown.ids == ids, "what has ended is shown on"
    comparing.shown.advance()
    comparing.clock.now += CATCH_UP_S
    comparing.shown.advance()
    assert not comparing.shown.ids
    assert comparing.by_pane() == {}, "their messages take over"
    assert {pane_id: len(text) for pane_id, text in whole.items()} == {
        pane_id: len(reply.text) for pane_id, reply in comparing.replies.items()
    }


def test_the_fast_one_says_that_all_are_waited_for_and_escape_shows_it() -> None:
    comparing = Comparing(is_paced=True)
    comparing.by_pane()
    comparing.replies["p1"].feed(TextDelta("all of it"))
    comparing.end("p1")
    comparing.replies["p2"].feed(ReasoningDelta("hm"))
    assert comparing.texts() == {"p1": "", "p2": ""}
    comparing.clock.now += NOTICED_S
    comparing.texts()
    words = {state_of(reply).word for reply in comparing.by_pane().values()}
    assert words == {"waiting for all"}, "of both the same, whichever is late"
    assert comparing.shown.show_whole(("p1",))
    assert comparing.shown.advance()
    assert comparing.shown.ids == {comparing.replies["p2"].id}


def test_what_ended_before_it_was_drawn_once_is_not_ahead_either() -> None:
    comparing = Comparing(is_paced=True)
    before = comparing.conversation
    comparing.conversation, comparing.growing = replace(before, messages={}), {}
    assert not comparing.by_pane(), "the prompt is not sent yet"
    quick, slow = comparing.replies["p1"], comparing.replies["p2"]
    quick.feed(TextDelta("quick and long"))
    quick.end(Status.COMPLETE)
    comparing.conversation = replace(before, messages={reply.id: reply.freeze() for reply in (quick, slow)})
    comparing.growing = {"p2": slow}
    slow.feed(TextDelta("slow"))
    comparing.by_pane()
    comparing.shown.advance()
    comparing.clock.now += 10.0
    assert comparing.texts() == {"p1": "quic", "p2": "slow"}


def test_outside_of_a_comparison_replies_are_what_they_are() -> None:
    comparing = Comparing(is_paced=True)
    comparing.by_pane()
    comparing.conversation = replace(comparing.conversation, blind=None)
    assert comparing.by_pane() == comparing.replies
    assert not comparing.shown.advance()
