"""Compares the answers of all panes to one prompt: the best at each figure, and a one-line summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.figures.precision import TIME_ERROR_S, differ, error_of
from textchat.core.figures.reply_figures import Figure, ReplyFigures, figures_of, seconds

LOWEST_WINS = (Figure.FIRST, Figure.COST, Figure.TOTAL)
HIGHEST_WINS = (Figure.SPEED, Figure.OUTPUT)
UNMARKED = frozenset({Figure.OUTPUT})
"""The longest reply is named in the summary, but to be long is no merit: it gets no mark."""
TITLES = {Figure.SPEED: "fastest", Figure.FIRST: "first token", Figure.COST: "cheapest", Figure.OUTPUT: "longest"}
"""What the winner at a figure is called, most telling first: a summary that is too long loses its end."""
SEPARATOR = " · "
"""Between the parts of a summary, where a line of it may break."""
SHORT_NAME = 14
"""Characters of a model's name in the shorter summaries."""
UNITS = {Figure.SPEED: " tok/s", Figure.OUTPUT: " tokens"}


@dataclass(frozen=True, slots=True)
class Race:
    """Result of comparing the last answers; empty while one of them grows, or if the prompts differ."""

    best: Mapping[str, frozenset[Figure]] = field(default_factory=dict)
    """By pane id, the figures to be marked because its answer alone won them."""
    streaming_gain_s: Mapping[str, float] = field(default_factory=dict)
    """By id of a streaming pane, how many seconds sooner its first words came than the blocking pane's; below 0: later.
    """
    summaries: Sequence[str] = ()
    """Who won what, in one line: longest form first, each shorter than the one before; empty where nobody did.

    A winner is always the number of a pane and the short name of its model, as `2 gpt-4o`.
    """


def race_of(conversation: Conversation) -> Race:
    """Compare the last answers of the panes."""
    answers = {pane.id: conversation.messages.get(pane.leaf_id or "") for pane in conversation.panes}
    raced = {pane_id: answer for pane_id, answer in answers.items() if answer is not None and _has_ended(answer)}
    if (
        len(raced) < 2
        or len({answer.id for answer in raced.values()}) < len(answers)
        or len({_prompt(conversation, answer) for answer in raced.values()}) > 1
    ):
        return Race()
    messages = list(raced.values())
    best = {pane_id: won - UNMARKED for pane_id, won in zip(raced, best_of(messages), strict=True)}
    gains = _streaming_gains(raced)
    return Race(best, gains, _summaries(messages, _gain_note(raced, gains)))


def _summaries(messages: Sequence[Message], gain: str) -> list[str]:
    """Forms of the summary, longest first; the note on streaming is on a race line too, so shorter forms drop it."""
    models = [(message.model or "?").rpartition("/")[2] for message in messages]
    names = [f"{number} {model}" for number, model in enumerate(models, start=1)]
    short = [f"{number} {_shortened(model)}" for number, model in enumerate(models, start=1)]
    whole, brief = summary(messages, names), summary(messages, short, has_figures=False)
    forms = [whole, summary(messages, names, has_figures=False), brief]
    while SEPARATOR in brief:
        brief = brief.rpartition(SEPARATOR)[0]
        forms.append(brief)
    if gain:
        forms.insert(0, SEPARATOR.join(filter(None, (whole, gain))))
    return list(dict.fromkeys(filter(None, forms)))


def _shortened(name: str) -> str:
    """A model's name with an ellipsis in its middle: both its ends tell models apart."""
    if len(name) <= SHORT_NAME:
        return name
    tail = SHORT_NAME // 2
    return f"{name[: SHORT_NAME - 1 - tail]}…{name[-tail:]}"


def _has_ended(message: Message) -> bool:
    is_answer = message.model is not None and not message.is_summary and message.merged is None
    return is_answer and message.status is not Status.GROWING


def _prompt(conversation: Conversation, answer: Message) -> str | None:
    prompt = conversation.answered(answer)
    return None if prompt is None else prompt.text


def _streaming_gains(raced: Mapping[str, Message]) -> dict[str, float]:
    """Time to the first word gained by streaming, where one model answered both with and without it."""
    blocking = {
        answer.model: _first_text_s(answer)
        for answer in raced.values()
        if answer.parameters is not None and not answer.parameters.stream
    }
    gains: dict[str, float] = {}
    for pane_id, answer in raced.items():
        first, other = _first_text_s(answer), blocking.get(answer.model)
        if answer.parameters is None or not answer.parameters.stream or first is None or other is None:
            continue
        if differ(first, TIME_ERROR_S, other, TIME_ERROR_S):
            gains[pane_id] = other - first
    return gains


def _first_text_s(answer: Message) -> float | None:
    """Seconds to the first word; None for a continued answer, whose first word had come before."""
    return None if answer.timing is None or answer.earlier is not None else answer.timing.first_text_s


def _gain_note(raced: Mapping[str, Message], gains: Mapping[str, float]) -> str:
    """The note on the largest gain, such as `streaming P/M: first words 1.26 s sooner than blocking`."""
    if not gains:
        return ""
    pane_id, gain_s = max(gains.items(), key=lambda item: item[1])
    word = "sooner" if gain_s > 0 else "later"
    return f"streaming {raced[pane_id].model}: first words {seconds(abs(gain_s))} {word} than blocking"


def best_of(messages: Sequence[Message]) -> list[frozenset[Figure]]:
    """For each message the figures it is best at; at least two answers must be complete.

    Only one can be: where others are as near as the figures may be off, or look the same, nobody is. Nor where some
    have estimates and others reports, which are another measure.
    """
    figures = [figures_of(message) if _can_win(message) else ReplyFigures() for message in messages]
    best: list[set[Figure]] = [set() for _ in messages]
    for figure in (*LOWEST_WINS, *HIGHEST_WINS):
        values = {index: value for index, known in enumerate(figures) if (value := known.value(figure)) is not None}
        if len(values) < 2 or len({figures[index].is_estimated(figure) for index in values}) > 1:
            continue
        winner = (min if figure in LOWEST_WINS else max)(values, key=lambda index: values[index])
        others = (figures[index] for index in values if index != winner)
        if not any(_are_equal(figures[winner], other, figure) for other in others):
            best[winner].add(figure)
    return [frozenset(won) for won in best]


def _are_equal(one: ReplyFigures, other: ReplyFigures, figure: Figure) -> bool:
    """Whether two known figures are shown as the same, or are as near as they may be off."""
    if one.text(figure) == other.text(figure):
        return True
    values = one.value(figure) or 0.0, other.value(figure) or 0.0
    return not differ(values[0], error_of(one, figure), values[1], error_of(other, figure))


def _can_win(message: Message) -> bool:
    """Whether an answer is complete and not empty: an empty one is neither quick nor cheap."""
    return message.status is Status.COMPLETE and bool(message.text.strip() or message.tool_calls)


def summary(messages: Sequence[Message], names: Sequence[str], *, has_figures: bool = True) -> str:
    """One line that names the fastest, first, cheapest and longest answer; empty without a race."""
    best = best_of(messages)
    parts: list[str] = []
    for figure, title in TITLES.items():
        winner = next((index for index, won in enumerate(best) if figure in won), None)
        if winner is not None:
            value = f" ({figures_of(messages[winner]).text(figure)}{UNITS.get(figure, '')})" if has_figures else ""
            parts.append(f"{title}: {names[winner]}{value}")
    return SEPARATOR.join(parts)
