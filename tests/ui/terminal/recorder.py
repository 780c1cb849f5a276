"""An app with an input bar and a field that writes down what is entered in them: `python -m … FILE`.

Each line of the file is a JSON list: where, and the text; `size`, columns and rows; `focus` and the widget; `answer` of
the terminal to F1 and F2.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from tests.ui.demo import Demo
from textchat.ui.input.input_bar import InputBar
from textchat.ui.messages import PromptSubmitted
from textchat.ui.terminal.reports import ask_terminal

QUESTION = "\x1b[?2027$p"


class Recorder(Demo):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        yield InputBar("type here")
        yield Input()

    def on_mount(self) -> None:
        self.query_one(InputBar).focus()

    def on_resize(self, event: events.Resize) -> None:
        self._note("size", *event.size)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._note("focus", type(event.widget).__name__)

    @on(PromptSubmitted)
    def _sent(self, event: PromptSubmitted) -> None:
        self._note("bar", event.draft.text)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self._note("field", event.value)
        event.input.clear()

    async def on_key(self, event: events.Key) -> None:
        if event.key == "ctrl+q":
            self.exit()
        elif event.key == "f1":
            self.run_worker(self._ask(QUESTION, r"\x1b\[\?2027;(\d)\$y"))
        elif event.key == "f2":
            self.run_worker(self._ask(QUESTION, "no such answer", 0.01))

    async def _ask(self, query: str, matching: str, patience_s: float = 20.0) -> None:
        answer = await ask_terminal(self, query, matching, patience_s)
        self._note("answer", answer and answer[1])

    def _note(self, *values: object) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            print(json.dumps(values), file=file)


if __name__ == "__main__":
    Recorder(Path(sys.argv[1])).run()
