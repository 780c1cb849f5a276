"""Masks the key where a server repeats it in the reply itself: on the screen, in `--json` and in the store alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from textchat.core.events import (
    Cited,
    Finished,
    Note,
    PartReceived,
    ReasoningDelta,
    ReasoningSealed,
    SignOfLife,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.parts.part import MediaKind, Part
from textchat.core.text.secrets import MASK
from textchat.providers.masking import Secrets

BEGINNING = 4
"""So many characters of a key at the end of a piece are held back until it is clear how they go on; fewer are not, or
whatever ends with the first letter of a key would be shown late."""
REPEATED = Note("The server repeated your API key in its reply. It is masked here; consider replacing the key.")


class SpokenSecrets:
    """The events of one reply without its secrets, however they are cut into pieces."""

    def __init__(self, secrets: Secrets) -> None:
        self._all = secrets
        self._secrets = secrets.recognisable
        self._texts: dict[object, _MaskedText] = {}
        """What was said so far: the text, the reasoning, the arguments of each call."""
        self._is_said = False

    @property
    def is_holding(self) -> bool:
        """Whether a key may have begun of which the rest is still to come."""
        return any(masked.held for masked in self._texts.values())

    def take_masked(self) -> list[tuple[str, str]]:
        """The pieces that only together were a key, since the last call: each as it came, and as it was passed on."""
        taken = []
        for masked in self._texts.values():
            if masked.in_pieces:
                taken += masked.in_pieces
                masked.in_pieces = []
        return taken

    def events(self, event: StreamEvent) -> Iterable[StreamEvent]:
        """The events to pass on for one that has come."""
        match event:
            case Note(sentence):
                return (replace(event, sentence=self._all.mask(sentence)),)
            case Cited(url, title, at):
                said = tuple(self.close())
                title = title and self._all.mask(title)
                return (*said, Cited(self._all.mask(url), title, self._place_of(at)))
            case Finished(str(reason)):
                return (*self.close(), Finished(self._all.mask(reason)))
            case UsageReport() | SignOfLife():  # a server may count with each piece of a key
                return (event,)
            case _ if not self._secrets:
                return (event,)
            case TextDelta(text) | ReasoningDelta(text):
                return self._pieces(type(event), event, text)
            case ToolCallDelta(index, id_, name, text):
                return self._pieces(index, replace(event, id=self._all.mask(id_), name=self._all.mask(name)), text)
            case PartReceived(part):
                return (*self.close(), PartReceived(self._masked_part(part)))
            case ReasoningSealed(sealed) if self._all.mask(sealed.item) != sealed.item:
                return self.close()  # nothing opaque may be changed, so it is not kept
            case _:
                return (*self.close(), event)

    def _place_of(self, at: int | None) -> int | None:
        """The place in what was passed on of the answer's text, for one in what came."""
        text = self._texts.get(TextDelta)
        return at if at is None or at < 0 or text is None else text.place_of(at)

    def _masked_part(self, part: Part) -> Part:
        """A file without secrets in its name, its address and its text; what is no text is not looked into."""
        part = replace(part, name=self._all.mask(part.name), reference=self._all.mask(part.reference))
        if part.data is None or part.kind is not MediaKind.TEXT:
            return part
        data = self._all.mask_document(part.data)
        return part if data == part.data else replace(part, data=data, size=-1, digest="")

    def _pieces(self, what: object, event: _Piece, text: str) -> Iterator[StreamEvent]:
        # What the others hold stays there: a server may say a key here and there in turn.
        masked = self._texts.get(what)
        if masked is None:
            # A key may begin at the end of the thoughts and go on with the first words.
            before = "".join([other.held for other in self._texts.values() if other.held][-1:])
            masked = self._texts[what] = _MaskedText(self._secrets, event, before)
        shown = masked.feed(text)
        if shown or not text:
            yield _with(event, shown)
        yield from self._said(masked)

    def ending(self, last: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        """The last events, and what is held back then."""
        for event in last:
            yield from self.events(event)
        yield from self.close()

    def close(self) -> Iterator[StreamEvent]:
        """What is held back, once the reply has ended or goes on with something else."""
        for masked in self._texts.values():
            if rest := masked.close():
                yield _with(masked.like, rest)
            yield from self._said(masked)

    def _said(self, masked: _MaskedText) -> Iterator[StreamEvent]:
        if masked.has_found and not self._is_said:
            self._is_said = True
            yield REPEATED


_Piece = TextDelta | ReasoningDelta | ToolCallDelta


def _with(event: _Piece, text: str) -> StreamEvent:
    match event:
        case ToolCallDelta():
            return replace(event, arguments=text)
        case _:
            return type(event)(text)


class _MaskedText:
    """One text that comes in pieces."""

    def __init__(self, secrets: list[str], like: _Piece, before: str) -> None:
        self.like = replace(like, id="", name="") if isinstance(like, ToolCallDelta) else like
        self.has_found = False
        self._secrets = secrets
        self._starts = [secret[:BEGINNING] for secret in secrets]
        self._longest = max(map(len, secrets))
        self._before = before
        """The end of what was passed on, in which a key may have begun."""
        self.held = ""
        self._parts: list[tuple[str, str]] = []
        """The pieces since a key may have begun: as they came, and as they were passed on."""
        self.in_pieces: list[tuple[str, str]] = []
        self._came = 0
        """The characters that have come."""
        self._masks: list[tuple[int, int]] = []
        """Which of them were masked, the first and behind the last."""

    def place_of(self, at: int) -> int:
        """The place in what was passed on, for one among what came; behind the mask for one within it."""
        place = at
        for first, end in self._masks:
            if first < at:
                place += len(MASK) - (min(end, at) - first)
        return place

    def feed(self, text: str) -> str:
        """What may be passed on now."""
        self.has_found = False
        self._came += len(text)
        shown = self._masked(text)
        self._parts.append((text, shown))
        if self.has_found:
            self.in_pieces += self._parts
        if self.has_found or not self.held:
            self._parts = self._parts[-1:] if self.held else []
        return shown

    def _masked(self, text: str) -> str:
        window = self._before + self.held + text
        start = len(self._before)
        if not any(beginning in window for beginning in self._starts):
            return self._passed(window, start, len(window))
        shown = ""
        while (found := self._found(window)) is not None:
            first, last = found
            shown += window[start : max(start, first)] + MASK
            behind = self._came - len(window)
            self._masks.append((behind + max(start, first), behind + last))
            window, start = window[last:], max(0, start - last)
            self.has_found = True
        end = len(window) - self._begun_at_end(window)
        return shown + self._passed(window, start, max(start, end))

    def close(self) -> str:
        """What was held back: it is no key, as it did not go on like one; but a reply may be cut off within one."""
        held, self.held = self.held, ""
        self._before = (self._before + held)[-self._longest :]
        self.has_found = bool(held) and any(
            self._before.endswith(secret[:length])
            for secret in self._secrets
            for length in range(len(secret) // 2 + 1, len(secret))
        )
        if self.has_found:
            *earlier, (text, shown) = self._parts
            self.in_pieces += [*earlier, (text, shown + MASK)]
            self._masks.append((self._came - len(held), self._came))
        self._parts = []
        return MASK if self.has_found else held

    def _passed(self, window: str, start: int, end: int) -> str:
        self.held = window[end:]
        self._before = window[:end][-self._longest :]
        return window[start:end]

    def _found(self, window: str) -> tuple[int, int] | None:
        """Where the first of the secrets stands, the longest of those that begin there."""
        places = [(window.find(secret), -len(secret)) for secret in self._secrets if secret in window]
        return None if not places else (min(places)[0], min(places)[0] - min(places)[1])

    def _begun_at_end(self, window: str) -> int:
        """How many characters at the end are the beginning of a secret."""
        return max(
            (
                length
                for secret in self._secrets
                for length in range(BEGINNING, min(len(secret), len(window) + 1))
                if window.endswith(secret[:length])
            ),
            default=0,
        )
