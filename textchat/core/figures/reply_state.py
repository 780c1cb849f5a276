"""State of a reply as a sign and a word, for the race line and other narrow places."""

from __future__ import annotations

from typing import NamedTuple

from textchat.core.conversation import Message, Status
from textchat.core.evaluation.check import FAILED
from textchat.core.figures.reply_figures import seconds
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.reply import Phase, Reply

INDICATOR = ("●○○", "○●○", "○○●")


class ReplyState(NamedTuple):
    """A sign, a word and a style; neither sign nor colour is clear without the word."""

    glyph: str
    word: str
    style: str
    figures_count: bool = True
    """Whether there is anything to show beside it."""
    is_growing: bool = False
    """Whether figures are still to come."""


def state_of(shown: Reply | Message) -> ReplyState:
    if isinstance(shown, Message):
        # One that grows is drawn before its reply is known here, and where another textchat asks for it.
        return ReplyState("◌", "waiting", "", False, True) if shown.is_growing else _ended(shown.status, shown)
    match shown.phase:
        case Phase.QUEUED:
            return ReplyState("◇", f"queued, {shown.place} ahead" if shown.place else "queued", "", False, True)
        case Phase.WAITING:
            dots = INDICATOR[int(shown.elapsed_s * 3) % len(INDICATOR)]
            waited = f" {seconds(shown.elapsed_s)}" if shown.elapsed_s >= 1 else ""
            return ReplyState("◌", f"waiting {dots}{waited}", "", False, True)
        case Phase.RETRYING:
            return ReplyState("↻", _retry_word(shown), "$warning", False, True)
        case Phase.THINKING:
            return ReplyState("◐", "thinking", "$secondary", is_growing=True)
        case Phase.STREAMING:
            return ReplyState("●", "streaming", "$primary", is_growing=True)
        case Phase.HELD:
            return ReplyState("◌", "waiting for all", "", False, True)
        case Phase.ENDED:
            return _ended(shown.status, shown)


def _retry_word(reply: Reply) -> str:
    if reply.retry is None:
        return "retry"
    left = max(0, round(reply.retry.at - reply.now()))
    return f"retry {reply.retry.number} of {reply.retry.of} in {left} s"


def _ended(status: Status, shown: Reply | Message) -> ReplyState:
    match status:
        case Status.COMPLETE:
            if isinstance(shown, Message) and shown.is_edited:
                return ReplyState("✓", "edited", "$success")
            lack = shortfall_of(shown)
            check = shown.structure if isinstance(shown, Message) else None
            if check is not None and (lack is None or not lack.is_lacking):
                return ReplyState("✓", "valid", "$success") if check.is_valid else ReplyState("✗", "invalid", "$error")
            if lack is None:
                return ReplyState("✓", "done", "$success")
            if lack.sign:
                return ReplyState(lack.sign, lack.word, "$error" if lack.sign == FAILED.strip() else "$success")
            return ReplyState("▲" if lack.is_lacking else "✓", lack.word, "$warning")
        case Status.CANCELLED:
            return ReplyState("■", "cancelled", "$warning")
        case Status.FAILED:
            kind = shown.error.kind.value.replace("_", " ") if shown.error else ""
            has_begun = shown.has_begun if isinstance(shown, Reply) else bool(shown.text or shown.reasoning)
            return ReplyState("✗", "failed" if has_begun or not kind else f"failed: {kind}", "$error", has_begun)
        case Status.INTERRUPTED | Status.GROWING:
            return ReplyState("▲", "interrupted", "$warning")
