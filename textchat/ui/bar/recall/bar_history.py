"""The history of sent prompts in the input bar: what Up and Down show there, and what is taken from the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textchat.ui.bar.recall.prompt_walk import PromptWalk
from textchat.ui.bar.slash.command_form import as_typed

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft
    from textchat.ui.input.input_bar import InputBar


class BarHistory:
    """Puts sent prompts into the bar, with their files; a text that would be too long to edit is left out."""

    def __init__(self, bar: InputBar, *, longest: int) -> None:
        self._bar = bar
        self._longest = longest
        self._walk = PromptWalk()

    def on_older(self, ask: Callable[[], None]) -> None:
        """Have `ask` called when the walk comes near its oldest prompt; `add_older` is to be called then."""
        self._walk.ask_older = ask

    def add(self, prompts: Iterable[Draft]) -> None:
        """Add prompts of earlier runs, oldest first, before those of this run."""
        self._walk.add_before(self._short(prompts))

    def add_older(self, prompts: Iterable[Draft]) -> None:
        """Add prompts of other conversations, newest first, and take the steps back that waited for them."""
        for _ in range(self._walk.add_older(self._short(prompts))):
            self.step(-1)

    def clear(self) -> None:
        self._walk.clear()

    def sent(self, prompt: Draft) -> None:
        """Note a prompt that leaves the bar."""
        if len(prompt.text) <= self._longest:
            self._walk.sent(prompt)
        else:
            self._walk.left()

    def step(self, step: int) -> bool:
        """Show the previous or next prompt; False at the ends."""
        draft = self._walk.step(step, self._bar.draft)
        if draft is not None:
            self._show(draft)
        return draft is not None

    def take(self, prompt: Draft) -> None:
        """Show a prompt from elsewhere; what is typed and attached now is a Down or an undo away."""
        self._walk.take(prompt, self._bar.draft)
        self._show(as_typed(prompt))

    def typed(self) -> None:
        """Take no steps any more that wait for older prompts."""
        self._walk.stay()

    def _show(self, draft: Draft) -> None:
        attaching = self._bar.attaching
        if attaching is not None:
            attaching.clear()
        self._bar.show(draft.text)
        if attaching is not None:
            attaching.show(draft)

    def _short(self, prompts: Iterable[Draft]) -> Iterable[Draft]:
        return (prompt for prompt in prompts if len(prompt.text) <= self._longest)
