"""Every page of the panel, from its URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of the panel: its name and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]

    def path(self, ids: dict[str, str]) -> str:
        """The path for the rows with these ids (by the model's label). ``KeyError`` if one of them is missing."""
        return reverse(f"admin:{self.name}", args=[ids[self._model(argument)] for argument in self.arguments])

    def _model(self, argument: str) -> str:
        """The label of the model whose id this argument is."""
        if argument in ARGUMENTS:
            return ARGUMENTS[argument]
        for model in admin.site._registry:
            if self.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
                return model._meta.label_lower
        raise KeyError(f"{self.name}: no row for its argument {argument}")


ARGUMENTS: dict[str, str] = {}
# What answers no page of its own: data for scripts, and redirects.
NOT_PAGES = {"autocomplete", "jsi18n", "view_on_site", "app_list", "search"}


def panel_addresses() -> list[Address]:
    """All URLs of the panel."""
    found = {address.name: address for address in _addresses(get_resolver().url_patterns) if address.name}
    return sorted(found.values(), key=lambda address: address.name)


def _addresses(patterns: list[URLPattern | URLResolver], inside: bool = False) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, inside or pattern.app_name == "admin")
        elif inside and pattern.name and pattern.name not in NOT_PAGES:
            yield Address(pattern.name, tuple(pattern.pattern.regex.groupindex))
