"""Composition root below the interface: settings, catalog, history and the open conversations."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

from textchat.config import paths
from textchat.config.load import LoadedSettings
from textchat.config.personas import folders
from textchat.config.preferences import Preferences
from textchat.core.configuration import Price, Settings
from textchat.core.conversation import Conversation, Message, Pane, QueuedPrompt, Usage, new_id
from textchat.core.errors import ChatError, ConfigurationError
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.core.figures.continued import sum_over_requests
from textchat.core.parameters import Effort
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking
from textchat.core.personas.panes import with_persona
from textchat.core.personas.persona import Persona
from textchat.core.provider import Listing
from textchat.core.replaying.play_clock import PlayClock
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line
from textchat.core.turns import MOST_PANES
from textchat.core.waiting.calm import Calm
from textchat.live.budget import Budget
from textchat.live.connecting.found_servers import FoundServers
from textchat.live.connecting.model_lists import KnownModels, ModelLists
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import UndoStack
from textchat.live.metering import Metering
from textchat.live.open_conversations import OpenConversations
from textchat.live.running_reply import ReplyServices, TaskStarter, start_task
from textchat.live.settings.changing import SettingsChanges
from textchat.live.settings.default_persona import DefaultPersona
from textchat.live.settings.effective_settings import load, recordings_folder
from textchat.live.titles import Titles
from textchat.live.traces import Traces
from textchat.providers.catalog import Catalog
from textchat.startup import gentle_imports, give_back_memory
from textchat.store.history import History
from textchat.store.record import ConversationRecord

RECENT_CONVERSATIONS = 20
SHORT_CALM_S, LONG_CALM_S = 0.05, 2.0
"""How long the user has done nothing before what lets keys through is loaded, and what keeps them for 0.16 s."""
LOOK_AGAIN_S = 0.5
"""How often it is looked whether a reply still grows that loading waits for."""
IN_MEMORY = "Until this is fixed, conversations are in memory only; export what you want to keep."
NEW_IN_MEMORY = "New messages stay in memory; export what you want to keep."


class Workspace:
    """Opens settings, catalog and history at once; `problems` has a sentence for each part that could not be opened."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        *,
        read: LoadedSettings | None = None,
        start: TaskStarter = start_task,
    ) -> None:
        self.environ = environ
        loaded = load(environ, read)
        self.preferences = Preferences(paths.preferences_file(environ))
        self.changes = SettingsChanges(loaded, self.preferences, environ)
        self.problems: list[str] = [*loaded.problems, *loaded.notices]
        self.catalog = Catalog(self.settings, environ=environ)
        self.history = self._open_history(environ)
        self.losses: list[str] = []
        """What could not be stored before the program ended, a sentence each; filled by `aclose`."""
        self.kept_elsewhere: set[str] = set()
        """Ids of conversations that were exported to end the program: no loss, although they could not be stored."""
        self.private_history: History | None = None
        """Store in memory of the private conversations; None before the first of them."""
        self.favourites = self.settings.favourites
        self.traces = Traces()
        self.undo = UndoStack()
        """What can be brought back, of all conversations."""
        self.recordings = recordings_folder(environ)
        """Folder that recordings of replies are written to."""
        self.personas, self.prompts = folders.personas(environ), folders.prompts(environ)
        self.default_persona = self._default_persona(loaded)
        self._metering = Metering(environ)
        self._budget = Budget(self.changes.current, self.catalog, self._metering, self.history)
        self._services = self._reply_services()
        self._private_services = self._services
        """Those of the private conversations, whose costs are only in memory."""
        self._titles = Titles(replace(self._services, journal=self.history.requests))
        self._start = start
        self.opened = OpenConversations()
        self.found = FoundServers(self.catalog, self.changes)
        self._lists = ModelLists(self.catalog, self.found.look, self._metering.load_prices)
        self.changes.current.watch(self._follow)

    @property
    def settings(self) -> Settings:
        """Those in effect; `changes` changes them."""
        return self.changes.current.now

    def _default_persona(self, loaded: LoadedSettings) -> DefaultPersona:
        persona = DefaultPersona(self.personas, self.changes.current)
        persona.read()
        if persona.problem:
            self.problems.append(loaded.place("default_persona") + persona.problem)
        return persona

    def _reply_services(self) -> ReplyServices:
        return ReplyServices(
            catalog=self.catalog,
            current=self.changes.current,
            metering=self._metering,
            budget=self._budget,
            default_persona=lambda: self.default_persona.now,
        )

    def _follow(self, before: Settings, now: Settings) -> None:
        self.catalog.adopt(now)
        self._lists.forget()
        if now.favourites != before.favourites:
            self.favourites = now.favourites
        if before.default_persona != now.default_persona:
            self._start(self.default_persona.renew(), "default-persona")

    def _open_history(self, environ: Mapping[str, str]) -> History:
        try:
            return History.open(paths.database(environ))
        except StoreError as error:
            return self._open_to_read(paths.database(environ), error)

    def _open_to_read(self, path: Path, reason: StoreError) -> History:
        from textchat.store.read_only.read_only_history import ReadOnlyHistory
        from textchat.store.read_only.unstored_history import UnstoredHistory

        try:
            history = ReadOnlyHistory(History.open_to_read(path, reason))
        except StoreError as error:
            self.problems.append(f"{error} {IN_MEMORY}")
            return UnstoredHistory()
        self.problems.append(f"{history.read_only} {NEW_IN_MEMORY}")
        return history

    def new(
        self, models: Sequence[str] = (), *, is_private: bool = False, persona: Persona | None = None
    ) -> LiveConversation:
        """Create a conversation with one pane per model; stored with its first prompt, a private one in memory only.

        All panes get the persona, or else the default one; where no models are given, its own is asked.
        """
        persona = persona or self.default_persona.now
        wanted = models or ((persona.model,) if persona and persona.model else self.settings.default_models)
        if len(wanted) > MOST_PANES:
            left_out = ", ".join(wanted[MOST_PANES:])
            self.problems.append(f"At most {MOST_PANES} panes fit; left out: {left_out}.")
        panes = tuple(
            with_persona(Pane(new_id(), model), persona, model, self.settings.model(model).parameters)
            for model in wanted[:MOST_PANES]
        )
        return self._live(Conversation(id=new_id(), created_at=time.time(), panes=panes), is_private)

    def replay(self, record: ConversationRecord, clock: PlayClock, *, is_stepped: bool = False) -> LiveConversation:
        """Play a recorded conversation in a private one, where nothing is asked; at its end one can go on with it."""
        recorded = record.conversation if record.conversation.panes else self._with_default_pane(record.conversation)
        shown = replace(recorded, panes=recorded.panes[:MOST_PANES])
        panes = tuple(replace(pane, leaf_id=None) for pane in shown.panes)
        played = Conversation(new_id(), shown.title, time.time(), panes=panes, view=shown.view)
        live = self._live(played, is_private=True)
        live.play(replace(record, conversation=shown), clock, is_stepped=is_stepped)
        return live

    async def open(self, conversation_id: str) -> LiveConversation | None:
        """Open the conversation with this id in its current state; None if there is none. Raises StoreError."""
        if (live := self.opened.come_back(conversation_id)) is not None:
            return live
        is_private = False
        conversation = await self.history.load(conversation_id)
        if conversation is None and self.private_history is not None:
            conversation, is_private = await self.private_history.load(conversation_id), True
        if conversation is None:
            return None
        if not conversation.panes:
            conversation = self._with_default_pane(conversation)
        history = self.private_history if is_private and self.private_history else self.history
        waiting: tuple[QueuedPrompt, ...] = ()
        with suppress(StoreError):  # a disk that cannot be written can still be read
            waiting = await history.claim_waiting(conversation_id)
        # `compare --save` may have asked more: the answers that have no pane are siblings of those that have one.
        conversation = replace(conversation, panes=conversation.panes[:MOST_PANES], waiting=waiting)
        for pane in conversation.panes:
            self._learn_window(pane.model)
        return self._live(conversation, is_private)

    async def open_first(self, named: str | OpenedRows) -> LiveConversation | None:
        """Open the conversation with this id, or rows of results as a private one. Raises StoreError."""
        if isinstance(named, str):
            return await self.open(named)
        live = self._live(named.conversation, is_private=True)
        for message_id, row in named.rows.items():
            self.traces.keep_row(message_id, row)
        await live.history.save(named.conversation, tuple(named.conversation.messages.values()))
        return live

    async def unstored(self) -> list[LiveConversation]:
        """The conversations that are only in memory and were not to be, after another try to store them."""
        for live in self.opened:
            await live.store.save_again()
        opened = [await self.open(conversation_id) for conversation_id in sorted(self.history.only_here)]
        return [live for live in opened if live is not None]

    async def history_of(self, conversation_id: str) -> History:
        """The store of a conversation: the one in memory if it is a private one. Raises StoreError."""
        private = self.private_history
        is_private = private is not None and await private.summary(conversation_id) is not None
        return private if private is not None and is_private else self.history

    def list_models(self, good_for_s: float = 0.0) -> AsyncGenerator[Listing, None]:
        """List the models of each configured provider as each answers; a failure is a listing with a `problem`.

        Servers of this machine that answer now are among them. What is being asked already, or was answered in the last
        `good_for_s` seconds, is not asked again.
        """
        return self._lists.all(good_for_s)

    async def known_models(self, good_for_s: float = 0.0) -> AsyncGenerator[KnownModels, None]:
        """The models by name, favourites and recent ones first: those known here, then more with each provider."""
        names = dict.fromkeys((*self.favourites, *await self.recent_models()))
        known = KnownModels(tuple(names))
        yield known
        async for listing in self.list_models(good_for_s):
            names |= dict.fromkeys(f"{listing.provider}/{model.id}" for model in listing.models)
            known = KnownModels(tuple(names), known.problem or listing.problem)
            yield known

    async def recent_models(self) -> tuple[str, ...]:
        """The models of the newest conversations, without duplicates; empty if they cannot be read."""
        try:
            newest = await self.history.summaries(RECENT_CONVERSATIONS)
        except StoreError:
            return ()
        return tuple(dict.fromkeys(model for summary in newest for model in summary.models))

    async def favour(self, model: str, is_favourite: bool) -> None:
        """Make a model a favourite, or no longer one, and save that; raises StoreError."""
        others = tuple(favourite for favourite in self.favourites if favourite != model)
        self.favourites = (*others, model) if is_favourite else others
        await self.preferences.keep({"favourites": list(self.favourites)})

    def context_window(self, model: str) -> int | None:
        """The context window in tokens, from the settings, the provider's list or the price list; None if unknown."""
        window = self.settings.model(model).context_window or self._lists.windows.get(model)
        if window is not None:
            return window
        try:
            opened = self.catalog.open(model)
        except ConfigurationError:
            return None
        return self._metering.context_window(opened.settings, opened.name)

    def price_of(self, model: str) -> Price | None:
        """The price of a model, from the settings or the price list; None if unknown."""
        if (price := self.settings.model(model).price) is not None:
            return price
        try:
            opened = self.catalog.open(model)
        except ConfigurationError:
            return None
        return self._metering.price(opened.settings, opened.name)

    def taking(self, part: Part, model: str) -> Taking | None:
        """How a model gets a part of a prompt; None where the model is not configured any more."""
        try:
            opened = self.catalog.open(model)
            return opened.provider.taking(part, opened.name)
        except (ConfigurationError, ChatError):
            return None

    def saved_usd(self, answer: Message | Reply) -> float | None:
        """US dollars that the server's cache saved of the cost of an answer, by the prices of its model."""
        try:
            opened = self.catalog.open(answer.model or "")
        except ConfigurationError:
            return None
        price = self.settings.model(answer.model or "").price

        def saved(usage: Usage) -> float | None:
            return self._metering.saved_usd(opened.settings, opened.name, usage, price)

        return sum_over_requests(answer, saved)

    def known_efforts(self, model: str) -> tuple[Effort, ...] | None:
        """The efforts that a model is known to take, least first; None where nobody knows."""
        try:
            opened = self.catalog.open(model)
            return opened.provider.efforts(opened.name)
        except (ConfigurationError, ChatError):
            return None

    def nearest_effort(self, model: str, effort: Effort) -> Effort | None:
        """The effort that a model takes in place of this one; None where it takes none."""
        from textchat.providers.capabilities.efforts import nearest_effort  # behind the first paint

        return nearest_effort(effort, self.known_efforts(model))

    def _learn_window(self, model: str) -> None:
        """Load the model's context window early: an old conversation may be near its limit already."""
        with suppress(ConfigurationError):
            if self.context_window(model) is None:
                self._metering.learn(self.catalog.open(model).settings)

    async def load_early(self, calm: Calm) -> None:
        """Load what the first prompt would wait for, in steps, while no reply grows and the user does nothing."""

        async def until_quiet(seconds: float) -> None:
            await calm.lasts(seconds)
            while any(live.replies for live in self.opened):
                await asyncio.sleep(LOOK_AGAIN_S)
                await calm.lasts(seconds)

        await until_quiet(SHORT_CALM_S)
        looking = asyncio.create_task(self.found.look())
        models = {pane.model for live in self.opened for pane in live.conversation.panes}
        for model in models:
            await until_quiet(SHORT_CALM_S)
            with gentle_imports(calm.give_way), suppress(ChatError, ConfigurationError):  # the prompt will say so
                await self.catalog.load_early(model)
        await until_quiet(LONG_CALM_S)
        with gentle_imports(calm.give_way):
            for model in models:
                with suppress(ConfigurationError):
                    await self._metering.load_prices(self.catalog.open(model).settings)
        if not self._budget.has_ceiling:  # else the first prompt waits for it
            await self._metering.until_measured()
        await until_quiet(LONG_CALM_S)
        await self._metering.load_vocabulary()
        await looking
        give_back_memory()

    def unwatch(self) -> None:
        """Tell nobody of what happens to the conversations any more: whoever watches has failed or gone."""
        for live in self.opened:
            live.watcher = None

    @property
    def keeps_all(self) -> bool:
        """Whether all conversations are on the disk."""
        return self.history.path is not None and self.private_history is None and not self.losses

    def interrupt(self) -> None:
        """Interrupt all growing replies, because the program ends; `aclose` stores them."""
        for live in self.opened:
            live.interrupt()

    async def aclose(self) -> None:
        """Store growing replies, then close connections and files: each, also where another fails."""
        self._metering.hurry()
        self.unwatch()
        async with AsyncExitStack() as last_first:
            last_first.callback(self._note_drafts)
            for history in filter(None, (self.private_history, self.history)):
                last_first.push_async_callback(history.aclose)
            last_first.push_async_callback(self.catalog.aclose)
            last_first.push_async_callback(self.found.aclose)
            last_first.push_async_callback(self._lists.aclose)
            last_first.callback(self._metering.close)
            last_first.push_async_callback(self._titles.aclose)
            for live in reversed(tuple(self.opened)):
                last_first.push_async_callback(self._close, live)

    async def _close(self, live: LiveConversation) -> None:
        await live.aclose()
        if live.store.unsaved and live.conversation.id not in self.kept_elsewhere:
            title = plain_line(live.conversation.title, 40) or "untitled"
            prompts = "".join(f"\nNot saved, a prompt:\n{prompt.text}" for prompt in live.store.unstored_prompts)
            self.losses.append(f"Could not save all of “{title}”. {live.store.unsaved}{prompts}")

    def _note_drafts(self) -> None:
        self.losses += [f"Not saved, from the input bar:\n{text}" for text in self.history.unsaved_drafts.values()]

    def leave(self, live: LiveConversation) -> None:
        """Detach the screen from a conversation; it is let go once it has no reply, waiting prompt or unsaved data."""
        live.watcher = None
        self.opened.leave(live)

    def _live(self, conversation: Conversation, is_private: bool) -> LiveConversation:
        if is_private and self.private_history is None:
            self.private_history = History.in_memory()
            current, history = self.changes.current, self.private_history
            budget = Budget(current, self.catalog, self._metering, history, beside=self._budget)
            self._private_services = replace(self._services, budget=budget)
        live = LiveConversation(
            conversation,
            self.private_history if is_private and self.private_history else self.history,
            self._private_services if is_private else self._services,
            traces=self.traces,
            # A private conversation goes to the models it was meant for, and to no other.
            titles=None if is_private else self._titles,
            undo=self.undo,
            is_private=is_private,
            window_of=self.context_window,
            start=self._start,
            work_changed=self._work_changed,
        )
        self.opened.add(live)
        return live

    def _work_changed(self, live: LiveConversation) -> None:
        if live.is_busy and not live.is_private:
            self.found.used(pane.model for pane in live.conversation.panes)
        self.opened.work_changed(live)

    def _with_default_pane(self, conversation: Conversation) -> Conversation:
        """Add a pane to an imported conversation, on its newest branch and with the model that answered there."""
        roots = conversation.children(None)
        leaf = conversation.newest_leaf(roots[-1]) if roots else None
        answered = [message.model for message in conversation.branch(leaf) if message.model]
        model = answered[-1] if answered else self.settings.default_models[0]
        pane = Pane(new_id(), model, self.settings.model(model).parameters, leaf)
        return replace(conversation, panes=(pane,))
