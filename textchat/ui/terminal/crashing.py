"""An app that ends in order after an exception, where Textual would print a traceback with the values of variables."""

from __future__ import annotations

from collections import deque

from rich.console import RenderableType
from textual import events, messages
from textual._context import active_message_pump
from textual._context import message_hook as message_hook_variable
from textual.app import App
from textual.message import Message
from textual.worker import WorkerFailed

from textchat.core.crashes import Caught, note

HOUSEHOLD = (events.Callback, events.Idle, events.Timer, messages.InvokeLater, messages.Layout, messages.Update)
RISING = 8
"""How many messages may be on their way from widget to widget at once."""


class OrderlyApp(App[None]):
    """What is raised in a handler, a timer, by what draws or by what closes goes to `crashed`; nothing is printed."""

    has_closed = False
    """Whether all widgets have ended in order, and stored what they had to store."""

    def crashed(self, failure: BaseException) -> None:
        """Called for each exception that nobody handled, in the app's thread; to end the app is up to this."""
        raise NotImplementedError

    async def close_store(self) -> None:
        """Called at the end, perhaps twice, also where the widgets could not be closed."""
        raise NotImplementedError

    def note_messages(self) -> None:
        """Note the names of all messages from now on; to be called before the widgets start."""
        message_hook_variable.set(_Names().note)

    def panic(self, *renderables: RenderableType) -> None:
        self._handle_exception(RuntimeError("panic"))

    def _handle_exception(self, error: Exception) -> None:
        if self._exception is None:  # for a test's pilot
            self._exception = error
            self._exception_event.set()
        self.crashed(error.error if isinstance(error, WorkerFailed) else error)

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()

    async def _shutdown(self) -> None:
        with Caught(self.crashed):
            await super()._shutdown()
            self.has_closed = True
        with Caught(self.crashed):
            await self.close_store()


class _Names:
    """Notes each message once, although it rises from widget to widget; not those of the framework's own household."""

    def __init__(self) -> None:
        self._noted: deque[tuple[str, float]] = deque(maxlen=RISING)

    def note(self, message: Message) -> None:
        mark = type(message).__name__, message.time  # not the message itself: it holds the widget that sent it
        if not isinstance(message, HOUSEHOLD) and mark not in self._noted:
            self._noted.append(mark)
            note(f"{type(active_message_pump.get(None)).__name__} {mark[0]}")
