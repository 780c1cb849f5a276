"""The one place that says what is shown of the models of a conversation while it is compared blind.

Names are letters, figures and parameters are not there, and what may be known from before is left out. Whoever shows,
prints, exports or stores something of a conversation passes it through its mask; without a blind comparison, a mask
gives back what it gets. What is sent to the models is never masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from textchat.core.blind.families import TOO_PLAIN
from textchat.core.blind.seal import sealed_model
from textchat.core.blind.sources import nameless_sources
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.core.errors import ErrorReport
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part

HIDDEN_MODEL = "Hidden model"
"""In place of the name of a model that has no letter: it answered before the comparison was blind."""
HIDDEN_TEXT = "Hidden until the vote."
"""In place of what was said in a pane before: who has seen it there would know the pane."""
HIDDEN_ERROR = "Failed ({kind}). The vote shows the reason."
COMMON_ENDINGS = frozenset({"stop", "length", "content_filter", "tool_calls"})
"""The finish reasons that all models have; any other may tell whose it is."""


class Mask:
    """What is shown of one value of a conversation."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._blind = conversation.blind

    @property
    def is_blind(self) -> bool:
        """Whether names, figures, costs, speeds, parameters and personas are hidden."""
        return self._blind is not None

    def pane_name(self, pane: Pane) -> str:
        """The model of a pane as it is shown: `Model A`."""
        if self._blind is None:
            return pane.model
        return _named(self._blind.letter(pane.id))

    def answer_name(self, message_id: str, model: str | None) -> str | None:
        """The model of an answer as it is shown, also of one that still grows; None for what no model wrote."""
        if self._blind is None or model is None:
            return model
        return _named(self._blind.letter_of_answer(message_id))

    def pane(self, pane: Pane) -> Pane:
        """A pane as it is shown; never to be asked."""
        if self._blind is None:
            return pane
        return replace(pane, model=self.pane_name(pane), parameters=Parameters(), persona=None)

    def message(self, message: Message) -> Message:
        """A message as it is shown: without thoughts, which few models tell, and each in its own way.

        Hidden ones in a row are shown as one, the last of them: how many there are is known from before.
        """
        if self._blind is None:
            return message
        if self.hides_text(message):
            above = self._shown_above(message)
            message = replace(message, parent_id=above, text=HIDDEN_TEXT, merged=None)
            message = replace(message, tool_calls=(), parts=(), citations=())
        return self.nameless(replace(message, reasoning=""))

    def nameless(self, message: Message) -> Message:
        """A message with its text, and without what tells the model that wrote it."""
        if self._blind is None or message.role in (Role.USER, Role.SYSTEM):
            return message
        return replace(
            message,
            model=self.answer_name(message.id, message.model),
            tool_calls=tuple(replace(call, id=str(at)) for at, call in enumerate(message.tool_calls, start=1)),
            citations=nameless_sources(message.citations),
            sealed=(),
            parameters=None,
            finish_reason=message.finish_reason if message.finish_reason in COMMON_ENDINGS else None,
            error=None if message.error is None else _nameless_error(message.error),
            note=None,
            usage=None,
            timing=None,
            cost_usd=None,
            cost_source=None,
            earlier=None,
        )

    def hides_text(self, message: Message) -> bool:
        """Whether a message is left out because it may be known from before, and with it the pane it stands in."""
        blind = self._blind
        if blind is None or message.id in self._shared_ids:
            return False
        if message.is_summary and message.created_at >= blind.began_at:
            return self._shows_hidden(message)
        if message.id in blind.answers:
            return False
        if message.is_prompt and message.created_at >= blind.began_at:
            return False
        return not (message.role is Role.USER and (message.text, message.parts) in self._prompts_of_all)

    def versions(self, message_id: str) -> tuple[str, ...]:
        """The versions of a message that may be walked through: a hidden one is alone, and is none of the others'."""
        known = self._conversation
        versions = known.siblings(message_id)
        if self._blind is None:
            return versions
        if self.hides_text(known.messages[message_id]):
            return (message_id,)
        return tuple(id_ for id_ in versions if not self.hides_text(known.messages[id_]))

    def _shows_hidden(self, summary: Message) -> bool:
        """Whether something that a summary may tell is hidden."""
        above = self._conversation.branch(summary.parent_id)
        return any(self.hides_text(message) for message in above if not message.is_summary)

    def _shown_above(self, message: Message) -> str | None:
        """The id of the nearest message above that is not hidden."""
        above = self._conversation.messages.get(message.parent_id or "")
        while above is not None and self.hides_text(above):
            above = self._conversation.messages.get(above.parent_id or "")
        return None if above is None else above.id

    def sentence(self, text: str) -> str:
        """A sentence as it is shown: names of the models that are compared stand in it as letters."""
        if self._blind is None:
            return text
        for name, shown in self._names_in_sentences.items():  # none is a common word
            text = re.sub(rf"(?<![\w/]){re.escape(name)}(?![\w/])", shown, text, flags=re.IGNORECASE)
        return text

    def conversation(self) -> Conversation:
        """The whole conversation as it is shown; to mask it again changes nothing."""
        whole = self._conversation
        if self._blind is None:
            return whole
        return replace(
            whole,
            messages={id_: self.message(message) for id_, message in whole.messages.items()},
            panes=tuple(self.pane(pane) for pane in whole.panes),
            votes=(),
        )

    @cached_property
    def _shared_ids(self) -> frozenset[str]:
        shared = None if self._blind is None else self._blind.shared_id
        known = self._conversation.messages
        return frozenset(message.id for message in self._conversation.branch(shared if shared in known else None))

    @cached_property
    def _prompts_of_all(self) -> set[tuple[str, tuple[Part, ...]]]:
        """The prompts that stand in every pane: they tell none from another."""
        branches = [
            {(each.text, each.parts) for each in self._conversation.branch(pane.leaf_id) if each.is_prompt}
            for pane in self._conversation.panes
        ]
        return set.intersection(*branches) if branches else set()

    @cached_property
    def _names_in_sentences(self) -> dict[str, str]:
        """What may stand in a sentence for a model or a provider, the longest first, and what is shown for it."""
        panes = self._conversation.panes
        models = [*(pane.model for pane in panes), *_models_of(self._conversation.messages.values())]
        names: dict[str, str] = {}
        for model in dict.fromkeys(models):
            asking = [pane for pane in panes if pane.model == model]
            shown = self.pane_name(asking[0]) if len(asking) == 1 else HIDDEN_MODEL
            provider, _, bare = model.partition("/")
            names |= {model: shown, bare: shown, bare.rpartition("/")[2]: shown}
            names.setdefault(provider, "the provider")
        names = {name: shown for name, shown in names.items() if name and name.lower() not in TOO_PLAIN}
        return dict(sorted(names.items(), key=lambda each: -len(each[0])))


def journal_name(conversation: Conversation, model: str) -> str:
    """The name of a model in the journal of requests, sealed while it is compared blind."""
    return model if conversation.blind is None else sealed_model(conversation.id, model)


def masked(conversation: Conversation) -> Conversation:
    """A conversation as it is shown."""
    return Mask(conversation).conversation()


def _named(letter: str | None) -> str:
    return HIDDEN_MODEL if letter is None else f"Model {letter}"


def _nameless_error(error: ErrorReport) -> ErrorReport:
    return ErrorReport(error.kind, HIDDEN_ERROR.format(kind=error.kind.value.replace("_", " ")))


def _models_of(messages: Iterable[Message]) -> Iterable[str]:
    return (message.model for message in messages if message.model)
