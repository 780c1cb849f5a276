"""Keys and pastes in order: what they wait for, and what the screen below has to do with them."""
