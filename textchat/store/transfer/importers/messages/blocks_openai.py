"""Reads the content parts of OpenAI's two interfaces.

They are described in https://platform.openai.com/docs/api-reference/chat/create and …/responses/create.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textchat.core.text.json_fields import as_text, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.messages.attached import plain_text
from textchat.store.transfer.importers.messages.citations import Citation, with_sources
from textchat.store.transfer.importers.messages.turn import Turn

_AUDIO = {"mp3": "audio/mpeg", "pcm16": "audio/L16"}


def audio_type(format_: object) -> str:
    """The media type of a format that is named as in requests, such as `mp3`."""
    return _AUDIO.get(as_text(format_), f"audio/{format_}" if isinstance(format_, str) and format_ else "audio/wav")


def notes_of(holder: Mapping[str, Any]) -> list[Citation]:
    """The web pages in the annotations of a text or a message."""
    notes = [table(note, "url_citation") or note for note in rows(holder, "annotations")]
    return [Citation(note.get("title"), note.get("url"), note.get("end_index")) for note in notes]


def _text(part: Mapping[str, Any], turn: Turn) -> None:
    turn.say(with_sources(plain_text(part.get("text")), notes_of(part)))


def _refusal(part: Mapping[str, Any], turn: Turn) -> None:
    turn.say(text_in(part, "refusal"))


def _reasoning(part: Mapping[str, Any], turn: Turn) -> None:
    turn.think(text_in(part, "text"))


def _image(part: Mapping[str, Any], turn: Turn) -> None:
    url = part.get("image_url")
    turn.attach_url("picture", url.get("url") if isinstance(url, dict) else url)


def _audio(part: Mapping[str, Any], turn: Turn) -> None:
    audio = table(part, "input_audio") or part
    turn.say(text_in(audio, "transcript"))
    turn.attach_base64("recording", audio.get("data"), audio_type(audio.get("format")))


def _file(part: Mapping[str, Any], turn: Turn) -> None:
    file = table(part, "file") or part
    name, data = text_in(file, "filename"), file.get("file_data")
    if isinstance(data, str) and not data.startswith(("data:", "http")):
        turn.attach_base64("file", data, "", name)
    else:
        turn.attach_url("file", data or file.get("file_url"), name)


def _video(part: Mapping[str, Any], turn: Turn) -> None:
    turn.attach_url("video", table(part, "video_url").get("url"))


OPENAI_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Turn], None]] = {
    "input_text": _text,
    "output_text": _text,
    "summary_text": _reasoning,
    "reasoning_text": _reasoning,
    "refusal": _refusal,
    "image_url": _image,
    "input_image": _image,
    "image_file": _image,
    "computer_screenshot": _image,
    "input_audio": _audio,
    "output_audio": _audio,
    "file": _file,
    "input_file": _file,
    "video_url": _video,
}
