"""llama-cpp-python's server with a tiny model of random weights: built once from its sdist, run on loopback.

Building takes a compiler and many minutes, so the tests that need it have an option of their own, `--built-servers`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.real.litellm_proxy import CACHE, free_port

REQUIREMENTS = ("llama-cpp-python[server]", "gguf")
BUILD_S = 7200.0
START_S = 60.0
STOP_S = 10.0
MODEL = "tiny-random"
# Run by the Python that has `gguf`: two arguments, the file and the number of layers.
MAKE_MODEL = """
import sys
import numpy as np
from gguf import GGUFWriter, TokenType

WIDTH, HIDDEN, HEADS, CONTEXT, LAYERS = 256, 768, 4, 4096, int(sys.argv[2])
chance = np.random.default_rng(7)
letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
tokens += [*letters, *("\\u2581" + each for each in letters)]
kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL] + [TokenType.BYTE] * 256
kinds += [TokenType.NORMAL] * (len(tokens) - len(kinds))

writer = GGUFWriter(sys.argv[1], "llama")
writer.add_context_length(CONTEXT)
writer.add_embedding_length(WIDTH)
writer.add_block_count(LAYERS)
writer.add_feed_forward_length(HIDDEN)
writer.add_head_count(HEADS)
writer.add_head_count_kv(HEADS)
writer.add_rope_dimension_count(WIDTH // HEADS)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * len(tokens))
writer.add_token_types(kinds)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)


def weights(name, *shape, scale=0.3):
    writer.add_tensor(name, (chance.standard_normal(shape) * scale).astype(np.float32))


def ones(name):
    writer.add_tensor(name, np.ones(WIDTH, dtype=np.float32))


weights("token_embd.weight", len(tokens), WIDTH)
output = chance.standard_normal((len(tokens), WIDTH)) * 0.3
output[:259] *= 0.01  # letters, and hardly ever a byte or the end
writer.add_tensor("output.weight", output.astype(np.float32))
ones("output_norm.weight")
for at in range(LAYERS):
    ones(f"blk.{at}.attn_norm.weight")
    ones(f"blk.{at}.ffn_norm.weight")
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        weights(f"blk.{at}.{part}.weight", WIDTH, WIDTH, scale=0.05)
    weights(f"blk.{at}.ffn_gate.weight", HIDDEN, WIDTH, scale=0.05)
    weights(f"blk.{at}.ffn_up.weight", HIDDEN, WIDTH, scale=0.05)
    weights(f"blk.{at}.ffn_down.weight", WIDTH, HIDDEN, scale=0.05)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
"""


def built() -> Path:
    """The Python that has the server; builds it first where that was not done before."""
    key = hashlib.sha256("\n".join([*REQUIREMENTS, sys.version]).encode()).hexdigest()[:12]
    folder = CACHE / f"llama-cpp-{key}"
    python, ready = folder / "bin" / "python", folder / "ready"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"llama-cpp-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True, timeout=BUILD_S)
            ready.touch()
    return python


class LlamaCppServer:
    """A running server; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.base_url = f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> LlamaCppServer:
        python, model, log = built(), self._folder / f"{MODEL}.gguf", self._folder / "log"
        subprocess.run([python, "-c", MAKE_MODEL, model, "4"], check=True)
        options = ["--model", str(model), "--model_alias", MODEL, "--n_ctx", "4096", "--host", "127.0.0.1"]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [python, "-m", "llama_cpp.server", *options, "--port", str(self._port)],
                cwd=self._folder,
                env={"HOME": str(self._folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"llama-cpp-python did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.base_url}/models", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
