"""Says replies as they grow, by turns or by matching paragraphs: a line for each change of state, and an end signal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from textchat.commands.dialogue.sentences import Sentences
from textchat.commands.dialogue.voice import Voice
from textchat.commands.dialogue.words import answer_name, ending_words, reply_name, state_sentence
from textchat.commands.output.ending import laid_out
from textchat.commands.output.sources import source_lines
from textchat.core.blind.masks import Mask
from textchat.core.configuration import ComparedBy
from textchat.core.conversation import Message
from textchat.core.figures.race import SEPARATOR, summary
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words
from textchat.core.reply import Phase, Reply
from textchat.core.text.sanitize import plain_name, revealed
from textchat.core.text.word_lists import listed
from textchat.live.conversation import LiveConversation
from textchat.live.settings.current_settings import CurrentSettings
from textchat.signals import is_asked_to_end

LONGEST_COMPARED = 300_000
"""Characters of a reply that is compared with others by paragraphs."""


class Speaker:
    """Watches the conversation of the dialogue, and says what happens in it."""

    def __init__(self, voice: Voice, settings: CurrentSettings) -> None:
        self._voice = voice
        self._settings = settings
        self._changed = asyncio.Event()
        self._problems: list[str] = []
        self._heard: dict[str, Reply] = {}
        """The replies that have changed since the last entry, by their ids: one may end while another is said."""

    # -- as the watcher of the conversation ----------------------------------------------------------------------------

    def reply_changed(self, reply: Reply) -> None:
        self._heard.setdefault(reply.id, reply)
        self._changed.set()

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.reply_changed(reply)

    def conversation_changed(self) -> None:
        """A reply may grow now; what else a command changes, it says itself."""
        self._changed.set()

    def problem(self, sentence: str) -> None:
        self._problems.append(sentence)
        self._changed.set()

    # -- saying --------------------------------------------------------------------------------------------------------

    async def until_ended(self, live: LiveConversation, work: asyncio.Task[None]) -> bool:
        """Say all replies of a conversation, also to prompts that wait; True where Ctrl+C has cancelled them.

        `work` starts them, and may wait for one itself; what it raises is raised.
        """
        self._heard.clear()
        turns, was_cancelled = _Turns(live, self._heard), False
        work.add_done_callback(lambda _: self._changed.set())
        try:
            while await self._begin(turns, work):
                await self._say_all(turns)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if is_asked_to_end() or task is None or not live.replies:
                work.cancel()
                raise
            task.uncancel()
            was_cancelled = True
            live.cancel_all()
            await self._say_all(turns)
            while turns.go_on():
                await self._say_all(turns)
        await work
        await self.say_problems()
        return was_cancelled

    async def _begin(self, turns: _Turns, work: asyncio.Task[None]) -> bool:
        """Wait until replies grow; False where `work` has ended and none do."""
        while not turns.go_on():
            if work.done():
                return False
            self._changed.clear()
            await self.say_problems()
            await self._changed.wait()
        return True

    async def say_problems(self) -> None:
        """Say what failed and belongs to no reply."""
        problems, self._problems = self._problems, []
        for sentence in problems:
            await self._voice.say(sentence)

    async def _say_all(self, turns: _Turns) -> None:
        by_paragraphs = self._settings.now.ui.compare_by is ComparedBy.PARAGRAPHS and len(turns.replies) > 1
        if len(turns.replies) > 1 and not turns.at and turns.said.phase is None:
            await self._voice.say(f"Waiting for {listed(turns.names)}.")
            turns.said.phase = Phase.WAITING
        await self._until_all_are_here(turns)
        while turns.at < len(turns.replies):
            await self._say_one(turns, says_text=not by_paragraphs)
            turns.at += 1
            turns.said = _Said(Phase.WAITING)
        messages = turns.messages
        if by_paragraphs:
            numbers = turns.names if turns.mask.is_blind else [name.partition(" ")[0] for name in turns.names]
            await say_passages(self._voice, messages, numbers)
        if len(messages) > 1 and not turns.mask.is_blind and (said := summary(messages, turns.names)):
            spoken = said.replace(SEPARATOR, "; ").replace(" tok/s", " tokens a second")
            await self._voice.say(f"{spoken[0].upper()}{spoken[1:]}.")

    async def _until_all_are_here(self, turns: _Turns) -> None:
        """Where a blind comparison hides speeds, wait until all replies have ended: none is said before another."""
        blind = turns.live.conversation.blind
        while blind is not None and blind.is_paced and not all(reply.is_ended for reply in turns.replies):
            self._changed.clear()
            await self.say_problems()
            await self._changed.wait()

    async def _say_one(self, turns: _Turns, *, says_text: bool) -> None:
        name, reply, said = turns.names[turns.at], turns.replies[turns.at], turns.said
        said.cursor = max(said.cursor, reply.answer_start)
        while True:
            self._changed.clear()
            await self.say_problems()
            is_whole = reply.is_ended  # asked first: more may come, and the end, while it is said
            await self._say_state(name, reply, said, is_blind=turns.mask.is_blind)
            if says_text:
                await self._say_text(name, reply, said)
            if is_whole:
                break
            await self._changed.wait()
        await turns.live.store.finish_tasks()  # the figures are complete
        if says_text:
            await self._voice.pass_on(said.sentences.close())
        message = turns.live.conversation.messages.get(reply.id) or reply.freeze()
        await self._say_end(name, turns.mask.message(message))

    async def _say_state(self, name: str, reply: Reply, said: _Said, *, is_blind: bool) -> None:
        if reply.phase is said.phase and not (reply.phase is Phase.RETRYING and reply.retry is not said.retry):
            return
        said.phase, said.retry = reply.phase, reply.retry
        is_new = reply.phase is not Phase.THINKING or not said.has_thought
        said.has_thought |= reply.phase is Phase.THINKING
        if is_new and (sentence := state_sentence(name, reply, is_blind=is_blind)):
            await self._voice.say(sentence)

    async def _say_text(self, name: str, reply: Reply, said: _Said) -> None:
        if reply.answer_start > said.cursor:
            await self._voice.pass_on(said.sentences.close())
            if said.has_begun:
                await self._voice.say(f"That was what {name} thought. Its reply follows.")
            said.cursor = reply.answer_start
        count = len(reply.text_chunks)
        text = reply.text_chunks.joined(said.cursor, count)
        said.cursor = count
        if not text:
            return
        if not said.has_begun:
            said.has_begun = True
            await self._voice.say(f"{name} says:")
        whole = self._settings.now.ui.whole_sentences
        given = said.sentences.feed(text) if whole else said.sentences.close() + text
        await self._voice.pass_on(given)

    async def _say_end(self, name: str, message: Message) -> None:
        for call in message.tool_calls:
            await self._voice.say(f"{name} calls {revealed(call.name)} with {call.arguments or 'no arguments'}.")
        for number, part in enumerate(message.parts, start=1):
            await self._voice.say(part_sentence(number, part))
        for line in source_lines(message.citations):
            await self._voice.say(line)
        await self._voice.say(ending_words(name, message))


class _Said:
    """How far a reply has been said."""

    def __init__(self, phase: Phase | None = None) -> None:
        """`phase` is the one that was said."""
        self.sentences = Sentences()
        self.cursor = 0
        self.phase = phase
        self.retry: object = None
        self.has_thought = False
        self.has_begun = False


class _Turns:
    """The replies to one prompt, to be said one after the other."""

    def __init__(self, live: LiveConversation, heard: Mapping[str, Reply]) -> None:
        """`heard` gets every reply that changes."""
        self.live = live
        self.replies: list[Reply] = []
        self.names: list[str] = []
        self.at = 0
        """The one that is said now."""
        self.said = _Said()
        self._heard = heard
        self._taken: set[str] = set()

    def go_on(self) -> bool:
        """Take the next reply of each pane, also one that has ended meanwhile; False where there are none."""
        conversation = self.live.conversation
        of_pane: dict[str, Reply] = {}
        panes = {pane.id: pane for pane in conversation.panes}
        for reply in (*self._heard.values(), *self.live.replies.values()):
            if reply.id not in self._taken:
                of_pane.setdefault(self._pane_of(reply), reply)
        found = sorted(of_pane.items(), key=lambda each: [*panes, each[0]].index(each[0]))
        self.replies = [reply for _, reply in found]
        self.names = [
            reply_name(conversation, panes[pane_id], reply) if pane_id in panes else answer_name(conversation, reply)
            for pane_id, reply in found
        ]
        self._taken |= {reply.id for reply in self.replies}
        self.at, self.said = 0, _Said()
        return bool(found)

    def _pane_of(self, reply: Reply) -> str:
        """The id of the pane that shows a reply; empty where it was closed."""
        conversation = self.live.conversation
        ways = ((pane.id, message.id) for pane in conversation.panes for message in conversation.branch(pane.leaf_id))
        growing = (pane_id for pane_id, other in self.live.replies.items() if other is reply)
        return next(growing, "") or next((pane_id for pane_id, id_ in ways if id_ == reply.id), "")

    @property
    def mask(self) -> Mask:
        """What is said of the models."""
        return Mask(self.live.conversation)

    @property
    def messages(self) -> list[Message]:
        """The replies as they ended."""
        known = self.live.conversation.messages
        return [known.get(reply.id) or reply.freeze() for reply in self.replies]


async def say_passages(voice: Voice, messages: Sequence[Message], numbers: Sequence[str]) -> None:
    """Say replies by matching paragraphs; one that is too long, or failed, is said by itself."""
    from textchat.commands.dialogue.paragraphs import passages  # few dialogues compare

    there = [(number, message) for number, message in zip(numbers, messages, strict=True) if message.text.strip()]
    if len(there) < 2 or max(len(message.text) for _, message in there) > LONGEST_COMPARED:
        for number, message in there:
            await voice.say(f"{number} says:")
            await voice.read_out(message.text)
        return
    names, texts = [number for number, _ in there], [laid_out(message) for _, message in there]
    for passage in await asyncio.to_thread(passages, texts, names):
        await voice.say(f"{passage.who}:")
        await voice.read_out(passage.text.strip("\n"))


def part_sentence(number: int, part: Part) -> str:
    """A file of a reply, and how it is kept."""
    kept = f"/save {number} writes it to a file." if part.size else "It is kept by the server alone."
    return f"File {number}: {part.shown_name}, {plain_name(part.media_type, 60)}, {size_words(part.size)}. {kept}"
