"""Action that shows the ratings of the models by the user's votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.ui.conversation.ports import ActionTable, KeyOf

if TYPE_CHECKING:
    from textchat.store.history import History


@dataclass(eq=False)
class RatingsActions:
    """Opens the panel of ratings."""

    app: App[Any]
    history: History
    key_of: KeyOf

    def actions(self) -> ActionTable:
        return {"votes.ratings": self.show}

    def show(self) -> None:
        """Open the panel; it reads the votes itself."""
        from textchat.live.votes.ratings import ratings_within
        from textchat.ui.ratings.ratings_screen import RatingsScreen

        within = partial(ratings_within, self.history)
        self.app.push_screen(RatingsScreen(within, self._tags, self._how_to_vote()))

    async def _tags(self) -> Sequence[str]:
        return [name for name, _ in await self.history.tags()]

    def _how_to_vote(self) -> str:
        best, tie = self.key_of("pane.vote"), self.key_of("pane.tie")
        keys = f"{best} votes for the best reply, {tie} for a tie." if best and tie else "Vote from the palette."
        return f"No votes yet. Send a prompt to two panes or more, then vote: {keys}"
