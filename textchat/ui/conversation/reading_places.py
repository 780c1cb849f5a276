"""Where each pane is read is noted when its conversation is left, and it is there again when that is opened."""

from __future__ import annotations

from textchat.ui.conversation.live_screen import LiveScreen


class ReadingPlaces(LiveScreen):
    """Scrolling writes nothing: a place is stored once, when one goes."""

    async def keep_places(self) -> None:
        """Store where the panes are read now."""
        live = self.live
        await live.keep_places({pane_id: view.message_list.reading_place for pane_id, view in self.views.items()})

    async def on_unmount(self) -> None:
        """The program ends."""
        if self.is_built:
            await self.keep_places()
