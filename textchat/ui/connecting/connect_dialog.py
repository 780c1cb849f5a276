"""Dialog that connects a provider: where it is, where its key is; it closes once the server has listed its models."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Iterator
from enum import StrEnum

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Label, Static

from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.connecting.connecting import (
    Connected,
    KeyCommand,
    KeyInKeyring,
    KeyMissing,
    KeyPlace,
    KeyVariable,
    NoKey,
    NotConnected,
    WantedProvider,
)
from textchat.live.connecting.known_providers import KnownProvider, may_take_turns
from textchat.providers.http.keys import TypedKey
from textchat.ui.connecting.choice_switch import ChoiceSwitch
from textchat.ui.connecting.hidden_field import HiddenField
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField

LONGEST_FIELD = 2000
ANY_NUMBER, ONE_AT_A_TIME = "any number at once", "one at a time, for one small GPU"
TESTING = "Asking the server for its models…"
ADVICE = "To store keys in the system's keyring, install textchat-llm[keyring]."


class Place(StrEnum):
    """Where a key can be, in the words of the form."""

    VARIABLE = "environment variable"
    COMMAND = "command"
    KEYRING = "system keyring"
    NONE = "no key"


Connect = Callable[[WantedProvider], Awaitable[Connected]]
"""Tries a provider out and writes it down; raises NotConnected."""


class ConnectDialog(ReportsWorkers, Dialog[Connected | None]):
    """Closes with what was connected, or None; after a failure it stays, with all that was typed."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("enter", "test", show=False),
        Binding("down,tab", "app.focus_next", show=False),
        Binding("up,shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        known: KnownProvider,
        connect: Connect,
        has_keyring: Callable[[], Awaitable[bool]],
        is_keyring_installed: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._known = known
        self._connect = connect
        self._has_keyring = has_keyring
        self._is_keyring_installed = is_keyring_installed
        self._is_testing = False

    def compose(self) -> ComposeResult:
        known = self._known
        with Vertical(classes="dialog connect-form") as dialog:
            called = plain_name(known.label) if known.name else "another OpenAI-compatible server"
            dialog.border_title = Content(f"Connect {called}")
            yield from self._row(
                "Name",
                LineField(placeholder="One word, or empty to take it from the address", id="name", max_length=40),
            )
            yield from self._row("Address", LineField(placeholder="http://localhost:8080/v1", id="address"))
            yield from self._row("Key", ChoiceSwitch(tuple(Place), id="place"))
            yield from self._row("Variable", LineField(placeholder="OPENAI_API_KEY", id="variable"))
            yield from self._row("Command", LineField(placeholder="pass show openai", id="command"))
            yield from self._row("", HiddenField(placeholder="Type or paste the key", id="key"))
            yield from self._row("Replies", ChoiceSwitch((ANY_NUMBER, ONE_AT_A_TIME), id="at-once"))
            yield from self._row("Models", LineField(placeholder="Only for a server that lists none", id="models"))
            yield Static(classes="connect-form--said", markup=False)
            yield HintRow(
                [
                    Hint("Enter", "test and connect", "screen.test"),
                    Hint("Tab", "next field"),
                    Hint("← →", "change"),
                    Hint("Esc", "cancel", "screen.dismiss"),
                ]
            )

    def _row(self, label: str, field: Widget) -> Iterator[Widget]:
        with Horizontal(id=f"row-{field.id}", classes="connect-form--row"):
            yield Label(label, classes="connect-form--label")
            yield field

    def on_mount(self) -> None:
        known = self._known
        self._field("name").value = known.name
        self._field("address").value = known.settings.base_url
        self._field("variable").value = known.variable
        command = known.settings.api_key_command
        self._field("command").value = command if isinstance(command, str) else shlex.join(command or ())
        self._field("models").value = ", ".join(known.settings.models)
        self.query_one("#row-name").display = not known.name
        self._offer_turns()
        self._offer(self._first_place(has_keyring=False), has_keyring=known.settings.api_key_keyring)
        self._field("address").focus()
        self.run_worker(self._look_for_keyring(), group="keyring", exit_on_error=False)

    def _first_place(self, *, has_keyring: bool) -> Place:
        """Where the key is, or would be put by most."""
        known = self._known
        if known.settings.api_key_keyring:
            return Place.KEYRING
        if known.settings.api_key_command:
            return Place.COMMAND
        if known.is_local or not known.variable:
            return Place.VARIABLE if known.has_key else Place.NONE
        return Place.KEYRING if has_keyring and not known.has_key else Place.VARIABLE

    async def _look_for_keyring(self) -> None:
        if await self._has_keyring():
            before, usual = self._place, self._first_place(has_keyring=False)
            is_untouched = before is usual and self._field("address").has_focus
            self._offer(self._first_place(has_keyring=True) if is_untouched else before, has_keyring=True)
        elif not self._is_keyring_installed() and self._place is Place.VARIABLE and not self._known.has_key:
            self._say(ADVICE)

    def _offer_turns(self) -> None:
        """Offer one reply at a time, with what the settings say now."""
        limit = self._known.settings.max_concurrent
        other = (f"{limit} at a time",) if limit is not None and limit > 1 else ()
        word = other[0] if other else ANY_NUMBER if limit is None else ONE_AT_A_TIME
        self.query_one("#at-once", ChoiceSwitch).offer((ANY_NUMBER, ONE_AT_A_TIME, *other), word)
        self._address_typed()

    @on(LineField.Changed, "#address")
    def _address_typed(self) -> None:
        takes_turns = may_take_turns(self._known.name, self._field("address").value.strip())
        self.query_one("#row-at-once").display = takes_turns

    @property
    def _at_once(self) -> int | None:
        """How many replies may run at once, 0: any number; None where that is not asked."""
        if not self.query_one("#row-at-once").display:
            return None
        match self.query_one("#at-once", ChoiceSwitch).word:
            case word if word == ANY_NUMBER:
                return 0
            case word if word == ONE_AT_A_TIME:
                return 1
            case _:
                return self._known.settings.max_concurrent

    def _offer(self, place: Place, *, has_keyring: bool) -> None:
        places = [each for each in Place if has_keyring or each is not Place.KEYRING]
        self._place_switch.offer(places, place)
        self._placed()

    @property
    def _place(self) -> Place:
        return Place(self._place_switch.word)

    @property
    def _place_switch(self) -> ChoiceSwitch:
        return self.query_one("#place", ChoiceSwitch)

    def _field(self, name: str) -> LineField:
        return self.query_one(f"#{name}", LineField)

    @on(ChoiceSwitch.Chosen, "#place")
    def _placed(self) -> None:
        """Show the one field that goes with the place of the key."""
        for name, place in (("variable", Place.VARIABLE), ("command", Place.COMMAND), ("key", Place.KEYRING)):
            self.query_one(f"#row-{name}").display = place is self._place

    # -- the test ----------------------------------------------------------------------------------------------------

    @on(LineField.Submitted)
    def action_test(self) -> None:
        """Ask the server, unless it is being asked."""
        if not self._is_testing:
            self._is_testing = True
            self._say(TESTING)
            self.run_worker(self._test(), group="test", exclusive=True, exit_on_error=False, description="test")

    async def _test(self) -> None:
        try:
            self.dismiss(await self._connect(self._wanted()))
        except NotConnected as problem:
            self._say(str(problem), is_problem=True)
            if isinstance(problem, KeyMissing):
                self._place_switch.focus()
        finally:
            self._is_testing = False

    def _wanted(self) -> WantedProvider:
        address = self._field("address").value
        models = [name.strip() for name in self._field("models").value.split(",")]
        return WantedProvider(
            self._known.name or self._field("name").value.strip(),
            self._known.settings.protocol,
            address[:LONGEST_FIELD],
            self._key(),
            tuple(filter(None, models)),
            at_once=self._at_once,
            is_new=not self._known.name,
        )

    def _key(self) -> KeyPlace:
        match self._place:
            case Place.VARIABLE:
                return KeyVariable(self._field("variable").value.strip())
            case Place.COMMAND:
                return KeyCommand(self._field("command").value)
            case Place.KEYRING:
                value = self._field("key").value.strip()
                return KeyInKeyring(TypedKey(value) if value else None)
            case Place.NONE:
                return NoKey()

    def _say(self, sentence: str, *, is_problem: bool = False) -> None:
        said = self.query_one(".connect-form--said", Static)
        said.set_class(is_problem, "-problem")
        said.update(Content(plain_line(sentence, 400)))
