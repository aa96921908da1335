from django.urls import include, path

urlpatterns = [
    path("v1/", include("crmsolid.v1")),
    path("", include("crmsolid.api.docs")),
]
