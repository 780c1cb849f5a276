"""Editor for the next prompt, as high as its text up to a third of the screen, with a history of sent prompts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events

from textchat.ui.bar.recall.bar_history import BarHistory
from textchat.ui.bar.slash.command_form import as_sent, command_in
from textchat.ui.input.plain_editor import LONGEST_EDITED, PromptEditor
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.messages import PromptSubmitted

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft
    from textchat.ui.bar.slash.runs_commands import RunsCommands

PLACEHOLDER = "Ask anything"
WALKING = frozenset({"up", "down"})


class InputBar(PromptEditor):
    """Posts `PromptSubmitted`. Up in the first line and Down in the last move through the sent prompts."""

    BINDINGS = bindings_for(Group.INPUT)

    def __init__(self, placeholder: str = PLACEHOLDER) -> None:
        super().__init__(placeholder=placeholder)
        self.history_walk = BarHistory(self, longest=LONGEST_EDITED)
        self.commands: RunsCommands | None = None
        """What runs a line such as `/model`; None until the screen is built."""
        self.early_commands: list[str] = []
        """Those that were entered before."""

    @property
    def draft(self) -> Draft:
        """What would be sent now: the text, and what is attached."""
        return _draft(self.text) if self.attaching is None else self.attaching.draft

    def put_back(self, draft: Draft) -> None:
        """Insert a prompt above the typed text, to be edited."""
        text, typed = draft.text, self.text
        if len(text) + len(typed) > LONGEST_EDITED and self.attaching is not None:
            self.attaching.fold(text, 0)  # it was folded when it was pasted: it cannot be edited here
        elif text or not typed.strip():
            self.show(f"{text}\n{typed}" if typed.strip() else text)
        if self.attaching is not None:
            self.attaching.show(draft, typed)
        self.focus()

    def is_end(self, action: str) -> bool:
        # A prompt leaves at once, and the bar keeps the keys; where files are read first, what is typed behind waits.
        return action == "send" and (_has_command(self) or (self.attaching is not None and self.attaching.reads_first))

    def edits_by(self, key: str) -> bool:
        """Whether a key does something to the typed text and nothing else."""
        bound = self.screen.active_bindings.get(key)
        if bound is None or bound.node is not self or bound.binding.action.startswith("screen."):
            return False
        return bound.binding.action != "send" or not _has_command(self)

    def remember(self, prompts: Iterable[Draft]) -> None:
        """Add prompts of earlier runs to the history, oldest first, before those of this run."""
        self.history_walk.add(prompts)

    def forget(self) -> None:
        """Clear text, history, undo and kills for another conversation: no key brings this one's prompts back."""
        self.history_walk.clear()
        self.killed.text = ""
        self.load_text("")
        if self.attaching is not None:
            self.attaching.forget()

    def send(self) -> None:
        if _has_command(self):
            if self.attaching is not None:
                self.attaching.unfold()  # it belongs to what stands behind the command
            if self.commands is not None:
                self.commands.run(self.text)
            else:
                self.early_commands.append(self.text)
                self.clear()
        elif self.attaching is not None:
            self.attaching.send()
        elif (text := self.text).strip():
            self.clear()
            self.submit(_draft(text))

    def submit(self, draft: Draft) -> None:
        """Send a prompt that has left the bar, and remember it for Up."""
        prompt = as_sent(draft)
        self.history_walk.sent(prompt)
        self.post_message(PromptSubmitted(prompt))

    async def on_key(self, event: events.Key) -> None:
        if self.commands is not None and self.commands.takes_key(event.key):
            event.prevent_default()
            event.stop()
        elif event.key not in WALKING:
            self.history_walk.typed()

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location) and self.history_walk.step(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location) and self.history_walk.step(1):
            return
        super().action_cursor_down(select)


def _has_command(bar: InputBar) -> bool:
    return bar.document[0].startswith("/") and command_in(bar.text) is not None


def _draft(text: str) -> Draft:
    from textchat.core.parts.draft import Draft  # the first paint does without it

    return Draft(text)
