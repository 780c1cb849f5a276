"""Action on what could not be used at the start: show all of it."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable
from textchat.ui.panes.start_problems import StartProblems


@dataclass(eq=False)
class StartProblemActions:
    """Opens the list of problems; the line below the panes goes away."""

    line: StartProblems
    dialogs: Dialogs
    notices: Notices

    def actions(self) -> ActionTable:
        return {"app.problems": self.show}

    def show(self) -> None:
        if not self.line.problems:
            self.notices.say("No problems at the start.")
            return
        self.dialogs.list_problems(self.line.problems)
        self.line.see()
