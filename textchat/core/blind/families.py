"""The names that models go by: their own, those of their families and of their makers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """The models that go by the same names."""

    models: str
    """Pattern of what the names of its models, without the provider, hold."""
    distinctive: tuple[str, ...]
    """Names that mean nothing else; `#` is a version: `gpt#` is GPT-4, GPT 4o and gpt4. `~`: a first name too."""
    everyday: tuple[str, ...] = ()
    """Names that may mean something else, its makers among them."""


# fmt: off
FAMILIES: Sequence[Family] = (
    Family(r"gpt|chatgpt|davinci|(?<![a-z])o[1-9](?![0-9])|codex", ("gpt", "gpt#", "chatgpt", "openai", "open ai"),
           ("o1", "o3", "o4", "codex")),
    Family(r"claude|sonnet|haiku|opus", ("claude~", "claude#", "claude sonnet", "claude opus", "claude haiku",
           "anthropic"), ("sonnet", "haiku", "opus")),
    Family(r"gemini|bard|palm|learnlm", ("gemini#", "deepmind", "google ai", "google deepmind"),
           ("gemini", "bard", "google", "palm")),
    Family(r"gemma", ("gemma", "gemma#", "deepmind", "google deepmind"), ("google",)),
    Family(r"llama", ("llama#", "meta ai", "meta llama"), ("llama", "meta", "facebook")),
    Family(r"mi[sx]tral|codestral|ministral|magistral|devstral|pixtral|voxtral",
           ("mistral ai", "mistral#", "mixtral", "codestral", "ministral", "magistral", "devstral", "pixtral",
            "le chat"), ("mistral",)),
    Family(r"qwen|qwq|qvq|tongyi", ("qwen", "qwen#", "qwq", "tongyi", "tongyi qianwen", "alibaba cloud", "通义千问",
                                    "千问", "通义", "阿里云"), ("alibaba",)),
    Family(r"deepseek", ("deepseek", "deepseek#", "deep seek", "深度求索"), ()),
    Family(r"grok", ("grok#", "xai", "x.ai"), ("grok",)),
    Family(r"command|aya|cohere|c4ai", ("cohere", "command r", "command-r", "command r+"), ("command", "aya")),
    Family(r"(?<![a-z])phi|wizardlm|orca", ("phi#",), ("phi", "microsoft", "orca")),
    Family(r"kimi|moonshot", ("kimi", "kimi#", "moonshot ai", "月之暗面"), ("moonshot",)),
    Family(r"glm|zhipu", ("chatglm", "glm", "glm#", "zhipu", "zhipu ai", "z.ai", "智谱", "智谱清言"), ()),
    Family(r"nova|titan", ("amazon nova", "nova#"), ("nova", "titan", "amazon", "aws")),
    Family(r"granite", ("granite#",), ("granite", "ibm")),
    Family(r"nemotron", ("nemotron", "nemotron#"), ("nvidia",)),
    Family(r"ernie|wenxin", ("ernie bot", "ernie#", "文心一言"), ("ernie", "baidu")),
    Family(r"hunyuan", ("hunyuan", "混元"), ("tencent",)),
    Family(r"minimax|abab", ("minimax", "minimax#"), ()),
    Family(r"doubao|seed-", ("doubao", "bytedance", "豆包"), ()),
    Family(r"jamba|jurassic", ("jamba", "ai21", "ai21 labs"), ("jurassic",)),
    Family(r"sonar|pplx|perplexity", ("perplexity ai", "sonar#"), ("sonar", "perplexity")),
    Family(r"olmo|tulu|molmo", ("olmo", "olmo#", "tülu", "tulu#", "allen institute for ai"), ("ai2",)),
    Family(r"falcon", ("falcon#", "technology innovation institute"), ("falcon", "tii")),
    Family(r"smol", ("smollm", "smollm#", "hugging face", "huggingface"), ()),
    Family(r"solar", ("upstage",), ("solar",)),
    Family(r"(?<![a-z])yi(?![a-z])", ("01.ai", "零一万物"), ("yi",)),
    Family(r"internlm", ("internlm", "书生"), ()),
    Family(r"vicuna", ("vicuna", "vicuna#"), ("lmsys",)),
    Family(r"dbrx", ("dbrx", "databricks"), ()),
    Family(r"reka", ("reka ai", "reka core", "reka flash", "reka edge"), ("reka",)),
    Family(r"hermes", ("nous research", "nous hermes"), ("hermes",)),
    Family(r"copilot", ("microsoft copilot", "github copilot"), ("copilot", "microsoft")),
)
# fmt: on
TOO_PLAIN = frozenset(
    """
    ai api app assistant auto base beta big bot chat cloud code coder custom default demo dev embed exp fast fine flash
    free full gateway general gguf host hub instruct large latest lite local main max medium mini model mode nano new
    next one openrouter ollama plus preview pro prod proxy random router server small smart some stable test text the
    tiny turbo ultra vision best better careful cheap deep expert good great high light low quick slow
    """.split()  # noqa: SIM905
)
"""Words in names of models and providers that tell nothing."""
