"""Lets the words of an exported page appear when they came, by style sheets alone: no script, and whole without them.

Each word is a `<span>` whose animation begins with a delay. Where animations are not wanted, or unknown, or printed,
nothing is hidden. Two check boxes stop them and show everything; unchecking the second one plays again.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from textchat.core.conversation import Conversation, Message, Role
from textchat.core.replaying.timeline import Piece, PieceKind, Timeline
from textchat.core.replaying.turns import MOST_PAUSE_S, timed_answers, turns_of

MOST_SPANS = 20_000
"""Of one conversation: in a longer one several words appear together."""
NEAR = 200
"""Characters of the source in which a word of the page is looked for: what stands between them is markup."""
STYLE = """
@media screen and (prefers-reduced-motion: no-preference) {
@keyframes come { from { opacity: 0 } to { opacity: 1 } }
.at { animation: come .01s linear both; }
.pause:checked ~ * .at, .pause:checked ~ .at { animation-play-state: paused; }
.whole:checked ~ * .at, .whole:checked ~ .at { animation: none; }
}
"""
_TOKEN = re.compile(r'<(?:[^<>"]|"[^"]*")*>|[^<]+|<')
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]\s*|[^\s{_IDEOGRAPHS}]+\s*|\s+")
_BLOCKS = frozenset({"<pre>", "<li>", "<table>", "<blockquote>"})
"""Tags that are seen before there is a word in them; none of them has attributes."""


class Schedule:
    """When each message of a conversation appears, in seconds since the page was opened."""

    def __init__(self, conversation: Conversation, timelines: Mapping[str, Timeline]) -> None:
        self._begins: dict[str, float] = {}
        self._answers: dict[str, tuple[float, Timeline]] = {}
        begins = MOST_PAUSE_S
        for turn in turns_of(conversation):
            answers = timed_answers(turn, timelines)
            self._begins |= {message.id: begins for message in turn.new}
            self._answers |= {each.message.id: (begins + each.starts, each.timeline) for each in answers}
            begins += max((each.ends for each in answers), default=0.0) + MOST_PAUSE_S
        shown = (conversation.messages[id_] for id_ in self._answers)
        self._least = 1 + sum(len(message.text) + len(message.reasoning) for message in shown) // MOST_SPANS

    def begins(self, message: Message) -> str:
        """The style of what appears with the prompt of a message's turn; empty for what no pane shows."""
        at = self._begins.get(message.id)
        return "" if at is None else _style(at)

    def ends(self, message: Message) -> str:
        """The style of what appears when an answer has ended."""
        started, timeline = self._answers.get(message.id, (None, None))
        return self.begins(message) if started is None or timeline is None else _style(started + timeline.ended)

    def text(self, message: Message, kind: PieceKind) -> TimedText | None:
        """What times the words of an answer; None where nothing does."""
        started, timeline = self._answers.get(message.id, (None, None))
        if started is None or timeline is None or message.role is not Role.ASSISTANT:
            return None
        source = message.text if kind is PieceKind.TEXT else message.reasoning
        pieces = [Piece(0.0, timeline.prefix)] if kind is PieceKind.TEXT else []
        pieces += [piece for piece in timeline.pieces if piece.kind is kind]
        return TimedText(source, pieces, started, self._least)


class TimedText:
    """Times the words of one text, which are handed to it as HTML, in their order."""

    def __init__(self, source: str, pieces: Sequence[Piece], started: float, least: int) -> None:
        """`least` is how many characters appear together."""
        self._source = source
        self._ends = list(accumulate(piece.length for piece in pieces))
        self._at = [started + piece.at for piece in pieces]
        self._started = started
        self._least = least
        self._cursor = 0

    def wrap(self, rendered: str) -> str:
        """The same HTML, whose words appear in their time; `rendered` is escaped."""
        out: list[str] = []
        waiting: list[int] = []
        for token in _TOKEN.findall(rendered):
            if token[0] != "<":
                for words in self._together(token):
                    style = self._style_of(words) if words.strip() else ""
                    if style:
                        for place in waiting:
                            out[place] = f"{out[place][:-1]}{style}>"
                        waiting.clear()
                    out.append(f"<span{style}>{words}</span>" if style else words)
                continue
            if token in _BLOCKS:
                waiting.append(len(out))
            out.append(token)
        return "".join(out)

    def whole(self, block: str) -> str:
        """A block that appears with the words before it."""
        return f"<div{_style(self._time(self._cursor))}>{block}</div>"

    def _together(self, text: str) -> Iterator[str]:
        held = ""
        for word in _WORD.findall(text):
            held += word
            if len(held) >= self._least and not held.isspace():
                yield held
                held = ""
        if held:
            yield held

    def _style_of(self, words: str) -> str:
        """The style of words, by the place of the last of them in the source."""
        last = html.unescape(words.split()[-1])
        reach = self._cursor + max(NEAR, 2 * len(words)) + len(last)
        place = self._source.find(last, self._cursor, reach)
        if place >= 0:
            self._cursor = place + len(last)
        return _style(self._time(self._cursor))

    def _time(self, offset: int) -> float:
        if not self._at:
            return self._started
        return self._at[min(bisect_left(self._ends, offset), len(self._at) - 1)]


def controls(conversation_id: str) -> str:
    """Two check boxes, to stop what appears and to show all of it; the id is escaped."""
    return (
        f'<input type="checkbox" class="pause" id="pause-{conversation_id}">'
        f'<label for="pause-{conversation_id}">Pause</label>\n'
        f'<input type="checkbox" class="whole" id="whole-{conversation_id}">'
        f'<label for="whole-{conversation_id}">Show all (uncheck to replay)</label>\n'
    )


def _style(at: float) -> str:
    return f' class="at" style="animation-delay:{at:.3f}s"'
