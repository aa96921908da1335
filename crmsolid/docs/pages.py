"""The pages of the documentation: their order, and their Markdown files rendered when a process first needs one.
Each is served as Markdown too, at its address with ``.md``.

A file is named from the root of the repository. Its title is its first heading, and its address follows from its name.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

from crmsolid.docs.markdown import Rendered, render

ROOT = "/docs/"
INTERNALS = "How it is built"
_SERVED = {"docs/openapi.json": "/openapi.json"}  # files that the product serves elsewhere
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(?<!`)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a group that is no Markdown file."""

    address: str
    title: str
    summary: str


# The groups of the sidebar. Every Markdown file of docs/ is in one; a test says so.
OUTLINE: dict[str, tuple[str | Link, ...]] = {
    "Start": (
        "docs/guide/getting-started.md",
        "docs/guide/keys.md",
        "docs/guide/requests.md",
        "docs/guide/errors.md",
        "docs/guide/idempotency.md",
        "docs/guide/rate-limits.md",
    ),
    "Guides": (
        "docs/guide/contacts.md",
        "docs/guide/messages.md",
        "docs/guide/team.md",
        "docs/guide/formatting.md",
        "docs/guide/files.md",
        "docs/guide/webhooks.md",
        "docs/guide/sequences.md",
        "docs/guide/audiences.md",
        "docs/guide/analytics.md",
        "docs/guide/recipes.md",
        "docs/guide/telegram.md",
        "docs/guide/telegram-trouble.md",
        "docs/guide/mcp.md",
        "docs/guide/python.md",
        "docs/guide/command-line.md",
        "docs/guide/dotnet.md",
        "docs/guide/typescript.md",
        "docs/guide/n8n.md",
    ),
    "Reference": (
        Link("/swagger", "API reference", "Every operation with its parameters and answers; try them with your key."),
        Link(
            "/docs/errors/",
            "Error codes",
            "Every error code: what it means, what to do, which operations answer it.",
        ),
        Link("/openapi.json", "OpenAPI document", "The description of the API for programs, OpenAPI 3.1."),
        "CHANGELOG.md",
    ),
    "Operate": (
        "docs/deployment.md",
        "docs/running.md",
        "docs/reliability.md",
        "docs/privacy.md",
        "SECURITY.md",
        "docs/security-checklist.md",
        "docs/licenses.md",
        "docs/performance.md",
    ),
    INTERNALS: (
        "docs/architecture.md",
        "docs/development.md",
        "CONTRIBUTING.md",
        "docs/api.md",
        "docs/panel.md",
        "docs/panel-and-api.md",
        "docs/accounts.md",
        "docs/contacts.md",
        "docs/audiences.md",
        "docs/scoring.md",
        "docs/imports.md",
        "docs/files.md",
        "docs/inbox.md",
        "docs/alerts.md",
        "docs/messaging.md",
        "docs/broadcasts.md",
        "docs/sequences.md",
        "docs/analytics.md",
        "docs/webhooks.md",
        "docs/clients.md",
        "docs/telegram.md",
        "docs/mcp.md",
        "docs/mcp-evaluation.md",
        "docs/oauth.md",
        "docs/approvals.md",
        "docs/jobs.md",
        "docs/serving.md",
        "docs/sql.md",
        "docs/upgrades.md",
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the documentation: its address on the site and its contents."""

    address: str
    group: str
    rendered: Rendered
    markdown: str

    @property
    def title(self) -> str:
        return self.rendered.title.text

    @property
    def summary(self) -> str:
        """The first sentence below the title; empty if there is no text."""
        sentence = re.match(r"(.+?)[.:](?:\s|$)", self.rendered.summary)
        return f"{sentence[1]}." if sentence else self.rendered.summary


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the sidebar, in the order of the outline."""

    title: str
    entries: tuple[Page | Link, ...]


@dataclass(frozen=True, slots=True)
class Documentation:
    groups: tuple[Group, ...]

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
    return tuple((each.st_mtime_ns, each.st_size) for each in (_path(file).stat() for file in files()))


def address_of(file: str) -> str:
    """``docs/guide/keys.md`` is ``/docs/guide/keys``, ``CHANGELOG.md`` is ``/docs/changelog``."""
    name = file.removesuffix(".md")
    return ROOT + (name.removeprefix("docs/") if name.startswith("docs/") else name.lower())


def files() -> list[str]:
    """The Markdown files that are pages."""
    return [entry for entries in OUTLINE.values() for entry in entries if isinstance(entry, str)]


@lru_cache(maxsize=1)
def _documentation(version: tuple[tuple[int, int], ...]) -> Documentation:
    def entry(of: str | Link, title: str) -> Page | Link:
        return of if isinstance(of, Link) else _page(of, title)

    return Documentation(
        tuple(Group(title, tuple(entry(each, title) for each in entries)) for title, entries in OUTLINE.items())
    )


def _page(file: str, group: str) -> Page:
    pages = frozenset(files())
    text = _path(file).read_text(encoding="utf-8")

    def link(target: str) -> str:
        """The address of the site for a link of this file; empty for a file that the product does not serve."""
        if target.startswith(("#", "/")) or _WITH_SCHEME.match(target):
            return target
        path, mark, fragment = target.partition("#")
        path = _from_root(file, path)
        address = address_of(path) if path in pages else _SERVED.get(path, "")
        return f"{address}{mark}{fragment}" if address else ""

    def image(target: str) -> str:
        return static(_from_root(file, target))

    def markdown_link(match: re.Match[str]) -> str:
        address, mark, fragment = (link(match[1]) or match[1]).partition("#")
        is_page = address.startswith(ROOT) and _from_root(file, match[1].partition("#")[0]) in pages
        return f"]({address}{'.md' if is_page else ''}{mark}{fragment})"

    markdown = _MARKDOWN_LINK.sub(markdown_link, text)
    return Page(address_of(file), group, render(text, link=link, image=image), markdown)


def _from_root(file: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def _path(file: str) -> Path:
    return settings.BASE_DIR / file
