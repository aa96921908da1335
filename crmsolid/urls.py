"""All paths. Those of each app are in the app's own ``urls``."""

from django.contrib import admin
from django.urls import URLPattern, include, path

import contacts.urls
import crmsolid.analytics.urls
import crmsolid.jobs.urls
import crmsolid.proposals.urls
import messaging.urls
import sequences.urls
import webhooks.urls
from crmsolid import health
from crmsolid.api.me import MeView
from crmsolid.api.members import MembersView
from crmsolid.api.openapi import openapi
from crmsolid.mcp.views import mcp_view
from crmsolid.panel.pages.site import PanelSite
from crmsolid.tools import CATALOGUE

handler403 = "crmsolid.panel.pages.workspace.forbidden"
handler404 = "crmsolid.panel.pages.workspace.not_found"
handler500 = "crmsolid.panel.pages.workspace.server_error"

v1: list[URLPattern] = [
    path("me", MeView.as_view()),
    path("members", MembersView.as_view()),
    *crmsolid.jobs.urls.urlpatterns,
    *contacts.urls.urlpatterns,
    *messaging.urls.urlpatterns,
    *sequences.urls.urlpatterns,
    *webhooks.urls.urlpatterns,
    *crmsolid.analytics.urls.urlpatterns,
    *crmsolid.proposals.urls.urlpatterns,
]
mcp = mcp_view(CATALOGUE)
site: PanelSite = admin.site  # type: ignore[assignment]
pages = site.get_urls()
panel = [
    path("panel/test/", include((pages, "admin"), namespace="test")),
    path("panel/live/", include((pages, "admin"), namespace="live")),
    path("panel/", include((site.account_urls(), "account"))),
]

urlpatterns = [
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("v1/", include(v1)),
    path("mcp", mcp),
    path("mcp/", mcp),
    *panel,
    path("openapi.json", openapi, name="openapi"),
    path("", include("crmsolid.docs.urls")),
    path("", include("crmsolid.oauth.urls")),
]
