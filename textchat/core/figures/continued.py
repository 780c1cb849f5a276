"""Adds up the figures of a continued answer: of all its requests, without the pauses between them."""

from __future__ import annotations

from collections.abc import Callable

from textchat.core.conversation import Conversation, EarlierFigures, Message, Source, Timing, Usage
from textchat.core.reply import Reply


def whole_of(answer: Reply | Message) -> EarlierFigures:
    """The figures of an answer together with what it continues; those of an ordinary answer are its own."""
    own = EarlierFigures(answer.usage, answer.timing, *_cost_of(answer))
    return own if answer.earlier is None else _sum(answer.earlier, own)


def sum_over_requests(answer: Reply | Message, figure: Callable[[Usage], float | None]) -> float | None:
    """The sum of a figure that follows from the tokens of a request; None where it is known of none of them."""
    usages = [None if answer.earlier is None else answer.earlier.usage, answer.usage]
    known = [value for usage in usages if usage is not None and (value := figure(usage)) is not None]
    return sum(known) if known else None


def _cost_of(answer: Reply | Message) -> tuple[float | None, Source | None]:
    """The cost and its source; of a growing reply that the server has not priced, the estimate so far."""
    if isinstance(answer, Reply) and not answer.is_ended and answer.cost_usd is None:
        estimate = answer.tally.cost_so_far
        return estimate, None if estimate is None else Source.ESTIMATED
    return answer.cost_usd, answer.cost_source


def continued_by(reply: Reply, conversation: Conversation) -> EarlierFigures | None:
    """The figures of the answer whose text `reply` begins with, which is another version; None if it begins anew."""
    if not reply.prefix:
        return None
    version = version_continued_by(reply, conversation)
    return EarlierFigures() if version is None else whole_of(version)


def version_continued_by(reply: Reply, conversation: Conversation) -> Message | None:
    """The version of the answer whose text `reply` begins with; None if there is none, or it begins anew."""
    parent = conversation.messages.get(reply.parent_id or "")
    while reply.prefix and parent is not None:
        versions = (conversation.messages[id_] for id_ in reversed(conversation.children(parent.id)))
        for version in versions:
            if version.id != reply.id and version.text == reply.prefix:
                return version
        # What is continued below a summary may stand beside that.
        parent = conversation.messages.get(parent.parent_id or "") if parent.is_summary else None
    return None


def _sum(first: EarlierFigures, then: EarlierFigures) -> EarlierFigures:
    costs = [part.cost_usd for part in (first, then) if part.cost_usd is not None]
    sources = {part.cost_source for part in (first, then) if part.cost_usd is not None}
    return EarlierFigures(
        _sum_of_usages(first.usage, then.usage),
        _sum_of_timings(first, then),
        sum(costs) if costs else None,
        Source.ESTIMATED if Source.ESTIMATED in sources else then.cost_source or first.cost_source,
    )


def _sum_of_usages(first: Usage | None, then: Usage | None) -> Usage | None:
    if first is None or then is None:
        return first or then
    return Usage(
        first.input_tokens + then.input_tokens,
        first.output_tokens + then.output_tokens,
        _added(first.reasoning_tokens, then.reasoning_tokens),
        _worse(first.source, then.source),
        _added(first.cached_tokens, then.cached_tokens),
        _worse(first.input_source or first.source, then.input_source or then.source),
        _added(first.cache_write_tokens, then.cache_write_tokens),
    )


def _sum_of_timings(first: EarlierFigures, then: EarlierFigures) -> Timing | None:
    if first.timing is None or then.timing is None:
        return first.timing or then.timing
    return Timing(first.timing.first_token_s, first.timing.total_s + then.timing.total_s, _mean_speed(first, then))


def _mean_speed(first: EarlierFigures, then: EarlierFigures) -> float | None:
    """All tokens by the time they took, of the parts that have a speed."""
    tokens = seconds = 0.0
    for part in (first, then):
        if part.usage is not None and part.timing is not None and part.timing.tokens_per_s:
            tokens += part.usage.output_tokens
            seconds += part.usage.output_tokens / part.timing.tokens_per_s
    return tokens / seconds if seconds else None


def _added(first: int | None, then: int | None) -> int | None:
    return None if first is None and then is None else (first or 0) + (then or 0)


def _worse(first: Source, then: Source) -> Source:
    return max(first, then, key=list(Source).index)
