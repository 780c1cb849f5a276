"""State of the dialogue: its conversation, the active pane, what is attached, and what numbers stand for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from textchat.commands.dialogue.voice import Voice
from textchat.commands.dialogue.words import pane_name
from textchat.core.blind.blind import Blind
from textchat.core.blind.masks import Mask
from textchat.core.configuration import FullContext
from textchat.core.conversation import Conversation, Message, Pane
from textchat.core.parts.part import Part
from textchat.core.personas.panes import persona_label
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.context.full_requests import AskFull
from textchat.live.conversation import LiveConversation
from textchat.live.workspace import Workspace


class Refused(Exception):
    """A command that cannot be done as it was typed; the text is one sentence with the next step."""


class SpeaksReplies(Protocol):
    """What says replies as they grow."""

    async def until_ended(self, live: LiveConversation, work: asyncio.Task[None]) -> bool:
        """Say all replies of a conversation, and what `work` starts; True where Ctrl+C has cancelled them."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A prompt that could not be sent, kept to be sent in another way."""

    conversation_id: str
    text: str
    targets: tuple[str, ...]


@dataclass(eq=False)
class Again:
    """What asks for replies to earlier prompts, kept where it could not be sent."""

    conversation_id: str
    ask: Callable[[], Awaitable[bool]]
    """False where nothing was asked, or not all of it."""
    is_kept: bool
    """Whether it is to be tried again where it was not sent, as it does not fit, or holds what the user wrote."""


KeyTyped = Callable[[str], Awaitable[None]]
"""Is given a key that was typed without being shown."""


@dataclass(eq=False)
class Chat:
    """What all commands share."""

    workspace: Workspace
    live: LiveConversation
    voice: Voice
    replies: SpeaksReplies
    ask_about: AskAbout
    attached: list[Part] = field(default_factory=list)
    listed_models: Sequence[str] = ()
    listed_conversations: Sequence[str] = ()
    listed_personas: Sequence[str] = ()
    listed_providers: Sequence[str] = ()
    listed_prompts: Sequence[str] = ()
    """What the numbers of the last lists stand for."""
    unsent: Unsent | None = None
    """The prompt that was not sent last; what is attached goes with it."""
    again: Again | None = None
    """What was asked last of earlier prompts, while that is under way or kept."""
    is_queue_full: bool = False
    """Whether the first prompt of the queue is one that does not fit."""
    full_way: FullContext | None = None
    """How what is sent now is to be sent, should it not fit; None: nothing was chosen."""
    wants_key: KeyTyped | None = None
    """Set where the next entry is a key, which nobody may read."""
    was_interrupted: bool = False
    """Whether Ctrl+C has ended what was typed last."""
    is_over: bool = False
    """Whether the user wants to leave."""

    # -- the conversation ----------------------------------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        return self.live.conversation

    @property
    def panes(self) -> tuple[Pane, ...]:
        return self.conversation.panes

    @property
    def active(self) -> Pane:
        """The active pane; the first where that was closed."""
        wanted = self.conversation.view.active_id
        return next((pane for pane in self.panes if pane.id == wanted), self.panes[0])

    @property
    def targets(self) -> tuple[str, ...]:
        """The panes that the next prompt goes to."""
        is_for_all = self.conversation.view.sends_to_all
        return tuple(pane.id for pane in self.panes) if is_for_all else (self.active.id,)

    def activate(self, pane_id: str) -> None:
        """Make a pane the active one; kept with the conversation."""
        self.live.store.keep_view(replace(self.conversation.view, active_id=pane_id))

    def send_to(self, *, is_for_all: bool) -> None:
        """Send prompts to all panes, or to the active one only; kept with the conversation."""
        view = replace(self.conversation.view, sends_to_all=is_for_all, active_id=self.active.id)
        self.live.store.keep_view(view)

    def sign(self, pane: Pane) -> str:
        """What stands for a pane in a command: its number, or its letter while it is compared blind."""
        letter = None if self.conversation.blind is None else self.conversation.blind.letter(pane.id)
        return letter or str(1 + [each.id for each in self.panes].index(pane.id))

    def name(self, pane: Pane) -> str:
        return pane_name(self.conversation, pane)

    @property
    def mask(self) -> Mask:
        """What is said of the models."""
        return Mask(self.conversation)

    @property
    def models(self) -> list[str]:
        """The models of the panes; in an order that tells nothing while they are compared blind."""
        models = [pane.model for pane in self.panes]
        return sorted(models) if self.mask.is_blind else models

    def check_open(self) -> None:
        """Raise Refused while the models are hidden, for what would tell them."""
        if self.mask.is_blind:
            raise Refused("The models are hidden. Vote, or /reveal them first.")

    def shown_branch(self, pane: Pane) -> tuple[Message, ...]:
        """The messages of a pane as they are shown."""
        return self.mask.conversation().branch(pane.leaf_id)

    def last_reply(self, pane: Pane) -> Message | None:
        """The last message of a model in a pane, as it is shown, summaries aside."""
        answers = [
            message for message in self.conversation.branch(pane.leaf_id) if message.model and not message.is_summary
        ]
        return self.mask.message(answers[-1]) if answers else None

    def last_prompt(self, pane: Pane) -> Message | None:
        prompts = [message for message in self.conversation.branch(pane.leaf_id) if message.is_prompt]
        return prompts[-1] if prompts else None

    async def show(self, live: LiveConversation) -> None:
        """Go on in another conversation."""
        if live is not self.live:
            watcher = self.live.watcher
            self.workspace.leave(self.live)
            self.live = live
            live.watcher = watcher
            self.is_queue_full = False
        live.context.full.ask = self.ask_about(self, live)

    # -- what words of a command mean ----------------------------------------------------------------------------------

    def pane_numbered(self, words: str) -> Pane:
        """The pane with this number, the active one for none; raises Refused."""
        if not words:
            return self.active
        if self.conversation.blind is not None:
            return self._pane_lettered(words, self.conversation.blind)
        number = number_in(words, len(self.panes))
        if number is None:
            raise Refused(f"No pane {plain_line(words, 40)}. /panes lists them.")
        return self.panes[number - 1]

    def _pane_lettered(self, words: str, blind: Blind) -> Pane:
        """The pane with this letter: a number could be that of another one, where panes were closed."""
        letters = {blind.letter(pane.id): pane for pane in self.panes}
        if (found := letters.get(words.upper())) is None:
            known = " or ".join(sorted(filter(None, letters)))
            raise Refused(f"No pane {plain_line(words, 40)}. Type its letter: {known}.")
        return found

    async def say(self, sentence: str) -> None:
        await self.voice.say(sentence)

    async def say_panes(self) -> None:
        """Say which panes there are, and where the next prompt goes."""
        for pane in self.panes:
            is_marked = len(self.panes) > 1 and pane is self.active
            persona = f", {plain_name(label)}" if (label := persona_label(self.mask.pane(pane))) else ""
            await self.say(f"{self.name(pane)}{', active' if is_marked else ''}{persona}.")
        if len(self.panes) > 1 and not self.conversation.view.sends_to_all:
            await self.say(f"Prompts go to {self.name(self.active)} only. /target all changes this.")

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Start replies by `work`, and say them."""

        async def done() -> None:
            await work()

        self.was_interrupted = await self.replies.until_ended(self.live, asyncio.create_task(done()))


def number_in(words: str, most: int) -> int | None:
    """The number from 1 to `most` that the words are; None for anything else."""
    if not words.isascii() or not words.isdigit() or len(words) > 9:
        return None
    number = int(words)
    return number if 1 <= number <= most else None


AskAbout = Callable[[Chat, LiveConversation], AskFull]
"""Makes what asks about prompts of a conversation that do not fit."""
Handler = Callable[[Chat, str], Awaitable[None]]
"""Runs a command with the words behind its name; raises Refused, StoreError and ConfigurationError."""
