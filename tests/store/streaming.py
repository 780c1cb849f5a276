"""Run as a program: children that save a prompt and stream a reply into one database until somebody kills them.

For each line on standard input (`count seed`) it forks so many children, kills them one after the other at random
moments, and prints as JSON what each had said it fed and what it had said is kept. A fork from a process that has
imported everything makes a crash cheap enough to have many of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.events import ReasoningDelta, TextDelta
from textchat.core.reply import Reply
from textchat.live.checkpoints import Checkpoints
from textchat.store.history import History

LONGEST_LIFE_S = 1.2


def say(pipe: int, **what: Any) -> None:
    os.write(pipe, json.dumps(what).encode() + b"\n")  # shorter than PIPE_BUF: all of it or nothing


async def stream(path: Path, pipe: int, seed: int) -> None:
    chance = random.Random(seed)
    history = History.open(path)
    conversation = Conversation(new_id(), f"conversation {seed}", time.time(), {}, (Pane("p", "demo/fast"),))
    parent = None
    while True:
        prompt = Message(new_id(), parent, Role.USER, f"prompt {chance.random()}", created_at=time.time())
        reply = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/fast")
        conversation = conversation.with_message(prompt).with_message(reply.freeze())
        await history.save(conversation, [prompt, reply.freeze()])
        say(pipe, saved=[conversation.id, prompt.id, reply.id], text=prompt.text)
        checkpoints = Checkpoints(history.checkpoint)
        for number in range(chance.randrange(20, 150)):
            reply.feed(ReasoningDelta(f"r{number} ") if number < 10 else TextDelta(f"{seed}-{number}é "))
            say(pipe, fed=reply.id, chars=len(reply.text), at=time.time())
            checkpoints.grew(reply)
            await asyncio.sleep(chance.random() * 0.01)
        checkpoints.stop()
        reply.end(Status.COMPLETE)
        conversation = conversation.with_message(reply.freeze())
        await history.finish(conversation.id, reply.freeze())
        say(pipe, finished=reply.id, text=reply.text, reasoning=reply.reasoning)
        parent = reply.id


def child(path: Path, pipe: int, seed: int) -> int:
    """The process id of a new child that streams."""
    pid = os.fork()
    if pid == 0:
        asyncio.run(stream(path, pipe, seed))
        os._exit(1)  # it never ends by itself
    return pid


def crash(path: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """Start so many, let each live for a random time, and tell what each said until its end."""
    chance = random.Random(seed)
    living = []
    for number in range(count):
        ear, mouth = os.pipe()
        os.set_blocking(ear, False)
        living.append((child(path, mouth, seed * 100 + number), ear, chance.random() * LONGEST_LIFE_S))
        os.close(mouth)
    ends = []
    heard = {pid: b"" for pid, _, _ in living}
    started = time.monotonic()
    for pid, ear, life in sorted(living, key=lambda each: each[2]):
        while time.monotonic() < started + life:
            for each, pipe, _ in living:  # a full pipe would stop a child
                heard[each] += drained(pipe)
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)
        died = time.time()
        os.waitpid(pid, 0)
        heard[pid] += drained(ear)
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
    path = Path(sys.argv[1])
    for line in sys.stdin:
        count, seed = line.split()
        print(json.dumps(crash(path, int(count), int(seed))), flush=True)


if __name__ == "__main__":
    main()
