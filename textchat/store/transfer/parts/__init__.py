"""How exports write what a message holds beside its text: files, and the sources it cites."""
