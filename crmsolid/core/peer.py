"""Where a request came from."""

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
    try:
        return str(ip_address(peer)) if peer else None
    except ValueError:
        return None
