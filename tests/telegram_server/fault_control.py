"""How tests inject faults. Requests are named as in Telegram's schema, such as messages.sendMessage."""

from .errors import failure
from .event_loop import LoopBound, control
from .faults import Fault, When
from .rpc import Rpc
from .state import digits


class FaultControl(LoopBound):
    """`when` is "before" or "after" the request takes effect. `phone` limits a fault to one user. The first `skip`
    requests pass, so that a transfer breaks off in its middle."""

    rpc: Rpc

    @control
    def fail(
        self,
        request: str,
        error: str,
        *,
        code: int | None = None,
        times: int = 1,
        when: str = "before",
        phone: str | None = None,
        skip: int = 0,
    ) -> None:
        """Refuse the request with an error, such as FLOOD_WAIT_30. Its code is Telethon's unless one is given."""
        self._add(Fault(request, times, When(when), _digits(phone), error=failure(error, code), skip=skip))

    @control
    def lose(
        self, request: str, *, times: int = 1, when: str = "after", phone: str | None = None, skip: int = 0
    ) -> None:
        """Abort the connection instead of answering. With "after" only the answer is lost."""
        self._add(Fault(request, times, When(when), _digits(phone), aborts_connection=True, skip=skip))

    @control
    def hang(
        self,
        request: str,
        seconds: float,
        *,
        times: int = 1,
        when: str = "before",
        phone: str | None = None,
        skip: int = 0,
    ) -> None:
        """Delay the request. Its connection stays open, and the request stays alive if the client disconnects."""
        self._add(Fault(request, times, When(when), _digits(phone), seconds=seconds, skip=skip))

    @control
    def ignore(
        self, request: str, *, times: int = 1, when: str = "before", phone: str | None = None, skip: int = 0
    ) -> None:
        """Acknowledge the request and never answer it. Its connection stays open, and pings are answered."""
        self._add(Fault(request, times, When(when), _digits(phone), is_ignored=True, skip=skip))

    @control
    def resume_hanging(self) -> None:
        """Continue the requests that hang now. Earlier calls of `hang` no longer delay any request."""
        self.rpc.faults.resume_hanging()

    @control
    def clear_faults(self, phone: str | None = None) -> None:
        """Forget the faults that are still to happen: all, or those of one user."""
        self.rpc.faults.clear(_digits(phone))

    @control
    def faults_left(self) -> int:
        """How many requests are still to fail; 0 means that all faults have happened."""
        return self.rpc.faults.remaining()

    def _add(self, fault: Fault) -> None:
        self.rpc.faults.add(fault)


def _digits(phone: str | None) -> str | None:
    return None if phone is None else digits(phone)
