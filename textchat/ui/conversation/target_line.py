"""The line on the border of the input bar: the target of the next prompt, and notes on storage, context and cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textchat.core.figures.context_left import room_told
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import SetTimer

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

PAUSE_S = 0.3
"""How far the line may be behind what is typed, in seconds."""
WORTH_TELLING_USD = 0.001
"""An estimate below this is next to nothing, and left out."""
PRIVATE = "private: kept in memory only, gone when you quit"
IN_MEMORY = "in memory only: the disk cannot be used"


class TargetLine:
    """Joins the notes of its sources, in their order; an empty note is left out."""

    def __init__(
        self, sources: Sequence[Callable[[], str]], *, show: Callable[[str], None], set_timer: SetTimer
    ) -> None:
        self._sources = sources
        self._show = show
        self._set_timer = set_timer
        self._is_waiting = False

    def refresh(self) -> None:
        self._is_waiting = False
        self._show(" · ".join(filter(None, (source() for source in self._sources))))

    def refresh_soon(self) -> None:
        """Refresh after a pause: the line follows what is typed, but no key waits for it."""
        if not self._is_waiting:
            self._is_waiting = True
            self._set_timer(PAUSE_S, self.refresh)


def target_note(current: CurrentConversation) -> str:
    """Which panes the next prompt goes to; empty where there is no choice."""
    if len(current.panes) == 1:
        return ""
    return f"to all {len(current.panes)} panes" if current.sends_to_all else f"to pane {current.active_number} only"


def storage_note(workspace: Workspace, current: CurrentConversation) -> str:
    """Whether the conversation is kept in memory only, and why."""
    if current.live.is_private:
        return PRIVATE
    return IN_MEMORY if workspace.history.path is None else ""


class PromptEstimate:
    """Notes on what the prompt would take if it were sent now: room in the context windows, and money.

    `text` gives what is typed now.
    """

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
