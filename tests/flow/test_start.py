"""What the first paint may cost: the heavy libraries come with the first use of what they are for."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.flow.local import local_environment
from tests.flow.terminal import Terminal
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate

HEAVY = {"httpx", "jsonschema", "httpcore", "tiktoken", "genai_prices", "pydantic", "pygments", "markdown_it"}
MISSING = {b"sniffio"}
"""What httpcore looks for in vain with each request, where it is not installed."""
NAMING = """
import os, sys, threading, time
class Naming:
    def find_spec(self, name, path=None, target=None):
        os.write(2, f"looks for {name};".encode())
def tell():
    while not hasattr(sys.modules.get("anyio._backends._asyncio"), "backend_class"):
        time.sleep(0.01)
    os.write(2, b"all is there")
sys.meta_path.insert(0, Naming())
threading.Thread(target=tell, daemon=True).start()
"""
"""Names each module that is looked for (`-X importtime` leaves those out that come by `importlib.import_module`), and
tells when the last is there that a request over the network needs."""
PAINTED = b"demo/fast"
"""The model in the heading of its pane: it is in the output once the screen has been drawn."""


def test_the_first_paint_imports_no_heavy_library(environment: dict[str, str]) -> None:
    with Terminal((sys.executable, "-X", "importtime", "-m", "textchat"), environment) as terminal:
        terminal.wait_until(lambda _: PAINTED in terminal.output)
        before = bytes(terminal.output).partition(PAINTED)[0]
    imported = set(re.findall(r"import time: +\d+ \| +\d+ \| +([\w.]+)", before.decode(errors="replace")))
    assert {"textual.app", "textchat.app", "sqlite3"} <= imported, "the list is complete up to the first paint"
    assert not {name for name in imported if name.partition(".")[0] in HEAVY}


def test_the_first_prompt_imports_nothing(tmp_path: Path, openai_server: OpenAIServer) -> None:
    end = Gate()
    openai_server.script("quick", "zyzzyva", end)
    environ = local_environment(tmp_path, openai_server)
    (tmp_path / "sitecustomize.py").write_text(NAMING)
    environ["PYTHONPATH"] += f":{tmp_path}"
    with Terminal((sys.executable, "-m", "textchat", "-m", "local/quick"), environ) as terminal:
        terminal.wait_until(lambda _: b"all is there" in terminal.output)
        assert not openai_server.requests, "nothing leaves before it is asked for"
        before = len(terminal.output)
        terminal.type("Hello")
        terminal.press("enter")
        terminal.wait_until(lambda _: b"zyzzyva" in terminal.output)
        after = bytes(terminal.output[before:]).partition(b"zyzzyva")[0]
        end.open()
    assert set(re.findall(rb"looks for ([\w.]+);", after)) <= MISSING
