"""The notes of the status line: target of the next prompt, storage, who won, context and cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textchat.core.figures.reply_figures import context_left
from textchat.core.text.sanitize import plain_line
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import SetTimer
from textchat.ui.input.status_line import Note

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft
    from textchat.live.workspace import Workspace

PAUSE_S = 0.3
"""Delay between typing and the refresh of the line, in seconds."""
PRIVATE = Note(
    ("PRIVATE: kept in memory only, gone when you quit", "PRIVATE: in memory only", "PRIVATE"), is_warning=True
)
BLIND = Note(("BLIND: models are hidden until the vote", "BLIND until the vote", "BLIND"))
IN_MEMORY = Note(("in memory only: the disk is unusable", "in memory only"), is_warning=True)
READ_ONLY = Note(("read-only: new messages stay in memory", "read-only"), is_warning=True)
Source = Callable[[], "str | Note | None"]
"""What gives a note: a text of one form, a note, or nothing."""


@dataclass(eq=False)
class TargetLine:
    """Shows the notes of its sources in order, without empty ones."""

    sources: Sequence[Source]
    show: Callable[[Sequence[Note]], None]
    set_timer: SetTimer
    _is_waiting: bool = field(default=False, init=False)

    def refresh(self) -> None:
        self._is_waiting = False
        self.show(list(_notes(source() for source in self.sources)))

    def refresh_soon(self) -> None:
        """Refresh after a pause, so that typing does not wait for it."""
        if not self._is_waiting:
            self._is_waiting = True
            self.set_timer(PAUSE_S, self.refresh)


def _notes(found: Iterable[str | Note | None]) -> Iterable[Note]:
    for note in found:
        if isinstance(note, Note):
            yield note
        elif note:
            yield Note((note,))


def blind_note(current: CurrentConversation) -> Note | None:
    """Whether the models of the panes are hidden."""
    return BLIND if current.is_blind else None


def target_note(current: CurrentConversation) -> str:
    """The panes that the next prompt is sent to; empty if there is only one, and while a replay plays."""
    if len(current.panes) == 1 or (current.live.playback is not None and current.live.playback.is_playing):
        return ""
    if not current.sends_to_all:
        return f"to pane {current.active_number} only"
    return "to both panes" if len(current.panes) == 2 else f"to all {len(current.panes)} panes"


def storage_note(workspace: Workspace, current: CurrentConversation) -> Note | None:
    """Whether the conversation is only in memory, and why."""
    if current.live.is_private:
        return PRIVATE
    if workspace.history.read_only:
        return READ_ONLY
    return IN_MEMORY if workspace.history.path is None else None


def award_note(current: CurrentConversation) -> Note | None:
    """Who won the last race."""
    return Note([plain_line(form, 1000) for form in current.awards]) if current.awards else None


def queue_note(current: CurrentConversation) -> Note | None:
    """How many prompts wait, and whether they wait for the user."""
    queue = current.live.queue
    if not len(queue):
        return None
    # The prompts stand above the line: only that they wait for the user must be said.
    return (
        Note((f"{len(queue)} queued (paused)",), is_warning=True)
        if queue.is_held
        else Note((f"{len(queue)} queued", ""))
    )


@dataclass(eq=False)
class PromptEstimate:
    """The note on the prompt as typed: used context.

    `draft` gives what is typed and attached now.
    """

    workspace: Workspace
    current: CurrentConversation
    draft: Callable[[], Draft]

    def context_note(self) -> str:
        """The share of the context window that the request would use, of the fullest pane among the targets."""
        if self.current.is_blind:
            return ""  # windows tell models
        draft = self.draft()
        notes: list[tuple[float, str]] = []
        for pane_id in self.current.target_ids:
            model = self.current.conversation.pane(pane_id).model
            if window := self.workspace.context_window(model):
                tokens = self.current.live.request_tokens(pane_id, draft.text, draft.parts)
                notes.append((tokens / window, context_left(model, tokens, window)))
        return max(notes)[1] if notes else ""
