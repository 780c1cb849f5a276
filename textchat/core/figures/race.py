"""The race between the panes: who was best at what, once all have answered one and the same prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.figures.reply_figures import Figure, best_of, seconds, summary


@dataclass(frozen=True, slots=True)
class Race:
    """What can be said of the last answers; empty while one of them still grows, or where the prompts differ."""

    best: Mapping[str, frozenset[Figure]] = field(default_factory=dict)
    """By pane id, the figures its answer won."""
    beside_blocking_s: Mapping[str, float] = field(default_factory=dict)
    """By id of a streaming pane, how much sooner (negative) its first words came than the blocking pane's."""
    summaries: Sequence[str] = ()
    """Who was best at what, in one line: the same again and again, each time with fewer words."""


def race_of(conversation: Conversation) -> Race:
    """The race of the answers that the panes end with."""
    answers = {pane.id: conversation.messages.get(pane.leaf_id or "") for pane in conversation.panes}
    raced = {pane_id: answer for pane_id, answer in answers.items() if answer is not None and _has_ended(answer)}
    if len(raced) < 2 or len(raced) < len(answers) or len({_prompt(conversation, each) for each in raced.values()}) > 1:
        return Race()
    messages = list(raced.values())
    best = dict(zip(raced, best_of(messages), strict=True))
    gained = _beside_blocking(raced)
    return Race(best, gained, _summaries(messages, _gain_told(raced, gained)))


def _summaries(messages: Sequence[Message], gain: str) -> list[str]:
    """In the order of their lengths; what streaming gained stands on a race line too, and goes first."""
    models = [message.model or "?" for message in messages]
    places = [f"#{number}" for number in range(1, len(models) + 1)]
    names = (_told_apart(models), _told_apart([model.rpartition("/")[2] for model in models]), places)
    forms = [summary(messages, each) for each in names]
    forms.append(summary(messages, places, has_figures=False))
    with_gain = [" · ".join(filter(None, (form, gain))) for form in forms[:2]] if gain else []
    return [*with_gain, *filter(None, forms)]


def _told_apart(names: Sequence[str]) -> list[str]:
    """With the number of its pane where a name comes more than once."""
    times = Counter(names)
    return [f"{name} #{number}" if times[name] > 1 else name for number, name in enumerate(names, start=1)]


def _has_ended(message: Message) -> bool:
    return message.model is not None and message.status is not Status.GROWING


def _prompt(conversation: Conversation, answer: Message) -> str | None:
    return None if answer.parent_id is None else conversation.messages[answer.parent_id].text


def _beside_blocking(raced: Mapping[str, Message]) -> dict[str, float]:
    """The same model twice, streaming on and off: what streaming gains until the first words."""
    blocking = {
        answer.model: answer.timing.first_token_s
        for answer in raced.values()
        if answer.timing is not None and answer.parameters is not None and not answer.parameters.stream
    }
    gained: dict[str, float] = {}
    for pane_id, answer in raced.items():
        first = None if answer.timing is None else answer.timing.first_token_s
        other = blocking.get(answer.model)
        if answer.parameters is not None and answer.parameters.stream and first is not None and other is not None:
            gained[pane_id] = first - other
    return gained


def _gain_told(raced: Mapping[str, Message], gained: Mapping[str, float]) -> str:
    """Such as `streaming P/M: first words 1.26 s sooner than blocking`: the pane that gained most."""
    if not gained:
        return ""
    pane_id, difference = min(gained.items(), key=lambda each: each[1])
    word = "sooner" if difference < 0 else "later"
    return f"streaming {raced[pane_id].model}: first words {seconds(abs(difference))} {word} than blocking"
