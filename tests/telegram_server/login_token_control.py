"""How tests scan QR codes, and how long these are valid."""

import base64

from .event_loop import LoopBound, control
from .handlers.login_tokens import accept
from .login_tokens import PREFIX
from .state import ServerState


class LoginTokenControl(LoopBound):
    state: ServerState

    @control
    def scan_login_token(self, address: str, phone: str) -> None:
        """The user with this phone scans a code, given as its address, "tg://login?token=…". Raises RpcFailure."""
        user = self.state.user_by_phone(phone)
        if user is None or not address.startswith(PREFIX):
            raise KeyError(address if user else phone)
        text = address.removeprefix(PREFIX)
        accept(self.state, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), user)
        self.state.notify()

    @control
    def expire_login_tokens(self) -> None:
        """No code that was handed out so far can be scanned or redeemed any more."""
        self.state.login_tokens.expire_all()

    @control
    def set_login_token_lifetime(self, seconds: float) -> None:
        """For codes that are handed out from now on."""
        self.state.login_tokens.lifetime = seconds
