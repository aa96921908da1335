"""Where a request came from."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The peer's address, or the one that ``TRUSTED_PROXIES`` hops of X-Forwarded-For vouch for."""
    peer = request.META.get("REMOTE_ADDR") or None
    hops: int = settings.TRUSTED_PROXIES
    if hops:
        chain = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        peer = chain[-hops] if len(chain) >= hops else peer
    return address_of(peer) if peer else None


@lru_cache(maxsize=1024)
def address_of(text: str) -> str | None:
    """The address in what a server or a proxy writes: some add a port, brackets or a zone. One address, one spelling:
    an IPv4 address that is mapped into IPv6 is the IPv4 address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
