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
    structure = [] if message.structure is None else [f"schema {'✓' if message.structure.is_valid else '✗'}"]
    return " · ".join([status, *known, *structure])


def ending_sentence(message: Message) -> str:
    """The sentence for an abnormal ending or a note; empty for a normal one, and where the user cancelled."""
    said = None if message.status is Status.CANCELLED else ending(message, Hints())
    return "" if said is None else said[0] if said[0].endswith((".", "attempts)")) else f"{said[0]}."


def structure_sentence(message: Message) -> str:
    """What is wrong with the structure of a reply; empty where nothing is, and where none was asked for."""
    check = message.structure
    return "" if check is None or check.is_valid else f"Schema: {check.why}"


def fits_schema(message: Message) -> bool:
    """Whether a structure was asked for, and the reply has it."""
    return message.structure is not None and message.structure.is_valid


def laid_out(message: Message) -> str:
    """The text as a person reads it: JSON that has the structure that was asked for, on lines of its own."""
    if not fits_schema(message):
        return message.text
    from textchat.core.text.pretty_json import pretty_json  # few replies have a structure

    return pretty_json(message.text)


def exit_code(messages: Sequence[Message], *, lacks_file: bool = False) -> int:
    """The exit code for the replies: 130 if one was cancelled, 1 if one failed, 3 if one does not fit its schema.

    With `lacks_file`, a file of one could not be written, which is a failure, too.
    """
    statuses = {message.status for message in messages}
    if statuses & {Status.CANCELLED, Status.INTERRUPTED}:
        return 130
    if Status.FAILED in statuses or lacks_file:
        return 1
    return 3 if any(map(structure_sentence, messages)) else 0
