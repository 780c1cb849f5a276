"""Run as a program: children that hold conversations with a server until somebody kills them, all in one home.

For each line on standard input (`count seed longest_life_s kill|stop`) it forks so many children and ends them one
after the other at random moments, by SIGKILL or by asking; then it prints as JSON what each had said. Each child is
textchat without its screen: a workspace, a conversation in two panes, prompts one after the other. A fork from a
process that has imported everything makes a crash cheap enough to have many of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from typing import Any

from tests.servers.waiting import wait_until
from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.live.workspace import Workspace


class Witness:
    """Says what a person at the screen would know."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._shown: dict[str, int] = {}

    def say(self, **what: Any) -> None:
        os.write(self._pipe, json.dumps(what).encode() + b"\n")  # shorter than PIPE_BUF: all of it or nothing

    def reply_changed(self, reply: Reply) -> None:
        if len(reply.text) > self._shown.get(reply.id, 0):
            self._shown[reply.id] = len(reply.text)
            self.say(shown=reply.id, chars=len(reply.text), at=time.time())

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self._shown.pop(reply.id, None)

    def conversation_changed(self) -> None:
        pass

    def problem(self, sentence: str) -> None:
        self.say(problem=sentence)


async def talk(pipe: int, seed: int) -> None:
    witness = Witness(pipe)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    workspace = Workspace()
    for sentence in workspace.problems:
        witness.problem(sentence)
    live = workspace.new(["local/one", "local/two"])
    live.watcher = witness
    number = 0

    def leaves() -> bool:
        return stopped.is_set() and number > 0  # a busy machine may not get through the first turn in the time given

    while not leaves():
        prompt = f"prompt {seed}-{number}"
        await live.send(prompt, [pane.id for pane in live.conversation.panes])
        replies = {reply.id: reply.model for reply in live.replies.values()}
        witness.say(saved=live.conversation.id, prompt=prompt, replies=list(replies))
        await wait_until(lambda: leaves() or not live.is_busy, "the replies end", 60)
        if not live.is_busy:
            ended = [live.conversation.messages[id_] for id_ in replies]
            witness.say(finished={message.id: len(message.text) for message in ended})
        number += 1
    await workspace.aclose()
    witness.say(closed=True)


def child(pipe: int, seed: int) -> int:
    """The process id of a new child that talks."""
    pid = os.fork()
    if pid == 0:
        asyncio.run(talk(pipe, seed))
        os._exit(0)
    return pid


def end(count: int, seed: int, longest_life_s: float, number: signal.Signals) -> list[dict[str, Any]]:
    """Start so many, let each live for a random time, and tell what each said until its end."""
    chance = random.Random(seed)
    living = []
    for place in range(count):
        ear, mouth = os.pipe()
        os.set_blocking(ear, False)
        life = longest_life_s * (chance.random() if number is signal.SIGKILL else 1.0)
        living.append((child(mouth, seed * 100 + place), ear, life))
        os.close(mouth)
    heard = {pid: b"" for pid, _, _ in living}

    def listen() -> None:
        for pid, ear, _ in living:  # a full pipe would stop a child
            heard[pid] += drained(ear)

    ends = []
    started = time.monotonic()
    for pid, _, life in sorted(living, key=lambda each: each[2]):
        while time.monotonic() < started + life:
            listen()
            time.sleep(0.002)
        os.kill(pid, number)
        died = time.time()
        while not os.waitpid(pid, os.WNOHANG)[0]:
            listen()
            time.sleep(0.002)
        listen()
        ends.append({"died": died, "said": [json.loads(line) for line in heard[pid].splitlines()]})
    for _, ear, _ in living:
        os.close(ear)
    return ends


def drained(pipe: int) -> bytes:
    data = b""
    try:
        while piece := os.read(pipe, 65536):
            data += piece
    except BlockingIOError:
        pass
    return data


def main() -> None:
    for line in sys.stdin:
        count, seed, life, how = line.split()
        number = signal.SIGKILL if how == "kill" else signal.SIGTERM
        print(json.dumps(end(int(count), int(seed), float(life), number)), flush=True)


if __name__ == "__main__":
    main()
