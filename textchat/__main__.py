"""`python -m textchat` is `textchat`."""

from textchat.cli import main

if __name__ == "__main__":
    main()
