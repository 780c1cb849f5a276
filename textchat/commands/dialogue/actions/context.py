"""Commands on what is sent: a prompt that does not fit, and old messages that are dropped, summed up or sent again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from textchat.commands.dialogue.actions.prompts import send_unsent
from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.core.configuration import FullContext
from textchat.core.context.older_messages import omissions
from textchat.core.text.word_lists import listed
from textchat.live.context.full_requests import AskFull, FullQuestion
from textchat.live.conversation import LiveConversation

NOTHING_OLDER = "No older messages: only the last prompt with its reply."


def ask_about(chat: Chat, live: LiveConversation) -> AskFull:
    """What takes the way that a command has chosen, or says which there are: the next entry chooses."""

    async def ask(question: FullQuestion) -> FullContext | None:
        way, chat.full_way = chat.full_way, None
        if chat.live is not live:
            return None
        if way is not None and question.allows(way):
            return way
        if chat.again is not None:
            chat.again.is_kept = True
        else:
            chat.is_queue_full = chat.unsent is None
        if way is not None:
            await chat.say("The older messages are too few for that.")
        await _say(chat, question)
        return None

    return ask


async def _say(chat: Chat, question: FullQuestion) -> None:
    from textchat.live.context.full_words import dropped_words, excess_line, summary_words

    await chat.say("This prompt does not fit." if question.has_prompt else "This request does not fit.")
    for pane in question.panes:
        await chat.say(_for_ears(f"{excess_line(pane)}."))
    if question.can_drop:
        await chat.say(f"/drop sends it without the oldest: {dropped_words(question.panes)}.")
    if question.plans:
        what, cost = summary_words(question.plans, question.cost)
        await chat.say(_for_ears(f"/summarise sums up {what} first, {cost}."))
    await chat.say("/anyway sends it as it is: the server may refuse it, or cut it.")


def _for_ears(figures: str) -> str:
    return re.sub(r"~(?=\d)", "about ", figures)


async def drop(chat: Chat, words: str) -> None:
    """Send the prompt that did not fit without the oldest messages; where there is none, leave out the older half."""
    if await send_unsent(chat, FullContext.DROP):
        return
    step = await chat.live.context.drop(chat.targets)
    if step is None:
        raise Refused(NOTHING_OLDER)
    await chat.say(f"{step.done}. /undo or /whole sends them again.")


async def summarise(chat: Chat, words: str) -> None:
    """Send the prompt that did not fit behind a summary; where there is none, sum up the older half once confirmed."""
    if words not in ("", "yes"):
        raise Refused("Type /summarise, or /summarise yes.")
    if await send_unsent(chat, FullContext.SUMMARISE):
        return
    plans = chat.live.context.summary_plans(chat.targets)
    if not plans:
        raise Refused(NOTHING_OLDER)
    if not words:
        from textchat.live.context.full_words import summary_words

        what, cost = summary_words(plans, chat.live.context.cost_of(plans))
        raise Refused(_for_ears(f"This sums up {what}, {cost}. /summarise yes does it."))
    before = chat.workspace.undo.last
    await chat.run(lambda: chat.live.context.summarise(plans))
    step = chat.workspace.undo.last
    made = step is not None and step is not before
    await chat.say(f"{step.done}. /undo or /whole sends them again." if made and step else "Nothing was summarised.")


async def anyway(chat: Chat, words: str) -> None:
    if not await send_unsent(chat, FullContext.SEND):
        raise Refused("No prompt waits to be sent. Type one.")


async def whole(chat: Chat, words: str) -> None:
    """Send all messages again, and delete the summaries that stand for some; what that deletes can be brought back."""
    context, known = chat.live.context, chat.conversation.messages
    changed = False
    for pane_id in chat.targets:
        sent = {message.id for message in context.sent(pane_id).messages if message.id in known}
        for summary_id in [id_ for id_ in sent if chat.conversation.messages[id_].is_summary]:
            step = context.delete(summary_id)
            await chat.say(f"{step.done}. /undo brings it back.")
            changed = True
        changed |= await context.send_all(pane_id)
    await chat.say("All messages are sent again." if changed else "All messages are sent already.")


async def say_omissions(chat: Chat, pane_id: str) -> None:
    """Say what a pane does not send of its branch; nothing while that may tell the pane."""
    if not chat.mask.is_blind and (words := omissions(chat.live.context.sent(pane_id))):
        await chat.say(f"{listed(words)}. /whole sends all again.")


HANDLERS: Mapping[str, Handler] = {"drop": drop, "summarise": summarise, "anyway": anyway, "whole": whole}
