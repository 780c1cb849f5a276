"""Chat completions in detail: content of messages, what servers call a setting, files and sources of answers."""
