"""Makes conversations of what Google Takeout lists as activities of Gemini: a prompt and its reply each.

Where an activity names its chat, that is its conversation; a turn from before a chat was branched names several and
stands in each of them, as in Gemini. Older exports name none: there, prompts with less than half an hour between them
are a conversation, which its first prompt names, so that a later export continues it. Times count in whole seconds, as
the HTML form knows no parts of them and both forms must name the same messages.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from textchat.core.conversation import Role
from textchat.core.parts.part import Part
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import media_type_of
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from, stable_id
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.reading import Reading

PAUSE = 30 * 60
"""Seconds between two prompts without a chat that are of two conversations."""
_PROMPT = re.compile(
    r"(?:Prompted(?: with:)?|Asked(?: Gemini:| Bard:)?|Said|Branched|Answered|Fez uma pergunta:|Perguntou:|Preguntó:) "
)
"""What stands before a prompt; accounts in other languages have other words, and some have none."""
_OTHER = re.compile(
    r"(?:Created|Used|Added|Gave|Selected|Shared|Deleted|Cleared|Viewed|Visited|Edited|Pinned|Renamed|Exported|Updated"
    r"|Turned) "
)
"""What stands before something else that was done in Gemini."""
_FEWEST = 20
"""So many titles must begin alike for their beginning to be taken for the word of their language."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of Gemini; `title` still begins with the word for what was done."""

    time: float
    title: str
    reply: str
    chats: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Names of files that came with the prompt."""
    pictures: tuple[str, ...] = ()
    """Names of files that the reply shows."""


def conversations_of(activities: Iterable[Activity], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversations of the activities of a file, which are listed newest first. Raises NoMessages."""
    oldest_first = _prompts(activities, reading)[::-1]
    oldest_first.sort(key=lambda activity: activity.time)
    chats: dict[str, list[Activity]] = {}
    alone: list[list[Activity]] = []
    for activity in dict.fromkeys(oldest_first):
        for chat in activity.chats:
            chats.setdefault(chat, []).append(activity)
        if activity.chats:
            continue
        if not alone or activity.time - alone[-1][-1].time >= PAUSE:
            alone.append([])
        alone[-1].append(activity)
    if not (chats or alone):
        raise NoMessages
    for chat, turns in chats.items():
        record = _conversation(chat, turns, reading)
        # Not with its first moment, which a later export may lack: Google deletes activities when they are old.
        yield replace(record, conversation=replace(record.conversation, id=stable_id(0, "gemini", chat)))
    for turns in alone:
        yield _conversation(_key(turns[0]), turns, reading)


def _conversation(id_: str, turns: Sequence[Activity], reading: Reading) -> ConversationRecord:
    messages: list[ImportedMessage] = []
    seen: Counter[str] = Counter()
    for turn in turns:
        key = _key(turn)
        seen[key] += 1
        key = key if seen[key] == 1 else f"{key} {seen[key]}"
        for role, text, names in ((Role.USER, turn.title, turn.files), (Role.ASSISTANT, turn.reply, turn.pictures)):
            message = ImportedMessage(
                f"{key} {role}",
                messages[-1].id if messages else None,
                role,
                text,
                parts=tuple(_attached(names, reading)),
                created_at=turn.time,
            )
            if not message.is_empty:
                messages.append(message)
    return conversation_from("gemini", id_, messages, leaf=messages[-1].id if messages else None)


def _key(activity: Activity) -> str:
    if activity.time:
        return str(int(activity.time))
    return hashlib.sha256(activity.title.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _attached(names: Iterable[str], reading: Reading) -> Iterator[Part]:
    folder = reading.path.rpartition("/")[0]
    for name in names:
        data = reading.assets.content(f"{folder}/{name}" if folder else name)
        if data:
            yield Part(name, media_type_of(name, data), data)
        else:
            reading.leave_out("file")


def _prompts(activities: Iterable[Activity], reading: Reading) -> list[Activity]:
    """The activities that are prompts, without the word before them."""
    activities = list(activities)
    common = _common_word([activity.title for activity in activities if activity.reply or activity.chats])
    prompts = []
    for activity in activities:
        title = activity.title.replace("\u00a0", " ")
        word = _PROMPT.match(title)
        start = word.end() if word else len(common) if common and title.startswith(common) else 0
        if start or (not _OTHER.match(title) and (activity.reply or activity.chats)):
            prompts.append(replace(activity, title=title[start:].strip()))
        elif activity.reply:  # such as a document that was made
            prompts.append(replace(activity, title="", reply=f"{title}\n\n{activity.reply}"))
        else:
            reading.leave_out("activity without a prompt")
    return prompts


def _common_word(titles: Sequence[str]) -> str:
    """What all titles begin with, up to a colon or a hard space: the word for a prompt in the account's language."""
    ends = [max(title.find(sign, 0, 40) for sign in (": ", ":\u00a0", "\u00a0")) for title in titles]
    if len(titles) < _FEWEST or min(ends) < 0:
        return ""
    beginnings = {title[: end + 2 if title[end] == ":" else end + 1] for title, end in zip(titles, ends, strict=True)}
    return beginnings.pop().replace("\u00a0", " ") if len(beginnings) == 1 else ""
