from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from crmsolid import health

handler403 = "crmsolid.panel.pages.forbidden"
handler404 = "crmsolid.panel.pages.not_found"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("v1/", include("crmsolid.v1")),
    path("panel/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("crmsolid.api.openapi.pages")),
]
