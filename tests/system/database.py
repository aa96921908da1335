"""The database of a running product, as the tests look into it."""

import threading
from collections.abc import Sequence
from typing import Any

import psycopg


class Database:
    """Keeps one connection for queries of all threads: tests ask many times a second. It may be ended at any time."""

    def __init__(self, address: str) -> None:
        self._address, self._lock = address, threading.Lock()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def query(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connected().execute(sql, params).fetchall()
            except psycopg.OperationalError:
                if not self._connected().closed:
                    raise
                self._disconnect()
                return self._connected().execute(sql, params).fetchall()

    def close(self) -> None:
        with self._lock:
            self._disconnect()

    def _connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        if self._connection is None:
            # Without prepared statements, because tests change tables.
            self._connection = psycopg.connect(self._address, autocommit=True, prepare_threshold=None)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
