"""What Django wants of a thread that serves requests for as long as the process lives."""

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
