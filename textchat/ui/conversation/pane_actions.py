"""What keys do with the replies and the panes of the conversation on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on, work

from textchat.core.figures.reply_figures import dollars
from textchat.core.store_error import StoreError
from textchat.ui.conversation.live_screen import LiveScreen
from textchat.ui.input.input_bar import InputBar
from textchat.ui.keymap import shown_key

if TYPE_CHECKING:
    from textual.timer import Timer

    from textchat.core.conversation import Message

ESTIMATE_PAUSE_S = 0.3
WORTH_TELLING_USD = 0.001


class PaneActions(LiveScreen):
    """Replies: cancel, retry, continue, regenerate. Panes: add, close, move, choose. Queue: edit, resume."""

    _estimate_timer: Timer | None = None

    # -- replies -----------------------------------------------------------------------------------------------------

    def action_cancel_reply(self) -> None:
        """The reply in the active pane; where there is none, those in all others."""
        if not self.live.cancel(self.active_id):
            self.live.cancel_all()

    def action_retry_reply(self) -> None:
        if not self.still_answers():
            self.do(self.live.regenerate(self.target_ids if self._all_failed() else (self.active_id,)))

    def action_regenerate_reply(self) -> None:
        if not self.still_answers():
            self.do(self.live.regenerate((self.active_id,)))

    def action_continue_reply(self) -> None:
        if not self.still_answers():
            self.do(self.live.continue_answers((self.active_id,)))

    def action_retry_all(self) -> None:
        """Ask again in all panes whose last answer did not come to its end."""
        self.do(self.live.regenerate([pane_id for pane_id, answer in self._answers() if not _is_whole(answer)]))

    def action_regenerate_all(self) -> None:
        self.do(self.live.regenerate([pane.id for pane in self.panes]))

    def action_continue_all(self) -> None:
        """Go on in all panes whose last answer stopped early; where none did, in all."""
        answers = self._answers()
        stopped = [pane_id for pane_id, answer in answers if answer.text and not _is_whole(answer)]
        self.do(self.live.continue_answers(stopped or [pane_id for pane_id, _ in answers]))

    def _answers(self) -> list[tuple[str, Message]]:
        """By pane id, the finished answer that each ends with."""
        messages = self.live.conversation.messages
        leaves = ((pane.id, messages.get(pane.leaf_id or "")) for pane in self.panes)
        return [(id_, leaf) for id_, leaf in leaves if leaf and leaf.model and id_ not in self.live.replies]

    def _all_failed(self) -> bool:
        """One retry mends all panes where all of them failed, as without a network."""
        leaves = [self.live.conversation.messages.get(pane.leaf_id or "") for pane in self.panes]
        return all(leaf is not None and leaf.error is not None for leaf in leaves)

    # -- the queue ---------------------------------------------------------------------------------------------------

    def action_toggle_target(self) -> None:
        self.sends_to_all = not self.sends_to_all
        self.show_target()

    def action_edit_queue(self, prompt_id: str | None = None) -> None:
        """Take a waiting prompt, by default the last, back into the input bar; what is typed there stays."""
        waiting = list(self.live.queue)
        if not waiting:
            return
        if prompt := self.live.queue.take_back(prompt_id or waiting[-1].id):
            self.input_bar.put_back(prompt.text)
            self.live.tell_change()

    def action_remove_queued(self, prompt_id: str) -> None:
        self.live.queue.take_back(prompt_id)
        self.live.tell_change()

    def action_resume_queue(self) -> None:
        self.live.resume_queue()

    # -- panes -------------------------------------------------------------------------------------------------------

    @work(group="edits", exit_on_error=False)
    async def action_add_pane(self) -> None:
        if not self._has_room():
            return
        model = await self.pick_model("Add a pane with a model")
        if model:
            pane = await self.live.add_pane(model, beside=self.active_id)
            self.active_id = pane.id
            self.live.tell_change()

    @work(group="edits", exit_on_error=False)
    async def action_change_model(self) -> None:
        pane_id = self.active_id
        model = await self.pick_model("Ask another model in this pane")
        if model:
            await self.live.set_model(pane_id, model)

    async def pick_model(self, title: str) -> str | None:
        """Let the user choose from what the configured providers list now; None if they do not."""
        from textchat.ui.dialogs.model_picker import ModelPicker

        picker = ModelPicker(
            title,
            self.workspace.list_models,
            current=self.active_pane.model,
            recent=await self.workspace.recent_models(),
            favourites=self.workspace.favourites,
            favour=lambda model, is_favourite: self.do(self._favour(model, is_favourite)),
        )
        return await self.app.push_screen_wait(picker)

    async def _favour(self, model: str, is_favourite: bool) -> None:
        try:
            await self.workspace.favour(model, is_favourite)
        except StoreError as error:
            self.problem(str(error))

    async def action_keep_panes(self) -> None:
        """A new conversation begins with the models of these panes from the next start on."""
        models = [pane.model for pane in self.panes]
        try:
            await self.workspace.preferences.keep({"default_models": models})
        except StoreError as error:
            self.problem(str(error))
        else:
            self.notify(
                f"textchat opens with {', '.join(models)} now, unless config.toml says otherwise.", markup=False
            )

    def action_duplicate_pane(self) -> None:
        if self._has_room():
            self.do(self.live.duplicate_pane(self.active_id))

    def _has_room(self) -> bool:
        """Whether there may be another pane; where there may not, that is said."""
        from textchat.core.turns import MOST_PANES

        if len(self.panes) < MOST_PANES:
            return True
        key = shown_key(self, "pane.close")
        self.notify(f"There is room for {MOST_PANES} panes; close one first{f' ({key})' if key else ''}.", markup=False)
        return False

    def action_close_pane(self) -> None:
        if len(self.panes) == 1:
            key = shown_key(self, "conversation.new")
            hint = f"; {key} begins a new conversation" if key else ""
            self.notify(f"This is the last pane{hint}.", markup=False)
            return
        self.do(self.live.close_pane(self.active_id))

    def action_choose_pane(self) -> None:
        if len(self.panes) > 1:
            self.sends_to_all = True
            self.do(self.live.choose(self.active_id))

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        ids = [pane.id for pane in self.panes]
        self.activate(ids[(ids.index(self.active_id) + step) % len(ids)])

    def action_move_pane(self, step: int) -> None:
        self.do(self.live.move_pane(self.active_id, step))

    # -- what it takes -----------------------------------------------------------------------------------------------

    def remarks(self) -> Iterator[str]:
        """What else stands on the line above the input bar."""
        yield from super().remarks()
        if room := self._room_told():
            yield room
        if cost := self._cost_told():
            yield cost

    @on(InputBar.Changed)
    def _typed_more(self) -> None:
        # The estimate follows what is typed, but no key waits for it.
        if self.is_built and self._estimate_timer is None:
            self._estimate_timer = self.set_timer(ESTIMATE_PAUSE_S, self._estimate)

    def _estimate(self) -> None:
        self._estimate_timer = None
        self.show_target()

    def _room_told(self) -> str:
        """What is to be said of the context windows of the panes that are asked next; only the tightest counts."""
        from textchat.core.figures.reply_figures import context_left

        text = self.input_bar.text
        told: list[tuple[float, str]] = []
        for pane_id in self.target_ids:
            model = self.live.conversation.pane(pane_id).model
            if window := self.workspace.context_window(model):
                tokens = self.live.request_tokens(pane_id, text)
                told.append((tokens / window, context_left(model, tokens, window)))
        return max(told)[1] if told else ""

    def _cost_told(self) -> str:
        """Such as `4 models, about $0.03`; empty where no price is known, or where it is next to nothing."""
        text = self.input_bar.text
        estimate = self.live.estimate(text, self.target_ids) if text.strip() else None
        if estimate is None or estimate.cost_usd < WORTH_TELLING_USD:
            return ""
        count = estimate.requests
        about = "about" if estimate.is_whole else "at least"
        return f"{f'{count} models, ' if count > 1 else ''}{about} {dollars(estimate.cost_usd)}"


def _is_whole(answer: Message) -> bool:
    return answer.status == "complete" and answer.finish_reason != "length"
