"""The scopes that an assistant can be given: all but those for webhooks, which show the data of every event."""

from typing import Any

from oauth2_provider.scopes import BaseScopes

from crmsolid.workspaces.scopes import Scope

OFFERED: tuple[Scope, ...] = tuple(scope for scope in Scope if scope is not Scope.MANAGE_WEBHOOKS)
READS = frozenset(scope for scope in OFFERED if scope.value.startswith("read:"))


def known_scopes(names: Any) -> frozenset[Scope]:
    """Those of ``names`` that an assistant can be given. Clients also ask for scopes of others, such as openid."""
    return frozenset(scope for scope in OFFERED if scope.value in names)


class AssistantScopes(BaseScopes):
    """``SCOPES_BACKEND_CLASS`` of django-oauth-toolkit. A client that names no scope asks for all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: scope.label for scope in OFFERED}

    def get_available_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self.get_all_scopes())

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self.get_all_scopes())
