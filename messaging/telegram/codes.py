"""Login codes: how Telegram has sent one and how the next one would come, in words. Does not load Telethon."""

import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from crmsolid.core import clock

# What the page says, by channel. ``detail`` is what Telegram tells of the channel.
_SENT = {
    "app": "Telegram has sent it to the account's own app: look for the chat “Telegram” on a device that is logged in.",
    "sms": "Telegram has sent it by SMS.",
    "sms_word": "Telegram has sent a word by SMS{beginning}. Type that word.",
    "sms_phrase": "Telegram has sent some words by SMS{beginning}. Type all of them, with the spaces between them.",
    "firebase_sms": "Telegram wants to send it through its own app for Android or iOS, so it may never arrive here.",
    "call": "Telegram calls this number and reads it out.",
    "flash_call": "Telegram calls this number and hangs up: the code is the number of the caller, {detail}.",
    "missed_call": "Telegram calls this number and hangs up: the code is the last {length} digits of the caller's "
    "number, which begins with {detail}.",
    "email": "Telegram has sent it to the account's login e-mail, {detail}.",
    "fragment": "Telegram has sent it to the number's page at fragment.com.",
}
# Short, because a countdown follows and a phone is narrow.
_RESEND = {
    "sms": "Send the code by SMS instead",
    "call": "Send the code by call instead",
    "flash_call": "Use a missed call instead",
    "missed_call": "Use a missed call instead",
    "fragment": "Use fragment.com instead",
}
_WORDS = ("sms_word", "sms_phrase")
_CALLER_NUMBER = ("flash_call", "missed_call")


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that Telegram has sent, and what the next step needs. Times are in Unix seconds.

    ``channel`` says how it was sent. ``length`` is 0 where Telegram does not tell. ``detail`` is the masked e-mail
    address, the first word, the caller's number as far as it is known, or the page at fragment.com. ``next_channel`` is
    how another code would be sent, empty if there is no other way; Telegram sends none before ``resend_at``.
    ``reset_seconds`` is how long Telegram takes to remove the login e-mail, None if it does not offer that;
    ``reset_at`` is when it does so after somebody has asked for it.
    """

    phone: str
    code_hash: str = field(default="", repr=False)
    channel: str = ""
    length: int = 0
    detail: str = ""
    next_channel: str = ""
    resend_at: int = 0
    reset_seconds: int | None = None
    reset_at: int | None = None

    @classmethod
    def load(cls, state: dict[str, Any]) -> "SentCode":
        """From the state of a login, which may be that of another version."""
        return cls(**{name: state[name] for name in cls.__slots__ if name in state})

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sent(self) -> str:
        """How it was sent, as a sentence."""
        beginning = f", beginning with “{self.detail}”" if self.detail else ""
        return _SENT.get(self.channel, "").format(detail=self.detail, length=self.length or "", beginning=beginning)

    @property
    def length_text(self) -> str:
        return f"{self.length} digits. It is valid for a few minutes."

    @property
    def is_text(self) -> bool:
        """Whether it consists of words."""
        return self.channel in _WORDS

    @property
    def url(self) -> str:
        """The page that shows the code, for the channel that has one."""
        return self.detail if self.channel == "fragment" and self.detail.startswith("https://") else ""

    @property
    def resend(self) -> str:
        """What the button says that asks for another code; empty if there is no other way to send one."""
        if self.next_channel == self.channel:
            return "Send a new code"
        return _RESEND.get(self.next_channel, "")

    @property
    def seconds_until_resend(self) -> int:
        return max(0, math.ceil(self.resend_at - clock.now().timestamp()))

    @property
    def reset(self) -> str:
        """What happens if the login e-mail is to be removed; empty if Telegram does not offer that."""
        if self.reset_at is not None:
            wait = duration_text(max(1, math.ceil(self.reset_at - clock.now().timestamp())))
            return f"Telegram removes the login e-mail in {wait}, as was asked for; then it sends codes to the phone."
        if self.reset_seconds is None:
            return ""
        wait = f" Telegram takes {duration_text(self.reset_seconds)} for that." if self.reset_seconds else ""
        return f"Without access to this address, ask Telegram to remove it; then it sends codes to the phone.{wait}"

    @property
    def can_reset(self) -> bool:
        return self.reset_seconds is not None and self.reset_at is None

    def normalize(self, typed: str) -> str:
        """What somebody typed, as Telegram wants it. People copy codes as ``123-45`` or ``123 45``, and the number of a
        caller as a whole; the spaces between words belong to the code."""
        if self.is_text:
            return " ".join(typed.split())
        if self.channel in _CALLER_NUMBER:
            digits = re.sub(r"\D", "", typed)
            return digits[-self.length :] if self.channel == "missed_call" and self.length else digits
        return re.sub(r"[\s-]", "", typed)


def duration_text(seconds: int) -> str:
    """``40 seconds``, ``2 minutes``, ``3 hours`` or ``7 days``: rounded up, so that nobody tries too early."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
