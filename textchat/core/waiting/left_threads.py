"""Work in threads that the program does not wait for when it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from textchat.core.crashes import Caught

Result = TypeVar("Result")


async def in_left_thread(job: Callable[[], Result]) -> Result:
    """The result of `job`; once this is cancelled, nothing waits for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()
    threading.Thread(target=lambda: do_for(loop, future, job), name="textchat-left", daemon=True).start()
    return await future


def do_for(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Result], job: Callable[[], Result]) -> None:
    """Run `job` in this thread, which goes on whatever it raises, and give what comes of it to the future's loop."""

    def fail(failure: BaseException) -> None:
        _give(loop, future, lambda: future.set_exception(failure))

    with Caught(fail, BaseException):
        result = job()
        _give(loop, future, lambda: future.set_result(result))


def _give(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Result], give: Callable[[], None]) -> None:
    def take() -> None:
        if not future.done():
            give()

    try:
        loop.call_soon_threadsafe(take)
    except RuntimeError:
        return  # the loop is closed
