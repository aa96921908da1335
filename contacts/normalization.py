"""The keys under which a person is found again: one spelling for each username and e-mail address."""

import re
import unicodedata

import idna

# Telegram's own form; the link hosts are those Telegram answers on. re.ASCII: no long s or Kelvin sign slips in.
_USERNAME = re.compile(r"(?:(?:https?://)?(?:t|telegram)\.me/|@)?([a-z][a-z0-9_]{3,31})/?", re.ASCII | re.IGNORECASE)

# RFC 5321: 64 octets before the @, 254 in the whole address (RFC 3696, erratum 1690).
_MAX_LOCAL_OCTETS = 64
_MAX_ADDRESS_OCTETS = 254
# A dot-atom, Unicode included (RFC 6531); quoted local parts are refused, no provider hands them out.
_LOCAL = re.compile(r'[^\s.@"(),:;<>\[\]\\\x00-\x1f\x7f-\x9f]+(?:\.[^\s.@"(),:;<>\[\]\\\x00-\x1f\x7f-\x9f]+)*')
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Two labels at least, and a top level that is no number: an address literal is no mail domain.
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")

# i or dotless i, with any dots above: what İ, I and ı come to.
_TURKISH_I = re.compile("[iı]\u0307*")


class IdentityError(ValueError):
    """Text that names nobody; `code` is stable, `detail` says what was wanted."""

    code = "invalid"
    detail = "not a valid identity"

    def __init__(self) -> None:
        super().__init__(self.detail)


class InvalidUsername(IdentityError):
    code = "invalid_username"
    detail = "a username is 4 to 32 letters, digits or underscores and starts with a letter"


class InvalidEmail(IdentityError):
    code = "invalid_email"
    detail = "not a valid e-mail address"


def parse_username(text: str) -> str:
    """The username as its owner spells it, without `@` or `t.me/`. Raises InvalidUsername."""
    match = _USERNAME.fullmatch(text.strip())
    if match is None:
        raise InvalidUsername
    return match[1]


def username_key(text: str) -> str:
    """The username in lower case: usernames are compared case-blind. Raises InvalidUsername."""
    return parse_username(text).lower()


def email_key(text: str) -> str:
    """The address in one spelling: local part case-folded, domain in its ASCII form. Raises InvalidEmail.

    RFC 5321 lets the local part be case-sensitive; no provider in use is, and a person must not become two.
    """
    address = text.strip()
    local, at, domain = address.rpartition("@")
    # Checked before any costly step, and again on the result, which may be longer.
    if not at or len(address) > _MAX_ADDRESS_OCTETS:
        raise InvalidEmail
    key = f"{_local_key(local)}@{_domain_key(domain)}"
    if len(key.encode()) > _MAX_ADDRESS_OCTETS:
        raise InvalidEmail
    return key


def fold(text: str) -> str:
    """Text as substring search compares it: NFKC, case-folded; the same on every database. fold(fold(x)) == fold(x).

    The Turkish dotted and dotless i count as i: their plain case folding would make `İstanbul` unfindable.
    """
    if text.isascii():
        return text.lower()
    # Unicode's own recipe (The Unicode Standard, D146): folding can undo a normal form, so each is done twice.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    folded = unicodedata.normalize("NFKD", decomposed.casefold())
    return unicodedata.normalize("NFKC", _TURKISH_I.sub("i", folded))


def _local_key(local: str) -> str:
    key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold())
    try:
        octets = len(key.encode())
    except UnicodeEncodeError:  # a lone surrogate
        raise InvalidEmail from None
    if octets > _MAX_LOCAL_OCTETS or not _LOCAL.fullmatch(key):
        raise InvalidEmail
    return key


def _domain_key(domain: str) -> str:
    key = domain.lower() if domain.isascii() else _ascii_domain(domain)
    if not _DOMAIN.fullmatch(key):
        raise InvalidEmail
    return key


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise InvalidEmail from None
