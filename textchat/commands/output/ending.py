"""Formats the end of a reply: one line of figures, one sentence, and an exit code."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.conversation import Message, Status
from textchat.core.figures.ending import Hints, ending
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.figures.shortfall import shortfall_of

_WORDS = (
    (Figure.FIRST, "first token after {}"),
    (Figure.FIRST_TEXT, "first word after {}"),
    (Figure.TOTAL, "{} total"),
    (Figure.SPEED, "{} tokens/s"),
    (Figure.INPUT, "{} in"),
    (Figure.OUTPUT, "{} out"),
    (Figure.REASONING, "{} of them thinking"),
    (Figure.COST, "{}"),
)


def figures_line(message: Message) -> str:
    """Such as `complete (stop) · first token after 0.42 s · 3.10 s in all · 58 tokens/s · ~12 in · 312 out · $0.1`."""
    figures = figures_of(message)
    lack = shortfall_of(message)
    reason = message.finish_reason or (lack.word if lack and lack.is_lacking else "")
    status = message.status.value + (f" ({reason})" if reason else "")
    known = [words.format(text) for figure, words in _WORDS if (text := figures.text(figure))]
    return " · ".join([status, *known])


def ending_sentence(message: Message) -> str:
    """The sentence for an abnormal ending or a note; empty for a normal one, and where the user cancelled."""
    said = None if message.status is Status.CANCELLED else ending(message, Hints())
    return "" if said is None else said[0] if said[0].endswith((".", "attempts)")) else f"{said[0]}."


def exit_code(messages: Sequence[Message]) -> int:
    """Exit code for the replies: 130 if one was cancelled, 1 if one failed, 0 if all are complete."""
    statuses = {message.status for message in messages}
    if statuses & {Status.CANCELLED, Status.INTERRUPTED}:
        return 130
    return 1 if Status.FAILED in statuses else 0
