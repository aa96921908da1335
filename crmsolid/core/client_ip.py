"""The IP address that a request came from."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address of the connection or, behind ``TRUSTED_PROXIES`` proxies, the one that the outermost of them put into
    X-Forwarded-For. None if it is no IP address, as on a Unix socket."""
    address = request.META.get("REMOTE_ADDR") or None
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        forwarded = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
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
