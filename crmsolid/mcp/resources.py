"""Resources: objects of the workspace, as a tool answers them, and pages of the documentation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crmsolid.mcp.approvals import Approvals
from crmsolid.mcp.prompts import Prompt
from crmsolid.mcp.tool import Tool

SCHEME = "crmsolid://"
DOCS = f"{SCHEME}docs/"


@dataclass(frozen=True, slots=True)
class ObjectResource:
    """Objects of one kind, at ``crmsolid://KIND/ID``: what ``tool`` answers for the id, its only required argument.
    Authority, limits, marks and size are the tool's."""

    kind: str
    title: str
    tool: Tool

    @property
    def uri_template(self) -> str:
        return f"{SCHEME}{self.kind}/{{id}}"

    @property
    def argument(self) -> str:
        (name,) = self.tool.ids
        return name

    def id_in(self, uri: str) -> str | None:
        """The id in an address of such an object, None in any other."""
        start = f"{SCHEME}{self.kind}/"
        return uri.removeprefix(start) if uri.startswith(start) and "/" not in uri.removeprefix(start) else None


@dataclass(frozen=True, slots=True)
class DocsPage:
    """A page that assistants are told of; the others have addresses too."""

    path: str
    title: str
    description: str

    @property
    def uri(self) -> str:
        return f"{DOCS}{self.path}"


def _no_page(path: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is served: ``tools`` in their order, the ``objects`` that some of them read, the ``pages`` that are listed,
    ``prompts``, ``read_page``: the Markdown of the page at a path, None if there is none, and ``approvals``: how writes
    that wait for one are answered."""

    tools: Sequence[Tool]
    objects: Sequence[ObjectResource] = ()
    pages: Sequence[DocsPage] = ()
    prompts: Sequence[Prompt] = ()
    read_page: Callable[[str], str | None] = _no_page
    approvals: Approvals | None = None
