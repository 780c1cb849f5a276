"""How many examples a property test tries: all of them in CI, a quarter on a person's machine.

hypothesis loads its own profile "ci" where the environment says that this is CI; `tests/conftest.py` loads "person"
elsewhere. `--hypothesis-profile=NAME` takes another.
"""

from __future__ import annotations

import os

from hypothesis import settings

CI_EXAMPLES = 100


def load_profile() -> None:
    settings.register_profile("full", max_examples=CI_EXAMPLES)
    settings.register_profile("person", max_examples=CI_EXAMPLES // 4)
    if not os.environ.get("CI"):
        settings.load_profile("person")


def examples(in_ci: int) -> int:
    """The number for `max_examples` of a test that tries `in_ci` examples in CI."""
    return max(1, in_ci * settings().max_examples // CI_EXAMPLES)
