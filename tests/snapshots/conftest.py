"""What the pictures of flows share with the tests of flows: an isolated home."""

from tests.flow.conftest import environment

__all__ = ["environment"]
