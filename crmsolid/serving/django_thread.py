"""What Django wants of a thread that serves requests for as long as the process lives."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import caches
from django.db import connections


@contextmanager
def serving_thread() -> Iterator[None]:
    """Pass as `around_thread`.

    Django keeps caches per context, and each request has a context of its own: made here, the thread's caches (and
    their connections) are shared by its requests. Database connections are per thread and close with it.
    """
    for alias in settings.CACHES:
        caches[alias]
    try:
        yield
    finally:
        connections.close_all()


def settle_heap() -> None:
    """Call once everything is loaded. What a Django process holds then lives as long as it does; a full collection
    looks at all of it, and holds up every request for 0.1 s, unless it is told not to."""
    gc.collect()
    gc.freeze()
