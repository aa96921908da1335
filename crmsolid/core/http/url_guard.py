"""The guard against requests into private networks (SSRF): which URLs and which IP addresses are allowed.

``check_url`` checks the URL that somebody entered, when it is saved and again before each request. ``is_public`` checks
the IP address that a socket is about to connect to, so a name that has come to resolve to a private address is refused.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

URL_MAX_LENGTH = 2048
_LOWEST_UNPRIVILEGED_PORT = 1024

# The IANA special-purpose registry (RFC 6890 and its updates), multicast, the former class E, the AS112 and AMT
# prefixes, the old 6to4 relay anycast, and 168.63.129.16, a public address that leads to the host inside Azure.
_REFUSED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

# All globally routed addresses are in 2000::/3. IPv4-mapped (::ffff:0:0/96), IPv4-compatible (::/96), NAT64
# (64:ff9b::/96), unique local, link local, site local, segment routing (5f00::/16) and multicast addresses are not.
_ROUTED_IPV6 = IPv6Network("2000::/3")
_REFUSED_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, including Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4: contains an IPv4 address that the sender chooses
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
_PRIVATE_NAMES = frozenset({"localhost", "localdomain", "local", "internal", "home.arpa"})


class UrlRefused(ValueError):
    """A URL that no request may go to. ``code`` is stable, ``detail`` tells its owner what to change."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def is_public(address: str) -> bool:
    """Whether an IP address in its usual text form is globally routable. False for any other text."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _REFUSED_IPV4)
    return ip in _ROUTED_IPV6 and not any(ip in network for network in _REFUSED_IPV6)


def check_url(url: str, *, allow_private: bool) -> None:
    """Check the form of a URL and, if its host is an IP address, that address. Nothing is looked up.

    ``allow_private`` permits http, any port and private addresses, for development. Raises UrlRefused.
    """
    parsed = _parse(url)
    if parsed.scheme != "https" and not (allow_private and parsed.scheme == "http"):
        raise UrlRefused("https_required", "The address must start with https://.")
    host = (parsed.raw_host or "").removesuffix(".")
    if not parsed.port:
        raise UrlRefused("port_refused", "The port must be between 1 and 65535.")
    # A privileged port other than 443 belongs to another protocol. A mail server would read our request as mail.
    if not allow_private and parsed.port != 443 and parsed.port < _LOWEST_UNPRIVILEGED_PORT:
        raise UrlRefused("port_refused", "The port must be 443, or 1024 and above.")
    if ":" in host:
        _check_literal(host, allow_private)
    elif _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        _check_ipv4(host, parsed.raw_host, allow_private)
    else:
        _check_name(host, allow_private)


def _parse(url: str) -> URL:
    if len(url) > URL_MAX_LENGTH:
        raise UrlRefused("url_too_long", f"The address is longer than {URL_MAX_LENGTH} characters.")
    if _UNPRINTABLE.search(url):
        raise UrlRefused("url_invalid", "The address contains a space, a control character or a backslash.")
    try:
        parsed = URL(url)
    except ValueError as error:
        raise UrlRefused("url_invalid", "The address is not a valid URL.") from error
    if not parsed.raw_host:
        raise UrlRefused("url_invalid", "The address has no host name.")
    # Looked for in the text, because the parsed URL does not show an empty user name (https://@host).
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if "@" in authority:
        raise UrlRefused("user_info_refused", "The address must not contain a user name or password.")
    if "[" in authority and ":" not in parsed.raw_host:  # [v1.a] of RFC 3986; the parsed URL has lost its brackets
        raise UrlRefused("host_invalid", "The host is not a valid IP address.")
    return parsed


def _check_ipv4(host: str, written: str | None, allow_private: bool) -> None:
    # Every resolver takes a host whose last label is a number for an IPv4 address (WHATWG URL, "ends in a number"):
    # 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 all reach 127.0.0.1. No top-level domain is a number.
    try:
        IPv4Address(host)
    except AddressValueError as error:
        raise UrlRefused(
            "host_invalid", "Write an IPv4 address as four decimal numbers, like 93.184.215.14."
        ) from error
    if written != host:
        raise UrlRefused("host_invalid", "An IP address must not end in a dot.")
    _check_literal(host, allow_private)


def _check_literal(host: str, allow_private: bool) -> None:
    try:
        ip = ip_address(host)
    except ValueError as error:
        raise UrlRefused("host_invalid", "The host is not a valid IP address.") from error
    if isinstance(ip, IPv6Address) and ip.scope_id is not None:
        raise UrlRefused("host_invalid", "An IPv6 address must not carry a zone.")
    if not allow_private and not is_public(host):
        raise UrlRefused("address_refused", "The address must be reachable from the public internet.")


def _check_name(host: str, allow_private: bool) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefused("host_invalid", "The host is not a valid domain name.")
    if allow_private:
        return
    if len(labels) == 1 or labels[-1] in _PRIVATE_NAMES or ".".join(labels[-2:]) in _PRIVATE_NAMES:
        raise UrlRefused("address_refused", "The host must be a name of the public internet.")
