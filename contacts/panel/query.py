"""Which contacts a page is about, as its address says: search, segment, filter, tag, stage, sort."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from contacts.inputs import SORTS
from contacts.models import Stage
from contacts.validation import MAX_TAG
from crmsolid.core import strictjson
from crmsolid.core.ids import is_id

DEFAULT_SORT = "-created_at"
MAX_SEARCH = 200
# Longer filters do not fit into the address of a page; they are saved as segments.
MAX_FILTER = 4000
MAX_IDS = 100


@dataclass(frozen=True, slots=True)
class ContactsQuery:
    """What the address asks for. ``filter`` is a condition as JSON, None without one; ``ids`` are chosen contacts."""

    search: str = ""
    segment: str = ""
    filter: Any = None
    tag: str = ""
    stage: str = ""
    sort: str = DEFAULT_SORT
    ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: Any) -> "ContactsQuery":
        """From a ``QueryDict``. What cannot be read is left out: a list answers every address."""
        segment, stage, sort = data.get("segment", ""), data.get("stage", ""), data.get("sort", "")
        return cls(
            search=" ".join(data.get("q", "").replace("\0", "").split())[:MAX_SEARCH],
            segment=segment if is_id("seg", segment) else "",
            filter=_json(data.get("filter", "")),
            tag=data.get("tag", "").replace("\0", "").strip()[:MAX_TAG],
            stage=stage if stage in Stage.values else "",
            sort=sort if sort in SORTS else DEFAULT_SORT,
            ids=tuple(dict.fromkeys(each for each in data.getlist("id") if is_id("con", each)))[:MAX_IDS],
        )

    @property
    def filters(self) -> dict[str, Any]:
        """As the services of contacts take them."""
        filters: dict[str, Any] = {}
        if self.ids:
            filters["ids"] = list(self.ids)
        if self.search:
            filters["search"] = self.search
        if self.segment:
            filters["segment"] = self.segment
        if self.filter is not None:
            filters["filter"] = self.filter
        if self.tag:
            filters["tag"] = [self.tag]
        if self.stage:
            filters["stage"] = self.stage
        return filters

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address, or hidden fields of a form."""
        pairs = [("q", self.search), ("segment", self.segment), ("tag", self.tag), ("stage", self.stage)]
        if self.filter is not None:
            pairs.append(("filter", filter_text(self.filter)))
        if self.sort != DEFAULT_SORT:
            pairs.append(("sort", self.sort))
        return [*((name, value) for name, value in pairs if value), *(("id", each) for each in self.ids)]

    @property
    def is_narrowed(self) -> bool:
        """Whether not all contacts are asked for."""
        return bool(self.filters)

    @property
    def encoded(self) -> str:
        return urlencode(self.pairs)


def filter_text(filter: Any) -> str:
    """The JSON of a filter as an address has it."""
    return strictjson.dumps(filter).decode()


def _json(text: str) -> Any:
    if not text or len(text) > MAX_FILTER:
        return None
    try:
        return strictjson.loads(text.encode("utf-8", "replace"))
    except strictjson.StrictJSONError:
        return None
