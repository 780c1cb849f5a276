"""Editor for the next prompt, one to eight lines high, with a history of sent prompts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.limits import ATTACHED_TOGETHER
from textchat.ui.input.plain_editor import LONGEST_EDITED, PromptEditor
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.messages import PromptSubmitted

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft

LONGEST_HISTORY = 500
PLACEHOLDER = "Ask anything"


class InputBar(PromptEditor):
    """Posts `PromptSubmitted`. Up in the first line and Down in the last move through the sent prompts."""

    BINDINGS = bindings_for(Group.INPUT)

    def __init__(self, placeholder: str = PLACEHOLDER) -> None:
        super().__init__(placeholder=placeholder)
        self._sent: list[Draft] = []
        self._place = 0
        """Which prompt of `_sent` is shown; their number: the draft."""
        self._drafts: dict[int, Draft] = {}
        """What was typed at each place and not sent."""

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
        return action == "send" and self.attaching is not None and self.attaching.reads_first

    def edits_by(self, key: str) -> bool:
        """Whether a key does something to the typed text and nothing else."""
        bound = self.screen.active_bindings.get(key)
        return bound is not None and bound.node is self and not bound.binding.action.startswith("screen.")

    def remember(self, prompts: Iterable[Draft]) -> None:
        """Add prompts of earlier runs to the history, oldest first, before those of this run."""
        before = len(self._sent)
        short = (prompt for prompt in prompts if len(prompt.text) <= LONGEST_EDITED)
        self._sent = [*short, *self._sent][-LONGEST_HISTORY:]
        shift = len(self._sent) - before
        self._place += shift
        self._drafts = {place + shift: draft for place, draft in self._drafts.items()}

    def forget(self) -> None:
        """Clear text, history, undo and kills for another conversation: no key brings this one's prompts back."""
        self._sent, self._place = [], 0
        self._drafts.clear()
        self.killed.text = ""
        self.load_text("")
        if self.attaching is not None:
            self.attaching.forget()

    def send(self) -> None:
        if self.attaching is not None:
            self.attaching.send()
        elif (text := self.text).strip():
            self.clear()
            self.submit(_draft(text))

    def submit(self, draft: Draft) -> None:
        """Send a prompt that has left the bar, and remember it for Up."""
        if (not self._sent or self._sent[-1] != draft) and len(draft.text) <= LONGEST_EDITED:
            self._sent = _bounded([*self._sent, draft])
        self._drafts.clear()
        self._place = len(self._sent)
        self.post_message(PromptSubmitted(draft))

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location) and self._walk(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location) and self._walk(1):
            return
        super().action_cursor_down(select)

    def _walk(self, step: int) -> bool:
        """Show the previous or next prompt of the history; False at its ends."""
        place = self._place + step
        if not 0 <= place <= len(self._sent):
            return False
        self._drafts[self._place] = self.draft
        self._place = place
        draft = self._drafts.get(place, self._sent[place] if place < len(self._sent) else _draft(""))
        if self.attaching is not None:
            self.attaching.clear()
        self.show(draft.text)
        if self.attaching is not None:
            self.attaching.show(draft)
        return True


def _draft(text: str) -> Draft:
    from textchat.core.parts.draft import Draft  # the first paint does without it

    return Draft(text)


def _bounded(sent: list[Draft]) -> list[Draft]:
    """The newest prompts, and the content of their files within a bound: what was sent is in the store, too."""
    kept, room = sent[-LONGEST_HISTORY:], ATTACHED_TOGETHER.most
    for place in range(len(kept) - 1, -1, -1):
        room -= sum(part.size for part in kept[place].parts if part.data is not None)
        if room < 0 and kept[place].parts:
            kept[place] = replace(kept[place], parts=tuple(part.without_data() for part in kept[place].parts))
    return kept
