"""What the pictures of flows share with the tests of flows: an isolated home, and a keyring in memory."""

from tests.flow.conftest import environment
from tests.flow.test_first_steps import memory

__all__ = ["environment", "memory"]
