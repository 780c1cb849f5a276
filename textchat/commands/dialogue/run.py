"""`textchat --plain`: the app as an append-only dialogue, for screen readers, simple terminals and logs.

Each entry is read while nothing else runs; what it asks for then runs until it has ended. So nothing is ever printed
into what is being typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from textchat.commands.dialogue.actions.context import ask_about
from textchat.commands.dialogue.actions.conversations import say_opened
from textchat.commands.dialogue.actions.replaying import say_replay
from textchat.commands.dialogue.chat import Chat
from textchat.commands.dialogue.dispatch import take, told
from textchat.commands.dialogue.lines import PROMPT, TypedLines
from textchat.commands.dialogue.speaking import Speaker
from textchat.commands.dialogue.table import completions
from textchat.commands.dialogue.voice import Voice
from textchat.commands.output.terminal import say
from textchat.core.crashes import caught_in_tasks
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.core.parts.part import Part
from textchat.core.personas.persona import Persona
from textchat.core.text.sanitize import plain_name
from textchat.live.replaying.opening import ReplayOpening
from textchat.live.workspace import Workspace
from textchat.signals import is_asked_to_end
from textchat.startup import short_thread_turns
from textchat.store.log import start_log


@dataclass(frozen=True, slots=True)
class DialogueOpening:
    """What the command line asks for."""

    models: Sequence[str] = ()
    prompt: str | None = None
    conversation: str | OpenedRows | None = None
    """The id of one, or rows of results to make one of."""
    parts: tuple[Part, ...] = ()
    persona: Persona | None = None
    remark: str = ""
    """Why there is no screen, where nobody asked for none."""
    replay: ReplayOpening | None = None


def run_dialogue(opening: DialogueOpening) -> int:
    """Talk until the input ends; returns the exit code. Ctrl+C twice, or a signal, raises KeyboardInterrupt."""
    crashes: list[BaseException] = []
    no_log = start_log()
    voice = Voice()
    with caught_in_tasks(crashes.append), short_thread_turns(), asyncio.Runner() as runner:
        workspace = Workspace()
        try:
            if no_log:
                workspace.problems.append(no_log)
            _talk(runner, runner.run(_begin(opening, workspace, voice)), opening, crashes)
        finally:
            runner.run(workspace.aclose())
            for loss in workspace.losses:
                say(loss)
    if crashes:
        raise crashes[0]
    return 0


async def _begin(opening: DialogueOpening, workspace: Workspace, voice: Voice) -> Chat:
    if opening.remark:
        await voice.say(opening.remark)
    for problem in workspace.problems:
        await voice.say(problem)
    live = None if opening.conversation is None else await workspace.open_first(opening.conversation)
    if opening.replay is not None:
        return await _replay(opening.replay, workspace, voice)
    speaker = Speaker(voice, workspace.changes.current)
    first = live or workspace.new(opening.models, persona=opening.persona)
    chat = Chat(workspace, first, voice, speaker, ask_about, list(opening.parts))
    await chat.show(first)
    first.watcher = speaker
    workspace.found.on_problem = speaker.problem
    if live is None:
        await voice.say("New conversation. /help lists the commands, /connect connects a model.")
        await chat.say_panes()
    else:
        await say_opened(chat)
    for part in chat.attached:
        await voice.say(f"Attached {part.shown_name}.")
    return chat


async def _replay(replay: ReplayOpening, workspace: Workspace, voice: Voice) -> Chat:
    """Say a replay as it plays; then one can go on with it."""
    speaker = Speaker(voice, workspace.changes.current)
    live = workspace.replay(replay.record, replay.clock(), is_stepped=True)
    chat = Chat(workspace, live, voice, speaker, ask_about)
    live.watcher = speaker
    await voice.say(f"Replaying “{plain_name(live.conversation.title)}”. Nothing is sent. Ctrl+C skips to the end.")
    await chat.say_panes()
    await _stoppable(chat, say_replay(chat))
    return chat


def _talk(runner: asyncio.Runner, chat: Chat, opening: DialogueOpening, crashes: Sequence[BaseException]) -> None:
    """Do one entry after the other; an error of textchat itself ends it."""
    lines = TypedLines(chat.voice, chat.workspace.settings.limits.input_bytes, completions)
    text, was_interrupted = opening.prompt, False
    if text is not None:
        chat.voice.echo(f"{PROMPT}{text}")
    while not chat.is_over and not crashes:
        try:
            if chat.wants_key is not None:
                runner.run(_take_key(chat, lines.read_key()))
                continue
            if text is None and (text := lines.read()) is None:
                return
        except KeyboardInterrupt:
            if was_interrupted or is_asked_to_end():
                raise
            was_interrupted, chat.wants_key = True, None
            chat.voice.say_now("Press Ctrl+C again to quit.")
            continue
        entry, text = text, None
        runner.run(_stoppable(chat, take(chat, entry)))
        was_interrupted = chat.was_interrupted


async def _take_key(chat: Chat, key: str) -> None:
    """Do what needs the key that was typed; Ctrl+C stops it."""
    wanted, chat.wants_key = chat.wants_key, None
    if wanted is not None:
        await _stoppable(chat, told(chat, wanted(key)))


async def _stoppable(chat: Chat, work: Awaitable[None]) -> None:
    """Do what was typed; Ctrl+C stops it."""
    chat.was_interrupted = False
    try:
        await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if is_asked_to_end() or task is None:
            raise
        task.uncancel()
        chat.was_interrupted = True
        await chat.say("Stopped.")
    if chat.was_interrupted:
        await chat.say("Press Ctrl+C again to quit.")
