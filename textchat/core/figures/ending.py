"""One-line texts about a message: its ending, what it waits for, and tool calls.

The texts are not sanitised: the caller makes control characters visible when drawing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from textchat.core.conversation import Message, Status, ToolCall
from textchat.core.evaluation.check import FAILED, PASSED
from textchat.core.figures.reply_state import INDICATOR
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.reply import Phase, Reply

LONGEST_ARGUMENTS = 50_000
"""Characters of the arguments of a tool call that are shown; exports have all of them."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Key hints for retrying or continuing a reply, such as `Ctrl+R to retry`; empty where no key does it."""

    retry: str = ""
    resume: str = ""

    def beside(self, sentence: str, *, is_resumable: bool) -> str:
        """The sentence with the applicable hints added; only an answer that has begun can be continued."""
        ways = ", ".join(way for way in (self.resume if is_resumable else "", self.retry) if way)
        return f"{sentence} · {ways}" if ways else sentence


class Tone(Enum):
    """Severity of an ending."""

    QUIET = auto()
    """For an ending that the user caused."""
    WARNING = auto()
    FAILURE = auto()


_TONES = {PASSED.strip(): Tone.QUIET, FAILED.strip(): Tone.FAILURE}


def ending(message: Message, hints: Hints) -> tuple[str, Tone] | None:
    """The line for an abnormal ending, or for what must be known about a normal one; else None."""
    has_text = bool(message.text.strip())
    match message.status:
        case Status.FAILED:
            sentence = message.error.message if message.error else "The reply failed."
            return hints.beside(sentence, is_resumable=has_text), Tone.FAILURE
        case Status.CANCELLED:
            return hints.beside("Cancelled", is_resumable=has_text), Tone.QUIET
        case Status.INTERRUPTED:
            sentence = "Interrupted: textchat quit before the reply ended"
            return hints.beside(sentence, is_resumable=has_text), Tone.WARNING
        case _:
            lack = shortfall_of(message)
            if lack is None:
                return None
            if not lack.is_lacking:  # asking again would bring the same note
                return lack.sentence, _TONES.get(lack.sign, Tone.WARNING)
            return hints.beside(lack.sentence, is_resumable=lack.is_cut), Tone.WARNING


def waiting(reply: Reply) -> str:
    """The status of a reply that has no text yet; empty once it has."""
    match reply.phase:
        case Phase.QUEUED:
            return f"Queued, {reply.place} ahead" if reply.place else "Queued"
        case Phase.RETRYING if reply.retry is not None:
            seconds = max(0, round(reply.retry.at - reply.now()))
            sentence = reply.retry.error.message
            return f"{sentence} Retrying in {seconds} s ({reply.retry.number} of {reply.retry.of})"
        case Phase.WAITING | Phase.RETRYING:
            # The dots move with the reply's own clock, at each redraw: no timer of its own.
            return INDICATOR[int(reply.elapsed_s * 3) % len(INDICATOR)]
        case Phase.HELD if not reply.has_text:
            return "Waiting for all replies"
        case _:
            return ""


def tool_call_line(call: ToolCall) -> str:
    arguments = call.arguments
    if len(arguments) > LONGEST_ARGUMENTS:
        arguments = f"{arguments[:LONGEST_ARGUMENTS]}… {len(arguments):,} characters"
    return f"→ {call.name}({arguments})"


def thought_line(words: int, *, is_folded: bool, is_thinking: bool) -> str:
    """The header of the reasoning: whether it is folded, and its length."""
    mark = "▸" if is_folded else "▾"
    length = f" · {words:,} {'word' if words == 1 else 'words'}"
    return f"{mark} Thinking…{length if is_folded else ''}" if is_thinking else f"{mark} Thought{length}"
