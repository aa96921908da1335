from django.urls import URLPattern, path, re_path

from crmsolid.docs import views

urlpatterns: list[URLPattern] = [
    path("", views.start, name="start"),
    path("swagger", views.swagger, name="swagger"),
    path("docs/", views.index, name="docs"),
    path("docs/search", views.search_page, name="docs_search"),
    path("docs/errors/", views.errors, name="errors"),
    re_path(r"^docs/errors/([\w-]+)$", views.error, name="error"),
    re_path(r"^docs/(.+)$", views.page, name="docs_page"),
]
