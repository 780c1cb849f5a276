"""Says what a complete answer lacks: it was cut, it is empty, or something must be known about it."""

from __future__ import annotations

from typing import NamedTuple

from textchat.core.conversation import Message, Status
from textchat.core.evaluation.check import FAILED, PASSED
from textchat.core.reply import Reply

ORDINARY = frozenset({None, "stop", "tool_calls"})
"""Finish reasons of a normal ending."""

MAY_BE_CUT = "may be cut off"
"""What a note says of an answer that lacks its end: by these words it is known again when it has been stored."""


class Shortfall(NamedTuple):
    """What a complete answer lacks, as a word for narrow places and as sentences."""

    word: str
    sentence: str
    is_cut: bool = False
    """Whether text may be missing at its end, which continuing the answer brings."""
    is_lacking: bool = True
    """Whether the answer itself lacks something; else there is only a note about it."""
    sign: str = ""
    """A sign of its own."""


def shortfall_of(answer: Reply | Message) -> Shortfall | None:
    """What a complete answer lacks; None for a whole one, and for any other status."""
    if answer.status is not Status.COMPLETE:
        return None
    found = _cut_short(answer) or _nothing_said(answer)
    if not answer.note:
        return found
    if found is not None:
        return found._replace(sentence=f"{found.sentence}. {answer.note}")
    if MAY_BE_CUT in answer.note:
        return Shortfall("cut off?", answer.note, is_cut=True)
    if (sign := answer.note[:2]) in (PASSED, FAILED):
        return Shortfall("checks", answer.note, is_lacking=False, sign=sign.strip())
    return Shortfall("see note", answer.note, is_lacking=False)


def _cut_short(answer: Reply | Message) -> Shortfall | None:
    match answer.finish_reason:
        case "length":
            return Shortfall("cut short", "Stopped at the length limit", is_cut=_has_words(answer.text))
        case "content_filter":
            return Shortfall("filtered", "Stopped by the provider's content filter")
        case reason if reason in ORDINARY:
            return None
        case reason:
            return Shortfall("stopped", f"Stopped early: {reason}")


def _nothing_said(answer: Reply | Message) -> Shortfall | None:
    if _has_words(answer.text) or answer.tool_calls or answer.parts:  # a picture may be all
        return None
    if _has_words(answer.reasoning):
        return Shortfall("no text", "The model thought, but wrote no reply")
    return Shortfall("empty", "The reply is empty")


def _has_words(text: str) -> bool:
    return bool(text) and not text.isspace()
