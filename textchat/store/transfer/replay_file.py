"""A comparison as a file: the JSON export of one conversation, with the times of its answers.

It is a file as `exchange` describes it, so that it can also be imported, whose conversation has one more key:

    "timelines": {"version": 1, "answers": {"ID OF A MESSAGE": {…}, …}}

`core.replaying.timeline` describes what is in the braces. Every answer has an entry; where no times were kept, or the
text has others, it was made of the stored figures and says `"estimated": true`. What is in the file is what any export
has: neither keys nor headers. A file without the key is played by its figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from textchat.config.input_files import read_named
from textchat.core.conversation import Role
from textchat.core.errors import ConfigurationError
from textchat.core.limits import REPLAY, too_large
from textchat.core.replaying.estimated import fits, timeline_of
from textchat.core.replaying.timeline import NotATimeline, Timeline
from textchat.core.text.sanitize import escaped
from textchat.store.record import ConversationRecord
from textchat.store.recovery import interrupted
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.json_entries import entries
from textchat.store.transfer.importers.textchat import matches, record_of, timelines_in

ENDING = ".replay.json"


def with_timelines(record: ConversationRecord, known: Mapping[str, Timeline]) -> ConversationRecord:
    """The record with a timeline for each of its answers: the known one or, where it does not fit, an estimate.

    While it is compared blind all are estimates without figures: a model is known by its speed.
    """
    is_blind = record.conversation.blind is not None
    messages = record.shown.conversation.messages.values()
    timelines = {
        each.id: timeline_of(each, None if is_blind else known.get(each.id))
        for each in messages
        if each.role is Role.ASSISTANT
    }
    return replace(record, timelines=timelines)


def read_replay(path: Path) -> ConversationRecord:
    """Read the one conversation of a file with its timelines; raises ConfigurationError, a sentence that says why."""
    name = escaped(path)
    try:
        data = read_named(path, REPLAY.most)
    except OSError as failure:
        raise ConfigurationError(f"Cannot read {name}: {failure.strerror}.") from failure
    if len(data) > REPLAY.most:
        raise ConfigurationError(too_large(name, REPLAY.most, REPLAY))
    try:
        return _record(data.decode("utf-8-sig"))
    except UnicodeDecodeError as failure:
        raise ConfigurationError(f"{name} is not a replay: it is not text in UTF-8.") from failure
    except NotReadable as failure:
        raise ConfigurationError(f"Cannot replay {name}: {failure}.") from failure
    except NotATimeline as failure:
        raise ConfigurationError(f"Cannot replay {name}: the times of a reply are wrong, {failure}.") from failure


def _record(text: str) -> ConversationRecord:
    found = []
    for entry in entries([text]):
        found.append(entry.value())
        if len(found) > 1:
            raise NotReadable("it holds several conversations; export one with --replay")
    if not found or not matches(found[0]):
        raise NotReadable("it is not an export of textchat; make one with: textchat conversations export ID --replay")
    plain = found[0]
    timelines = timelines_in(plain)
    record = record_of(plain)
    conversation = interrupted(record.conversation)
    if conversation.blind is not None:
        raise NotReadable("its models are hidden until the vote; vote, and export it again")
    for id_, timeline in timelines.items():
        message = conversation.messages.get(id_)
        if message is None or not fits(timeline, message):
            raise NotReadable("the times of a reply are not those of its text")
    if len({pane.id for pane in conversation.panes}) < len(conversation.panes):
        raise NotReadable("two panes have the same id")
    return with_timelines(replace(record, conversation=conversation), timelines)
