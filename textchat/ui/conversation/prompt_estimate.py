"""What the prompt in the input bar would take if it were sent now: room in the context windows, and money."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.core.figures.context_left import room_told
from textchat.ui.conversation.current import CurrentConversation

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

WORTH_TELLING_USD = 0.001


class PromptEstimate:
    """`text` gives what is typed now."""

    def __init__(self, workspace: Workspace, current: CurrentConversation, text: Callable[[], str]) -> None:
        self._workspace = workspace
        self._current = current
        self._text = text

    def context_note(self) -> str:
        """How full the context windows of the panes that are asked next would be; only the tightest counts."""
        text = self._text()
        notes: list[tuple[float, str]] = []
        for pane_id in self._current.target_ids:
            model = self._current.conversation.pane(pane_id).model
            if window := self._workspace.context_window(model):
                tokens = self._current.live.request_tokens(pane_id, text)
                notes.append((tokens / window, room_told(model, tokens, window)))
        return max(notes)[1] if notes else ""

    def cost_note(self) -> str:
        """Such as `4 models, about $0.03`; empty where no price is known, or where it is next to nothing."""
        text = self._text()
        estimate = self._current.live.estimate(text, self._current.target_ids) if text.strip() else None
        if estimate is None or estimate.cost_usd < WORTH_TELLING_USD:
            return ""
        count = estimate.requests
        about = "about" if estimate.is_whole else "at least"
        cents = f"${estimate.cost_usd:.3f}" if estimate.cost_usd < 0.01 else f"${estimate.cost_usd:.2f}"
        return f"{f'{count} models, ' if count > 1 else ''}{about} {cents}"
