"""The servers that people run on their own machine: usual ports, and how each is told from any other web server.

All of them list their models at `/v1/models` and say in `owned_by` who they are. Sources: ollama/ollama
`openai/openai.go` (`library`) and `docs/api.md` (`/api/version`); ggml-org/llama.cpp `tools/server/server-models.cpp`
(`llamacpp`); vllm-project/vllm `vllm/entrypoints/openai/engine/protocol.py` (`vllm`, and `/version` beside it);
sgl-project/sglang `protocol.py` (`sglang`); LostRuins/koboldcpp `koboldcpp.py` (`koboldcpp`);
lmstudio.ai/docs/developer/openai-compat (`organization_owner`); docs.litellm.ai/docs/proxy/health (`/health/liveliness`
without a key); jan.ai/docs/local-server and docs.gpt4all.io/gpt4all_api_server for their ports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textchat.core.configuration import Protocol, ProviderSettings
from textchat.providers.protocols.model_list import first_text, model_entries

LIST_PATH = "/v1/models"


@dataclass(frozen=True, slots=True)
class UsualPort:
    """A port, and what usually answers on it."""

    port: int
    name: str
    """Of the provider that is made of it."""
    is_shared: bool = False
    """Whether other web servers use it as well: there, only what says its name gets it."""
    sign_path: str = ""
    """Asked where the list of models is not given without a key."""
    sign: str = ""
    """What the answer holds: a whole JSON text, or the name of a field."""


_ALIVE_PATTERN = "I'm alive!"
USUAL_PORTS = (
    UsualPort(11434, "ollama", sign_path="/api/version", sign="version"),
    UsualPort(1234, "lmstudio"),
    UsualPort(8080, "llamacpp", is_shared=True),
    UsualPort(8000, "vllm", is_shared=True, sign_path="/version", sign="version"),
    UsualPort(4000, "litellm", sign_path="/health/liveliness", sign=_ALIVE_PATTERN),
    UsualPort(30000, "sglang", is_shared=True),
    UsualPort(1337, "jan", is_shared=True),
    UsualPort(4891, "gpt4all"),
    UsualPort(5001, "koboldcpp", is_shared=True),
)
"""In the order in which they are shown."""

_OWNERS: Mapping[str, str] = {
    "library": "ollama",
    "organization_owner": "lmstudio",
    "llamacpp": "llamacpp",
    "vllm": "vllm",
    "sglang": "sglang",
    "koboldcpp": "koboldcpp",
}
"""What `owned_by` says of a server, and the name of its provider."""

KEY_VARIABLES: Mapping[str, str] = {"litellm": "LITELLM_API_KEY", "vllm": "VLLM_API_KEY", "lmstudio": "LM_API_TOKEN"}
"""Where the keys of those are usually kept that may ask for one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list of models says of the server that gave it."""

    name: str
    """Of its provider; empty where it does not say."""
    models: int


def read_listed(document: Any) -> Listed | None:
    """Read what came from `LIST_PATH`; None for what is no list of models."""
    if not isinstance(document, dict) or document.get("object", "list") != "list" or "data" not in document:
        return None
    entries = model_entries({"data": document["data"]}, ("data",))
    if entries is None or not all(first_text(entry, "id") for entry in entries):
        return None
    owners = (_OWNERS.get(first_text(entry, "owned_by"), "") for entry in entries)
    return Listed(next((owner for owner in owners if owner), ""), len(entries))


def is_sign(document: Any, sign: str) -> bool:
    """Whether an answer at `sign_path` is that of the usual server."""
    if isinstance(document, dict):
        return isinstance(document.get(sign), str)
    return bool(document == sign)


def local_provider(name: str, kind: str, address: str) -> ProviderSettings:
    """The settings of a server of this machine: `address` is its root, `kind` the usual name of such servers."""
    if kind == "ollama":
        return ProviderSettings(name, Protocol.OLLAMA, address)
    return ProviderSettings(name, Protocol.OPENAI, f"{address}/v1", api_key_env=KEY_VARIABLES.get(kind))


LOCAL_DEFINITIONS: Mapping[str, ProviderSettings] = {
    usual.name: local_provider(usual.name, usual.name, f"http://127.0.0.1:{usual.port}") for usual in USUAL_PORTS
}
"""By name; each can be used by name where nothing is configured."""
