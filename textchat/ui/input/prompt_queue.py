"""View of the prompts waiting for their panes; each can be edited or removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.content import Content
from textual.style import Style

from textchat.core.text.sanitize import plain_line, plain_name
from textchat.ui.left_clicks import LeftClicks
from textchat.ui.themes import muted_style

if TYPE_CHECKING:
    from textchat.core.parts.part import Part

MOST_SHOWN = 4


class WaitingPrompt(Protocol):
    """The part of a waiting prompt that the view needs."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def parts(self) -> Sequence[Part]: ...
    @property
    def pane_ids(self) -> Sequence[str]: ...


class WaitingPrompts(Protocol):
    """The waiting prompts in order; `is_held` after a cancel or a failure, until the user resumes."""

    is_held: bool

    def __iter__(self) -> Iterator[WaitingPrompt]: ...


class PromptQueueView(LeftClicks):
    """Draws a line for each prompt; hidden while the queue is empty. Clicks edit or, on the cross, remove one."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._prompts: list[WaitingPrompt] = []
        self._numbers: Mapping[str, int] = {}

    def show(self, queue: WaitingPrompts, numbers: Mapping[str, int] | None = None) -> None:
        """Show the queue. `numbers` are the pane numbers, shown for a prompt that is not for all panes."""
        self._prompts = list(queue)
        self._numbers = numbers or {}
        self.set_class(bool(self._prompts), "-waiting")
        self.refresh(layout=bool(self._prompts))

    def render(self) -> Content:
        width = self.content_size.width
        muted = muted_style(self)
        lines = [self._line(prompt, width, muted) for prompt in self._shown()]
        if len(self._prompts) > MOST_SHOWN:
            lines[-1] = Content.styled(f"… and {len(self._prompts) - MOST_SHOWN + 1} more", muted)
        return Content("\n").join(lines)

    def _shown(self) -> Iterable[WaitingPrompt]:
        return self._prompts[:MOST_SHOWN]

    def _line(self, prompt: WaitingPrompt, width: int, muted: str) -> Content:
        numbers = sorted(self._numbers[pane_id] for pane_id in prompt.pane_ids if pane_id in self._numbers)
        # None is left where its panes have been closed: then it is for all.
        target = "" if len(numbers) in (0, len(self._numbers)) else f" → {' '.join(map(str, numbers))}"
        edit = Style.from_meta({"@click": f"screen.run('queue.edit', '{prompt.id}')"})
        remove = Style.from_meta({"@click": f"screen.run('queue.remove', '{prompt.id}')"})
        room = max(1, width - len(target) - 2)
        names = (f"+ {plain_name(part.name, 60)}" for part in prompt.parts)
        text = Content(" ".join(filter(None, [plain_line(prompt.text, 400), *names]))).truncate(
            room, ellipsis=True, pad=True
        )
        return Content.assemble(text.stylize(edit), (target, muted), " ", Content.styled("✕", muted).stylize(remove))
