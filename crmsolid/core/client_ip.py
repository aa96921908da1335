"""The IP address that a request came from."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """:func:`address_in` for a request of Django."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str | None:
    """The address of the connection or, behind ``TRUSTED_PROXIES`` proxies, the one that the outermost of them put into
    X-Forwarded-For. None if it is no IP address, as on a Unix socket."""
    address = environ.get("REMOTE_ADDR") or None
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        forwarded = [part for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        address = forwarded[-proxies] if len(forwarded) >= proxies else address
    return parse_ip(address) if address else None


@lru_cache(maxsize=1024)
def parse_ip(text: str) -> str | None:
    """The canonical form of an address as a server or a proxy writes it, which may be with a port, brackets or a zone.

    An IPv4 address that is mapped into IPv6 becomes the IPv4 address. None for anything else.
    """
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


@lru_cache(maxsize=4096)  # up to four networks of one address are asked for
def network_of(ip: str | None, *, ipv6: int, ipv4: int = 32) -> str:
    """The network that an address (as :func:`client_ip` returns it) is in; ``ipv6`` and ``ipv4`` are prefix lengths."""
    if ip is None:
        return "unknown"
    return str(ip_network((ip, ipv6 if ":" in ip else ipv4), strict=False))


def wide_network_of(ip: str | None) -> str:
    """The IPv4 /24 or IPv6 /48 of an address: as much as one attacker has at hand, by which clients take turns."""
    return network_of(ip, ipv4=24, ipv6=48)
