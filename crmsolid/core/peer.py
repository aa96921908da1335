"""Where a request came from."""

from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The peer's address, or the one that ``TRUSTED_PROXIES`` hops of X-Forwarded-For vouch for."""
    peer = request.META.get("REMOTE_ADDR") or None
    hops: int = settings.TRUSTED_PROXIES
    if hops:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        peer = chain[-hops] if len(chain) >= hops else peer
    return _one_spelling(peer) if peer else None


@lru_cache(maxsize=1024)
def _one_spelling(address: str) -> str | None:
    try:
        return str(ip_address(address))
    except ValueError:
        return None
