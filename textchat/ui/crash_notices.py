"""Reports errors of textchat itself: details to the log, a notice on the screen, and the app goes on."""

from __future__ import annotations

from typing import Literal, Protocol

from textual.actions import ActionParseResult
from textual.worker import Worker, WorkerState

from textchat.core.crashes import Caught, kept_details, note
from textchat.ui.keymap import BY_ID

NOTICE_S = 10.0


class Notifier(Protocol):
    """What shows notices: any widget, screen or app."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...


def report_crash(failure: BaseException | None, notifier: Notifier) -> None:
    """Log an error that nobody expected, and say so where it can be seen."""
    details = kept_details(failure)
    sentence = f"textchat itself failed here. What you typed and received is kept; {details}."
    notifier.notify(sentence, severity="error", timeout=NOTICE_S, markup=False)


def note_action(action: str | ActionParseResult) -> None:
    """Note the name of an action; of its arguments only the id of another action, for the others may be texts."""
    name, arguments = action[1:] if isinstance(action, tuple) else (action.partition("(")[0], action.split("'"))
    ids = [argument for argument in arguments if isinstance(argument, str) and argument in BY_ID]
    note(" ".join(["action", name, *ids]))


class CrashesReported(Caught):
    """Context manager that reports an error in its block instead of raising it, so that one action ends and no more."""

    def __init__(self, notifier: Notifier) -> None:
        super().__init__(lambda failure: report_crash(failure, notifier))


class ReportsWorkers:
    """Mixin of widgets, screens and apps: errors in their workers are reported.

    Textual tells a worker's end to its own node alone, so each node that has workers needs this.
    """

    def on_worker_state_changed(self: Notifier, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            report_crash(event.worker.error, self)
