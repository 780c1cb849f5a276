"""Shows how much of its model's window each pane takes; counted behind, and only where something has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textchat.ui.context.words import share_forms
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.ports import RunWork
from textchat.ui.panes.heading import HeadingShare

if TYPE_CHECKING:
    from textchat.core.context.fitting import Share
    from textchat.core.conversation import Message, Pane
    from textchat.live.workspace import Workspace
    from textchat.ui.side_panel.figures_view import FiguresView


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """What a share was counted of."""

    messages: Mapping[str, Message]
    """All of the conversation: one above the leaf may have gone, or a summary for it. Never changed in place."""
    of_pane: object

    def is_as(self, other: _Counted) -> bool:
        return self.messages is other.messages and self.of_pane == other.of_pane


@dataclass(eq=False)
class ShareDisplay:
    """Puts the shares into the headings of the panes, and that of the active one into the side panel."""

    workspace: Workspace
    current: CurrentConversation
    views: PaneViews
    figures: FiguresView
    run: RunWork
    _known: dict[str, tuple[_Counted, Share | None]] = field(default_factory=dict, init=False)
    """By pane, what its share was counted of, and the share."""

    def refresh(self) -> None:
        """Show what is known, and count what has changed; while a reply grows, its pane keeps what it shows.

        In a blind comparison nothing is: models are known by their windows.
        """
        panes = () if self.current.is_blind else self.current.panes
        self._known = {pane.id: self._known[pane.id] for pane in panes if pane.id in self._known}
        for pane in panes:
            made_of = self._made_of(pane)
            known = self._known.get(pane.id)
            if pane.id not in self.current.live.replies and (known is None or not known[0].is_as(made_of)):
                self._known[pane.id] = made_of, None if known is None else known[1]
                self.run(self._count(pane, made_of))
        self._show()

    def _made_of(self, pane: Pane) -> _Counted:
        window = self.workspace.context_window(pane.model)
        of_pane = window, pane.model, pane.parameters.system, pane.sent_from, pane.leaf_id
        return _Counted(self.current.conversation.messages, of_pane)

    async def _count(self, pane: Pane, made_of: _Counted) -> None:
        share = await self.current.live.context.share(pane)
        if (known := self._known.get(pane.id)) is not None and known[0] is made_of:
            self._known[pane.id] = made_of, share
            self._show()

    def _show(self) -> None:
        for pane_id, view in self.views.by_id.items():
            _, share = self._known.get(pane_id, (None, None))
            view.heading.show_share(None if share is None else HeadingShare(share_forms(share), share.is_marked))
        active = self.current.active_id
        self.figures.show_share(active, self._known.get(active, (None, None))[1])
