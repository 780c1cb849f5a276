"""The cards of one message, kept while it is drawn anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.ui.transcript.cards.card import Card
    from textchat.ui.transcript.cards.card_services import CardServices
    from textchat.ui.transcript.layout.entry_parts import LayoutContext

Change: TypeAlias = Callable[[], None]
"""Makes a card another one."""


@dataclass(eq=False)
class CardSupply:
    """What the cards of a list have in common."""

    services: CardServices | None = None
    changed: Callable[[str, Change], None] = lambda message_id, change: change()
    """Called with the id of a message and what makes a card of it another one: until then lines can be counted."""


class MessageCards:
    """Makes a card for each file of a message, once."""

    def __init__(self, message_id: str, supply: CardSupply) -> None:
        self._message_id = message_id
        self._supply = supply
        self._cards: list[Card] = []

    def of(self, parts: Sequence[Part], context: LayoutContext, model: str | None) -> Sequence[Card]:
        """The cards of these parts, laid out; `model` is the one that gets them, None where none does."""
        from textchat.ui.transcript.cards.card import Card  # few messages have one

        del self._cards[len(parts) :]
        for number, part in enumerate(parts):
            if number < len(self._cards) and self._cards[number].part != part:
                self._cards[number] = Card(part, number, self._supply.services, self._changed)
            elif number == len(self._cards):
                self._cards.append(Card(part, number, self._supply.services, self._changed))
            self._cards[number].lay_out(context, model)
        return self._cards

    def release(self) -> None:
        """Let go of all cards, with their pictures."""
        for card in self._cards:
            card.forget()  # one that is being drawn comes to nobody
        self._cards = []

    def _changed(self, change: Change) -> None:
        self._supply.changed(self._message_id, change)
