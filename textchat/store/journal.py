"""Which model did what: the journal of requests (figures, no text), votes, and what can be said of each model."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from textchat.core.conversation import Message
from textchat.store.database import transaction
from textchat.store.rows import figures_row, storable


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that was voted on."""

    message_id: str
    model: str
    """`PROVIDER/MODEL`, as it was when the vote was given."""
    score: float
    """1: won; 0: lost; 0.5: shared the first place."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A judgement over the answers to one prompt; all scores 0: none was good."""

    conversation_id: str
    prompt_id: str | None
    candidates: tuple[Candidate, ...]
    is_blind: bool
    """Whether the judge did not know the models."""
    judge: str | None = None
    """The model that judged; None: the user."""
    created_at: float = 0.0
    """Unix time in seconds; 0: now."""


@dataclass(frozen=True, slots=True)
class ModelStats:
    """What is known of one model."""

    model: str
    requests: int = 0
    complete: int = 0
    failed: int = 0
    cancelled: int = 0
    """By the user, or by the end of the program."""
    input_tokens: int = 0
    output_tokens: int = 0
    priced: int = 0
    """Requests whose cost is known."""
    cost_usd: float | None = None
    """Of those requests together; None where no cost is known."""
    first_token_s: float | None = None
    """Median."""
    tokens_per_s: float | None = None
    """Median."""
    votes: int = 0
    """In which the user judged it."""
    score: float = 0.0
    """The sum of its scores in these votes."""


def record_request(connection: sqlite3.Connection, message: Message) -> None:
    """Put an ended reply into the journal; one that is there already is replaced."""
    row: dict[str, Any] = {
        "message_id": message.id,
        "model": message.model or "",
        "created_at": storable(message.created_at) or 0.0,
        "status": message.status.value,
        "error_kind": message.error and message.error.kind.value,
        "finish_reason": message.finish_reason,
        **figures_row(message),
    }
    row = {name: storable(value) for name, value in row.items()}
    with transaction(connection):
        connection.execute("DELETE FROM requests WHERE message_id = ?", (row["message_id"],))
        connection.execute(
            f"INSERT INTO requests ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", row
        )


def record_vote(connection: sqlite3.Connection, vote: Vote) -> None:
    """Keep a vote; another one by the same judge over the same answers is replaced."""
    with transaction(connection):
        same = sorted(candidate.message_id for candidate in vote.candidates)
        for key, known in _votes(
            connection, "WHERE conversation_id = ? AND judge IS ?", vote.conversation_id, vote.judge
        ):
            if sorted(candidate.message_id for candidate in known.candidates) == same:
                connection.execute("DELETE FROM votes WHERE key = ?", (key,))
        new_key = connection.execute(
            "INSERT INTO votes (conversation_id, prompt_id, is_blind, judge, created_at) VALUES (?, ?, ?, ?, ?)",
            (
                vote.conversation_id,
                vote.prompt_id,
                int(vote.is_blind),
                storable(vote.judge),
                vote.created_at or time.time(),
            ),
        ).lastrowid
        connection.executemany(
            "INSERT INTO candidates (vote, position, message_id, model, score) VALUES (?, ?, ?, ?, ?)",
            [
                (new_key, position, candidate.message_id, storable(candidate.model), candidate.score)
                for position, candidate in enumerate(vote.candidates)
            ],
        )


def votes(connection: sqlite3.Connection, since: float = 0.0) -> list[Vote]:
    """All votes from `since` (Unix time in seconds), oldest first."""
    return [vote for _, vote in _votes(connection, "WHERE created_at >= ?", since)]


def _votes(connection: sqlite3.Connection, where: str, *values: object) -> list[tuple[int, Vote]]:
    candidates: dict[int, list[Candidate]] = {}
    for row in connection.execute(
        f"SELECT * FROM candidates WHERE vote IN (SELECT key FROM votes {where}) ORDER BY vote, position", values
    ):
        candidates.setdefault(row["vote"], []).append(Candidate(row["message_id"], row["model"], row["score"]))
    return [
        (
            row["key"],
            Vote(
                row["conversation_id"],
                row["prompt_id"],
                tuple(candidates.get(row["key"], ())),
                bool(row["is_blind"]),
                row["judge"],
                row["created_at"],
            ),
        )
        for row in connection.execute(f"SELECT * FROM votes {where} ORDER BY created_at, key", values)
    ]


_SUMS = """
    SELECT model, count(*) AS requests, sum(status = 'complete') AS complete, sum(status = 'failed') AS failed,
        sum(status IN ('cancelled', 'interrupted')) AS cancelled,
        total(input_tokens) AS input_tokens, total(output_tokens) AS output_tokens,
        count(cost_usd) AS priced, sum(cost_usd) AS cost_usd
    FROM requests WHERE created_at >= ? GROUP BY model ORDER BY model
"""
_MEDIANS = """
    SELECT model, avg({column}) AS median FROM (
        SELECT model, {column}, row_number() OVER (PARTITION BY model ORDER BY {column}) AS place,
            count(*) OVER (PARTITION BY model) AS many
        FROM requests WHERE created_at >= ? AND {column} IS NOT NULL
    ) WHERE place IN ((many + 1) / 2, (many + 2) / 2) GROUP BY model
"""


def model_stats(connection: sqlite3.Connection, since: float = 0.0) -> list[ModelStats]:
    """Every model that was asked or voted on from `since` (Unix time in seconds), by name."""
    first = _medians(connection, "first_token_s", since)
    speed = _medians(connection, "tokens_per_s", since)
    voted: Counter[str] = Counter()
    scores: defaultdict[str, float] = defaultdict(float)
    for vote in votes(connection, since):
        if vote.judge is None:
            for candidate in vote.candidates:
                voted[candidate.model] += 1
                scores[candidate.model] += candidate.score
    sums = {row["model"]: row for row in connection.execute(_SUMS, (since,))}
    return [
        _stats(model, sums.get(model), first.get(model), speed.get(model), voted[model], scores[model])
        for model in sorted({*sums, *voted})
    ]


def _medians(connection: sqlite3.Connection, column: str, since: float) -> dict[str, float]:
    rows = connection.execute(_MEDIANS.format(column=column), (since,))
    return {row["model"]: row["median"] for row in rows}


def _stats(
    model: str, sums: sqlite3.Row | None, first: float | None, speed: float | None, voted: int, score: float
) -> ModelStats:
    if sums is None:
        return ModelStats(model, votes=voted, score=score)
    return ModelStats(
        model=model,
        requests=sums["requests"],
        complete=sums["complete"],
        failed=sums["failed"],
        cancelled=sums["cancelled"],
        input_tokens=int(sums["input_tokens"]),
        output_tokens=int(sums["output_tokens"]),
        priced=sums["priced"],
        cost_usd=sums["cost_usd"],
        first_token_s=first,
        tokens_per_s=speed,
        votes=voted,
        score=score,
    )
