"""Runs textchat and the control against the truth server, and reads what they show."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.program import Program
from tests.benchmarks.truth.server import ROOT
from tests.benchmarks.truth.shown import USD_PER_INPUT, USD_PER_OUTPUT, Shown
from tests.flow.terminal import TEXTCHAT, isolated_environment

PATIENCE_S = 60.0
SIZE = (200, 60)
"""Where eight panes are in sight."""
PROVIDER = "p"
COLUMNS = ("first_token_s", "first_text_s", "total_s", "tokens_per_s", "output_tokens", "cost_usd")


class Clients:
    """All clients of one server, with the same settings and one store."""

    def __init__(self, home: Path, base_url: str, models: Iterable[str]) -> None:
        self._url = base_url
        self._environment = isolated_environment(home)
        config = Path(self._environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
        config.parent.mkdir(parents=True)
        price = f"price = {{ input = {USD_PER_INPUT * 1e6:g}, output = {USD_PER_OUTPUT * 1e6:g} }}"
        config.write_text(
            f'[providers.{PROVIDER}]\nprotocol = "openai"\nbase_url = "{base_url}"\nrepeat_limit = 0\n'
            + "".join(f'[models."{PROVIDER}/{model}"]\n{price}\n' for model in models)
        )
        self._database = Path(self._environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db"

    def ask(self, model: str, *options: str) -> list[Shown]:
        """`textchat ask --json`."""
        return self._json("ask", "-m", f"{PROVIDER}/{model}", *options)

    def compare(self, models: Sequence[str]) -> list[Shown]:
        """`textchat compare --json`."""
        return self._json("compare", *_chosen(models))

    def control(self, models: Sequence[str], rounds: int) -> list[Shown]:
        """The plain client."""
        argv = [sys.executable, "-m", "tests.benchmarks.truth.control", self._url, str(rounds), *models]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
        return [Shown(**json.loads(line)) for line in done.stdout.splitlines()]

    def app(self, models: Sequence[str], rounds: int) -> list[Shown]:
        """The app in a terminal: so many prompts to a pane for each model."""
        with self._opened(models) as program:
            for number in range(1, rounds + 1):
                program.type("go\r")
                self._run_until(program, partial(self._have_ended, number * len(models)))
        return self._stored()

    def app_cancelled(self, models: Sequence[str], has_begun: Callable[[], bool]) -> tuple[list[Shown], float]:
        """The app, where all replies are cancelled once they have begun; and what the journal says it cost."""
        with self._opened(models) as program:
            program.type("go\r")
            self._run_until(program, has_begun)
            program.type("\x1b")
            program.run_for(0.3)
            program.type("\x1b")
            self._run_until(program, partial(self._have_ended, len(models)))
            program.run_for(1.0)
        with self._open() as database:
            (spent,) = database.execute("SELECT total(cost_usd) FROM requests").fetchone()
        return self._stored(), spent

    def _json(self, *arguments: str) -> list[Shown]:
        argv = [*TEXTCHAT, *arguments, "--json", "go"]
        done = subprocess.run(
            argv, env=self._environment, cwd=self._environment["HOME"], capture_output=True, text=True, check=True
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        ends = [line for line in lines if line["type"] == "end"]
        return [_of_json(line) for line in sorted(ends, key=lambda line: line.get("pane", 0))]

    def _opened(self, models: Sequence[str]) -> Program:
        program = Program([*TEXTCHAT, *_chosen(models)], self._environment, *SIZE)
        program.until_it_takes_keys()
        return program

    def _run_until(self, program: Program, is_so: Callable[[], bool]) -> None:
        for _ in range(int(PATIENCE_S / 0.1)):
            program.run_for(0.1)
            if is_so():
                program.run_for(0.3)
                return
        raise AssertionError("the app took too long")

    def _open(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True))

    def _have_ended(self, replies: int) -> bool:
        query = "SELECT count(*) FROM messages WHERE role = 'assistant' AND status != 'growing'"
        with suppress(sqlite3.OperationalError), self._open() as database:
            return int(database.execute(query).fetchone()[0]) >= replies
        return False  # there is no database yet, or no table

    def _stored(self) -> list[Shown]:
        with self._open() as database:
            known = {row[1] for row in database.execute("PRAGMA table_info(messages)")}
            columns = ", ".join(name if name in known else "NULL" for name in COLUMNS)
            query = f"SELECT model, status, {columns} FROM messages WHERE role = 'assistant' ORDER BY key"
            return [Shown(_bare(model), *figures) for model, *figures in database.execute(query)]


def _of_json(end: dict[str, Any]) -> Shown:
    found = {**end["timing"], **end["usage"], "cost_usd": end["cost_usd"]}
    return Shown(_bare(end["model"]), end["status"], *(found.get(name) for name in COLUMNS))


def _chosen(models: Sequence[str]) -> list[str]:
    return [argument for model in models for argument in ("-m", f"{PROVIDER}/{model}")]


def _bare(model: str) -> str:
    return model.removeprefix(f"{PROVIDER}/")
