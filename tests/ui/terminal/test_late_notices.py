"""A notice whose time was up before it could be drawn does not stop the app."""

from __future__ import annotations

from textual.app import App
from textual.notifications import Notification
from textual.widgets._toast import Toast

from tests.servers.waiting import wait_until
from textchat.ui.terminal.late_notices import end_late_notices


async def test_a_notice_that_came_too_late_goes_at_once() -> None:
    end_late_notices()
    app = App[None]()
    async with app.run_test():
        await app.screen.mount(Toast(Notification("late", timeout=-1)))
        await wait_until(lambda: not app.screen.query(Toast), "it is gone")
