"""Faults as a test orders them. Requests are named as in Telegram's schema, e.g. messages.sendMessage."""

from .errors import failure
from .faults import Fault, Moment
from .loop_bound import LoopBound, control
from .rpc import Rpc
from .state import digits


class FaultControls(LoopBound):
    """`when`: "before" or "after" the request takes effect. `phone`: of that account only."""

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
    ) -> None:
        """Refuse with an error, e.g. FLOOD_WAIT_30. Its code is known from its name, or given."""
        self._add(Fault(request, times, Moment(when), _account(phone), error=failure(error, code)))

    @control
    def lose(self, request: str, *, times: int = 1, when: str = "after", phone: str | None = None) -> None:
        """Cut the connection instead of answering; "after": the effect stays, only the answer is lost."""
        self._add(Fault(request, times, Moment(when), _account(phone), is_cut=True))

    @control
    def hang(
        self, request: str, seconds: float, *, times: int = 1, when: str = "before", phone: str | None = None
    ) -> None:
        """Let the request wait; the connection lives on, and so does the request if the client goes away."""
        self._add(Fault(request, times, Moment(when), _account(phone), seconds=seconds))

    @control
    def resume_hanging(self) -> None:
        """What hangs goes on at once; what was told to hang until now does not."""
        self.rpc.faults.resume_hanging()

    @control
    def clear_faults(self) -> None:
        self.rpc.faults.clear()

    @control
    def faults_left(self) -> int:
        """How many strikes are still to come: 0 says that all that was ordered has happened."""
        return self.rpc.faults.left()

    def _add(self, fault: Fault) -> None:
        self.rpc.faults.add(fault)


def _account(phone: str | None) -> str | None:
    return None if phone is None else digits(phone)
