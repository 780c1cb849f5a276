"""Command that rates the models by all votes."""

from __future__ import annotations

from collections.abc import Mapping

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.rating_words import groups_sentence, rated_sentence, worth_sentences
from textchat.core.votes.scope import VoteScope
from textchat.core.votes.vote import VoteKind
from textchat.live.votes.ratings import ratings_within


async def ratings(chat: Chat, words: str) -> None:
    """Say the ratings of the models and whether the favourite is worth its price."""
    first, _, rest = words.partition(" ")
    kind = VoteKind(first.lower()) if first.lower() in tuple(VoteKind) else None
    tag = (rest if kind else words).strip() or None
    history = chat.workspace.history
    known = [name for name, _ in await history.tags()]
    if tag is not None and tag not in known:
        listed = ", ".join(plain_name(name, 40) for name in known) or "none yet"
        kinds = "" if kind else f" Kinds of votes: {', '.join(VoteKind)}."
        raise Refused(f"No tag {plain_name(tag, 40)}. Tags: {listed}.{kinds}")
    report = await ratings_within(history, VoteScope(tag, kind=kind))
    if not report.ratings.models:
        raise Refused("No votes here. Type /vote or /tie after a prompt to two panes.")
    for each in report.ratings.models:
        await chat.say(rated_sentence(each, report))
    for sentence in filter(None, (groups_sentence(report.ratings), *worth_sentences(report))):
        await chat.say(sentence)


HANDLERS: Mapping[str, Handler] = {"ratings": ratings}
