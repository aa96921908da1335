"""Every page of the panel, from its URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crmsolid.panel.components.tenant_page import TenantPage

# What answers no page of its own: data for scripts, and redirects.
NOT_PAGES = {"autocomplete", "jsi18n", "view_on_site", "app_list", "inbox_stream"}
# Parts of the list of contacts.
NOT_PAGES |= {"contacts_contact_chip", "contacts_contact_cell"}
# Files.
NOT_PAGES |= {"file", "file_thumbnail", "file_upload"}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of the panel: its name, the number of its arguments and the model whose row they name."""

    name: str
    arguments: int
    model: type[Model] | None

    def path(self, ids: dict[str, str]) -> str:
        """The path for the row with these ids, by the model's label or by the name of an address that needs another
        row. ``KeyError`` if one of them is missing."""
        if not self.arguments:
            return reverse(self.name)
        if self.name in ids:
            return reverse(self.name, args=[ids[self.name]])
        if self.model is None:
            raise KeyError(f"{self.name}: which model's row does its address name?")
        return reverse(self.name, args=[ids[self.model._meta.label_lower]] * self.arguments)


def panel_addresses() -> list[Address]:
    """All URLs of the live side, which are those of the test side too, and of the pages about the user."""
    found: dict[str, Address] = {}
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in ("live", "account"):
            for pattern in _patterns(resolver):
                address = Address(f"{resolver.app_name}:{pattern.name}", _count(pattern), model_of(pattern))
                found.setdefault(address.name, address)
    return sorted(found.values(), key=lambda address: address.name)


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern below ``resolver`` with its whole route, also of what is no page."""
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route, pattern


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for _, pattern in routes(resolver):
        if pattern.name and pattern.name not in NOT_PAGES and not _is_alike(pattern.name):
            yield pattern


def _is_alike(name: str) -> bool:
    """Whether it is the history of a row or Django's page to delete one: one template each, and one page is enough."""
    return name.endswith(("_history", "_delete")) and not name.startswith("contacts_contacttag_")


def _count(pattern: URLPattern) -> int:
    return len(pattern.pattern.regex.groupindex)


def model_of(pattern: URLPattern) -> type[Model] | None:
    """The model of a ``TenantPage``, or of the admin whose page it is."""
    view = getattr(pattern.callback, "view_class", None)
    if view is not None and issubclass(view, TenantPage):
        model: type[Model] | None = view.model
        return model
    for registered in admin.site._registry:
        if str(pattern.name).startswith(f"{registered._meta.app_label}_{registered._meta.model_name}_"):
            return registered
    return None
