"""What the terminal itself shows of textchat: its title, and a notification where nobody looks at it."""
