"""Lists of the tables that grow without end: each filter that few rows meet has an index in the order of its list.

The plans are those of empty tables, in which PostgreSQL may neither read a whole table nor sort. Without rows it may
prefer an index of fewer columns in the same order, so these are dropped in the transaction of the test.
"""

from typing import Any

import pytest
from django.db import connection

from crmsolid.events.models import Event
from messaging.models import Message
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db


OF_FEWER_COLUMNS = ("delivery_log", "event_feed")


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: Message.unscoped.filter(account=1).order_by("-created_at", "-id"), "message_of_account"),
        *(
            (
                lambda s=status: Message.unscoped.filter(workspace=1, status=s).order_by("-created_at", "-id"),
                "message_unsent",
            )
            for status in ("failed", "canceled")
        ),
        *(
            (lambda s=status: Delivery.unscoped.filter(workspace=1, status=s).order_by("-id"), "delivery_by_status")
            for status in ("failed", "exhausted", "canceled")
        ),
        (
            lambda: Delivery.unscoped.filter(endpoint="whk_1", event_type="ping").order_by("-created_at", "-id"),
            "delivery_by_type",
        ),
        (lambda: Event.unscoped.filter(workspace=1, type="ping", position__gt=5).order_by("position"), "event_by_type"),
    ],
)
def test_a_filter_that_few_rows_meet_has_an_index_in_the_order_of_its_list(rows: Any, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"DROP INDEX {', '.join(OF_FEWER_COLUMNS)}")
    plan = rows()[:51].explain()
    assert index in plan
    assert "Sort" not in plan
