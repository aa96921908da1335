"""The pages of the documentation, rendered from their Markdown files when a process first needs one, and cached."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

from crmsolid.docs.markdown import Rendered, render
from crmsolid.docs.outline import OUTLINE, Group, Link

ROOT = "/docs/"
IMAGES = "docs/img/"  # a folder of static files under the same name: settings.STATICFILES_DIRS
_SERVED = {"docs/openapi.json": "/openapi.json"}  # files that the product serves elsewhere
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the documentation: its address on the site and its contents."""

    address: str
    group: str
    rendered: Rendered

    @property
    def title(self) -> str:
        return self.rendered.title.text

    @property
    def summary(self) -> str:
        """The first sentence below the title; empty if there is no text."""
        sentence = re.match(r"(.+?)[.:](?:\s|$)", self.rendered.summary)
        return f"{sentence[1]}." if sentence else self.rendered.summary


@dataclass(frozen=True, slots=True)
class PageGroup:
    """A group of the sidebar, in the order of the outline."""

    title: str
    entries: tuple[Page | Link, ...]


@dataclass(frozen=True, slots=True)
class Documentation:
    groups: tuple[PageGroup, ...]

    def pages(self) -> Iterator[Page]:
        for group in self.groups:
            yield from (entry for entry in group.entries if isinstance(entry, Page))

    def page(self, address: str) -> Page | None:
        return next((page for page in self.pages() if page.address == address), None)


def documentation() -> Documentation:
    """All pages."""
    return _documentation(version())


def version() -> tuple[tuple[int, int], ...]:
    """Differs once a file has changed, with DEBUG. Without it the files do not change under a running product."""
    if not settings.DEBUG:
        return ()
    return tuple((each.st_mtime_ns, each.st_size) for each in (_path(file).stat() for file in _files()))


def address_of(file: str) -> str:
    """``docs/guide/keys.md`` is ``/docs/guide/keys``, ``CHANGELOG.md`` is ``/docs/changelog``."""
    name = file.removesuffix(".md")
    return ROOT + (name.removeprefix("docs/") if name.startswith("docs/") else name.lower())


def _files() -> list[str]:
    return [entry for group in OUTLINE for entry in group.entries if isinstance(entry, str)]


@lru_cache(maxsize=1)
def _documentation(version: tuple[tuple[int, int], ...]) -> Documentation:
    files = frozenset(_files())
    return Documentation(tuple(_page_group(group, files) for group in OUTLINE))


def _page_group(group: Group, files: frozenset[str]) -> PageGroup:
    entries = (
        entry if isinstance(entry, Link) else Page(address_of(entry), group.title, _render(entry, files))
        for entry in group.entries
    )
    return PageGroup(group.title, tuple(entries))


def _render(file: str, files: frozenset[str]) -> Rendered:
    def link(target: str) -> str:
        """The address of the site for a link of this file; empty for a file that the product does not serve."""
        if target.startswith(("#", "/")) or _WITH_SCHEME.match(target):
            return target
        path, mark, fragment = target.partition("#")
        path = _from_root(file, path)
        address = address_of(path) if path in files else _SERVED.get(path, "")
        return f"{address}{mark}{fragment}" if address else ""

    def image(target: str) -> str:
        return static(_from_root(file, target))

    return render(_path(file).read_text(encoding="utf-8"), link=link, image=image)


def _from_root(file: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def _path(file: str) -> Path:
    return settings.BASE_DIR / file
