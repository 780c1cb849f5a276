"""Commands on votes and blind comparisons: the best reply, a tie, none, a ranking; models hidden and revealed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.core.blind.revealed import revealed
from textchat.core.votes.voting import NothingToVoteOn
from textchat.live.blind.comparison import CannotCompareBlind
from textchat.live.votes.voting import CastVote, Voting

Cast = Callable[[Voting, str], Awaitable[CastVote | None]]
HOW_TO_RANK = "Type /rank and the panes, the best first: /rank {0} > {1}, or {0} = {1} where they are equal."


async def vote(chat: Chat, words: str, *, cast: Cast) -> None:
    pane = chat.pane_numbered(words)
    name = f"Voted for {chat.name(pane)}" if cast is Voting.best else ""
    await _voted(chat, lambda: cast(chat.live.votes, pane.id), name)


async def rank(chat: Chat, words: str) -> None:
    """Rank the replies of the panes that are named, such as `B > A = C`."""
    places = {
        chat.pane_numbered(name.strip()).id: place
        for place, names in enumerate(words.split(">"), start=1)
        for name in names.split("=")
        if name.strip()
    }
    if len(places) < 2 or len(places) != len(re.findall(r"[^\s>=]+", words)):
        raise Refused(HOW_TO_RANK.format(*(("B", "A") if chat.mask.is_blind else ("2", "1"))))
    await _voted(chat, lambda: chat.live.votes.rank(places))


async def _voted(chat: Chat, cast: Callable[[], Awaitable[CastVote | None]], done: str = "") -> None:
    """Cast a vote and say what it was, or what is `done`; one that was blind reveals the models."""
    before = chat.conversation
    try:
        step = await cast()
    except NothingToVoteOn as reason:
        raise Refused(str(reason)) from reason
    if step is None:
        if len(chat.conversation.votes) < len(before.votes):
            await chat.say("Took the vote back.")
    elif before.blind is None:
        await chat.say(f"{done or step.done}. The same command takes it back.")
    else:
        await chat.say(f"{step.done}. /undo takes the vote back.")
        await chat.say(revealed(before, step.vote))


async def blind(chat: Chat, words: str) -> None:
    """Hide which model is which; `live`: replies as they arrive."""
    if words not in ("", "live"):
        raise Refused("Type /blind, or /blind live to print replies as they arrive.")
    try:
        await chat.live.blind.begin(is_paced=not words)
    except CannotCompareBlind as reason:
        raise Refused(str(reason)) from reason
    names = ", ".join(chat.name(pane) for pane in chat.panes)
    await chat.say(f"The panes are shuffled, and their models hidden until you vote: {names}.")
    if chat.conversation.messages:
        await chat.say("Earlier replies are sent along, and hidden too. Type a prompt.")
    await chat.say("/vote and a letter, /tie, /bad or /rank votes, /reveal shows the models without a vote.")


async def reveal(chat: Chat, words: str) -> None:
    before = chat.conversation
    if not await chat.live.blind.reveal():
        raise Refused("The models are not hidden. /blind hides them.")
    await chat.say(revealed(before, None))


HANDLERS: Mapping[str, Handler] = {
    "vote": partial(vote, cast=Voting.best),
    "tie": partial(vote, cast=Voting.tie),
    "bad": partial(vote, cast=Voting.none),
    "rank": rank,
    "blind": blind,
    "reveal": reveal,
}
