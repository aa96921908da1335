"""The order of the documentation: its groups, and in each the files that are its pages.

A file is named from the root of the repository. Its title is its first heading, and its address follows from its name.
Every Markdown file of ``docs/`` is in one group; a test says so.
"""

from dataclasses import dataclass

INTERNALS = "How it is built"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a group that is no Markdown file."""

    address: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: tuple[str | Link, ...]


OUTLINE = (
    Group(
        "Start",
        (
            "docs/guide/getting-started.md",
            "docs/guide/keys.md",
            "docs/guide/requests.md",
            "docs/guide/errors.md",
            "docs/guide/idempotency.md",
            "docs/guide/rate-limits.md",
        ),
    ),
    Group(
        "Guides",
        (
            "docs/guide/contacts.md",
            "docs/guide/messages.md",
            "docs/guide/webhooks.md",
            "docs/guide/sequences.md",
            "docs/guide/audiences.md",
            "docs/guide/analytics.md",
            "docs/guide/telegram.md",
            "docs/guide/telegram-trouble.md",
            "docs/guide/mcp.md",
            "docs/guide/python.md",
            "docs/guide/command-line.md",
            "docs/guide/dotnet.md",
            "docs/guide/n8n.md",
        ),
    ),
    Group(
        "Reference",
        (
            Link(
                "/swagger", "API reference", "Every operation with its parameters and answers; try them with your key."
            ),
            Link(
                "/docs/errors/",
                "Error codes",
                "Every error code: what it means, what to do, which operations answer it.",
            ),
            Link("/openapi.json", "OpenAPI document", "The description of the API for programs, OpenAPI 3.1."),
            "CHANGELOG.md",
        ),
    ),
    Group(
        "Operate",
        (
            "docs/deployment.md",
            "docs/running.md",
            "docs/reliability.md",
            "docs/privacy.md",
            "SECURITY.md",
            "docs/security-checklist.md",
            "docs/licenses.md",
            "docs/performance.md",
        ),
    ),
    Group(
        INTERNALS,
        (
            "docs/architecture.md",
            "docs/development.md",
            "CONTRIBUTING.md",
            "docs/api.md",
            "docs/panel.md",
            "docs/accounts.md",
            "docs/contacts.md",
            "docs/audiences.md",
            "docs/scoring.md",
            "docs/imports.md",
            "docs/inbox.md",
            "docs/messaging.md",
            "docs/broadcasts.md",
            "docs/sequences.md",
            "docs/analytics.md",
            "docs/webhooks.md",
            "docs/telegram.md",
            "docs/mcp.md",
            "docs/mcp-evaluation.md",
            "docs/oauth.md",
            "docs/jobs.md",
            "docs/serving.md",
            "docs/sql.md",
        ),
    ),
)
