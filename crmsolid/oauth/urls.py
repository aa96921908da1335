"""The paths of OAuth, at the root. Introspection, the device flow and client management have none."""

from django.urls import path

from crmsolid.oauth import endpoints
from crmsolid.oauth.views import ConsentView

app_name = "oauth"
urlpatterns = [
    path(".well-known/oauth-protected-resource", endpoints.protected_resource),
    path(".well-known/oauth-protected-resource/mcp", endpoints.protected_resource, name="resource-metadata"),
    path(".well-known/oauth-authorization-server", endpoints.authorization_server),
    path(".well-known/oauth-authorization-server/mcp", endpoints.authorization_server),
    path("oauth/authorize/", ConsentView.as_view(), name="authorize"),
    path("oauth/token/", endpoints.token, name="token"),
    path("oauth/revoke/", endpoints.revoke, name="revoke"),
    path("oauth/register/", endpoints.register, name="register"),
]
