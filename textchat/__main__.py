"""Runs the command line for `python -m textchat`."""

import sys

from textchat.cli import main

if __name__ == "__main__":
    sys.exit(main())
