"""Actions of the table as items of the palette, the menus and the help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from textchat.ui.keymap import ACTIONS, BY_ID, Action, keys_of
from textchat.ui.keymaps.in_effect import kind_of
from textchat.ui.keymaps.sets import EDITING
from textchat.ui.keys import display_key, split_keys
from textchat.ui.menu.items import MenuHeading, MenuItem, MenuRow
from textchat.ui.menu.needs import Need
from textchat.ui.menu.situation import lack_of

RunAction = Callable[[Action], object]
EDITING_SECTION = "Editing text"


def item_of(
    action: Action, keymap: Mapping[str, str], run: RunAction, present: Collection[Need] = tuple(Need)
) -> MenuItem:
    """The item of an action; `present` is what there is to act on."""
    return MenuItem(
        action.id,
        action.label,
        lambda: run(action),
        action.help,
        tuple(display_key(key) for key in keys_of(action, keymap)),
        action.words,
        action.section,
        lacks=lack_of(action, present),
    )


def action_items(
    keymap: Mapping[str, str],
    run: RunAction,
    present: Collection[Need] = tuple(Need),
    *,
    first: Iterable[str] = (),
    actions: Iterable[Action] = ACTIONS,
) -> list[MenuItem]:
    """All actions, the sections of `first` before the others."""
    order = {section: place for place, section in enumerate(first)}
    items = [item_of(action, keymap, run, present) for action in actions]
    return sorted(items, key=lambda item: order.get(item.section, len(order)))


def menu_rows(
    ids: Sequence[str], keymap: Mapping[str, str], run: RunAction, present: Collection[Need]
) -> list[MenuRow]:
    """A menu of the actions that would do something now; an empty id is a line between them."""
    rows: list[MenuRow] = []
    for action_id in ids:
        if not action_id:
            if rows and isinstance(rows[-1], MenuItem):
                rows.append(MenuHeading())
        elif not lack_of(BY_ID[action_id], present):
            rows.append(item_of(BY_ID[action_id], keymap, run))
    while rows and isinstance(rows[-1], MenuHeading):
        rows.pop()
    return rows


def editing_items(keymap: Mapping[str, str] = MappingProxyType({})) -> list[MenuItem]:
    """The keys of the keymap that edit text in every field; they are no actions and cannot be changed."""
    return [
        MenuItem(
            f"editing {names}",
            does,
            keys=tuple(display_key(key) for key in split_keys(names)),
            section=EDITING_SECTION,
            lacks="Edits text in every field; cannot be changed.",
        )
        for names, does in EDITING[kind_of(keymap)]
    ]
