"""Who names a tag or a custom field: each app finds its own rows, and registers that when it starts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crmsolid.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Use:
    """A row that names a tag or a field: what it is, its name, and the URL name and argument of its page; no page for
    who may not see it. ``advice`` says what has to be done by hand when a tag is renamed; empty if that is nothing."""

    kind: str
    name: str
    page: str
    pk: str
    advice: str = ""


# Each finds the rows of one app that name this tag, or the field with this key, with a fixed number of queries.
Finder = Callable[[Workspace, str], Iterable[Use]]
of_tag: list[Finder] = []
of_field: list[Finder] = []
