"""Imports SillyTavern's chats: `data/*/chats/*/*.jsonl`, a line with names and one for each message.

The lines are described by its source (https://github.com/SillyTavern/SillyTavern, `public/script.js`): a message has
`mes`, all its versions are `swipes`, of which `swipe_id` is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, items, number, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.formats import Conversations, SeriesFormat
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment

_OLD = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s")
_MIDDLE = re.compile(r"([A-Z][a-z]+ \d{1,2}, \d{4} \d{1,2}:\d{2}[ap]m)$")


def is_head(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and "mes" not in entry
        and bool(entry.keys() & {"user_name", "chat_metadata"})
        and (isinstance(entry.get("chat_metadata"), dict) or isinstance(entry.get("character_name"), str))
    )


def is_message(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("mes"), str) and isinstance(entry.get("is_user"), bool)


def matches(entry: Any) -> bool:
    return is_head(entry) or is_message(entry)


def read(entries: Sequence[Any], reading: Reading) -> Conversations:
    """Yield a chat for each line with names; raises NotReadable."""
    chats: list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]] = []
    for entry in entries:
        if is_head(entry) or not chats:
            chats.append((entry if is_head(entry) else {}, []))
        if is_message(entry):
            chats[-1][1].append(entry)
    chats = [chat for chat in chats if chat[1]]
    if not chats:
        raise NoMessages
    for head, messages in chats:
        yield _conversation(head, messages, reading)


def _conversation(
    head: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], reading: Reading
) -> ConversationRecord:
    lineage = Lineage()
    last: str | None = None
    for row in messages:
        above = shown = last
        for place, version in enumerate(_versions(row)):
            end = lineage.add(above, _version(row, version, reading))
            if place == (number(row, "swipe_id") or 0) or shown == above:
                shown = end
        last = shown
    name = text(table(head, "chat_metadata"), "integrity") or text(head, "create_date") or reading.name
    return lineage.record(
        "silly-tavern",
        f"{text(head, 'character_name')} {name}",
        title=reading.path.rpartition("/")[2].removesuffix(".jsonl"),
        created_at=_moment(head.get("create_date")),
        leaf=last,
    )


def _versions(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All versions of a message: the shown one as it stands, as it may have been edited."""
    swipes = [swipe for swipe in items(row, "swipes") if isinstance(swipe, str)]
    if row["is_user"] or len(swipes) < 2:
        yield row
        return
    about = rows(row, "swipe_info")
    for place, swipe in enumerate(swipes):
        if place == number(row, "swipe_id"):
            yield row
        else:
            yield {**(about[place] if place < len(about) else {}), "mes": swipe}


def _version(row: Mapping[str, Any], version: Mapping[str, Any], reading: Reading) -> list[ImportedMessage]:
    extra = table(version, "extra")
    role = Role.SYSTEM if extra.get("type") == "narrator" else Role.USER if row["is_user"] else Role.ASSISTANT
    is_reply = role is Role.ASSISTANT
    when = _moment(version.get("send_date")) or _moment(row.get("send_date"))
    model = model_name(extra.get("model")) if is_reply else None
    turn = Turn(ImportedMessage("", None, role, "", model=model, created_at=when), reading)
    turn.think(text(extra, "reasoning"))
    if is_reply:
        think_and_say(text(version, "mes"), turn)
    else:
        say_and_show(text(version, "mes"), turn)
    pictures = [
        *rows(extra, "media"),
        *({"url": url} for url in [extra.get("image"), *items(extra, "image_swipes")] if url),
    ]
    for picture in pictures:
        turn.attach_url("picture", picture.get("url"))
    reading.leave_out("file", len(rows(extra, "files")) + bool(as_table(extra.get("file"))))
    return turn.messages()


def _moment(date: object) -> float:
    """A date in one of the forms that SillyTavern has written over the years; local times count as UTC."""
    if found := moment(date):
        return found
    if not isinstance(date, str):
        return 0.0
    try:
        if old := _OLD.match(date):
            year, month, day, hour, minute, second = map(int, old.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
        if _MIDDLE.match(date):
            return datetime.strptime(date, "%B %d, %Y %I:%M%p").replace(tzinfo=UTC).timestamp()
    except ValueError:
        pass
    return 0.0


FORMAT = SeriesFormat("SillyTavern", matches, read)
