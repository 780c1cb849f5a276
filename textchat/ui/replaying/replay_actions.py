"""Actions on a replay: pause, speed, the next turn, the end, and once more from the beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textchat.core.replaying.play_clock import PlayClock
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, ShowConversation, Work
from textchat.ui.input.status_line import Note
from textchat.ui.menu.needs import Need

if TYPE_CHECKING:
    from textchat.live.replaying.playback import Playback
    from textchat.live.workspace import Workspace

SPEED_STEP = 2.0


@dataclass(eq=False)
class ReplayActions:
    """Drives the replay of the conversation on the screen."""

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    notices: Notices

    def actions(self) -> ActionTable:
        return {
            "replay.pause": partial(self._drive, lambda playback: playback.pause()),
            "replay.faster": partial(self._drive, lambda playback: playback.change_speed(SPEED_STEP)),
            "replay.slower": partial(self._drive, lambda playback: playback.change_speed(1 / SPEED_STEP)),
            "replay.next": partial(self._drive, lambda playback: playback.next_turn()),
            "replay.end": partial(self._drive, lambda playback: playback.skip_to_end()),
            "replay.restart": self.restart,
        }

    def _drive(self, act: Callable[[Playback], None]) -> None:
        playback = self.current.live.playback
        if playback is None or not playback.is_playing:
            self.notices.say(Need.REPLAY.value)
        else:
            act(playback)

    def restart(self) -> Work | None:
        """Play it again in a new conversation; what was changed in this one goes with it."""
        playback = self.current.live.playback
        if playback is None:
            self.notices.say(Need.REPLAYED.value)
            return None
        playback.give_up()
        return self.show(self.workspace.replay(playback.record, PlayClock(playback.speed)))


def replay_note(current: CurrentConversation) -> Note | None:
    """What is played, and how fast; None where nothing is."""
    playback = current.live.playback
    if playback is None or not playback.is_playing:
        return None
    how = "paused" if playback.is_paused else f"{playback.speed:g}×"
    # In one form: hints give way to it.
    return Note((f"Replay {how} · turn {playback.number} of {len(playback.turns)}",), is_warning=True)
