"""A database that cannot be written: how it is read, and what is new beside it in memory."""
