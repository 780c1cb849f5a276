"""Lists the formats that are read; of those that match, the first one counts."""

from __future__ import annotations

# By their whole names: two folders hold modules of the same purpose, and `textchat` is also the package's own name.
import textchat.store.transfer.importers.databases.anythingllm as anythingllm
import textchat.store.transfer.importers.databases.elia as elia
import textchat.store.transfer.importers.databases.llm_logs as llm_logs
import textchat.store.transfer.importers.databases.ollama_app as ollama_app
import textchat.store.transfer.importers.databases.open_webui as open_webui
import textchat.store.transfer.importers.databases.open_webui_database as open_webui_database
import textchat.store.transfer.importers.databases.oterm as oterm
import textchat.store.transfer.importers.google.ai_studio as ai_studio
import textchat.store.transfer.importers.google.takeout_html as takeout_html
import textchat.store.transfer.importers.google.takeout_json as takeout_json
import textchat.store.transfer.importers.google.workspace as workspace
import textchat.store.transfer.importers.local.jan as jan
import textchat.store.transfer.importers.local.llama_cpp as llama_cpp
import textchat.store.transfer.importers.local.lm_studio as lm_studio
import textchat.store.transfer.importers.local.parllama as parllama
import textchat.store.transfer.importers.local.silly_tavern as silly_tavern
import textchat.store.transfer.importers.local.text_generation as text_generation
import textchat.store.transfer.importers.messages.message_lists as message_lists
import textchat.store.transfer.importers.messages.share_gpt as share_gpt
import textchat.store.transfer.importers.programs.ai_sdk as ai_sdk
import textchat.store.transfer.importers.programs.big_agi as big_agi
import textchat.store.transfer.importers.programs.chatbox as chatbox
import textchat.store.transfer.importers.programs.cherry_studio as cherry_studio
import textchat.store.transfer.importers.programs.claude_code as claude_code
import textchat.store.transfer.importers.programs.codex as codex
import textchat.store.transfer.importers.programs.gemini_cli as gemini_cli
import textchat.store.transfer.importers.programs.librechat as librechat
import textchat.store.transfer.importers.programs.lobechat as lobechat
import textchat.store.transfer.importers.programs.typing_mind as typing_mind
import textchat.store.transfer.importers.programs.vscode_chat as vscode_chat
import textchat.store.transfer.importers.programs.vscode_log as vscode_log
import textchat.store.transfer.importers.services.chatgpt as chatgpt
import textchat.store.transfer.importers.services.claude as claude
import textchat.store.transfer.importers.services.deepseek as deepseek
import textchat.store.transfer.importers.services.grok as grok
import textchat.store.transfer.importers.textchat as own
from textchat.store.transfer.importers.formats import DatabaseFormat, DocumentFormat, JsonFormat

JSON_FORMATS: tuple[JsonFormat, ...] = (
    own.FORMAT,
    open_webui.FORMAT,
    deepseek.FORMAT,
    chatgpt.FORMAT,
    claude.FORMAT,
    librechat.FORMAT,
    lobechat.FORMAT,
    cherry_studio.FORMAT,
    chatbox.FORMAT,
    gemini_cli.FORMAT,
    claude_code.FORMAT,
    codex.FORMAT,
    ai_studio.FORMAT,
    takeout_json.FORMAT,
    workspace.FORMAT,
    grok.FORMAT,
    llama_cpp.FORMAT,
    lm_studio.FORMAT,
    jan.THREAD,
    jan.MESSAGES,
    share_gpt.FORMAT,
    big_agi.FORMAT,
    typing_mind.FORMAT,
    parllama.FORMAT,
    vscode_chat.FORMAT,
    vscode_log.FORMAT,
    silly_tavern.FORMAT,
    text_generation.FORMAT,
    ai_sdk.OBJECT,
    ai_sdk.SERIES,
    message_lists.OBJECT,
    message_lists.SERIES,
)
DOCUMENT_FORMATS: tuple[DocumentFormat, ...] = (takeout_html.FORMAT,)
DATABASE_FORMATS: tuple[DatabaseFormat, ...] = (
    elia.FORMAT,
    llm_logs.FORMAT,
    ollama_app.FORMAT,
    anythingllm.FORMAT,
    open_webui_database.FORMAT,
    oterm.FORMAT,
    jan.DATABASE,
)


def known_names() -> str:
    """The programs whose files are read, each once, as the end of a sentence."""
    formats = (*JSON_FORMATS, *DOCUMENT_FORMATS, *DATABASE_FORMATS)
    *names, last = sorted(dict.fromkeys(known.name for known in formats), key=str.casefold)
    return f"{', '.join(names)} and {last}"
