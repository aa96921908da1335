"""A pytest plugin: each process of pytest-xdist gets an empty Redis database of its own, so that the rate limits of
one test do not count in another. It is loaded with ``-p``, before Django's settings. pytest-django does the same for
PostgreSQL."""

import os
import re

HIGHEST = 15  # redis-server has the databases 0 to 15


def _isolate() -> None:
    url, worker = os.environ.get("REDIS_URL"), os.environ.get("PYTEST_XDIST_WORKER", "")
    if not url:
        return
    number = HIGHEST - int(re.sub(r"\D", "", worker) or 0)
    os.environ["REDIS_URL"] = own_url = re.sub(r"/\d+$", "", url) + f"/{number}"
    import redis

    redis.Redis.from_url(own_url).flushdb()


_isolate()
