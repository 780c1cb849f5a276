"""States and endings of replies as sentences, with figures in words: for ears, not for columns."""

from __future__ import annotations

from textchat.commands.output.ending import structure_sentence
from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Message, Pane, Status
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.merging.naming import merge_title, source_names
from textchat.core.reply import Phase, Reply
from textchat.core.text.sanitize import plain_name

_WORDS = (
    (Figure.FIRST, "{} to the first token"),
    (Figure.TOTAL, "{} in all"),
    (Figure.SPEED, "{} tokens a second"),
    (Figure.OUTPUT, "{} tokens"),
    (Figure.COST, "{}"),
)
_UNITS = ((" min", " minutes"), (" s", " seconds"))


def pane_name(conversation: Conversation, pane: Pane) -> str:
    """The model of a pane, with the number of the pane where there are several; compared blind, its letter alone."""
    name = plain_name(Mask(conversation).pane_name(pane))
    if len(conversation.panes) < 2 or conversation.blind is not None:
        return name
    return f"{1 + [each.id for each in conversation.panes].index(pane.id)} {name}"


def reply_name(conversation: Conversation, pane: Pane, reply: Reply) -> str:
    """Who replies in a pane; a summary may be made by another model than the pane's."""
    if reply.merged is not None:
        return merge_title(pane_name(conversation, pane), source_names(conversation, reply.merged))
    if reply.covers is None:
        return pane_name(conversation, pane)
    return f"Summary by {answer_name(conversation, reply)}"


def answer_name(conversation: Conversation, answer: Reply | Message) -> str:
    """The model of an answer, as it is shown."""
    return plain_name(Mask(conversation).answer_name(answer.id, answer.model) or "")


def state_sentence(name: str, reply: Reply, *, is_blind: bool = False) -> str:
    """What a reply waits for; empty once it has text.

    `is_blind`: nothing that may tell a model, such as the words of its server.
    """
    match reply.phase:
        case Phase.QUEUED:
            return f"{name} is queued, {reply.place} ahead." if reply.place else f"{name} is queued."
        case Phase.WAITING:
            return f"Waiting for {name}."
        case Phase.RETRYING if is_blind:
            return f"{name} is retrying."
        case Phase.THINKING if is_blind:
            return ""
        case Phase.RETRYING if reply.retry is not None:
            seconds = max(0, round(reply.retry.at - reply.now()))
            number = f"try {reply.retry.number} of {reply.retry.of}"
            return f"{name}: {reply.retry.error.message} Retrying in {seconds} s ({number})."
        case Phase.THINKING:
            return f"{name} is thinking."
        case _:
            return ""


def ending_words(name: str, message: Message) -> str:
    """The signal at the end of a reply: how it ended, what can be done about it, and its figures."""
    figures = figures_in_words(message)
    match message.status:
        case Status.FAILED:
            said = message.error.message if message.error else "The reply failed."
            return f"{name} failed. {said} {_ways(message)}"
        case Status.CANCELLED:
            return f"{name} was cancelled. {_ways(message)}"
        case Status.INTERRUPTED:
            return f"{name} was interrupted. {_ways(message)}"
        case _:
            lack = shortfall_of(message)
            sentences = [f"End of {name}.", lack.sentence if lack else "", structure_sentence(message)]
            if lack and lack.is_cut:
                sentences.append("/continue resumes it.")
            return " ".join(filter(None, [*map(_ended, sentences), f"{figures}." if figures else ""]))


def standing_words(message: Message) -> str:
    """What must be known of a reply that is read again: that it failed, what it lacks, what its checks found."""
    if message.status is Status.FAILED and message.error:
        return _ended(message.error.message)
    lack = shortfall_of(message)
    return _ended(lack.sentence) if lack else ""


def _ended(sentence: str) -> str:
    return f"{sentence}." if sentence and not sentence.endswith((".", ")")) else sentence


def _ways(message: Message) -> str:
    if message.is_summary:
        return "Nothing has changed."
    kept = "What arrived is kept: /continue resumes it, /retry asks again."
    return kept if message.text.strip() else "/retry asks again."


def figures_in_words(message: Message) -> str:
    """Such as `0.42 seconds to the first token, 3.10 seconds in all, 58 tokens a second, about 312 tokens`."""
    figures = figures_of(message)
    return ", ".join(words.format(_spoken(text)) for figure, words in _WORDS if (text := figures.text(figure)))


def _spoken(figure: str) -> str:
    """A figure without the signs that are read badly: `~58` is about 58, `3.10 s` are seconds."""
    for short, long in _UNITS:
        if figure.endswith(short):
            return figure.removesuffix(short) + long
    text = figure.removeprefix("~")
    about = "about " if text != figure else ""
    return f"about {text[1:]}" if text.startswith("<") else f"{about}{text}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 message`, `2 messages`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
