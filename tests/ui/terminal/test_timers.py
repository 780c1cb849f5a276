"""A timer that is to fire once does so on a machine that is busy, and for a moment in the past."""

from __future__ import annotations

from itertools import count

import pytest
from textual.app import App
from textual.notifications import Notification
from textual.widgets._toast import Toast

from tests.servers.waiting import wait_until
from textchat.ui.terminal.timers import keep_late_timers


async def test_it_fires_where_its_time_is_over_before_anybody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_late_timers()
    app, fired = App[None](), list[str]()
    async with app.run_test():
        later = count(step=1)  # a second from one look at the clock to the next
        monkeypatch.setattr("textual._time.get_time", lambda: float(next(later)))
        app.set_timer(0.01, lambda: fired.append("late"))
        await wait_until(lambda: fired == ["late"], "it has fired")


async def test_a_notice_that_came_too_late_goes_at_once() -> None:
    keep_late_timers()
    app = App[None]()
    async with app.run_test():
        await app.screen.mount(Toast(Notification("late", timeout=-1)))
        await wait_until(lambda: not app.screen.query(Toast), "it is gone")
