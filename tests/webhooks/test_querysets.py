"""Reads of a long delivery log use an index, however long the log is."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from crmsolid.core import clock
from tests.panel import browser
from tests.tenants import Tenants
from tests.webhooks.panel.pages import EVENTS, LOG
from webhooks import querysets
from webhooks.models import Endpoint
from webhooks.services import create_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def written(rows_of_module: None) -> tuple[Tenants, Endpoint]:
    tenants = Tenants()
    types = ("contact.created",)
    endpoint = create_endpoint(tenants.actor(), url="https://hook.example.com/", events=types).endpoint
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at, position)"
            " SELECT 'evt_' || n, %s, 'contact.created', '{}', '', '', now(), n FROM generate_series(1, 20000) AS n",
            [endpoint.workspace_id],
        )
        cursor.execute(
            "INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason,"
            " attempts, failures, lease, created_at) SELECT 'dlv_' || n, %s, 'evt_' || n, %s, 'contact.created',"
            " CASE WHEN n %% 7000 = 1 THEN 'exhausted' ELSE 'succeeded' END, '', 1, 0, '', now() - n * interval '1 s'"
            " FROM generate_series(1, 20000) AS n",
            [endpoint.workspace_id, endpoint.pk],
        )
        # Statistics that another test left behind would change the plans.
        cursor.execute("ANALYZE webhooks_delivery, webhooks_endpoint, events_event")
    connection.check_constraints()  # once, or every test would check all foreign keys at its end
    return tenants, endpoint


@pytest.fixture
def tenants(written: tuple[Tenants, Endpoint]) -> Tenants:
    return deepcopy(written[0])


@pytest.fixture
def long_log(written: tuple[Tenants, Endpoint]) -> Endpoint:
    """Twenty thousand deliveries, all but three of them successful."""
    return deepcopy(written[1])


def plan(rows: "QuerySet[Any]") -> str:
    return rows.explain()


@pytest.mark.parametrize(
    ("status", "indexes"),
    [
        ("exhausted", ["delivery_unsuccessful", "delivery_by_status"]),
        ("failed", ["delivery_due"]),
        ("canceled", ["delivery_unsuccessful", "delivery_by_status"]),
        ("pending", ["delivery_due"]),
        ("sending", ["delivery_lease"]),
    ],
)
def test_a_filter_by_a_rare_status_uses_an_index(
    tenants: Tenants, long_log: Endpoint, status: str, indexes: list[str]
) -> None:
    rows = querysets.delivery_log(tenants.workspace, long_log, status=status)
    shown_plan = plan(rows.order_by("-created_at", "-id")[:50])
    assert any(index in shown_plan for index in indexes)
    assert rows.count() == (3 if status == "exhausted" else 0)


def test_counting_failed_deliveries_does_not_read_the_successful_ones(long_log: Endpoint) -> None:
    """Versions of PostgreSQL choose different indexes: all failed deliveries are those of one endpoint here."""
    rows = querysets.failed_deliveries(long_log, clock.now() - timedelta(days=1), clock.now())
    [measured] = json.loads(rows.explain(format="json", analyze=True, buffers=True))
    blocks = measured["Plan"]["Shared Hit Blocks"] + measured["Plan"]["Shared Read Blocks"]
    assert blocks < 30  # all deliveries take more than 300
    assert rows.count() == 3


@pytest.mark.parametrize(
    ("table", "indexes"),
    [
        ("webhooks_delivery", ["webhooks_delivery_tenant_key", "webhooks_delivery_pkey"]),
        ("events_event", ["event_feed", "events_event_position_key"]),
    ],
)
def test_the_panels_lists_are_read_in_index_order(
    tenants: Tenants, long_log: Endpoint, table: str, indexes: list[str]
) -> None:
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "ORDER BY" in sql and f'FROM "{table}"' in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        answer = browser(tenants.owner).get({"webhooks_delivery": LOG, "events_event": EVENTS}[table])
    assert len(answer.context["cl"].result_list) == 50
    [shown_plan] = plans
    assert "->  Sort" not in shown_plan
    assert any(index in shown_plan for index in indexes)
