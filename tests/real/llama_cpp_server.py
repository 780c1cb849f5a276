"""llama-cpp-python's server with a tiny model of random weights: built once from its sdist, run on loopback.

Building takes a compiler and many minutes, so the tests that need it have an option of their own, `--built-servers`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.real.server_program import ServerProgram, environment_with

REQUIREMENTS = ("llama-cpp-python[server]", "gguf")
BUILD_S = 7200.0
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
    """The Python that has the server, built if need be."""
    return environment_with("llama-cpp", REQUIREMENTS, BUILD_S)


class LlamaCppServer(ServerProgram):
    """A running server."""

    health = "/v1/models"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def command(self) -> list[str | Path]:
        python, model = built(), self.folder / f"{MODEL}.gguf"
        subprocess.run([python, "-c", MAKE_MODEL, model, "4"], check=True)
        options = ["--model", str(model), "--model_alias", MODEL, "--n_ctx", "4096", "--host", "127.0.0.1"]
        return [python, "-m", "llama_cpp.server", *options, "--port", str(self.port)]

    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
