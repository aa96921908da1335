"""Normal forms: the keys by which usernames and e-mail addresses are compared, tags, the text that is searched, and
durations in ISO 8601."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import idna

from crmsolid.core.ids import kind_of

# Telegram's own form; the link hosts are those Telegram answers on. re.ASCII keeps out the long s and the Kelvin sign,
# which IGNORECASE would let match s and k.
_USERNAME = re.compile(r"(?:(?:https?://)?(?:t|telegram)\.me/|@)?([a-z][a-z0-9_]{3,31})/?", re.ASCII | re.IGNORECASE)

# RFC 5321: 64 octets before the @, 254 in the whole address (RFC 3696, erratum 1690).
_MAX_LOCAL_OCTETS = 64
_MAX_ADDRESS_OCTETS = 254
# A dot-atom, Unicode included (RFC 6531). Quoted local parts are refused; no provider hands them out.
_LOCAL = re.compile(r'[^\s.@"(),:;<>\[\]\\\x00-\x1f\x7f-\x9f]+(?:\.[^\s.@"(),:;<>\[\]\\\x00-\x1f\x7f-\x9f]+)*')
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# At least two labels, and a top level that is not a number: an IP address is not a mail domain.
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")

# Characters that show nothing wherever they stand, as the inside of a character class of a JSON Schema pattern: blanks
# without a width, soft hyphens, marks and overrides of the writing direction, fillers.
UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    r"\ufff9-\ufffb"
)
# The joiners change how letters of many scripts look, and they and the variation selectors how emoji look. Beside a
# letter of a European script they show nothing. Tags (U+E0000 to U+E007F) make flags of U+1F3F4.
_JOINED = "\u0590-\u1fff\u203c-\U0010ffff"
STRAY_JOINER = re.compile(
    f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])|(?<![0-9#*©®{_JOINED}])[\ufe00-\ufe0f]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]"
)
# IDNA judges the joiners of a domain, which Persian names have.
_NOT_IN_ADDRESSES = re.compile(rf"[{UNSEEN}]|[\u200c\u200d\ufe00-\ufe0f\U000e0000-\U000e0fff].*@", re.DOTALL)

# i or dotless i, with any dots above: the case-folded forms of İ, I and ı.
_TURKISH_I = re.compile("[iı]\u0307*")


# Of the delays of sequences, and the half-lives and silences of scoring rules.
MAX_DURATION = timedelta(days=366)
_SECOND = timedelta(seconds=1)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,8})W|(?=.)(?:(?P<days>\d{1,8})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,8})S)?)?)",
    re.ASCII,
)


class InvalidValue(ValueError):
    """A value that its field does not take: a stable error code, and a sentence that says what to give instead."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


class InvalidUsername(InvalidValue):
    def __init__(self) -> None:
        super().__init__(
            "invalid_username", "a username is 4 to 32 letters, digits or underscores and starts with a letter"
        )


class IdAsUsername(InvalidValue):
    """``kind`` is what the id belongs to, a name of :data:`~crmsolid.core.ids.KINDS`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__("is_an_id", f"this is the id of a {kind}, not a username")


class InvalidEmail(InvalidValue):
    def __init__(self) -> None:
        super().__init__("invalid_email", "not a valid e-mail address")


def parse_username(text: str) -> str:
    """The username without `@` or `t.me/`, in the spelling that was given. Raises :class:`InvalidUsername`, or
    :class:`IdAsUsername` for an id of ours, which has the form of a username."""
    username = _username(text)
    if kind := kind_of(username):
        raise IdAsUsername(kind)
    return username


def username_key(text: str) -> str:
    """The key by which a username is compared. Raises :class:`InvalidUsername`.

    An id of ours is a username here: it matches nobody, or a contact that was created with it.
    """
    return _username(text).lower()


def _username(text: str) -> str:
    match = _USERNAME.fullmatch(text.strip())
    if match is None:
        raise InvalidUsername
    return match[1]


def email_key(text: str) -> str:
    """The address with its local part case-folded and its domain in ASCII form. Raises :class:`InvalidEmail`.

    RFC 5321 lets the local part be case-sensitive. No provider in use makes it so, and one person must not become two.
    """
    address = text.strip()
    local, at, domain = address.rpartition("@")
    # Checked before any costly step, and again on the result, which may be longer.
    if not at or len(address) > _MAX_ADDRESS_OCTETS or _NOT_IN_ADDRESSES.search(address):
        raise InvalidEmail
    local = email_part(local)
    try:
        local_octets = len(local.encode())  # UnicodeError: a lone surrogate
        domain = (domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")).lower()
    except (idna.IDNAError, UnicodeError):
        raise InvalidEmail from None
    if local_octets > _MAX_LOCAL_OCTETS or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise InvalidEmail
    if local_octets + 1 + len(domain) > _MAX_ADDRESS_OCTETS:
        raise InvalidEmail
    return f"{local}@{domain}"


def phone_digits(text: str) -> str:
    """The digits of a phone number, by which it is compared, without the 00 of another country."""
    return re.sub("[^0-9]", "", text).removeprefix("00")


def email_part(text: str) -> str:
    """A part of an address as keys contain it: case-folded. Keys have the domain in ASCII form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def tag(text: str) -> str:
    """A tag as it is stored and compared: without blanks around it, and composed (NFC), so that a letter with an accent
    is the same tag whichever way it was typed."""
    return unicodedata.normalize("NFC", text.strip())


def fold(text: str) -> str:
    """Text as substring search compares it: NFKC, case-folded, the same on every database. Folding twice changes
    nothing.

    The Turkish dotted and dotless i count as i. With plain case folding, a search for `istanbul` would not find
    `İstanbul`.
    """
    if text.isascii():
        return text.lower()
    # The Unicode Standard, D146: case folding can undo a normal form, so each is done twice.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    folded = unicodedata.normalize("NFKD", decomposed.casefold())
    return unicodedata.normalize("NFKC", _TURKISH_I.sub("i", folded))


def fold_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """The values that are text, folded."""
    return {key: fold(value) for key, value in values.items() if isinstance(value, str)}


def parse_duration(text: object) -> timedelta:
    """Read an ISO 8601 duration of weeks, or of days, hours, minutes and seconds: ``P2D``, ``PT5S``, ``P1DT12H``.

    Raises :class:`InvalidValue` for anything else and for more than 366 days.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidValue("invalid", "give an ISO 8601 duration without years and months, such as PT30M, P2D or P1W")
    # No unit has more than eight digits, so this cannot overflow.
    duration = timedelta(**{unit: int(number) for unit, number in match.groupdict(default="0").items()})
    if duration > MAX_DURATION:
        raise InvalidValue("out_of_range", f"a duration is at most {MAX_DURATION.days} days")
    return duration


def format_duration(duration: timedelta) -> str:
    """The canonical form of what :func:`parse_duration` returns: no weeks, no zeros, ``PT0S`` for none at all.

    Raises ``ValueError`` for a duration that it never returns.
    """
    if duration % _SECOND or not timedelta(0) <= duration <= MAX_DURATION:
        raise ValueError(f"{duration!r} is not a number of whole seconds from 0 to {MAX_DURATION.days} days")
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    days = f"{duration.days}D" if duration.days else ""
    return f"P{days}T{clock}" if clock else f"P{days or 'T0S'}"
