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
from messaging.models import File

ROUNDS = 3
CONVERSATIONS = 200_000  # ten messages each
# One message in twenty has a picture.
FILES = (
    """
INSERT INTO messaging_file (id, workspace_id, name, type, kind, state, size, sha256, width, height, storage_name,
  thumbnail_name, processed_at, created_at)
SELECT 'fil_' || substr(id, 5), workspace_id, 'photo.jpg', 'image/jpeg', 'photo', 'stored', 200000, repeat('0', 64),
  1280, 960, workspace_id || '/' || id, workspace_id || '/' || id || 't', created_at, created_at
FROM messaging_message WHERE random_id %% 20 = 0 AND workspace_id = %s
""",
    """
INSERT INTO messaging_attachment (workspace_id, message_id, account_id, file_id, position, kind, random_id,
  telegram_message_id)
SELECT workspace_id, id, account_id, 'fil_' || substr(id, 5), 0, 'photo', random_id, telegram_message_id
FROM messaging_message WHERE random_id %% 20 = 0 AND workspace_id = %s
""",
    "UPDATE messaging_message SET kind = 'photo' WHERE random_id %% 20 = 0 AND workspace_id = %s",
)
FEW_UNREAD = "UPDATE messaging_thread SET unread_count = 1, waiting_since = last_message_at WHERE id LIKE %s"


def prepare(people: int) -> Workspace:
    """The year of ``bench.analytics`` with pictures, and contacts to whom nobody has written yet."""
    workspace = analytics.prepare(min(people, CONVERSATIONS))
    if not File.objects.for_workspace(workspace).exists():
        with timed("fill files"), connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
            for statement in FILES:
                cursor.execute(statement, [workspace.pk])
            cursor.execute("VACUUM ANALYZE messaging_message, messaging_file, messaging_attachment")
            cursor.execute("RESET statement_timeout; RESET session_replication_role")
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
