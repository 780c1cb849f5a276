"""Runs an event loop of its own in a thread, for everything that goes over the network."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

LONGEST_END_S = 2.0
"""Seconds that the thread may take to end; it does not keep the program from ending."""

Result = TypeVar("Result")


class NetworkThread:
    """A thread in which requests are written and responses read, so that the times of both are those of the socket.

    On the loop of a screen, what was written and read would wait for drawing, importing, and the other panes. The
    thread starts with its first work and sleeps while nothing comes.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The thread's loop; starts the thread, also where an error has ended it."""
        if self._loop is None or not self.is_running:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run, args=(self._loop,), name="textchat-network", daemon=True)
            self._thread.start()
        return self._loop

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run `work` in the thread and return its result; cancelling cancels it, without waiting for that."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    async def aclose(self) -> None:
        """End what still runs, and the thread; the next work starts another."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            with suppress(RuntimeError):  # an error has ended it
                loop.call_soon_threadsafe(loop.stop)
            await asyncio.to_thread(thread.join, LONGEST_END_S)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:  # whoever waits for something here would wait for ever
        loop.run_until_complete(_end_tasks())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
