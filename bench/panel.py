"""``python -m bench.panel``: every page of the panel with a million contacts and two million messages, on PostgreSQL.

It fills the database of ``DATABASE_URL``, a new one or that of an earlier run, and prints for each page the
median time of three answers and the number of statements.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse

from bench import analytics, contacts
from bench.contacts import timed
from contacts.models import Contact
from crmsolid.core.garbage_collection import freeze_loaded_objects
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.urls import pages
from crmsolid.workspaces.models import Membership, Workspace

ROUNDS = 3
CONVERSATIONS = 200_000  # ten messages each
FEW_UNREAD = "UPDATE messaging_thread SET unread_count = 1, waiting_since = last_message_at WHERE id LIKE %s"


def prepare(people: int) -> Workspace:
    """The year of ``bench.analytics``, and contacts to whom nobody has written yet."""
    workspace = analytics.prepare(min(people, CONVERSATIONS))
    missing = people - Contact.objects.for_workspace(workspace).count()
    if missing > 0:
        with timed(f"fill {missing:,} contacts"), connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
            contacts.fill(cursor, workspace, first=CONVERSATIONS + 1, last=CONVERSATIONS + missing)
            cursor.execute(FEW_UNREAD, ["%00"])
            cursor.execute("VACUUM ANALYZE contacts_contact, contacts_contacttag, messaging_thread")
            cursor.execute("RESET statement_timeout; RESET session_replication_role")
    return workspace


def named(urls: list[Any], outer: tuple[str, ...] = ()) -> Iterator[tuple[URLPattern, tuple[str, ...]]]:
    """All patterns with a name, and the names of the arguments of their addresses."""
    for url in urls:
        names = (*outer, *url.pattern.regex.groupindex)
        if isinstance(url, URLPattern) and url.name:
            yield url, names
        elif isinstance(url, URLResolver):
            yield from named(url.url_patterns, names)


def addresses(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """The pages that answer GET: those without a row, and for each of the others the page of one row."""
    for url, names in named(pages):
        if not names:
            yield url.name, reverse(f"admin:{url.name}")
        elif len(names) == 1 and (model := _model(url)) is not None:
            row = model.objects.for_workspace(workspace).first()
            if row is not None:
                yield url.name, reverse(f"admin:{url.name}", args=[row.pk])
    search = reverse("admin:contacts_contact_changelist")
    yield "contacts, search", f"{search}?q=77777"
    yield "contacts, search nobody", f"{search}?q=nobodyiscalledthis"
    yield "search", f"{reverse('admin:search')}?q=77777"
    palette = f"{reverse('admin:search')}?part=list&q="
    for typed in ("", "a", "qq", "77777", "миллер", "nobodyiscalledthis", "hello", ">", "@sarah"):
        yield f"palette, {typed}", f"{palette}{quote(typed)}"
    for one_in in analytics.WORDS:
        yield f"palette, a word of one message in {one_in:,}", f"{palette}{analytics.word_that_has(one_in)}"
    for view in ("unread", "waiting", "failed", "mine", "unassigned", "snoozed", "closed", "all"):
        yield f"inbox, {view}", f"{reverse('admin:inbox')}?view={view}"


def _model(url: URLPattern) -> Any:
    view = getattr(url.callback, "view_class", None)
    if view is not None and issubclass(view, TenantPage):
        return view.model
    for model in admin.site._registry:
        if str(url.name).startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    workspace = prepare(parser.parse_args().contacts)
    freeze_loaded_objects()
    client = Client()
    client.force_login(Membership.objects.for_workspace(workspace).get().user)
    for name, address in addresses(workspace):
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                size = len(next(iter(answer))) if answer.streaming else len(answer.content)  # type: ignore[arg-type]
            times.append(time.perf_counter() - started)
        result = f"{answer.status_code}  {len(queries):3} statements  {size:9,} bytes  {name}"
        print(f"{statistics.median(times) * 1000:8,.1f} ms  {result}", flush=True)


if __name__ == "__main__":
    main()
