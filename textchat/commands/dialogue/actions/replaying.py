"""A replay in the dialogue: its prompts and replies are said as they were recorded, turn by turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.core.conversation import Role
from textchat.core.replaying.play_clock import PlayClock
from textchat.core.replaying.turns import ReplayTurn
from textchat.core.text.sanitize import plain_name


async def say_replay(chat: Chat) -> None:
    """Say all turns as they play; Ctrl+C skips to the end."""
    live, playback = chat.live, chat.live.playback
    if playback is None:
        return
    try:
        for number, turn in enumerate(playback.turns, start=1):
            await chat.say(f"Turn {number} of {len(playback.turns)}.")
            await _say_prompts(chat, turn)
            playing = asyncio.create_task(playback.play_turn(number))
            if await chat.replies.until_ended(live, playing):
                chat.was_interrupted = True
                break
    finally:
        playback.skip_to_end()
        await playback.finish()
    await chat.say("The replay has ended. Type a prompt to continue, or /replay to play it again.")


async def _say_prompts(chat: Chat, turn: ReplayTurn) -> None:
    for prompt in (message for message in turn.new if message.role is Role.USER):
        await chat.say("The prompt was:")
        await chat.voice.read_out(prompt.text)


async def restart(chat: Chat, words: str) -> None:
    """Play the replay again, from its beginning."""
    played = chat.live.playback
    if played is None:
        raise Refused("Nothing to replay here. Start one with textchat replay FILE.")
    await chat.show(chat.workspace.replay(played.record, PlayClock(played.speed), is_stepped=True))
    await chat.say(f"Replaying “{plain_name(chat.conversation.title)}”.")
    await say_replay(chat)


HANDLERS: Mapping[str, Handler] = {"replay": restart}
