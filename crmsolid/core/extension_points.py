"""Where an app adds something to a layer below it, which must not import it.

The lower layer declares the extension point and calls what was added. Each app adds to them in its ``registrations``
module, which its ``AppConfig.ready`` imports. docs/architecture.md lists them all.
"""

from typing import Any, TypeVar

T = TypeVar("T")

# All extension points, by name.
declared: "dict[str, ExtensionPoint[Any]]" = {}


class ExtensionPoint(dict[str, T]):
    """What was added, by a name of its own, in the order in which it was added. It is complete once all apps are
    ready."""

    def __init__(self, name: str) -> None:
        """``name`` is that of docs/architecture.md."""
        super().__init__()
        if declared.setdefault(name, self) is not self:
            raise ValueError(f"the extension point {name!r} is declared twice")

    def register(self, name: str, item: T) -> T:
        """Add ``item``. The same again changes nothing; ``ValueError`` for another one of that name."""
        if self.setdefault(name, item) != item:
            raise ValueError(f"{name!r} is registered twice")
        return item
