"""How many examples the generated tests try: few, and the same ones each time, unless ``FUZZ`` asks for more.

``FUZZ=20`` makes each test try 20 times as many examples, and other ones in each run. A failure prints the decorator
that repeats it.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings

FUZZ = int(os.environ.get("FUZZ", "1"))
# The same examples in each run, so that a test of `make test` fails for a change and not by chance.
REPEATABLE = FUZZ == 1


def examples(count: int, **options: Any) -> settings:
    """The Hypothesis settings of a test that tries ``count`` examples in `make test`; ``options`` are further ones."""
    return settings(
        max_examples=count * FUZZ,
        # How long an example takes says more about the machine than about the code.
        deadline=None,
        derandomize=REPEATABLE,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        **options,
    )
