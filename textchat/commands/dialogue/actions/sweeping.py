"""Commands that ask one model with several values of a parameter, and read how the replies spread."""

from __future__ import annotations

import re
from collections.abc import Mapping

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.core.parts.draft import Draft
from textchat.core.sweeps.axis_text import split_axes
from textchat.core.sweeps.labels import kinds_of
from textchat.core.sweeps.spread import VariantSpread, spreads_of
from textchat.core.sweeps.spread_words import sentence_of
from textchat.core.text.sanitize import plain_name
from textchat.live.sweeps.planning import SweepPlanner
from textchat.live.sweeps.reading import SweepReader

_REPEATS = re.compile(r"(?:^|\s)-n\s*(\d{1,3})$")
HOW = "Type /sweep, a parameter and its values, such as /sweep temperature=0,0.7,1.2 -n 2."


async def sweep(chat: Chat, words: str) -> None:
    """Open a pane for each variant in place of all panes, ask the last prompt again, and read the spread."""
    chat.check_open()
    if not words:
        raise Refused(HOW)
    if chat.last_prompt(chat.active) is None:
        raise Refused("No prompt to send again. Type one.")
    found = _REPEATS.search(words)
    axes = split_axes(words[: found.start()] if found else words)
    workspace, live = chat.workspace, chat.live
    reader = SweepReader(workspace.personas, workspace.settings.limits.input_bytes)
    planner = SweepPlanner(live, chat.active.id, workspace.changes.current, reader)
    plan = await planner.plan(axes, max(1, int(found[1])) if found else 1, Draft())
    step = await live.panes.open_sweep(planner.pane_id, plan.variants, asks_again=True)
    if step is None:
        raise Refused("This pane is closed. /panes lists them.")
    chat.activate(chat.panes[0].id)
    await chat.say(f"{step.done}: {plan.told}. /undo brings back the panes.")
    for number, variant in enumerate(plan.variants, start=1):
        await chat.say(f"{number}: {variant.name}")
    await chat.run(lambda: live.regenerate([pane.id for pane in chat.panes]))
    for each in _spreads(chat):
        await chat.say(sentence_of(each))


async def spread(chat: Chat, words: str) -> None:
    chat.check_open()
    spreads = _spreads(chat)
    if not spreads:
        raise Refused("No reply yet. Type a prompt.")
    for each in spreads:
        await chat.say(sentence_of(each))


def _spreads(chat: Chat) -> list[VariantSpread]:
    """How the last replies spread, by what tells the panes apart."""
    ended = [
        (kind or plain_name(pane.model), reply.parent_id or "", reply)
        for pane, kind in zip(chat.panes, kinds_of(chat.panes), strict=True)
        if (reply := chat.last_reply(pane)) is not None and not reply.is_growing
    ]
    return spreads_of(ended)


HANDLERS: Mapping[str, Handler] = {"sweep": sweep, "spread": spread}
