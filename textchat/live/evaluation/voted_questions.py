"""What judges are asked of the replies that the user has voted on, and their verdicts as votes beside the user's."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from textchat.core.conversation import Conversation, Role
from textchat.core.evaluation.judgement import Winner
from textchat.core.evaluation.judging import Criterion, JudgedPair, is_same_model
from textchat.core.evaluation.measuring import JudgedKey, VotedPair
from textchat.core.evaluation.verdicts import POINTS
from textchat.core.votes.vote import Candidate, Vote
from textchat.live.evaluation.judges import Question


@dataclass(frozen=True, slots=True)
class VotedQuestion:
    """Both orders of what one judge is asked of two replies by one criterion."""

    pair: VotedPair
    questions: tuple[Question, Question]

    def vote(self, winner: Winner) -> Vote:
        """The verdict as it is stored."""
        question, (this, that) = self.questions[0], (self.pair.this, self.pair.that)
        points = POINTS[winner]
        candidates = tuple(
            Candidate(each.message_id, each.model, score, names_itself=each.names_itself)
            for each, score in ((this, points), (that, 1 - points))
        )
        known = self.pair.vote
        return Vote(
            known.conversation_id,
            known.prompt_id,
            candidates,
            is_blind=True,
            judge=question.judge,
            created_at=time.time(),
            criterion=str(question.criterion),
        )


@dataclass(slots=True)
class VotedQuestions:
    """What is to be asked, and what is left out."""

    asked: list[VotedQuestion] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """How many pairs, by the reason: words that follow “with”."""

    def add(
        self,
        pairs: Iterable[VotedPair],
        conversation: Conversation,
        judges: Sequence[str],
        criteria: Sequence[Criterion],
        known: Mapping[JudgedKey, Vote],
        *,
        judges_own: bool,
    ) -> None:
        """Take the pairs of one conversation that a judge has not judged yet."""
        for pair in pairs:
            texts = judged_texts(conversation, pair)
            if texts is None:
                self.left_out["files, or without their replies"] += 1
                continue
            for judge in judges:
                if not judges_own and any(is_same_model(judge, each.model) for each in (pair.this, pair.that)):
                    self.left_out[f"a reply of {judge}, which does not judge its own"] += 1
                    continue
                for criterion in criteria:
                    if (judge, str(criterion), pair.ids) not in known:
                        both = Question(judge, texts, criterion), Question(judge, texts, criterion, swapped=True)
                        self.asked.append(VotedQuestion(pair, both))


def judged_texts(conversation: Conversation, pair: VotedPair) -> JudgedPair | None:
    """The texts of two replies with what was said before them; None where files belong to it, or a message has gone."""
    replies = [conversation.messages.get(each.message_id) for each in (pair.this, pair.that)]
    if pair.vote.prompt_id not in conversation.messages or None in replies:
        return None
    branch = conversation.branch(pair.vote.prompt_id)
    if any(message.parts for message in (*branch, *filter(None, replies))):
        return None
    this, that = (message.text for message in replies if message is not None)
    if len(branch) == 1:
        return JudgedPair(branch[0].text, this, that)
    spoken = [f"{'Reply' if message.role is Role.ASSISTANT else 'Prompt'}: {message.text}" for message in branch]
    return JudgedPair("\n\n".join(spoken), this, that)
