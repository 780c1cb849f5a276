"""Actions that sweep a parameter over panes, and show how the replies of the panes spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.core.conversation import first_words
from textchat.core.parts.draft import Draft
from textchat.core.text.sanitize import plain_name
from textchat.ui.bar.slash.command_form import command_in
from textchat.ui.conversation.ports import ActionTable, TellUndo, Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textchat.core.conversation import Message
    from textchat.live.sweeps.planning import SweepPlan, SweepPlanner
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.notices import Notices
    from textchat.ui.input.input_bar import InputBar
    from textchat.ui.sweeps.sweep_dialog import TypedSweep

LONGEST_SHOWN = 60
"""Characters of the prompt that a dialog names."""


@dataclass(eq=False)
class SweepActions:
    """Opens panes for a sweep of the active one's model and sends the typed prompt, or else the last one again."""

    app: App[Any]
    workspace: Workspace
    current: CurrentConversation
    bar: InputBar
    notices: Notices
    tell_undo: TellUndo
    _last: TypedSweep | None = field(default=None, init=False)
    """The sweep that was run last."""

    def actions(self) -> ActionTable:
        return {"pane.sweep": self.sweep, "pane.spread": self.show_spread}

    def sweep(self) -> Work | None:
        if self.current.live.panes.refused_while_blind():
            return None
        return self._sweep(self._planner())

    def _planner(self) -> SweepPlanner:
        from textchat.live.sweeps.planning import SweepPlanner
        from textchat.live.sweeps.reading import SweepReader

        reader = SweepReader(self.workspace.personas, self.workspace.settings.limits.input_bytes)
        return SweepPlanner(self.current.live, self.current.active_id, self.workspace.changes.current, reader)

    async def _sweep(self, planner: SweepPlanner) -> None:
        from textchat.ui.sweeps.sweep_dialog import SweepDialog, TypedSweep

        draft = self._draft

        async def plan(axes: Sequence[str], repeats: int) -> SweepPlan:
            return await planner.plan(axes, repeats, draft)

        model = plain_name(self.current.active_pane.model)
        dialog = SweepDialog(model, self._asks(planner, draft), plan, self._last or TypedSweep())
        if (chosen := await self.app.push_screen_wait(dialog)) is not None:
            self._last, plan_ = chosen
            await self._run(planner, plan_)

    @property
    def _draft(self) -> Draft:
        """What is typed, unless that is a command."""
        draft = self.bar.draft
        return Draft() if command_in(draft.text) is not None else draft

    def _asks(self, planner: SweepPlanner, draft: Draft) -> str:
        from textchat.core.sweeps.panes import last_prompt

        if not draft.is_empty:
            return f"“{first_words(draft.text, LONGEST_SHOWN)}”"
        last = last_prompt(self.current.conversation, planner.pane_id)
        return "none yet" if last is None else f"“{first_words(last.text, LONGEST_SHOWN)}”, again"

    async def _run(self, planner: SweepPlanner, plan: SweepPlan) -> None:
        live = planner.live
        step = await live.panes.open_sweep(planner.pane_id, plan.variants, asks_again=plan.asks_again)
        if step is None:
            return
        self.current.active_id = live.conversation.panes[0].id
        live.store.tell_change()
        self.tell_undo(step)
        if plan.asks_again:
            await live.regenerate([pane.id for pane in live.conversation.panes])
        else:
            self.bar.send()

    def show_spread(self) -> None:
        """Show how the replies of the panes spread, by what tells the panes apart."""
        from textchat.core.sweeps.labels import kinds_of
        from textchat.core.sweeps.spread import spreads_of
        from textchat.ui.sweeps.spread_screen import SpreadScreen

        if self.current.live.panes.refused_while_blind():
            return
        panes = self.current.panes
        kinds = kinds_of(panes)
        ended = [
            (kind or plain_name(pane.model), prompt, reply)
            for pane, kind in zip(panes, kinds, strict=True)
            for prompt, reply in self._replies(pane.leaf_id)
        ]
        if not ended:
            self.notices.say("No reply has ended yet. Wait for one.")
            return
        self.app.push_screen(SpreadScreen(spreads_of(ended)))

    def _replies(self, leaf_id: str | None) -> list[tuple[str, Message]]:
        """The last reply of a pane, if it has ended, with the id of its prompt."""
        reply = self.current.conversation.messages.get(leaf_id or "")
        if reply is None or reply.model is None or reply.is_growing or reply.is_summary:
            return []
        return [(reply.parent_id or "", reply)]
