"""How much is tried: a third in CI, a part of it on a person's machine.

A property test tries a quarter of its examples; a model server's answers come in fewer of the ways that cut them.
hypothesis loads its own profile "ci" where the environment says that this is CI; `tests/conftest.py` loads "person"
elsewhere. `--hypothesis-profile=NAME` takes another.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

IN_CI = bool(os.environ.get("CI"))
CI_EXAMPLES = 100


def load_profile() -> None:
    # As in hypothesis's own "ci": a busy machine is no fault of a test.
    calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("full", calm, max_examples=CI_EXAMPLES)
    settings.register_profile("person", calm, max_examples=CI_EXAMPLES // 4)
    if not IN_CI:
        settings.load_profile("person")


def examples(in_ci: int) -> int:
    """The number for `max_examples` of a test that tries `in_ci` examples with all of them, a third of them in CI."""
    share = 3 if IN_CI else 1
    return max(1, in_ci * settings().max_examples // (CI_EXAMPLES * share))
