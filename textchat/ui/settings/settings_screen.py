"""Screen of all settings: what each is, where that comes from and what it may be; changed here, saved at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from textchat.config import value_types as types
from textchat.config.described.entries import Origin
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line
from textchat.live.settings.current_settings import CurrentSettings
from textchat.live.settings.setting_edits import SettingEdits
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.input.typed_text import typed_text
from textchat.ui.keymap import ACTIONS
from textchat.ui.keys import display_key
from textchat.ui.settings.rows import UNTIL_RESTART, AddRow, EntryRow, SettingRows
from textchat.ui.settings.setting_dialogs import SettingDialogs, Unchanged, named
from textchat.ui.settings.settings_list import SettingsList
from textchat.ui.settings.value_text import Control, control_of, read_field
from textchat.ui.themes import muted_style

LONGEST_QUERY = 100
HELP = {action.id: action.help for action in ACTIONS}


class SettingsScreen(ReportsWorkers, FullScreen[None]):
    """Lists the settings of `edits` and changes them.

    `choose_theme` opens the gallery; `undo_keys` take the last change back, `closing_keys` close it as they opened it.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "step_back", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("ctrl+home", "move_to(0)", show=False),
        Binding("ctrl+end", "move_to(-1)", show=False),
        Binding("tab", "section(1)", show=False),
        Binding("shift+tab", "section(-1)", show=False),
        Binding("ctrl+r", "reset", show=False),
    ]

    def __init__(
        self,
        edits: SettingEdits,
        current: CurrentSettings,
        dialogs: SettingDialogs,
        *,
        choose_theme: Callable[[], object],
        undo_keys: Collection[str],
        closing_keys: Collection[str],
    ) -> None:
        super().__init__()
        self._edits = edits
        self._current = current
        self._dialogs = dialogs
        self._choose_theme = choose_theme
        self._undo_keys, self._closing_keys = tuple(undo_keys), closing_keys
        self._rows = SettingRows()
        self._more: dict[str, list[str]] = {"models": [], "providers": []}
        """Names that were added here and have no settings yet."""
        self._said: dict[tuple[str, ...], str] = {}
        """What is to be known of a change, by its setting."""
        self._end_watch: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        yield LineField(placeholder="Filter settings", max_length=LONGEST_QUERY, id="settings-filter")
        yield SettingsList()
        yield Static(id="settings-about", markup=False)
        yield HintRow((), classes="full-screen--hint")

    def on_mount(self) -> None:
        self._end_watch = self._current.watch(lambda before, now: self._fill())
        self._more["models"] = list(self._current.now.default_models)
        self._field.focus()
        self._fill()

    def on_unmount(self) -> None:
        self._end_watch()

    @property
    def _field(self) -> LineField:
        return self.query_one(LineField)

    @property
    def _list(self) -> SettingsList:
        return self.query_one(SettingsList)

    # -- what is listed ----------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self) -> None:
        self._show(keep=False)

    def _fill(self) -> None:
        """Look at the settings again."""
        if self.is_running and self.is_attached:
            self._rows = SettingRows(self._edits.entries(self._more, HELP))
            self._show()

    def _show(self, *, keep: bool = True) -> None:
        self._list.show(self._rows.matching(self._field.value), keep=keep)

    @on(SettingsList.Moved)
    def _say(self) -> None:
        about, row = self.query_one("#settings-about", Static), self._list.row
        match row:
            case EntryRow():
                about.update(self._about(row))
            case AddRow():
                about.update(
                    Content("The settings of another one appear in the list; nothing is saved until one is set.")
                )
            case None:
                about.update(Content("No setting matches."))
        self.query_one(HintRow).show(list(self._hints(row)))

    def _about(self, row: EntryRow) -> Content:
        """What counts first: in a low window the end is cut off."""
        entry, muted = row.entry, muted_style(self)
        said, doc = self._said.get(entry.path, ""), plain_line(row.doc, 400)
        lines = [
            Content.assemble((named(entry), "bold"), "  ", (said or _origin_of(row), "$warning" if said else muted))
        ]
        lines += [Content(doc)] if doc else []
        if control_of(entry) is not Control.KEYS:
            lines.append(Content.styled(plain_line(f"Expected: {entry.expected}.", 300), muted))
        return Content("\n").join(lines)

    def _hints(self, row: EntryRow | AddRow | None) -> list[Hint]:
        hints: list[Hint] = []
        if isinstance(row, AddRow):
            hints.append(Hint("Enter", "add", "screen.enter"))
        elif row is not None and not row.entry.is_locked:
            word = "switch" if control_of(row.entry) is Control.SWITCH else "change"
            hints.append(Hint("Enter", word, "screen.enter"))
            if row.entry.origin is Origin.PREFERENCES:
                hints.append(Hint("Ctrl+R", "default", "screen.reset"))
        hints.append(Hint("Tab", "next section", "screen.section(1)"))
        if self._undo_keys:
            hints.append(Hint(display_key(self._undo_keys[0]), "undo", "screen.undo"))
        return [*hints, Hint("Esc", "close", "screen.dismiss")]

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.key in self._closing_keys:
            event.stop()
            self.dismiss()
        elif event.key in self._undo_keys:
            event.stop()
            self.action_undo()
        elif not self._field.has_focus and (text := typed_text(event)):
            event.stop()
            self._field.insert(text)
            self._field.focus()

    def action_step_back(self) -> None:
        """Clear the filter, or close."""
        if self._field.value:
            self._field.value = ""
        else:
            self.dismiss()

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_move_page(self, pages: int) -> None:
        self._list.action_move_page(pages)

    def action_move_to(self, index: int) -> None:
        self._list.action_move_to(index)

    def action_section(self, step: int) -> None:
        self._list.go_to_section(step)

    @on(LineField.Submitted)
    @on(SettingsList.Chosen)
    def action_enter(self) -> None:
        """Change the setting under the cursor, or add to the list."""
        row = self._list.row
        if isinstance(row, AddRow):
            self._run(self._add(row))
        elif row is not None and row.entry.is_locked:
            self._tell(row.entry.path, f"{_origin_of(row)} Change it there.")
        elif row is not None and control_of(row.entry) is Control.THEME:
            self._choose_theme()
        elif row is not None:
            self._run(self._change(row))

    def action_reset(self) -> None:
        """Back to the default."""
        row = self._list.row
        if isinstance(row, EntryRow) and row.entry.origin is Origin.PREFERENCES:
            self._run(self._set(row.entry.path, None))

    def action_undo(self) -> None:
        self._run(self._undo())

    # -- changes -----------------------------------------------------------------------------------------------------

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, group="setting", exit_on_error=False, description="setting")

    async def _change(self, row: EntryRow) -> None:
        try:
            value = await self._dialogs.ask(row)
        except Unchanged:
            return
        await self._set(row.entry.path, value)

    async def _set(self, path: tuple[str, ...], value: Any) -> None:
        if value is not None and (problem := self._edits.mistake(path, value)):
            self._tell(path, problem)
            return
        try:
            said = await self._edits.set(path, value)
        except StoreError as error:
            said = [str(error)]
        if not said and path in UNTIL_RESTART:
            said = ["Saved. It takes effect at the next start."]
        self._tell(path, " ".join(said))

    def _tell(self, path: tuple[str, ...], sentence: str) -> None:
        self._said = {path: plain_line(sentence, 500)} if sentence else {}
        self._fill()

    async def _undo(self) -> None:
        try:
            undone = await self._edits.undo()
        except StoreError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._said = {}
        self._fill()
        self.notify(f"Brought back {undone}." if undone else "No setting to undo.", markup=False)

    async def _add(self, row: AddRow) -> None:
        try:
            if len(row.to) == 2:
                await self._add_field(row.to)
            else:
                await self._add_name(row.to[0])
        except Unchanged:
            return

    async def _add_name(self, table: str) -> None:
        kind = types.MODEL if table == "models" else types.PROVIDER_NAME

        def problem_of(text: str) -> str:
            return "" if kind.fits(text.strip()) else f"Expected {kind.expected}."

        title = "Add a model" if table == "models" else "Add a provider"
        name = (await self._dialogs.ask_line(title, f"Expected: {kind.expected}.", problem_of)).strip()
        self._more[table] = [*dict.fromkeys((*self._more[table], name))]
        self._field.value = ""
        self._fill()
        self._list.go_to((table, name))

    async def _add_field(self, table: tuple[str, ...]) -> None:
        def problem_of(text: str) -> str:
            try:
                name, value = read_field(text)
            except ValueError as error:
                return str(error)
            return self._edits.mistake((*table, name), value)

        title = f"Add a field to requests to {table[1]}"
        line = await self._dialogs.ask_line(title, "NAME = VALUE, such as top_k = 40.", problem_of)
        name, value = read_field(line)
        await self._set((*table, name), value)


def _origin_of(row: EntryRow) -> str:
    """Where the value comes from, and what follows from that."""
    match row.entry.origin:
        case Origin.CONFIG:
            return f"Set in config.toml, line {row.entry.line}."
        case Origin.PREFERENCES:
            return "Set in the app (preferences.toml)."
        case Origin.ENVIRONMENT:
            return "From the environment."
        case Origin.DEFAULT:
            return "The default."
