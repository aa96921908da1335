"""A Redis database of its own for each process of pytest-xdist, and for the run: rate limits of one test must not
count in another. Loaded by ``-p`` before Django's settings are; PostgreSQL's databases pytest-django names itself."""

import os
import re

HIGHEST = 15  # of the 16 that redis-server has


def _redis_url(url: str, worker: str) -> str:
    number = HIGHEST - int(re.sub(r"\D", "", worker) or 0)
    return re.sub(r"/\d+$", "", url) + f"/{number}"


def _isolate() -> None:
    url = os.environ.get("REDIS_URL")
    if not url:
        return
    os.environ["REDIS_URL"] = own = _redis_url(url, os.environ.get("PYTEST_XDIST_WORKER", ""))
    if "PYTEST_XDIST_WORKER" in os.environ:
        import redis

        redis.Redis.from_url(own).flushdb()


_isolate()
