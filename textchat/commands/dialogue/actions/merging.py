"""The command that merges replies: by a way, by the points that are chosen from a list, or by an instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.core.errors import ConfigurationError
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.merging.points import Point, ticked_text
from textchat.core.merging.sources import NOT_ENDED, CannotMerge
from textchat.core.text.sanitize import plain_name
from textchat.core.text.word_lists import listed
from textchat.live.merging.planning import MergePlan
from textchat.live.merging.words import cost_words

WORDS: Mapping[str, MergeWay] = {"": MergeWay.FUSE, "fuse": MergeWay.FUSE, "table": MergeWay.TABLE}


async def merge(chat: Chat, words: str) -> None:
    """Merge the last replies; the model of the active pane does it, or the one behind `by`."""
    said, model = _said_and_model(chat, words)
    name = said.partition(" ")[0]
    try:
        if said == "checklist":
            await _list_points(chat, model)
        elif name == "points":
            points = await _chosen_points(chat, model, said.removeprefix("points"))
            await _merge(chat, MergeWay.CHECKLIST, model, ticked_text(points))
        elif said in WORDS:
            await _merge(chat, WORDS[said], model)
        else:
            await _merge(chat, MergeWay.OWN, model, said)
    except CannotMerge as reason:
        raise Refused(chat.mask.sentence(str(reason))) from reason


def _said_and_model(chat: Chat, words: str) -> tuple[str, str]:
    """What is wanted, and the model: `table by local/llama3`."""
    said, _, name = words.rpartition(" by ") if " by " in words else ("", "", "")
    if words.startswith("by "):
        said, name = "", words.removeprefix("by ")
    return (said.strip(), name.strip()) if _is_model(chat, name.strip()) else (words.strip(), chat.active.model)


def _is_model(chat: Chat, name: str) -> bool:
    """Whether a word is a model that can be asked, and not the end of an instruction."""
    if "/" not in name or " " in name:
        return False
    try:
        chat.workspace.catalog.open(name)
    except ConfigurationError:
        return False
    return True


def _wanted(chat: Chat, way: MergeWay, wish: str = "") -> Merged:
    if chat.live.replies:
        raise CannotMerge(NOT_ENDED)
    return Merged(way, chat.live.merges.offer(chat.active.id).usual, wish)


async def _merge(chat: Chat, way: MergeWay, model: str, wish: str = "") -> None:
    live = chat.live
    plan = await live.merges.plan(_wanted(chat, way, wish), model, chat.active.id)
    await _say_cost(chat, plan)
    await chat.run(lambda: live.merges.make(plan))
    if any(pane.id == plan.pane.id for pane in chat.panes):
        chat.activate(plan.pane.id)
        await chat.say(f"The merge is in {chat.name(plan.pane)}, which is active now. /close closes it.")


async def _say_cost(chat: Chat, plan: MergePlan) -> None:
    if not chat.mask.is_blind:
        await chat.say(cost_words([plan], chat.live.merges.cost([plan]), by=plain_name(plan.pane.model, 60)))


async def _list_points(chat: Chat, model: str) -> Sequence[Point]:
    """Let the model list the points, and say them."""
    wanted, merges = _wanted(chat, MergeWay.CHECKLIST), chat.live.merges
    plan = await merges.plan_list(wanted, model, chat.active.id)
    if merges.known_points(wanted, model) is None:
        await _say_cost(chat, plan)
    found = await merges.list_points(plan)
    if not found.points:
        await chat.voice.read_out(found.text)
        raise Refused(f"No list: {chat.mask.sentence(found.problem)} Type /merge and an instruction of your own.")
    for number, point in enumerate(found.points, start=1):
        by = f" ({listed(point.said_by)})" if point.said_by else ""
        await chat.say(f"{number}: {point.text}{by}")
    await chat.say("/merge points and the numbers writes a reply of these, such as /merge points 1 3.")
    return found.points


async def _chosen_points(chat: Chat, model: str, words: str) -> Sequence[Point]:
    """The points with these numbers in the list that the model made."""
    known = chat.live.merges.known_points(_wanted(chat, MergeWay.CHECKLIST), model)
    if known is None:
        raise Refused("No list of points yet. /merge checklist makes one.")
    names = words.replace(",", " ").split()
    if names == ["all"]:
        return known.points
    numbers = [number for name in names if (number := number_in(name, len(known.points))) is not None]
    if not numbers or len(numbers) < len(names):
        raise Refused(f"Type numbers from 1 to {len(known.points)}, or all.")
    return [known.points[number - 1] for number in dict.fromkeys(numbers)]


HANDLERS: Mapping[str, Handler] = {"merge": merge}
