"""The Textual app: it registers themes and keys, opens the conversation screen, and builds the workspace behind it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.actions import ActionParseResult
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme
from textual.worker import Worker

from textchat.app_end import AppEnd
from textchat.config import paths
from textchat.config.load import LoadedSettings, load_settings
from textchat.core.crashes import CRASHED, Caught, caught_elsewhere
from textchat.core.limits import PASTE
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import visible
from textchat.core.waiting.calm import Calm
from textchat.signals import ending_in_order
from textchat.startup import rare_collections, short_thread_turns
from textchat.ui.conversation.screen import ConversationScreen
from textchat.ui.crash_notices import CrashesReported, ReportsWorkers, note_action, report_crash
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.keymaps.in_effect import AppKeys
from textchat.ui.keymaps.sets import KEYMAPS
from textchat.ui.keystrokes.screen_keys import ScreenKeys, renew_keys, show_mode
from textchat.ui.keystrokes.type_ahead import TypeAhead
from textchat.ui.legible import legible
from textchat.ui.menu.items import MenuItem, run_chosen
from textchat.ui.terminal import give_back, guarded, has_started
from textchat.ui.terminal.crashing import OrderlyApp
from textchat.ui.terminal.drawing.grounds import Colorless, ReversedCursor
from textchat.ui.terminal.drawing.pictures import ControlPictures
from textchat.ui.terminal.drawing.rich_widths import share_widths
from textchat.ui.terminal.drawing.uncyclic_strips import let_strips_go
from textchat.ui.terminal.timers import keep_late_timers
from textchat.ui.terminal.width_question import count_like_terminal
from textchat.ui.themes import (
    DEFAULT_THEME,
    TERMINAL_THEME,
    load_themes,
    no_such_theme,
    shipped_names,
    shipped_theme,
    variable_defaults,
)
from textchat.ui.theming.wardrobe import Wardrobe
from textchat.ui.workers import run_latest

if TYPE_CHECKING:
    from rich.console import RenderableType

    from textchat.core.evaluation.opened_rows import OpenedRows
    from textchat.core.parts.part import Part
    from textchat.core.personas.persona import Persona
    from textchat.live.conversation import LiveConversation
    from textchat.live.replaying.opening import ReplayOpening
    from textchat.live.workspace import Workspace
    from textchat.ui.menu.elsewhere import ElsewhereMenus
    from textchat.ui.menu.menus import Menus
    from textchat.ui.menu.palette import Palette

_PICTURES = ControlPictures()
_COLORLESS, _REVERSED_CURSOR = Colorless(), ReversedCursor()


@dataclass(frozen=True)
class Opening:
    """What the command line asks the app to open."""

    models: Sequence[str] = ()
    prompt: str | None = None
    conversation: str | OpenedRows | None = None
    """The id of one, or rows of results to make one of."""
    parts: tuple[Part, ...] = ()
    """What goes with the prompt, or is attached to the one that is typed first."""
    persona: Persona | None = None
    replay: ReplayOpening | None = None
    """What is played, in place of a new conversation."""


@dataclass(frozen=True)
class Appearance:
    """The usable themes and keys of the settings; `problems` has one sentence for each entry that cannot be used."""

    themes: Sequence[Theme]
    """The user's own, and the chosen one; the others are read when somebody asks for them."""
    theme: str
    """The name of the chosen theme, which exists."""
    keymap: Mapping[str, str]
    problems: Sequence[str]


def load_appearance(loaded: LoadedSettings, environ: Mapping[str, str] = os.environ) -> Appearance:
    """Read the theme files that the start needs, and check the keys and the theme that the settings name."""
    own, problems = load_themes((paths.themes_folder(environ),))
    keymap, key_problems = keymap_from(loaded.settings.keys, KEYMAPS[loaded.settings.ui.keymap])
    problems = [*problems, *(loaded.place("keys", id_) + problem for id_, problem in key_problems.items())]
    shipped = shipped_names()
    names, theme = {*BUILTIN_THEMES, *shipped, *(theme.name for theme in own)}, loaded.settings.ui.theme
    if theme not in names:
        problems.append(loaded.place("ui", "theme") + no_such_theme(theme, names))
        theme = DEFAULT_THEME
    worn = {TERMINAL_THEME if environ.get("NO_COLOR") else theme} & shipped  # to read all takes 5 ms
    return Appearance([*map(shipped_theme, worn), *own], theme, keymap, problems)


class TextchatApp(ReportsWorkers, OrderlyApp, inherit_bindings=False):
    """The Textual app: holds what all screens share (themes, keys, palette, reply workers) and opens the workspace."""

    TITLE = "textchat"
    CSS_PATH = "ui/first.tcss"
    BINDINGS = bindings_for(Group.APP)
    ENABLE_COMMAND_PALETTE = False  # that of Textual: ours is `action_palette`
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012

    def __init__(self, opening: Opening | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._is_colorless = bool(environ.get("NO_COLOR"))  # empty, it asks for nothing (https://no-color.org)
        self._opening = opening or Opening()
        self.wardrobe = Wardrobe(self, environ)
        self._loaded = load_settings(environ)
        self._workspace: Workspace | None = None
        self._calm = Calm()
        self._early: asyncio.Task[None] | None = None
        """Loads what the first prompt needs."""
        self._is_leaving = False
        """Whether it is asked what to keep before quitting."""
        self.end = AppEnd(lambda code: self.exit(return_code=code), environ)
        self._until_exit = ExitStack()
        """Context managers that are closed when the app ends."""
        self._problems: list[str] = []
        """Unusable entries of themes and keys: one notice each; the rest is used."""
        share_widths()
        let_strips_go()
        keep_late_timers()
        super().__init__(ansi_color=True if self._is_colorless else None)
        self._keys = AppKeys(self, changed=partial(renew_keys, self), mode_changed=partial(show_mode, self))
        self.keymap, self.key_modes = self._keys.keymap, self._keys.modes
        self.no_color = self._is_colorless
        self._apply_appearance()
        self._type_ahead = TypeAhead(
            self,
            super().on_event,
            ScreenKeys(self, cancel_keys=lambda: self._keys.cancelling),
            urgent_keys=lambda: self._keys.quitting,
        )

    def _apply_appearance(self) -> None:
        appearance = load_appearance(self._loaded, self._environ)
        self.wardrobe.register(appearance.themes)
        settings = self._loaded.settings
        self._keys.use(settings.ui.keymap, appearance.keymap, settings.keys)
        self.theme = TERMINAL_THEME if self._is_colorless else appearance.theme
        self.wardrobe.started()
        self._problems += appearance.problems

    def get_default_screen(self) -> Screen[None]:
        return ConversationScreen(
            self._open_live,
            self._opening.prompt,
            self._opening.parts,
            keymap=self.keymap,
            on_built=self._screen_built,
            opening=self._type_ahead.opening,
        )

    def _screen_built(self) -> None:
        self.end.keeps_typed = True
        has_started(self)
        self._tune_process()
        self._calm.disturb()  # what has just been mounted is painted first
        self.call_after_refresh(self._load_early)

    def _load_early(self) -> None:
        if self._workspace is not None:
            self._early = asyncio.create_task(self._load_in_calm(self._workspace))

    async def _load_in_calm(self, workspace: Workspace) -> None:
        await workspace.load_early(self._calm)
        from textchat.render.markdown import load_lexers_early

        await load_lexers_early(self._calm)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._calm.disturb()
            self.wardrobe.look_if_due()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self.screen_stack:
            if isinstance(event, events.Key):
                event = self.key_modes.named(self.focused, event)
            await self._type_ahead.take(event)
        else:
            await super().on_event(event)

    def _tune_process(self) -> None:
        self._until_exit.enter_context(rare_collections())
        # For as long as it runs: what is drawn keeps the network's thread from dating what it writes and reads.
        self._until_exit.enter_context(short_thread_turns())

    def on_load(self) -> None:
        self.note_messages()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._report_task)
        self.end.runs_in(loop)

    def on_mount(self) -> None:
        self._type_ahead.start()
        self.run_worker(self._measure_terminal(), group="widths", exit_on_error=False)
        # Only what the user chooses from now on is kept: a theme of config.toml stays the user's own business.
        self.theme_changed_signal.subscribe(self, self.wardrobe.keep)

    async def _measure_terminal(self) -> None:
        """Count cells as the terminal does; what was drawn before it answered is drawn again."""
        if await count_like_terminal(self):
            from textchat.ui.input.plain_editor import PlainEditor
            from textchat.ui.transcript.transcript import Transcript

            for screen in self.screen_stack:
                for transcript in screen.query(Transcript):
                    transcript.measure_anew()
                for editor in screen.query(PlainEditor):
                    editor.measure_anew()
                screen.refresh(layout=True)

    def give_terminal_back(self) -> None:
        """Leave the terminal as it was found, when there is no time for anything else; to be called in any thread."""
        give_back(self)

    # -- what is opened behind the first paint -----------------------------------------------------------------------

    async def _open_live(self) -> tuple[Workspace, LiveConversation]:
        workspace = self._workspace = self.end.workspace = await asyncio.to_thread(self._build_workspace)
        self.wardrobe.open(workspace, self._problems)
        self._keys.follow(workspace.changes.current)
        return workspace, await self._first_conversation(workspace)

    def _build_workspace(self) -> Workspace:
        from textchat.store.log import start_log

        no_log = start_log(self._environ)  # first of all: what fails behind it is in it
        from textchat.live.workspace import Workspace

        read = replace(self._loaded, problems=(*self._loaded.problems, *self._problems))
        workspace = Workspace(self._environ, read=read, start=self._start_worker)
        if no_log:
            workspace.problems.append(no_log)
        return workspace

    async def _first_conversation(self, workspace: Workspace) -> LiveConversation:
        opening = self._opening
        if opening.replay is not None:
            return workspace.replay(opening.replay.record, opening.replay.clock())
        if opening.conversation is not None:
            try:
                live = await workspace.open_first(opening.conversation)
            except StoreError as error:
                workspace.problems.append(str(error))
            else:
                if live is not None:
                    return live
                workspace.problems.append(f"No conversation {opening.conversation}.")
        return workspace.new(opening.models, persona=opening.persona)

    def _start_worker(self, work: Coroutine[Any, Any, None], name: str) -> Worker[None]:
        # The app owns the workers, so that a reply outlives the pane and the screen that show it.
        return self.run_worker(work, name=name, group=name, description=name, exit_on_error=False)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action of a key, a click or the palette; an error of ours ends the action and not the app."""
        note_action(action)
        with CrashesReported(self):
            return await super().run_action(action, default_namespace, namespaces)
        return True

    async def action_quit(self) -> None:
        """Quit; first offer to export what is only in memory, unless this is the second time."""
        screen = self.screen_stack[0]
        is_asked = self._is_leaving and self.screen is not screen
        if is_asked or not isinstance(screen, ConversationScreen) or not screen.is_leaving_lossy:
            self.exit()
            return
        self._is_leaving = True
        self.run_worker(self._leave(screen), group="leaving", exclusive=True, exit_on_error=False)

    async def _leave(self, screen: ConversationScreen) -> None:
        may_quit = await screen.parts.leaving.keep_what_would_be_lost()
        self._is_leaving = False
        if may_quit:
            self.exit()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End the app; replies that grow are interrupted before their workers are cancelled, as if by the user."""
        try:
            self.end.begin()
        finally:
            super().exit(result, return_code, message)

    async def on_unmount(self) -> None:
        await self.close_store()

    async def close_store(self) -> None:
        if self._early is not None:
            self._early.cancel()
        with self._until_exit:
            await self.end.close()

    # -- errors of the app itself ------------------------------------------------------------------------------------

    def crashed(self, failure: BaseException) -> None:
        self.end.crashed(failure)

    def _report_task(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report what a task has raised that nobody waits for: without a notice it would be in the log alone."""
        failure = context.get("exception")
        if isinstance(failure, Exception) and self.is_running:
            report_crash(failure, self)
        else:
            loop.default_exception_handler(context)

    # -- what all screens offer --------------------------------------------------------------------------------------

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = legible(super().get_css_variables(), self.current_theme)
        return self.theme_variables

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The themes that can be chosen: without colours, only the one that needs none."""
        if not self._is_colorless:
            self.wardrobe.read_all()
        themes = super().available_themes
        own = themes.get(TERMINAL_THEME) if self._is_colorless else None
        return themes if own is None else {TERMINAL_THEME: own}

    def get_theme(self, theme_name: str) -> Theme | None:
        """A theme by its name; the others are not read for one that is known."""
        return self.wardrobe.known(theme_name) or super().get_theme(theme_name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def get_driver_class(self) -> type[Driver]:
        return guarded(super().get_driver_class())

    def get_line_filters(self) -> Sequence[LineFilter]:
        if self._is_colorless:
            return [_COLORLESS, _PICTURES]
        if self.native_ansi_color:
            return [*super().get_line_filters(), _REVERSED_CURSOR, _PICTURES]
        return [*super().get_line_filters(), _PICTURES]

    def on_paste_cut(self) -> None:
        message = f"The paste was cut off after {PASTE.told}. For more, use textchat ask --attach FILE."
        self.notify(message, severity="warning", markup=False)

    # -- what finds all the rest -------------------------------------------------------------------------------------

    def action_palette(self) -> None:
        """Find an action, a model, a conversation or a theme by typing."""
        self.wardrobe.look_soon()
        self._open_over_screen(lambda menus: menus.palette(self._theme_items()))

    def action_help(self) -> None:
        """Find a key by typing."""
        self._open_over_screen(lambda menus: menus.help())

    def action_change_theme(self) -> None:
        self.wardrobe.look_soon()
        self.push_screen(self.wardrobe.gallery(), run_chosen)

    def _open_over_screen(self, dialog: Callable[[Menus | ElsewhereMenus], Palette]) -> None:
        from textchat.ui.menu.elsewhere import ElsewhereMenus

        screen = self.screen
        if not isinstance(screen, ConversationScreen):
            self.push_screen(dialog(ElsewhereMenus(self, self.keymap)), run_chosen)
        elif screen.is_built:
            self.push_screen(dialog(screen.parts.menus), run_chosen)
        else:
            run_latest(self, partial(self._open_when_built, screen, dialog), group="menus")

    async def _open_when_built(self, screen: ConversationScreen, dialog: Callable[[Menus], Palette]) -> None:
        await screen.built.wait()
        if self.screen is screen:
            self.push_screen(dialog(screen.parts.menus), run_chosen)

    def _theme_items(self) -> list[MenuItem]:
        return [item for item in self.wardrobe.items() if item.label != self.theme]


def run_app(opening: Opening | None = None) -> int:
    """Open the app and return the exit code of the program."""
    app = TextchatApp(opening)

    end = app.end

    def leave() -> None:
        app.give_terminal_back()
        for sentence in end.last_words(is_orderly=app.has_closed):
            _tell(sentence)

    with ending_in_order(end.soon, leave) as ending, caught_elsewhere(end.crashed_elsewhere):
        end.when_crashed = partial(ending.make_certain, CRASHED)
        with Caught(end.crashed):
            app.run()
    leave()
    return ending.code((app.return_code or 0) if end.crash is None else CRASHED)


def _tell(sentence: str) -> None:
    """Print a line on standard error and, if that is a file or closed, on the terminal as well."""
    is_seen = sys.__stderr__ is not None and sys.__stderr__.isatty()
    for stream in (sys.__stderr__,) if is_seen else (sys.__stderr__, sys.__stdout__):
        with suppress(OSError, ValueError):  # the terminal may be what has ended the app
            if stream is not None:
                print(visible(sentence), file=stream, flush=True)
