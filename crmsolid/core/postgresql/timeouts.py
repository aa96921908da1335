"""The timeouts of every session with PostgreSQL. docs/running.md gives the reason for each value."""

from collections.abc import Mapping
from typing import Any

CONNECT_SECONDS = 3

# Parameters of libpq: how this side notices that the server has become silent. Unix sockets ignore all but the first.
_CLIENT: dict[str, int] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 3,  # seconds
    "keepalives_interval": 1,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 4000,  # milliseconds
}

# Parameters of the session: what the server ends by itself, and how it notices that this side has become silent.
_SERVER: dict[str, str] = {
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "10",  # seconds
    "tcp_keepalives_interval": "5",  # seconds
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
    # No timeout, but set for the same sessions: compiling a statement takes longer than it can save here.
    "jit": "off",
}


def with_timeouts(options: Mapping[str, Any]) -> dict[str, Any]:
    """The OPTIONS of Django's database settings: the timeouts, and ``options``, which take precedence."""
    server = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
    return {**_CLIENT, **options, "options": f"{server} {options.get('options', '')}".rstrip()}
