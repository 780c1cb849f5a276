"""The timeline that an answer is played by: its own, where it fits the text, or else one by its stored figures."""

from __future__ import annotations

import re

from textchat.core.conversation import Message
from textchat.core.limits import REPLAYED_PIECES, REPLAYED_SECONDS
from textchat.core.replaying.timeline import Piece, PieceKind, Timeline

USUAL_FIRST_S, USUAL_CHARACTERS_PER_S = 0.5, 200.0
"""Of an answer without any figures, such as one that was imported: about 50 tokens a second."""
CHARACTERS_PER_TOKEN = 4
_WORD = re.compile(r"\s*\S{1,40}|\s+")


def fits(timeline: Timeline, message: Message) -> bool:
    """Whether the pieces of a timeline are those of the message: all of its characters, and no others."""
    calls = sum(len(call.name) + len(call.arguments) for call in message.tool_calls)
    parts = sum(piece.kind is PieceKind.PART for piece in timeline.pieces)
    return (
        timeline.prefix + timeline.length(PieceKind.TEXT) == len(message.text)
        and timeline.length(PieceKind.REASONING) == len(message.reasoning)
        and timeline.length(PieceKind.CALL) == calls
        and parts <= len(message.parts)
    )


def timeline_of(message: Message, known: Timeline | None) -> Timeline:
    """The known timeline of an answer where it fits, else an estimated one, which says so."""
    return known if known is not None and fits(known, message) else estimated(message)


def estimated(message: Message) -> Timeline:
    """A timeline by first token, speed and total time of an answer: words that come evenly."""
    timing, usage = message.timing, message.usage
    first = USUAL_FIRST_S if timing is None or timing.first_token_s is None else timing.first_token_s
    length = len(message.text) + len(message.reasoning)
    if timing is not None and timing.tokens_per_s:
        tokens = usage.output_tokens if usage is not None else length / CHARACTERS_PER_TOKEN
        lasts = tokens / timing.tokens_per_s
    elif timing is not None:
        lasts = timing.total_s - first
    else:
        lasts = length / USUAL_CHARACTERS_PER_S
    first, lasts = _bounded(first), _bounded(lasts)
    pieces: list[Piece] = []
    gone = 0
    for kind, text in ((PieceKind.REASONING, message.reasoning), (PieceKind.TEXT, message.text)):
        for piece in _words(text, max(1, -(-length // (REPLAYED_PIECES.most // 8)))):
            pieces.append(Piece(first + lasts * gone / length, piece, kind))
            gone += piece
    last = pieces[-1].at if pieces else first
    pieces += [Piece(last, len(call.name) + len(call.arguments), PieceKind.CALL) for call in message.tool_calls]
    return Timeline(tuple(pieces), max(last, first + lasts), is_estimated=True)


def _words(text: str, least: int) -> list[int]:
    """Lengths of its words, each with the blanks before it; of a huge text several together."""
    lengths: list[int] = []
    held = 0
    for word in _WORD.finditer(text):
        held += len(word[0])
        if held >= least:
            lengths.append(held)
            held = 0
    return [*lengths, held] if held else lengths


def _bounded(seconds: float) -> float:
    """Figures of an import may be anything."""
    return min(max(seconds, 0.0), REPLAYED_SECONDS.most / 4) if seconds == seconds else 0.0
