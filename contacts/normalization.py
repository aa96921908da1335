"""Normal forms: the keys by which usernames and e-mail addresses are compared, tags, and the text that is searched."""

import re
import unicodedata

import idna

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

# Characters that show nothing, as the inside of a character class: Default_Ignorable_Code_Point of the Unicode
# Character Database and the interlinear annotations, without the three below. Two texts that differ only in them look
# the same.
_INVISIBLE = (
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f"
    "\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# The two joiners change how letters of these scripts look (Arabic to Sinhala, Myanmar, Khmer, Mongolian), and they and
# the emoji presentation selector how emoji look. Beside anything else they show nothing.
_EMOJI = "\\u00a9\\u00ae\\u203c-\\u2bff\\u3030\\u303d\\u3297\\u3299\U0001f000-\U0001faff"
_JOINED = f"{_EMOJI}\\ufe0f\\u0600-\\u0dff\\u1000-\\u109f\\u1780-\\u18af"
# A JSON Schema pattern that finds a character which shows nothing where it stands. A keycap, such as 1️⃣, is a plain
# digit, the selector and U+20E3.
INVISIBLE = (
    rf"[{_INVISIBLE}]|(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])|(?<![{_EMOJI}])\ufe0f(?!\u20e3)"
)
_ANY_INVISIBLE = re.compile(rf"[{_INVISIBLE}\u200c\u200d\ufe0f]")

# i or dotless i, with any dots above: the case-folded forms of İ, I and ı.
_TURKISH_I = re.compile("[iı]\u0307*")


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


class InvalidEmail(InvalidValue):
    def __init__(self) -> None:
        super().__init__("invalid_email", "not a valid e-mail address")


def parse_username(text: str) -> str:
    """The username without `@` or `t.me/`, in the spelling that was given. Raises :class:`InvalidUsername`."""
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
    if not at or len(address) > _MAX_ADDRESS_OCTETS or _ANY_INVISIBLE.search(address):
        raise InvalidEmail
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold())
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
