"""Dialog that chooses what to connect: a provider by its name, or any other server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.connecting.known_providers import OTHER, KnownProvider
from textchat.render.cells import cut_end, fitted
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.lists.choice_list import QUIET, STRONG, ChoiceList, Piece
from textchat.ui.terminal.drawing.frames import show_now

LABEL_WIDTH = 24
OF_OTHER = "OpenAI-compatible, by its address"


class ProviderPicker(Dialog[KnownProvider | None]):
    """Closes with the chosen one, or None; `answering` has the numbers of models of servers that were found."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, known: Sequence[KnownProvider], answering: Mapping[str, int]) -> None:
        super().__init__()
        self._answering = answering
        # What can be used at once stands first, then what has no name to look for; in itself the order stays.
        self._known = sorted(
            known, key=lambda each: 0 if each.name in answering or each.has_key else 1 if each.label == OTHER else 2
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -list -medium") as dialog:
            dialog.border_title = Content("Connect a model")
            yield LineField(placeholder="Filter providers")
            yield ChoiceList[KnownProvider](self._pieces)
            yield HintRow([Hint("Enter", "choose", "screen.enter"), Hint("Esc", "cancel", "screen.dismiss")])

    def on_mount(self) -> None:
        self._fill()

    @on(LineField.Changed)
    def _fill(self) -> None:
        words = self.query_one(LineField).value.casefold().split()
        found = [each for each in self._known if all(word in _searched(each) for word in words)]
        # Whatever is typed may be a server of which nothing is known.
        self._list.show_rows(found or [each for each in self._known if each.label == OTHER])
        show_now(self)

    @property
    def _list(self) -> ChoiceList[KnownProvider]:
        return self.query_one(ChoiceList)

    def _pieces(self, known: KnownProvider, width: int) -> list[Piece]:
        is_ready = known.name in self._answering or known.has_key
        label = fitted(plain_name(known.label), LABEL_WIDTH)
        return [
            (label, STRONG if is_ready else ""),
            (f"  {cut_end(self._about(known), width - LABEL_WIDTH - 2)}", QUIET),
        ]

    def _about(self, known: KnownProvider) -> str:
        if (models := self._answering.get(known.name)) is not None:
            return f"on this machine, {models} model{'' if models == 1 else 's'}"
        if known.has_key:
            return f"{plain_name(known.variable)} is set"
        if known.label == OTHER:
            return OF_OTHER
        if known.is_local:
            return "on this machine or in your network"
        return f"needs a key ({known.variable})" if known.variable else plain_line(known.settings.base_url, 80)

    def action_move(self, step: int) -> None:
        self._list.action_move(step)
        show_now(self)

    @on(LineField.Submitted)
    @on(ChoiceList.Chosen)
    def action_enter(self) -> None:
        if (known := self._list.row) is not None:
            self.dismiss(known)


def _searched(known: KnownProvider) -> str:
    return f"{known.label} {known.name or OF_OTHER}".casefold()
