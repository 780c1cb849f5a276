"""Actions on blind comparisons: begin one, vote, reveal the models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.core.blind.revealed import revealed
from textchat.core.votes.voting import NothingToVoteOn
from textchat.live.blind.comparison import CannotCompareBlind
from textchat.ui.blind.ballot import Ballot, Rival, Verdict
from textchat.ui.blind.rivals import rivals_of
from textchat.ui.blind.vote_row import VoteRow
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, TellUndo, Work

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation
    from textchat.live.conversation import LiveConversation
    from textchat.live.votes.voting import CastVote
    from textchat.live.workspace import Workspace

NOT_ENDED = "Vote when all replies have ended."
REVEALED_S = 12.0
"""How long it is said who was who."""


@dataclass(eq=False)
class BlindActions:
    """Hides the models of the panes, and asks for the vote that reveals them.

    `pick_models` lets the user choose models, `add_models` opens a pane for each.
    """

    workspace: Workspace
    current: CurrentConversation
    app: App[Any]
    row: VoteRow
    notices: Notices
    tell_undo: TellUndo
    pick_models: Callable[[str], Awaitable[tuple[str, ...]]]
    add_models: Callable[[tuple[str, ...]], Awaitable[None]]
    refresh_rows: Callable[[], Awaitable[None]]
    _known: tuple[Conversation, Sequence[Rival], str] | None = field(default=None, init=False)
    """What was found last, and of which conversation."""

    def actions(self) -> ActionTable:
        return {
            "pane.blind": self.blind,
            "pane.reveal": self.ask,
            "ballot.cast": self._cast_clicked,
        }

    def show_row(self) -> None:
        """Ask for the vote above the input bar, once there is something to vote on."""
        self.row.show(self._rivals()[0])

    # -- the beginning -----------------------------------------------------------------------------------------------

    def blind(self) -> Work:
        """Begin a blind comparison, of models to be chosen where there is one pane; in one, ask for the vote."""
        return self.ask() if self.current.is_blind else self._begin()

    async def _begin(self) -> None:
        """Begin one; the panes are shuffled, so the first is the active one whichever was before."""
        if len(self.current.panes) == 1 and not await self._open_models():
            return
        live = self.current.live
        try:
            step = await live.blind.begin(is_paced=self.workspace.settings.ui.blind_pace)
        except CannotCompareBlind as reason:
            self.notices.say(str(reason))
            return
        self.current.active_id = self.current.panes[0].id
        self.current.is_zoomed = False
        live.store.tell_change()
        self.tell_undo(step)
        await self.refresh_rows()  # which name the models of each conversation

    async def _open_models(self) -> bool:
        """Open panes with models that the user chooses, beside that of this pane or in place of it."""
        chosen = dict.fromkeys(await self.pick_models("Compare blind: mark the models with Ctrl+Space"))
        own, pane_id = self.current.active_pane.model, self.current.active_id
        if len(chosen) > 1 and own not in chosen:
            own = next(iter(chosen))
            await self.current.live.panes.set_model(pane_id, own)
        await self.add_models(tuple(model for model in chosen if model != own))
        return len(self.current.panes) > 1

    # -- the end -----------------------------------------------------------------------------------------------------

    async def ask(self, chosen: Ballot | None = None) -> None:
        """Ask for the vote and take it; `chosen` is what Enter does at first."""
        from textchat.ui.blind.ranking_dialog import RankingDialog
        from textchat.ui.blind.vote_dialog import VoteDialog

        rivals, problem = self._rivals()
        ballot = await self.app.push_screen_wait(VoteDialog(rivals, problem, chosen))
        if ballot is not None and ballot.verdict is Verdict.RANKING:
            ballot = await self.app.push_screen_wait(RankingDialog(rivals))
        if ballot is not None:
            await self._cast(ballot)

    def ask_for_active(self, is_tie: bool) -> Work:
        """Ask with a vote for the active pane, or for a tie, as what Enter does: it cannot be unseen."""
        return self.ask(Ballot(Verdict.TIE) if is_tie else Ballot(Verdict.BEST, self.current.active_id))

    def _cast_clicked(self, clicked: str) -> Work:
        """Cast what was clicked: a verdict, and behind a blank the pane that it is about."""
        verdict, _, pane_id = clicked.partition(" ")
        return self._cast(Ballot(Verdict(verdict), pane_id))

    async def _cast(self, ballot: Ballot) -> None:
        """Vote, and say at once who was who."""
        live, before = self.current.live, self.current.conversation
        if before.blind is None:
            return
        rivals, _ = self._rivals()
        try:
            step = await self._vote(live, ballot, rivals)
        except NothingToVoteOn as reason:
            self.notices.say(str(reason))
            return
        self.tell_undo(step)
        if live.conversation.blind is None:
            self.notices.say(revealed(before, None if step is None else step.vote), REVEALED_S)
            await self.refresh_rows()

    async def _vote(self, live: LiveConversation, ballot: Ballot, rivals: Sequence[Rival]) -> CastVote | None:
        first = ballot.pane_id or (rivals[0].pane_id if rivals else "")
        match ballot.verdict:
            case Verdict.BEST:
                return await live.votes.best(first)
            case Verdict.TIE:
                return await live.votes.tie(first)
            case Verdict.NONE:
                return await live.votes.none(first)
            case Verdict.RANKING:
                return await live.votes.rank(ballot.places)
            case Verdict.REVEAL:
                await live.blind.reveal()
                return None

    def _rivals(self) -> tuple[Sequence[Rival], str]:
        """The replies that can be voted on, once all are shown; or why there are none."""
        conversation = self.current.conversation
        if self.current.replies:
            return (), NOT_ENDED
        if self._known is None or self._known[0] is not conversation:
            self._known = conversation, *rivals_of(conversation)
        return self._known[1:]
