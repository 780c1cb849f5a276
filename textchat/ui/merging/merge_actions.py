"""The action that merges replies: asks how, by whom and what, and shows the merge in a pane of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.core.conversation import first_words
from textchat.core.errors import ConfigurationError
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.merging.naming import LONGEST_NAME
from textchat.core.merging.sources import NOT_ENDED, CannotMerge, Offer
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.core.turns import MOST_PANES
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable

if TYPE_CHECKING:
    from textchat.live.conversation import LiveConversation
    from textchat.live.merging.merges import ListedPoints
    from textchat.live.merging.planning import MergePlan
    from textchat.ui.merging.merge_dialog import MergeChoice, OfferedReply
    from textchat.ui.merging.wish_dialog import EditOutside

PickModel = Callable[[str, str], Awaitable["str | None"]]
"""Lets the user choose a model, given a title and the one that is marked."""
LONGEST_WORDS = 200


@dataclass(eq=False)
class MergeActions:
    """Merges the replies that the active pane is compared with. Escape at any step goes back one, and loses nothing."""

    current: CurrentConversation
    app: App[Any]
    notices: Notices
    pick_model: PickModel
    edit_outside: EditOutside
    _model: str | None = field(default=None, init=False)
    """The model that was chosen for the last merge; None: that of the active pane was good enough."""
    _way: MergeWay = field(default=MergeWay.FUSE, init=False)
    _wishes: list[str] = field(default_factory=list, init=False)
    """Own instructions, the newest first."""

    def actions(self) -> ActionTable:
        return {"pane.merge": self.merge}

    async def merge(self) -> None:
        """Ask what to merge and how, and do it."""
        from textchat.live.merging.merges import NO_ROOM

        live, pane_id = self.current.live, self.current.active_id
        try:
            if self.current.replies:
                raise CannotMerge(NOT_ENDED)
            offer = live.merges.offer(pane_id)
            if len(self.current.panes) >= MOST_PANES:
                raise CannotMerge(NO_ROOM)
            if (plan := await _Asking(self, live, pane_id, offer).plan()) is not None:
                with self.notices.store_problems():
                    if live is self.current.live and await live.merges.make(plan) is not None:
                        self.current.active_id = plan.pane.id
                        live.store.tell_change()
        except (CannotMerge, ConfigurationError) as reason:
            self.notices.say(self.current.mask.sentence(str(reason)))

    def first_choice(self, pane_id: str, offer: Offer) -> MergeChoice:
        """What is chosen at first: the way and the model of the last time, the replies that are no merges."""
        from textchat.ui.merging.merge_dialog import MergeChoice

        pane = self.current.conversation.pane(pane_id)
        return MergeChoice(self._way, self._model or pane.model, offer.usual)

    def keep(self, choice: MergeChoice, pane_id: str) -> None:
        """Remember a choice for the next time."""
        self._way = choice.way
        own = self.current.conversation.pane(pane_id).model
        self._model = None if choice.model == own else choice.model

    def wishes(self, live: LiveConversation) -> list[str]:
        """The own instructions so far, the newest first: of this run, and of this conversation."""
        return list(dict.fromkeys((*self._wishes, *live.merges.earlier_wishes())))

    def keep_wish(self, wish: str) -> None:
        self._wishes = list(dict.fromkeys((wish, *self._wishes)))


@dataclass(eq=False)
class _Asking:
    """One run of the dialogs, from the choice to the plan."""

    actions: MergeActions
    live: LiveConversation
    pane_id: str
    offer: Offer

    async def plan(self) -> MergePlan | None:
        """The plan that the user wants; None where he wants none. Raises CannotMerge and ConfigurationError."""
        choice: MergeChoice | None = self.actions.first_choice(self.pane_id, self.offer)
        while choice is not None and (choice := await self._choice(choice)) is not None:
            self.actions.keep(choice, self.pane_id)
            wish = await self._wish(choice)
            if wish is not None:
                merged = Merged(choice.way if wish.way is None else wish.way, choice.sources, wish.text)
                return await self.live.merges.plan(merged, choice.model, self.pane_id)
        return None

    async def _choice(self, choice: MergeChoice) -> MergeChoice | None:
        from textchat.ui.merging.merge_dialog import MergeDialog

        return await self.actions.app.push_screen_wait(
            MergeDialog(
                self._replies(),
                choice,
                priced=self._priced,
                name_of=self._name_of,
                pick_model=lambda model: self.actions.pick_model("Merge with a model", self._picked(model)),
            )
        )

    def _replies(self) -> list[OfferedReply]:
        from textchat.ui.merging.merge_dialog import OfferedReply

        offered: list[OfferedReply] = []
        for source in self.offer.sources:
            what = ("merge", "stopped early")
            marks = [word for word, is_so in zip(what, (source.message.merged, source.is_cut), strict=True) if is_so]
            words = plain_line(first_words(source.message.text, LONGEST_WORDS)).lstrip("# ")
            about = f"({', '.join(marks)}) {words}" if marks else words
            offered.append(OfferedReply(source.message.id, source.name or source.letter, about))
        return offered

    # -- models and prices -------------------------------------------------------------------------------------------

    def _name_of(self, model: str) -> str:
        """A model as it is shown: by the letter of its pane while the models are hidden."""
        return plain_name(self._hidden_name(model) or model, LONGEST_NAME)

    def _hidden_name(self, model: str) -> str | None:
        """What stands for the model of the pane while the models are hidden; None where it may be named."""
        pane = self.live.conversation.pane(self.pane_id)
        return self.actions.current.mask.pane_name(pane) if self._is_hidden(model) else None

    def _is_hidden(self, model: str) -> bool:
        return self.actions.current.is_blind and model == self.live.conversation.pane(self.pane_id).model

    def _picked(self, model: str) -> str:
        return "" if self._is_hidden(model) else model

    async def _priced(self, choice: MergeChoice) -> str:
        """The sentence on what a choice would send, or why it cannot be sent."""
        from textchat.live.merging.words import cost_words

        merged = Merged(choice.way, choice.sources)
        merges = self.live.merges
        try:
            plans = [await merges.plan(merged, choice.model, self.pane_id)]
            if choice.way is MergeWay.CHECKLIST and merges.known_points(merged, choice.model) is None:
                plans.insert(0, await merges.plan_list(merged, choice.model, self.pane_id))
        except CannotMerge as reason:
            return self.actions.current.mask.sentence(str(reason))
        if self._is_hidden(choice.model):
            return "The vote shows the price."
        return cost_words(plans, merges.cost(plans), by=self._name_of(choice.model))

    # -- what the user says to it ------------------------------------------------------------------------------------

    async def _wish(self, choice: MergeChoice) -> _Wish | None:
        """What goes with the instruction of the way; None where the user goes back."""
        match choice.way:
            case MergeWay.OWN:
                return await self._own()
            case MergeWay.CHECKLIST:
                return await self._ticked(choice)
            case _:
                return _Wish("")

    async def _own(self) -> _Wish | None:
        from textchat.ui.merging.wish_dialog import WishDialog

        earlier = self.actions.wishes(self.live)
        dialog = WishDialog(earlier, self.actions.edit_outside)
        if (wish := await self.actions.app.push_screen_wait(dialog)) is None:
            return None
        self.actions.keep_wish(wish.strip())
        return _Wish(wish.strip(), MergeWay.OWN)

    async def _ticked(self, choice: MergeChoice) -> _Wish | None:
        from textchat.core.merging.points import ticked_text
        from textchat.ui.merging.points_dialog import PointsDialog

        sources = self.live.merges.sources(Merged(choice.way, choice.sources))
        legend = " · ".join(f"{source.letter} {source.name}" for source in sources if source.name)
        dialog = PointsDialog(self._name_of(choice.model), legend, lambda: self._listed(choice))
        if (ticked := await self.actions.app.push_screen_wait(dialog)) is None:
            return None
        return _Wish(ticked_text(ticked.points)) if ticked.points else await self._own()

    async def _listed(self, choice: MergeChoice) -> ListedPoints:
        """The points of the replies, or why there are none."""
        from textchat.live.merging.merges import ListedPoints

        merged = Merged(MergeWay.CHECKLIST, choice.sources)
        try:
            listed = await self.live.merges.list_points(
                await self.live.merges.plan_list(merged, choice.model, self.pane_id)
            )
        except (CannotMerge, ConfigurationError, StoreError) as reason:
            listed = ListedPoints((), "", str(reason))
        return replace(listed, problem=self.actions.current.mask.sentence(listed.problem))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the user says to a merge; `way` is another one than was chosen, where that came to nothing."""

    text: str
    way: MergeWay | None = None
