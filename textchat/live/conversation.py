"""A conversation with replies growing in it: what the screen, `compare` and any other reader of it share.

Here is what can be done with one: ask its panes, go on, edit, and change its tree and its panes. How replies grow is
in `growing`, how all is kept in `stored`. It knows the store and the catalog, no interface. A reply belongs to it, not
to a screen: the watcher may change or leave while replies grow on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from textchat.core import turns
from textchat.core.conversation import Attachment, Message, Pane, Role, Source, Status, first_words
from textchat.core.figures.tokens import TOKENS_PER_MESSAGE, estimate_input_tokens, estimate_tokens
from textchat.core.parameters import Parameters
from textchat.core.store_error import StoreError
from textchat.core.votes.vote import TIED, WON
from textchat.core.votes.voting import cast_vote
from textchat.live.budget import Asked, Estimate
from textchat.live.growing import GrowingConversation
from textchat.live.merge_stored import caught_up
from textchat.live.prompt_queue import QueuedPrompt


class LiveConversation(GrowingConversation):
    """Everything that waits for the store or a server is a coroutine; the conversation itself changes at once."""

    _leaving = 0
    """How many prompts are on their way: they wait for the budget's word, or have just left the queue."""

    # -- asking --------------------------------------------------------------------------------------------------------

    async def send(self, text: str, pane_ids: Iterable[str], attachments: tuple[Attachment, ...] = ()) -> bool:
        """Send a prompt to panes, or queue it where one of them still answers.

        False where a ceiling of the settings forbids it: then nothing has changed, and the watcher was told why.
        """
        targets = tuple(pane_ids)
        has_others_before = self.queue.has_for(targets)
        if self._leaving or has_others_before or any(pane_id in self.replies for pane_id in targets):
            if has_others_before:
                self.queue.is_held = False
            self.queue.add(text, targets, attachments)
            self.tell_change()
            self._send_next()
            return True
        is_sent = await self._send_now(text, targets, attachments)
        self._send_next()
        return is_sent

    async def _send_now(self, text: str, targets: tuple[str, ...], attachments: tuple[Attachment, ...]) -> bool:
        if not await self._may_ask(targets, text):
            return False
        targets = self._known(targets)
        turn = turns.prompt(self.conversation, targets, text, attachments)
        self.conversation = turn.conversation
        if not self.conversation.title:
            self.conversation = replace(self.conversation, title=first_words(text))
        await self._ask(targets, turn.prompts)
        return True

    async def regenerate(self, pane_ids: Iterable[str]) -> None:
        """Ask again for the last answer of each pane, or for the one that is missing; the old one stays a sibling."""
        panes = [self.conversation.pane(pane_id) for pane_id in self._known(pane_ids)]
        wanted = [pane.id for pane in panes if pane.leaf_id is not None and pane.id not in self.replies]
        if await self._may_ask(wanted):
            free = [pane_id for pane_id in self._known(wanted) if pane_id not in self.replies]
            await self._ask([pane_id for pane_id in free if self._step_back(pane_id)])

    async def ask_again(self, pane_id: str, message_id: str) -> None:
        """Ask for an earlier message of this pane anew: an answer for a prompt, another answer beside an answer."""
        if pane_id not in self.replies and await self._may_ask((pane_id,)):
            self._move(pane_id, message_id)
            await self.regenerate((pane_id,))

    async def continue_answers(self, pane_ids: Iterable[str]) -> None:
        """Let each pane's model go on where its last answer stopped; the longer one becomes a sibling."""
        wanted = [pane_id for pane_id in self._known(pane_ids) if pane_id not in self.replies]
        if not await self._may_ask(wanted):
            return
        for pane_id in self._known(wanted):
            answer = self._last_message(pane_id)
            if pane_id not in self.replies and answer is not None and answer.role is Role.ASSISTANT:
                self._move(pane_id, answer.parent_id)
                await self._ask([pane_id], prefix=answer.text)

    async def continue_earlier(self, pane_id: str, message_id: str) -> None:
        """Let the model go on from the end of an earlier answer of this pane."""
        if pane_id not in self.replies and await self._may_ask((pane_id,)):
            self._move(pane_id, message_id)
            await self.continue_answers((pane_id,))

    async def edit(self, pane_id: str, message_id: str, text: str) -> bool:
        """Another version of a message: a prompt is asked anew, an answer is taken as it is.

        False where nothing has changed: the pane answers, or it or the message has gone, or a ceiling forbids it.
        """
        if not self._can_edit(pane_id, message_id):
            return False
        if self.conversation.messages[message_id].role is Role.USER:
            if not await self._may_ask((pane_id,), text) or not self._can_edit(pane_id, message_id):
                return False
            turn = turns.edit_prompt(self.conversation, pane_id, message_id, text)
            self.conversation = turn.conversation
            await self._ask([pane_id], turn.prompts)
        else:
            turn = turns.edit_answer(self.conversation, pane_id, message_id, text)
            await self._change(turn.conversation, turn.prompts)
        return True

    def _can_edit(self, pane_id: str, message_id: str) -> bool:
        is_there = message_id in self.conversation.messages and bool(self._known((pane_id,)))
        return is_there and pane_id not in self.replies

    # -- what waits ----------------------------------------------------------------------------------------------------

    def resume_queue(self) -> None:
        """Send what a cancel has held back."""
        self.queue.is_held = False
        self.tell_change()
        self._send_next()

    def _send_next(self) -> None:
        if not self._leaving and (prompt := self.queue.next(set(self.replies))):
            self._leaving += 1
            self._keep(self._send_waiting(prompt))

    async def _send_waiting(self, prompt: QueuedPrompt) -> None:
        # Where all its panes have been closed it is for those that are left: the user has seen it held, and let it go.
        targets = self._known(prompt.pane_ids) or tuple(pane.id for pane in self.conversation.panes)
        try:
            is_sent = await self._send_now(prompt.text, targets, prompt.attachments)
        finally:
            self._leaving -= 1
        if not is_sent:
            self.queue.return_first(prompt)
            self.tell_change()
        self._send_next()

    # -- what it takes -------------------------------------------------------------------------------------------------

    def estimate(self, text: str, pane_ids: Iterable[str]) -> Estimate | None:
        """What a prompt to these panes would cost, as far as prices are known by now."""
        return None if self._budget is None else self._budget.estimate(self._asked(pane_ids, text))

    def request_tokens(self, pane_id: str, text: str) -> int:
        """About how many tokens a prompt in this pane would send, by the figures of its last answer where it has any.

        What a model thought is not sent again.
        """
        pane = self.conversation.pane(pane_id)
        last = self._last_message(pane_id)
        usage = last.usage if last is not None and last.status is Status.COMPLETE else None
        if usage is None or Source.ESTIMATED in (usage.source, usage.input_source):
            prompt = (Message("", None, Role.USER, text),) if text else ()
            return estimate_input_tokens((*self.conversation.branch(pane.leaf_id), *prompt), pane.parameters.system)
        before = usage.input_tokens + usage.output_tokens - (usage.reasoning_tokens or 0)
        return before + (estimate_tokens(len(text)) + TOKENS_PER_MESSAGE if text else 0)

    def _asked(self, pane_ids: Iterable[str], text: str) -> list[Asked]:
        prompt = (Message("", None, Role.USER, text),) if text else ()
        panes = [self.conversation.pane(pane_id) for pane_id in self._known(pane_ids)]
        return [
            Asked(
                pane.model,
                pane.parameters,
                estimate_input_tokens((*self.conversation.branch(pane.leaf_id), *prompt), pane.parameters.system),
            )
            for pane in panes
        ]

    async def _may_ask(self, pane_ids: Iterable[str], text: str = "") -> bool:
        """Whether the budget lets these panes be asked; where it does not, the watcher is told why."""
        if self._budget is None or not self._budget.has_ceiling:
            return True
        self._leaving += 1
        try:
            refusal = await self._budget.refusal(self._asked(pane_ids, text))
        except StoreError as error:
            refusal = str(error)
        finally:
            self._leaving -= 1
        if refusal:
            self._tell_problem(refusal)
            self._send_next()
        return not refusal

    def _known(self, pane_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the panes that are still there."""
        known = {pane.id for pane in self.conversation.panes}
        return tuple(pane_id for pane_id in pane_ids if pane_id in known)

    def _step_back(self, pane_id: str) -> bool:
        """Move the pane to the prompt of its last answer; False where there is no prompt to answer."""
        last = self._last_message(pane_id)
        if last is not None and last.role is Role.ASSISTANT:
            self._move(pane_id, last.parent_id)
        return self.conversation.pane(pane_id).leaf_id is not None

    # -- the tree and its panes ----------------------------------------------------------------------------------------

    async def add_pane(self, model: str, beside: str | None = None) -> Pane:
        parameters = self._settings.model(model).parameters
        before = {pane.id for pane in self.conversation.panes}
        await self._change(turns.add_pane(self.conversation, model, parameters, beside))
        return next(pane for pane in self.conversation.panes if pane.id not in before)

    async def duplicate_pane(self, pane_id: str) -> None:
        """A second pane beside this one, with its branch, model and parameters: for another setting of them."""
        pane = self.conversation.pane(pane_id)
        await self._change(turns.add_pane(self.conversation, pane.model, pane.parameters, pane_id))

    async def close_pane(self, pane_id: str) -> None:
        """Close a pane that is not the last; its reply is cancelled, its branch stays."""
        if len(self.conversation.panes) > 1:
            self.cancel(pane_id)
            await self._change(self.conversation.without_pane(pane_id))

    async def choose(self, pane_id: str) -> None:
        """Continue with this pane alone; replies of the others are cancelled and kept as siblings."""
        for other in tuple(self.replies):
            if other != pane_id:
                self.cancel(other)
        await self._change(turns.choose(self.conversation, pane_id))

    async def open_siblings(self, pane_id: str, message_id: str) -> None:
        await self._change(turns.open_siblings(self.conversation, pane_id, message_id))

    async def delete_message(self, message_id: str) -> None:
        """Delete a message and all below it; replies that grow there are cancelled."""
        gone = {message_id, *await self._stored_below(message_id), *self.conversation.descendants(message_id)}
        for pane_id, reply in tuple(self.replies.items()):
            if reply.id in gone:
                self.cancel(pane_id)
        await self._change(self.conversation.without(message_id))
        self._keep(self._history.remove_messages(self.conversation.id, sorted(gone)))

    async def _stored_below(self, message_id: str) -> tuple[str, ...]:
        """What another textchat may have added below a message."""
        try:
            stored = await self._history.load(self.conversation.id)
        except StoreError:
            return ()  # removing it will say why
        return () if stored is None else tuple(stored.descendants(message_id))

    async def catch_up(self) -> bool:
        """Take in what another textchat wrote into this conversation. False while something grows or waits here: then
        it is too early. Raises StoreError."""
        before = self.conversation
        if self.is_busy or self.unsaved:
            return False
        stored = await self._history.load(before.id) if before.messages else None
        if self.conversation is not before or self.is_busy:
            return False
        if stored is not None and (now := caught_up(before, stored)) != before:
            self.conversation = now
            self.tell_change()
        return True

    async def walk_siblings(self, pane_id: str, message_id: str, step: int) -> None:
        if pane_id not in self.replies:
            await self._change(turns.walk_siblings(self.conversation, pane_id, message_id, step))

    async def branch_off(self, pane_id: str, message_id: str) -> None:
        """Go on from an earlier message: what followed it stays a branch beside."""
        if pane_id not in self.replies:
            pane = replace(self.conversation.pane(pane_id), leaf_id=message_id)
            await self._change(self.conversation.with_pane(pane))

    async def vote(self, pane_id: str, *, is_tie: bool = False) -> None:
        """The answer of this pane is the best, or all are equal; once more takes that back. Raises NothingToVoteOn."""
        answer_id = self.conversation.pane(pane_id).leaf_id
        known = self.conversation.vote_on(answer_id)
        if known is not None and known.score_of(answer_id) == (TIED if is_tie else WON):
            if await self._has_stored(self._history.take_back_vote(known)):
                self.conversation = self.conversation.without_vote(known)
        else:
            vote = cast_vote(self.conversation, pane_id, is_tie=is_tie)
            if await self._has_stored(self._history.record_vote(vote)):
                self.conversation = self.conversation.with_vote(vote)
        self.tell_change()

    async def move_pane(self, pane_id: str, step: int) -> None:
        await self._change(turns.move_pane(self.conversation, pane_id, step))

    async def weigh_panes(self, weights: Mapping[str, float]) -> None:
        """Give panes another share of the width."""
        panes = tuple(replace(pane, weight=weights.get(pane.id, pane.weight)) for pane in self.conversation.panes)
        await self._change(replace(self.conversation, panes=panes))

    async def set_model(self, pane_id: str, model: str) -> None:
        """Ask another model from the next prompt on; the parameters become that model's own."""
        pane = self.conversation.pane(pane_id)
        await self.change_pane(replace(pane, model=model, parameters=self._settings.model(model).parameters))

    async def set_parameters(self, pane_id: str, parameters: Parameters) -> None:
        await self.change_pane(replace(self.conversation.pane(pane_id), parameters=parameters))

    async def change_pane(self, pane: Pane) -> None:
        await self._change(self.conversation.with_pane(pane))
