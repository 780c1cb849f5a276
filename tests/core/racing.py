"""Answers of several panes to one prompt, for tests of the race between them."""

from __future__ import annotations

from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Timing, Usage


def an_answer(id_: str, *, first: float, speed: float, output: int, cost: float | None = None) -> Message:
    return Message(
        id=id_,
        parent_id="q",
        role=Role.ASSISTANT,
        text="text",
        model=f"local/{id_}",
        usage=Usage(10, output, source=Source.REPORTED),
        timing=Timing(first, first + output / speed, speed, first),
        cost_usd=cost,
    )


def a_race(*answers: Message) -> Conversation:
    conversation = Conversation("c").with_message(Message("q", None, Role.USER, "prompt"))
    for answer in answers:
        conversation = conversation.with_message(answer)
        conversation = conversation.with_pane(Pane(f"pane-{answer.id}", answer.model or "", leaf_id=answer.id))
    return conversation


A = an_answer("a", first=0.1, speed=50, output=100, cost=0.01)
B = an_answer("b", first=0.3, speed=90, output=200)
C = an_answer("c", first=0.2, speed=90, output=50, cost=0.02)
