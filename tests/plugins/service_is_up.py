"""``python -m tests.plugins.service_is_up URL``: exit status 0 if PostgreSQL or Redis answers there."""

import sys
from urllib.parse import urlsplit

import psycopg
import redis


def service_is_up(url: str) -> bool:
    """The database that a PostgreSQL URL names need not exist: the tests create their own."""
    parts = urlsplit(url)
    try:
        if parts.scheme.startswith("redis"):
            redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping()
        else:
            psycopg.connect(parts._replace(scheme="postgresql", path="/postgres").geturl(), connect_timeout=2).close()
    except (psycopg.OperationalError, redis.RedisError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(not service_is_up(sys.argv[1]))
