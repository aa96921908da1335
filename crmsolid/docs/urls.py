from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from crmsolid.docs import views

# Addresses as they are often typed, with or without the slash at their end.
with_slash = RedirectView.as_view(url="/%(path)s/", query_string=True)
without_slash = RedirectView.as_view(url="/%(path)s", query_string=True)

urlpatterns: list[URLPattern] = [
    path("", views.start, name="start"),
    path("swagger", views.swagger, name="swagger"),
    re_path(r"^(?P<path>swagger|openapi\.json|docs/search|docs/errors/[\w-]+)/$", without_slash),
    re_path(r"^(?P<path>docs/errors)$", with_slash),
    path("docs/", views.index, name="docs"),
    path("docs/search", views.search_page, name="docs_search"),
    path("llms.txt", views.llms, name="llms"),
    path("docs/errors/", views.errors, name="errors"),
    path("docs/errors.md", views.errors_as_markdown),
    re_path(r"^docs/errors/([\w-]+)\.md$", views.error_as_markdown),
    re_path(r"^docs/errors/([\w-]+)$", views.error, name="error"),
    re_path(r"^docs/(.+)$", views.page, name="docs_page"),
]
