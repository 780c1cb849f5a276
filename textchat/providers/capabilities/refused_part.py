"""Says why a model does not get a part, and what would work."""

from __future__ import annotations

from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.text.sanitize import plain_name
from textchat.providers.capabilities.kinds import usual_type

_LONGEST_NAME = 60
_PLURALS = {MediaKind.PICTURE: "pictures", MediaKind.DOCUMENT: "PDF files", MediaKind.SOUND: "sound"}


def main_type(part: Part) -> str:
    """The media type of a part as it is registered, without its parameters."""
    return usual_type(part.media_type)


def refused_kind(part: Part, model: str) -> Taking:
    """For a kind of parts that a model does not take."""
    kinds, name = _PLURALS.get(part.kind, "such files"), plain_name(part.name, _LONGEST_NAME)
    return Taking(Way.REFUSED, f"{model} takes no {kinds}. Remove {name}, or ask a model that takes {kinds}.")


def refused_picture(part: Part, server: str) -> Taking:
    """For a format of pictures that a server does not take; a drawing that is text goes as such."""
    main = main_type(part)
    if main == "image/svg+xml":
        return Taking(Way.TEXT)
    kind, name = plain_name(main.removeprefix("image/").upper(), 20), plain_name(part.name, _LONGEST_NAME)
    return Taking(Way.REFUSED, f"{server} takes no {kind} picture. Convert {name} to PNG or JPEG.")
