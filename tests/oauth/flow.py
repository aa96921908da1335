"""An MCP client that connects: registration, the consent page in a browser, the exchange of the code, refreshes."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from crmsolid.oauth.services import OFFERED
from crmsolid.workspaces.models import Workspace

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CALLBACK = "http://127.0.0.1:7777/callback"
RESOURCE = "http://testserver/mcp"
EVERYTHING = [scope.value for scope in OFFERED]


def challenge(verifier: str = VERIFIER) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def register(client: Client, **changes: Any) -> Any:
    """The response to a registration."""
    data = {
        "client_name": "Helper",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        **changes,
    }
    return client.post("/oauth/register/", json.dumps(data), content_type="application/json")


@dataclass
class Assistant:
    """One registered client. ``client`` has no cookies, as programs have none."""

    client: Client = field(default_factory=Client)
    client_id: str = ""

    def __post_init__(self) -> None:
        self.client_id = self.client_id or register(self.client).json()["client_id"]

    def address(self, **changes: Any) -> str:
        """The address of the consent page, as the client opens it in a browser. None removes a parameter."""
        parameters: dict[str, Any] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "state": "a state",
            "scope": " ".join(EVERYTHING),
            "resource": RESOURCE,
            **changes,
        }
        present = {name: value for name, value in parameters.items() if value is not None}
        return f"/oauth/authorize/?{urlencode(present, doseq=True)}"

    def consent(
        self, browser: Client, workspace: Workspace, scopes: Collection[str] = ("read:contacts",), **changes: Any
    ) -> Any:
        """What the browser gets when a member presses Allow."""
        return browser.post(self.address(**changes), {"workspace": workspace.pk, "scopes": list(scopes)})

    def code(self, browser: Client, workspace: Workspace, scopes: Collection[str] = ("read:contacts",)) -> str:
        return redirected(self.consent(browser, workspace, scopes))["code"]

    def exchange(self, code: str, **changes: Any) -> Any:
        parameters = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "resource": RESOURCE,
            **changes,
        }
        return self.client.post("/oauth/token/", {n: v for n, v in parameters.items() if v is not None})

    def connect(
        self, browser: Client, workspace: Workspace, scopes: Collection[str] = ("read:contacts",)
    ) -> dict[str, Any]:
        """The tokens that a member's consent gives the client."""
        response = self.exchange(self.code(browser, workspace, scopes))
        assert response.status_code == 200, response.content
        tokens: dict[str, Any] = response.json()
        return tokens

    def refresh(self, token: str, **changes: Any) -> Any:
        parameters = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client_id, **changes}
        return Client().post("/oauth/token/", parameters)

    def revoke(self, token: str, **changes: Any) -> Any:
        return self.client.post("/oauth/revoke/", {"token": token, "client_id": self.client_id, **changes})


def redirected(response: Any, to: str = CALLBACK) -> dict[str, str]:
    """The parameters that a redirect to the client carries."""
    assert response.status_code == 302, response.content.decode()[-2000:]
    parts = urlsplit(response["Location"])
    assert parts._replace(query="").geturl() == to
    return dict(parse_qsl(parts.query))
