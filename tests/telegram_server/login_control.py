"""What tests choose about logins: how a code is sent, login e-mails, tokens of logouts, two-step passwords."""

from __future__ import annotations

from typing import Any

from .event_loop import LoopBound, control
from .settings import Settings
from .srp import Verifier
from .state import CodePlan, ServerState, User, digits


class LoginControl(LoopBound):
    state: ServerState
    settings: Settings

    @control
    def send_codes_by(
        self,
        phone: str,
        kind: str,
        fields: dict[str, Any] | None = None,
        *,
        next_type: str | None = None,
        timeout: int | None = None,
        code: str | None = None,
    ) -> None:
        """How codes for this phone are sent from now on: by auth.sentCodeType<kind> with these fields, such as
        ("EmailCode", {"email_pattern": "a***@x.org", "length": 6}). A new code then comes by auth.codeType<next_type>;
        without it there is none. With "PaymentRequired" Telegram asks for money instead. Dates are in Unix seconds."""
        self.state.code_plans[digits(phone)] = CodePlan(kind, fields or {}, next_type, timeout, code)

    @control
    def set_password(self, who: str | int, password: str | None, *, hint: str | None = None) -> None:
        """Set the two-step password, or remove it with None, also while somebody is asked for it."""
        user = self.find(who)
        user.verifier = None if password is None else Verifier.of(password)
        user.hint = hint

    @control
    def use_unknown_algorithm(self, who: str | int) -> None:
        """The password of this user is to be proved in a way that no client knows yet."""
        self.find(who).has_unknown_algorithm = True

    @control
    def configure_logins(self, *, gives_logout_tokens: bool) -> None:
        """Change a setting of logins, see Settings."""
        self.settings.gives_logout_tokens = gives_logout_tokens

    def find(self, who: str | int) -> User:
        raise NotImplementedError
