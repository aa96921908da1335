"""Limits of signing in: few password hashes at once, few wrong passwords, and no account that wrong passwords lock.

Hashing a password takes a few tenths of a second of a CPU on purpose, so a flood of sign-ins could keep every request
thread busy. Requests that hash therefore wait in an admission queue (:func:`rank` is their order), and who has entered
too many wrong passwords is refused before anything is hashed (:class:`Attempt`).

A browser that has signed in to an account has a cookie which proves it, as in OWASP's "device cookies". Whatever others
do, it has limits of its own.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from secrets import token_hex
from typing import Any, NamedTuple
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from apikeys.limiter import LocalLimiter, limiter
from crmsolid.core.client_ip import address_in, client_ip, network_of, wide_network_of
from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY
from crmsolid.panel.components.addresses import ROOT
from crmsolid.serving.admission import AdmissionQueue, NotAdmitted
from crmsolid.serving.exchange import Reply
from crmsolid.serving.request import BODY_TOO_LARGE
from crmsolid.workspaces.models import User

# At most one of the four request threads hashes passwords, so the others answer everybody else.
HASHES_AT_ONCE = 1
# With 64 waiting and 0.3 s for each hash, the last one starts within the wait.
# Proxies give up on a response after 30 or 60 s.
MAX_WAITING = 64
MAX_WAIT_SECONDS = 20.0
# Forms stay in memory while they wait. One with a long password has about 1 KiB.
MAX_FORM_BYTES = 16 * 1024

HASHING_PAGES = ("login", "password_change", "password_set", "sign_up", "invitation", "two_factor", "confirm")

# Wrong passwords a minute. People mistype a few times; an office behind one address has several people.
ADDRESS_FAILURES = 10
# A customer of an IPv6 provider has a /56 or a /48, with 256 or 65,536 networks /64 to try from. Only what the narrower
# limit lets pass counts against the wider one, so one /56 cannot use up the limit of its /48.
IPV6_56_FAILURES = 30
IPV6_48_FAILURES = 100
# Above this, each address gets FIRST_TRIES at the account and minute. A limit that simply refused everybody would let
# anybody lock the owner out.
ACCOUNT_FAILURES = 20
FIRST_TRIES = 2
DEVICE_FAILURES = 10
# Sign-ups, and links to reset a password, a minute.
FORMS_OF_ADDRESS = 5
FORMS_OF_NETWORK = 20  # an IPv4 /24 or IPv6 /48

RETRY_AFTER_SECONDS = 60  # always a whole window, so that the answer does not tell which limit was reached

DEVICE_COOKIE = "crmsolid_device"
DEVICE_COOKIE_AGE = timedelta(days=365)
_SALT = "crmsolid.panel.device"
# A known browser is admitted before anybody else until it has tried this often in a minute.
KNOWN_HEAD_START = DEVICE_FAILURES
# Ranks are counted up to here.
MAX_RANK = 1000


class TooManyAttempts(Exception):
    """The attempt was refused before the password was looked at."""


class Bucket(NamedTuple):
    name: str
    limit: int

    @property
    def is_used_up(self) -> bool:
        return limiter().is_used_up(self.name, self.limit)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in. Each inner list of ``limits`` refuses it when all of its buckets are used up."""

    limits: list[list[Bucket]]

    @classmethod
    def begin(cls, request: HttpRequest, email: str) -> "Attempt":
        """The attempt at the account with this e-mail address, whether there is one or not. Raises
        ``TooManyAttempts``."""
        device = _known_device(request, email)
        if device is not None:
            attempt = cls([[Bucket(f"sign-in:device:{device}", DEVICE_FAILURES)]])
        else:
            attempt = cls(_limits_of_strangers(client_ip(request), email))
        if any(all(bucket.is_used_up for bucket in group) for group in attempt.limits):
            raise TooManyAttempts
        return attempt

    def count_failure(self) -> None:
        """Count a wrong password. A right one counts nowhere."""
        for group in self.limits:
            for bucket in group:
                limiter().check(bucket.name, bucket.limit)


def throttle(request: HttpRequest, purpose: str) -> None:
    """Count one use of a form that strangers may send, for their network. Raises ``TooManyAttempts``."""
    ip = client_ip(request)
    for name, limit in ((network_of(ip, ipv6=64), FORMS_OF_ADDRESS), (wide_network_of(ip), FORMS_OF_NETWORK)):
        if not limiter().check(f"{purpose}:{name}", limit).allowed:
            raise TooManyAttempts


def first_in_a_minute(purpose: str, email: str) -> bool:
    """Whether nobody has used this form with this e-mail address in the last minute."""
    return limiter().check(f"{purpose}:account:{_digest(email)}", 1).allowed


def _limits_of_strangers(ip: str | None, email: str) -> list[list[Bucket]]:
    account, site = f"sign-in:account:{_digest(email)}", network_of(ip, ipv6=56)
    limits = [
        [Bucket(f"sign-in:{network_of(ip, ipv6=64)}", ADDRESS_FAILURES)],
        [Bucket(account, ACCOUNT_FAILURES), Bucket(f"{account}:{site}", FIRST_TRIES)],
    ]
    if ip is not None and ":" in ip:
        limits.append([Bucket(f"sign-in:{site}", IPV6_56_FAILURES)])
        limits.append([Bucket(f"sign-in:{network_of(ip, ipv6=48)}", IPV6_48_FAILURES)])
    return limits


def _digest(email: str) -> str:
    """A keyed hash: who reads Redis must not learn whose account is attacked."""
    return salted_hmac("crmsolid.panel.account", _normalize(email), algorithm="sha256").hexdigest()


def _normalize(email: str) -> str:
    """As ``UserManager.get_by_natural_key`` looks it up."""
    return email.strip().lower()


# --- Browsers that have signed in before ------------------------------------------------------------------------------
def remember_device(response: HttpResponse, user: User) -> None:
    """Give the browser a cookie by which it is known for this account, until the password changes."""
    value = signing.dumps([user.pk, token_hex(8), password_tag(user)], salt=_SALT)
    response.set_cookie(
        DEVICE_COOKIE,
        value,
        max_age=DEVICE_COOKIE_AGE,
        path=ROOT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def last_user_id(request: HttpRequest) -> int | None:
    """The user who logged in from this browser last; None if nobody ever has."""
    content = _device_cookie(request.COOKIES)
    return None if content is None else content[0]


def _known_device(request: HttpRequest, email: str) -> str | None:
    """The id of this browser, if it has signed in to this account with its present password."""
    content = _device_cookie(request.COOKIES)
    if content is None:
        return None
    user = User.objects.filter(pk=content[0], email=_normalize(email)).first()
    if user is None or not constant_time_compare(content[2], password_tag(user)):
        return None
    return content[1]


def _device_cookie(cookies: dict[str, str]) -> tuple[int, str, str] | None:
    """The user's id, the browser's id and the tag of the password in a cookie that this product has signed."""
    try:
        user_id, device, tag = signing.loads(cookies.get(DEVICE_COOKIE, ""), salt=_SALT, max_age=DEVICE_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return user_id, device, tag


def password_tag(user: User) -> str:
    """Another value for each password, which tells nothing about it."""
    return salted_hmac(_SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]


# --- The order of admission -------------------------------------------------------------------------------------------
def password_queue() -> AdmissionQueue:
    """The queue of this process's requests that hash a password. A form over ``MAX_FORM_BYTES`` does not enter it."""
    busy = _page(503, "sign_in_busy.html", seconds=int(MAX_WAIT_SECONDS))
    busy.headers.append((b"retry-after", str(int(MAX_WAIT_SECONDS)).encode()))
    too_large = _page(413, "sign_in_too_large.html", kibibytes=MAX_FORM_BYTES // 1024)
    paths = frozenset(reverse(f"account:{name}") for name in HASHING_PAGES)

    def rank_if_hashing(environ: WSGIEnvironment) -> int | None:
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in paths:
            return None
        if environ.get(BODY_TOO_LARGE) or int(environ["CONTENT_LENGTH"]) > MAX_FORM_BYTES:
            raise NotAdmitted(too_large)
        return rank(environ)

    return AdmissionQueue(
        rank_if_hashing,
        busy,
        at_once=HASHES_AT_ONCE,
        max_waiting=MAX_WAITING,
        max_seconds=MAX_WAIT_SECONDS,
    )


def _page(status: int, template: str, **context: Any) -> Reply:
    page = render_to_string(template, context).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(page)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Reply(status, headers, page, None)


@lru_cache(maxsize=1)
def recent_attempts() -> LocalLimiter:
    """This process's count of attempts by browser and network, by which they are ranked."""
    return LocalLimiter()


def rank(environ: WSGIEnvironment) -> int:
    """How often the same browser, IPv4 /24 or IPv6 /48 has tried in this minute; the lowest is admitted first.

    So an attacker's many attempts from one network wait behind the first of everybody else. Known browsers are counted
    by their account: one with several cookies gains nothing.
    """
    known = _device_cookie(parse_cookie(environ.get("HTTP_COOKIE", "")))
    name = f"user:{known[0]}" if known else wide_network_of(address_in(environ))
    count = MAX_RANK - recent_attempts().check(name, MAX_RANK).remaining
    return count - KNOWN_HEAD_START if known else count
