"""Commands on textchat itself: help, figures of all models, settings of the dialogue, the end."""

from __future__ import annotations

from collections.abc import Mapping

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.commands.dialogue.table import BY_NAME, SECTIONS, DialogueCommand, meant
from textchat.commands.dialogue.words import counted
from textchat.core.figures.reply_figures import count, dollars
from textchat.core.text.sanitize import plain_name
from textchat.store.journal import ModelStats


async def help_(chat: Chat, words: str) -> None:
    name = words.removeprefix("/").strip()
    if name:
        row = BY_NAME.get(name)
        if row is None:
            raise Refused(meant(name))
        others = f" Also: {', '.join(f'/{other}' for other in row.others)}." if row.others else ""
        await chat.say(f"{_line(row)}{others}")
        return
    for section, rows in SECTIONS.items():
        await chat.say(f"{section}:")
        for row in rows:
            await chat.say(_line(row))
    await chat.say("Anything else is a prompt. End a line with a backslash to continue in the next.")
    await chat.say("Ctrl+C cancels a reply, twice quits; Ctrl+D quits.")


def _line(row: DialogueCommand) -> str:
    return f"/{row.name}{f' {row.arguments}' if row.arguments else ''}: {row.help}."


async def sentences(chat: Chat, words: str) -> None:
    if words not in ("on", "off"):
        raise Refused("Type /sentences on or /sentences off.")
    for problem in await chat.workspace.changes.change({"ui": {"whole_sentences": words == "on"}}):
        await chat.say(problem)
    await chat.say(
        "Replies are printed by whole sentences." if words == "on" else "Replies are printed as they arrive."
    )


async def stats(chat: Chat, words: str) -> None:
    models = await chat.workspace.history.requests.model_stats()
    if not models:
        raise Refused("No requests yet.")
    for each in models:
        await chat.say(_stats(each))


def _stats(stats: ModelStats) -> str:
    said = [counted(stats.requests, "request")]
    said += [f"{stats.failed:,} failed"] if stats.failed else []
    said += [f"{stats.cancelled:,} cancelled"] if stats.cancelled else []
    said += [f"{count(stats.input_tokens)} tokens in, {count(stats.output_tokens)} out"]
    said += [dollars(stats.cost_usd)] if stats.cost_usd is not None else []
    said += [f"{stats.score:g} of {counted(stats.votes, 'vote')}"] if stats.votes else []
    said += [f"rating {stats.rating:.0f}"] if stats.rating is not None else []
    return f"{plain_name(stats.model)}: {', '.join(said)}."


async def problems(chat: Chat, words: str) -> None:
    if not chat.workspace.problems:
        raise Refused("No problems.")
    for sentence in chat.workspace.problems:
        await chat.say(sentence)


async def quit_(chat: Chat, words: str) -> None:
    chat.is_over = True


HANDLERS: Mapping[str, Handler] = {
    "help": help_,
    "sentences": sentences,
    "stats": stats,
    "problems": problems,
    "quit": quit_,
}
