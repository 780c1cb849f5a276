"""The note on what would be sent: tokens of a long prompt, and its price; computed behind what is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textchat.core.figures.reply_figures import count, dollars
from textchat.ui.input.status_line import Note

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft
    from textchat.live.budget import Estimate
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.ports import RunWork

LONG_PROMPT = 4_000
"""Characters of a prompt from which on its tokens are told, as they are of one with files."""
MANY_MODELS = 3
"""So many models at once, and a price below a cent is told, too."""
CENT_USD = 0.01
NEGLIGIBLE_USD = 0.001


@dataclass(eq=False)
class PriceNote:
    """`draft` gives what is typed and attached now, `refresh` shows the notes anew once another is known."""

    workspace: Workspace
    current: CurrentConversation
    draft: Callable[[], Draft]
    run: RunWork
    refresh: Callable[[], None]
    _note: Note | None = field(default=None, init=False)
    _is_estimating: bool = field(default=False, init=False)
    _is_outdated: bool = field(default=False, init=False)
    """It was asked for again while an estimate was under way."""
    _is_known: bool = field(default=False, init=False)
    """The notes are shown because this one is new: it is not to be estimated again."""

    def note(self) -> Note | None:
        """The last estimate; a new one is begun, and shown when it is there."""
        if self._is_known:
            self._is_known = False
        elif self.draft().is_empty:
            self._note, self._is_outdated = None, True
        elif self._is_estimating:
            self._is_outdated = True
        else:
            self._is_estimating = True
            self.run(self._renew())
        return self._note

    async def _renew(self) -> None:
        try:
            note, self._is_outdated = None, True
            while self._is_outdated:
                self._is_outdated, draft = False, self.draft()
                note = None if draft.is_empty else await self._estimated(draft)
        finally:
            self._is_estimating = False
        if note != self._note:
            self._note, self._is_known = note, True
            self.refresh()

    async def _estimated(self, draft: Draft) -> Note | None:
        estimate = await self.current.live.estimate(draft.text, self.current.target_ids, draft.parts)
        if estimate is None:
            return None
        ceiling = self.workspace.settings.budget.comparison_usd
        is_over = ceiling is not None and estimate.cost_usd > ceiling
        limit = f"over your limit of {dollars(ceiling or 0.0)}"
        if self.current.is_blind:  # a price tells models
            return Note((limit,), is_warning=True) if is_over else None
        is_long = len(draft.text) >= LONG_PROMPT or bool(draft.parts)
        parts = list(_parts(estimate, is_long=is_long))
        if is_over:
            return Note((", ".join((*parts, limit)), limit), is_warning=True)
        return Note((", ".join(parts),)) if parts else None


def _parts(estimate: Estimate, *, is_long: bool) -> Iterator[str]:
    """What is worth to be told, in the order of a sentence: `3 models`, `~12k tokens`, `about $0.03`."""
    worth = NEGLIGIBLE_USD if is_long or estimate.requests >= MANY_MODELS else CENT_USD
    has_price = estimate.cost_usd >= worth
    if estimate.requests > 1 and (has_price or is_long):
        yield f"{estimate.requests} models"
    if is_long:
        yield f"~{count(estimate.input_tokens)} tokens"
    if has_price:
        yield f"{'about' if estimate.is_whole else 'at least'} {dollars(estimate.cost_usd)}"
