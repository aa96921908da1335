from django.urls import include, path

from crmsolid import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("v1/", include("crmsolid.v1")),
    path("", include("crmsolid.api.docs")),
]
