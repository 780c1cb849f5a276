"""Decides how a part goes to a model: natively, as text, or not at all."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.text.sanitize import plain_name
from textchat.providers.capabilities.kinds import usual_type

LOOKED_AT = 64 * 1024
"""Bytes of a file of no known kind in which it is looked for what no text has."""
_PLURALS = {MediaKind.PICTURE: "pictures", MediaKind.DOCUMENT: "PDF files", MediaKind.SOUND: "sound"}
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Receiver:
    """A model as one that gets parts."""

    model: str
    server: str
    natively: Set[MediaKind]
    """The kinds that it takes, as far as is known, and that its protocol has a form for."""
    of_protocol: Set[MediaKind]
    """The kinds that its protocol has a form for."""
    types: Set[str] | None = None
    """The media types that it takes of the kind that is asked about; None: all, as far as is known."""
    instead: str = ""
    """Another model of the server, which would take the kind that is asked about."""


def taking(part: Part, receiver: Receiver) -> Taking:
    """How `receiver` gets `part`."""
    if part.kind is MediaKind.TEXT or (part.kind is MediaKind.OTHER and is_text(part)):
        return Taking(Way.TEXT)
    if part.kind not in receiver.natively:
        return Taking(Way.REFUSED, _refused_kind(part, receiver))
    if receiver.types is not None and usual_type(part.media_type) not in receiver.types:
        return Taking(Way.REFUSED, _refused_type(part, receiver))
    return Taking(Way.NATIVE)


def is_text(part: Part) -> bool:
    """Whether the beginning of a file that is loaded is text, whatever its type says."""
    if part.data is None:
        return False
    head = part.data[:LOOKED_AT]
    if b"\0" in head:
        return False
    import codecs  # rarely needed

    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) == len(part.data))
    except UnicodeDecodeError:
        return False
    return True


def _refused_kind(part: Part, receiver: Receiver) -> str:
    name = plain_name(part.name, _LONGEST_NAME)
    if part.kind is MediaKind.OTHER:
        return f"{name} is not text, a picture, a PDF or sound. Remove it, or convert it to one of them."
    who = receiver.model if part.kind in receiver.of_protocol else receiver.server
    instead = receiver.instead or f"a model that takes {_PLURALS[part.kind]}"
    return f"{who} takes no {_PLURALS[part.kind]}. Remove {name}, or ask {instead}."


def _refused_type(part: Part, receiver: Receiver) -> str:
    name = plain_name(part.name, _LONGEST_NAME)
    form = "PNG or JPEG" if part.kind is MediaKind.PICTURE else "WAV or MP3"
    kind = plain_name(usual_type(part.media_type).partition("/")[2].removeprefix("x-").upper(), 20)
    return f"{receiver.model} takes no {kind} {part.kind.value}. Convert {name} to {form}."
