"""How tests disturb the stream of updates. Users are named by phone number, "@username" or id."""

from typing import Any

from telethon.tl import types

from .event_loop import control
from .fault_control import FaultControl
from .render import now
from .serialization import tl_bytes
from .settings import Duplicates
from .state import ServerState, User

Who = str | int


class UpdateControl(FaultControl):
    state: ServerState

    def find(self, who: Who) -> User:
        raise NotImplementedError

    @control
    def forget_sessions(self, who: Who) -> int:
        """Forget the user's sessions while their connections stay, as Telegram does after a fault of its own.

        Nothing is pushed until the client makes an API request. Whatever it sends first is answered with
        new_session_created beside its own answer. Returns how many sessions there were.
        """
        sessions = self.state.sessions_of(self.find(who))
        for session in sessions:
            session.forget()
        return len(sessions)

    @control
    def shift_clock(self, who: Who, seconds: int) -> None:
        """Move the server's clock for this user's clients: as if the clock of their machine had jumped the other way.

        The ids of messages of the protocol, the check of the client's ids, and the dates of new messages follow it.
        """
        self.find(who).clock_offset += seconds

    @control
    def lose_pushes(self, who: Who, lost: bool = True) -> None:
        """A network that loses what the server sends by itself. Requests are answered."""
        self.find(who).loses_pushes = lost

    @control
    def restart_pts(self, who: Who, first: int = 1) -> None:
        """Number the user's events from `first` on without telling the clients, whose state is invalid then."""
        self.find(who).mailbox.restart_pts(first)

    @control
    def push_pts_changed(self, who: Who, first: int = 1) -> int:
        """Number the user's events from `first` on and tell the clients. Returns how many were told."""
        user = self.find(who)
        user.mailbox.restart_pts(first)
        return self._push(user, self._short(user, types.UpdatePtsChanged()))

    @control
    def difference_too_long(self, who: Who, times: int = 1) -> int:
        """Answer the next differences with differenceTooLong. Connected clients are told to ask for one."""
        user = self.find(who)
        user.too_long_differences = times
        return self._push(user, types.UpdatesTooLong())

    @control
    def change_texts(self, who: Who, times: int = 1) -> None:
        """Change the texts of the next messages that the user's clients send."""
        self.find(who).texts_to_change = times

    @control
    def answer_duplicates(self, who: Who, duplicates: str) -> None:
        """As `configure` does, for the clients of one user."""
        self.find(who).duplicates = Duplicates(duplicates)

    def _short(self, user: User, update: Any) -> Any:
        return types.UpdateShort(update, now(user))

    def _push(self, user: User, update: Any) -> int:
        sessions = self.state.listening_sessions(user)
        for session in sessions:
            session.push(tl_bytes(update))
        return len(sessions)
