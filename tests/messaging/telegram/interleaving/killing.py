"""The end of a process, for one account among many in the same process."""

import asyncio
from typing import Any

from messaging.telegram.account_worker import AccountWorker


class NoThreads:
    """In the place of the database's threads: calls of a process that has ended never happen."""

    async def run(self, *_: Any, **__: Any) -> Any:
        await asyncio.get_running_loop().create_future()


def kill(worker: AccountWorker, account_id: int) -> None:
    """End the account's connection as ``kill -9`` ends a worker, and let the worker connect it anew.

    What a killed worker leaves behind is what is in the database, and TCP connections that the kernel closes. So from
    here on nothing is read from or written to the database for this connection, and nothing leaves through its socket;
    its tasks are canceled and can do no more than that. A transaction that runs at this moment ends, which is a
    process killed a little later. The message being sent keeps its lease until that is over, as after a kill.
    """

    async def end() -> None:
        connection = worker._connections.pop(account_id, None)
        if connection is None:
            return  # nobody holds the account
        connection._threads = NoThreads()  # type: ignore[assignment]
        connection._closing = True
        if hasattr(connection, "_missed_history"):
            connection._missed_history._threads = connection._threads
        client = connection._client
        if client is not None and client._sender._connection is not None:
            writer = client._sender._connection._writer
            if writer is not None:
                writer.transport.abort()
            client._sender._user_connected = False  # it must not reconnect
        for task in (connection._sending, connection._loading, connection._task):
            if task is not None:
                task.cancel()

    asyncio.run_coroutine_threadsafe(end(), worker._loop).result()
