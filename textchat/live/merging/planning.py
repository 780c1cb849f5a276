"""Plans a merge: what is sent to which model, what is left out so that it fits, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from textchat.core.blind.masks import Mask
from textchat.core.configuration import FullContext
from textchat.core.context.fitting import begins_at, room_in
from textchat.core.context.older_messages import are, messages_word
from textchat.core.context.sent import sent_of
from textchat.core.conversation import Conversation, Message, Pane, new_id
from textchat.core.errors import ChatError, ConfigurationError
from textchat.core.figures.reply_figures import count
from textchat.core.merging.instructions import MergePrompt, list_prompt, merge_prompt
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.merging.naming import LONGEST_NAME, answers_of
from textchat.core.merging.points import POINTS_SCHEMA
from textchat.core.merging.sources import HIDDEN, CannotMerge, Source, sources_of
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Way
from textchat.core.personas.examples import with_examples
from textchat.core.personas.panes import with_persona
from textchat.core.text.sanitize import plain_name
from textchat.live.budget import PlannedRequest
from textchat.live.conversation_store import ConversationStore
from textchat.live.replies import MergeRequest
from textchat.live.running_reply import ReplyServices

WindowOf = Callable[[str], int | None]
"""The context window of a model in tokens; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class MergePlan:
    """One request that makes something of several answers."""

    pane: Pane
    """The pane that the merge is to stand in, at the prompt: for a new merge, one that is not open yet."""
    request: MergeRequest
    input_tokens: int

    @property
    def planned(self) -> PlannedRequest:
        return PlannedRequest(self.pane.model, self.request.parameters, self.input_tokens)


class MergePlanner:
    """Plans the merges of one conversation; every method raises CannotMerge."""

    def __init__(self, store: ConversationStore, services: ReplyServices, window_of: WindowOf) -> None:
        self._store = store
        self._services = services
        self._window_of = window_of

    async def plan(self, merged: Merged, model: str, pane_id: str, prompt_id: str) -> MergePlan:
        """A merge by this model in a new pane: one like an open pane of that model, first like `pane_id` itself.

        The conversation goes along as that pane sends it.
        """
        shown = self._pane(pane_id)
        pane = replace(self._like(model, shown), id=new_id(), leaf_id=prompt_id, sent_from=shown.sent_from)
        return await self._fitted(pane, merged, self._prompt(merged, pane.model))

    async def plan_list(self, merged: Merged, model: str, pane_id: str, prompt_id: str) -> MergePlan:
        """The list of the points of these answers."""
        shown = self._pane(pane_id)
        pane = replace(self._like(model, shown), leaf_id=prompt_id, sent_from=shown.sent_from)
        plan = await self._fitted(pane, merged, list_prompt(self._sources(merged)))
        parameters = replace(plan.request.parameters, schema=dict(POINTS_SCHEMA), stop=None, web=False)
        return replace(plan, request=replace(plan.request, parameters=parameters))

    async def plan_again(self, pane_id: str, merge: Message) -> MergePlan:
        """Another version of a merge that stands in this pane, in the same way and of the same answers."""
        merged = merge.merged
        if merged is None:
            raise CannotMerge("Not a merge.")
        if len(answers_of(self._store.conversation, merged)) < len(merged.sources):
            raise CannotMerge("A reply that was merged has been deleted. Undo that, or merge the others anew.")
        pane = replace(self._pane(pane_id), leaf_id=merge.parent_id)
        return await self._fitted(pane, merged, self._prompt(merged, pane.model))

    def _pane(self, pane_id: str) -> Pane:
        if not self._store.known_panes((pane_id,)):
            raise CannotMerge("The pane was closed meanwhile.")
        return self._store.conversation.pane(pane_id)

    def _like(self, model: str, shown: Pane) -> Pane:
        """A pane for this model, with the parameters and the persona of an open one, if there is one."""
        panes = (shown, *self._store.conversation.panes)
        alike = next((pane for pane in panes if pane.model == model), None)
        if alike is not None:
            return Pane("", model, alike.parameters, persona=alike.persona)
        parameters = self._services.settings.model(model).parameters
        return with_persona(Pane("", model), self._services.default_persona(), model, parameters)

    def _sources(self, merged: Merged) -> tuple[Source, ...]:
        conversation = self._store.conversation
        sources = sources_of(conversation, answers_of(conversation, merged))
        if conversation.blind is not None and len(sources) < len(merged.sources):
            raise CannotMerge(HIDDEN)
        if len(sources) < 2:
            raise CannotMerge("Choose two replies at least.")
        return sources

    def _prompt(self, merged: Merged, model: str) -> MergePrompt:
        return merge_prompt(merged.way, self._sources(merged), merged.wish, lambda part: self._takes(part, model))

    def _takes(self, part: Part, model: str) -> bool:
        """Whether a model takes a file of an answer; one that only its server has goes to no other."""
        if part.reference and not part.digest:
            return False
        try:
            opened = self._services.catalog.open(model)
            return opened.provider.taking(part, opened.name).way is not Way.REFUSED
        except (ConfigurationError, ChatError):
            return False

    async def _fitted(self, pane: Pane, merged: Merged, prompt: MergePrompt) -> MergePlan:
        """The plan, without the oldest turns where all would not fit; raises CannotMerge where nothing helps."""
        conversation = self._store.conversation
        if pane.leaf_id not in conversation.messages:
            raise CannotMerge("The prompt was deleted meanwhile.")
        plan = await self._counted(conversation, pane, merged, prompt)
        window = self._window_of(pane.model)
        full = self._services.settings.context.full
        if window is None or full is FullContext.SEND:
            return plan
        if (excess := plan.input_tokens - room_in(window, pane.parameters)) <= 0:
            return plan
        begin = self._later_begin(plan.request.messages[:-1], pane.model, excess)
        if begin is None:
            name = plain_name(Mask(conversation).sentence(pane.model), LONGEST_NAME)
            raise CannotMerge(
                f"Too long for {name}: {count(plan.input_tokens, is_estimate=True)} tokens, its window is "
                f"{count(window)}. Choose fewer replies or another model."
            )
        return await self._counted(conversation, replace(pane, sent_from=begin), merged, prompt)

    async def _counted(self, conversation: Conversation, pane: Pane, merged: Merged, prompt: MergePrompt) -> MergePlan:
        sent = sent_of(conversation.branch(pane.leaf_id), pane.sent_from)
        messages, notes = (*sent.messages, prompt.message), list(prompt.notes)
        if sent.left_out:
            notes.append(f"{messages_word(sent.left_out)} {are(sent.left_out)} not sent.")
        parameters = _without_form(pane.parameters, merged.way)
        tokens = await self._services.metering.count_behind(
            pane.model, with_examples(messages, parameters), parameters.system
        )
        return MergePlan(pane, MergeRequest(merged, parameters, messages, tuple(notes)), tokens)

    def _later_begin(self, messages: Sequence[Message], model: str, excess: int) -> str | None:
        """The message that a request would begin with so that so many tokens go; the last turn stays."""
        metering = self._services.metering
        place = begins_at(messages, excess, lambda message: metering.estimate_input(model, (message,)), keep_last=True)
        return None if place is None else messages[place].id


def _without_form(parameters: Parameters, way: MergeWay) -> Parameters:
    """The parameters without what shapes an answer of another kind: a table has no schema of the prompt's."""
    is_alike = way in (MergeWay.FUSE, MergeWay.CHECKLIST)
    return replace(parameters, stop=None, schema=parameters.schema if is_alike else None)
