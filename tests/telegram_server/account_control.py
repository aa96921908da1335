"""What Telegram does to an account or an application, apart from ending sessions."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from .errors import failure
from .event_loop import LoopBound, control
from .settings import Settings
from .state import Freeze

if TYPE_CHECKING:
    from .connection import Connection
    from .state import User
    from .update_control import Who


class AccountControl(LoopBound):
    settings: Settings
    connections: Collection[Connection]

    def find(self, who: Who) -> User:
        raise NotImplementedError

    @control
    def freeze(self, who: Who, *, since: int = 1, until: int = 0, appeal_url: str = "") -> None:
        """Let the user only read: what writes is refused with FROZEN_METHOD_INVALID, and help.getAppConfig has these
        values (Unix seconds). With ``since`` 0 it has none of them."""
        self.find(who).freeze = Freeze(since, until, appeal_url)

    @control
    def thaw(self, who: Who) -> None:
        """End the freeze."""
        self.find(who).freeze = None

    @control
    def refuse_clients(self, error: str | None) -> None:
        """Answer every initConnection with this error, such as API_ID_INVALID; None: accept them again."""
        self.settings.init_refusal = None if error is None else failure(error)

    @control
    def identities(self, who: Who) -> list[list[str]]:
        """What the clients of the user have said of themselves, each once, in the order of their first connection:
        device model, system version, app version, language and system language."""
        return [list(identity) for identity in self.find(who).identities]

    @control
    def transports(self, who: Who) -> list[str]:
        """The transports of the user's connections, such as Full or Obfuscated, each once."""
        user = self.find(who)
        return sorted({connection.transport for connection in self.connections if connection.serves(user)})
