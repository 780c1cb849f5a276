"""Google's generated content in detail: content, thinking, files and sources of answers, what may be left out."""
