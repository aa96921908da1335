"""Client-id metadata documents: a client whose id is the https address of a description of itself.

django-oauth-toolkit fetches it, at a public address only and at most two at a time; nothing else here uses the network.
"""

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse


class SignedInOnly:
    """A fetch only for somebody who is logged in: the consent page asks for a login before it looks at the client."""

    def has_permission(self, request: Any, client_id: str) -> bool:
        return urlsplit(request.uri).path == reverse("oauth:authorize")
