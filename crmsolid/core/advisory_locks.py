"""Advisory locks of PostgreSQL by their names, for what has no row to lock."""

import hashlib

from crmsolid.core.sql.prepared_cursor import acquire_lock


def hold_lock(name: str) -> None:
    """Hold the lock of this name until the transaction ends, which it begins if there is none yet.

    Raises :class:`~crmsolid.core.sql.prepared_cursor.LockTimeout`.
    """
    digest = hashlib.sha256(name.encode()).digest()
    acquire_lock(int.from_bytes(digest[:8], "big", signed=True))
