"""Makes names of files out of titles and ids, which may hold anything: safe on every system and in every shell."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from itertools import takewhile

from textchat.core.conversation import Conversation
from textchat.core.text.unseen import UNSEEN

LONGEST_NAME = 60
"""In characters: with four bytes each, and an ending, still a name for every file system."""
_TAIL = 8
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]+")


def file_stem(conversation: Conversation) -> str:
    """A file name made from the title, without an ending."""
    return safe_stem(conversation.title) or "conversation"


def safe_stem(text: str) -> str:
    """What can be seen of `text` and is safe in the name of a file: letters, digits and, inside of it, dashes."""
    seen = re.sub(f"[{UNSEEN}]", " ", text[:LONGEST_NAME])
    return re.sub(r"[^\w-]+", _between_words, seen).strip("-_")


def _between_words(found: re.Match[str]) -> str:
    """A dash, behind the marks of the letter before: the vowels of many scripts, and accents."""
    marks = "".join(takewhile(lambda sign: unicodedata.category(sign).startswith("M"), found[0]))
    return marks if marks == found[0] else f"{marks}-"


def _id_part(conversation_id: str) -> str:
    """The end of the id, by which a file is found again; of an id with other signs, which may be a path, its digest."""
    return conversation_id[-_TAIL:] if _PLAIN_ID.fullmatch(conversation_id) else _digest(conversation_id)


def file_name(conversation: Conversation, ending: str) -> str:
    """The usual name of an exported conversation: the title as it is now, and a part of the id."""
    return f"{file_stem(conversation)}-{_id_part(conversation.id)}{ending}"


def longer_name(conversation: Conversation, ending: str) -> str:
    """Another name, for when a conversation with the same title and the same end of its id has the usual one."""
    stem = file_stem(conversation)[: LONGEST_NAME // 2]
    return f"{stem}-{_digest(conversation.id)}-{_id_part(conversation.id)}{ending}"


def key_of_name(name: str, ending: str) -> str | None:
    """What all names of a conversation's files have in common: the end of its id; None for other files."""
    _, dash, key = name.removesuffix(ending).rpartition("-")
    return key.lower() if dash and name.endswith(ending) else None


def same_name(name: str) -> str:
    """What two names have in common that are one name on some systems: in capitals, or with composed accents."""
    return unicodedata.normalize("NFC", name.casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_TAIL]
