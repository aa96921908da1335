"""Tags as such: which there are, how many contacts have each, and changes of a tag on all of them.

A tag exists only as long as a contact has it. So a tag is renamed, merged or deleted by a job that changes the tags of
all contacts that have it, with the events and points that a change of tags has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Count

from contacts import bulk, uses
from contacts.models import ContactTag
from contacts.validation import read_tags
from crmsolid.api.pagination import Page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core.errors import invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.models import Job
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope

LIMIT = 50
# Counting stops here, so that a page of tags reads no more of the index than this for each of them.
COUNT_LIMIT = 10_000

_TAG = f'"{ContactTag._meta.db_table}"'
_COUNTED = f"""(SELECT count(*) FROM (
  SELECT 1 FROM {_TAG} WHERE workspace_id = %(workspace)s AND name = names.name LIMIT %(counted)s) AS counted)"""
# Each name is found by one look into the index on (workspace, name), however many contacts have the one before.
_LIST = f"""
WITH RECURSIVE names(name, number) AS (
  (SELECT name, 1 FROM {_TAG} WHERE workspace_id = %(workspace)s AND name >= %(start)s ORDER BY name LIMIT 1)
  UNION ALL
  SELECT following.name, names.number + 1 FROM names CROSS JOIN LATERAL (
    SELECT name FROM {_TAG} WHERE workspace_id = %(workspace)s AND name > names.name ORDER BY name LIMIT 1
  ) AS following WHERE names.number < %(limit)s
)
SELECT name, {_COUNTED} FROM names ORDER BY number
"""
_COUNT = (
    f"SELECT name, {_COUNTED} FROM unnest(%(names)s::text[]) WITH ORDINALITY AS names(name, number) ORDER BY number"
)


@dataclass(frozen=True, slots=True)
class CountedTag:
    """A tag, and how many contacts have it; ``COUNT_LIMIT`` and one more stands for all higher numbers."""

    name: str
    count: int

    @property
    def count_text(self) -> str:
        return f"{self.count:,}" if self.count <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"


def list_tags(actor: Actor, *, start: str = "", limit: int = LIMIT) -> Page:
    """One page of :class:`CountedTag`: the tags from this name on. The cursor is the name with which the next page
    begins. Errors: ``scope_missing``."""
    found = [CountedTag(*row) for row in _read(actor, start, limit + 1, COUNT_LIMIT + 1)]
    return Page(found[:limit], found[limit].name if len(found) > limit else None)


def tag_names(actor: Actor, *, start: str = "", limit: int = 200) -> list[str]:
    """The first tags by name, from ``start`` on. Errors: ``scope_missing``."""
    return [name for name, _ in _read(actor, start, limit, 0)]


def count_tags(actor: Actor, names: list[str]) -> list[CountedTag]:
    """How many contacts have each of these tags. Errors: ``scope_missing``."""
    actor.require(Scope.READ_CONTACTS)
    if actor.workspace.edge is not None:
        return [CountedTag(*row) for row in _counted_within(actor).filter(name__in=names)]
    with connection.cursor() as cursor:
        counted: dict[str, Any] = {"workspace": int(actor.workspace.pk), "names": names, "counted": COUNT_LIMIT + 1}
        cursor.execute(_COUNT, counted)
        return [CountedTag(*row) for row in cursor.fetchall()]


def _read(actor: Actor, start: str, limit: int, counted: int) -> list[tuple[str, int]]:
    """Tags and how many contacts have each, up to ``counted``."""
    actor.require(Scope.READ_CONTACTS)
    if actor.workspace.edge is not None:
        return list(_counted_within(actor).filter(name__gte=start)[:limit])
    workspace = int(actor.workspace.pk)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"workspace": workspace, "start": start, "limit": limit, "counted": counted})
        return list(cursor.fetchall())


def _counted_within(actor: Actor) -> Any:
    """The tags of the contacts that a narrowed key sees, and how many of these have each. It reads all of them."""
    rows = ContactTag.objects.for_workspace(actor.workspace).order_by("name")
    return rows.values_list("name").annotate(number=Count("pk"))


def get_tag(actor: Actor, name: str) -> CountedTag:
    """One tag. Errors: ``scope_missing``, ``not_found``."""
    found: list[CountedTag] = list_tags(actor, start=name, limit=1).rows
    if not found or found[0].name != name:
        raise not_found("tag")
    return found[0]


@unit_of_work()
def rename_tag(actor: Actor, name: str, *, to: str, check: Check = unconditional) -> Job:
    """Start a job that gives another tag to all contacts that have this one, and takes this one from them. If the other
    is in use already, the two are one from then on. Segments name both tags until the job has ended, then the new one;
    so do scoring rules at its end, if the actor may change them. ``uses.find_tag_uses`` has what is left to do by hand.
    ``check`` gets the tag as it is now.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed`` (name), ``precondition_failed``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    tag = get_tag(actor, name)
    new = read_tags([to], "name")[0]
    if new == name:
        raise invalid("name", "duplicate", "this is its name already")
    check(tag)
    following = {
        "segments": uses.name_both_in_segments(actor, name, new),
        "rules": uses.rules_to_rename(actor, name),
    }
    job = bulk.start_bulk(actor, RENAME, {"tag": [name]}, {"add": [new], "remove": [name], **following})
    audit.record(actor, "tag.renamed", job.pk, tag=name, to=new)
    return job


def _check_rename(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {**bulk.CHANGE_TAGS.check(actor, arguments), "segments": arguments["segments"], "rules": arguments["rules"]}


def _finish_rename(actor: Actor, arguments: Mapping[str, Any]) -> None:
    [name], [new] = arguments["remove"], arguments["add"]
    uses.rename_in_segments(actor, arguments["segments"], name, new)
    uses.rename_in_rules(actor, arguments["rules"], name, new)


RENAME = "tag rename"
RENAME_TAG = replace(bulk.CHANGE_TAGS, name=RENAME, check=_check_rename, finish=_finish_rename)


@unit_of_work()
def delete_tag(actor: Actor, name: str, *, check: Check = unconditional) -> Job:
    """Start a job that takes this tag from all contacts that have it. ``check`` gets the tag as it is now. Errors:
    ``scope_missing``, ``not_found``, ``precondition_failed``."""
    actor.require(Scope.WRITE_CONTACTS)
    check(get_tag(actor, name))
    job = bulk.start_bulk(actor, bulk.TAGS, {"tag": [name]}, {"remove": [name]})
    audit.record(actor, "tag.deleted", job.pk, tag=name)
    return job
