"""Pages of help in Markdown, what a field in them says, and the table of exit codes."""
