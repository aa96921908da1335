"""Which operations serve keys that are narrowed to a segment or to an account, and every read, called by such keys."""

from copy import deepcopy
from typing import Any

import pytest
from django.urls import get_resolver

from crmsolid.api.endpoint import Narrowed
from crmsolid.api.operation_ids import operation_id_of
from crmsolid.proposals.operations import _routes
from crmsolid.tools import TOOLS
from tests.limits.edge_world import OTHER, OUTSIDE, TAG, World, make_world
from tests.tenants import Api, Tenants

# Which narrowed keys and assistants each operation serves. All others are refused: what they show or do is about the
# whole workspace.
SERVED = {
    *(
        "get_me",
        "list_members",
        "list_custom_fields",
        "get_custom_field",
        "create_custom_field",
        "list_webhooks_events",
    ),
    *("list_contacts", "create_contact", "get_contact", "update_contact", "tag_contact", "get_contact_score"),
    *("add_points", "list_notes", "create_note", "get_note", "update_note", "delete_note", "list_tags", "get_tag"),
    # A segment without its count; a preview counts and shows those inside.
    *("list_segments", "create_segment", "preview_segment", "get_segment", "get_segment_explain"),
    *("send_message", "stream_messages", "list_messages", "get_message", "update_message", "delete_message"),
    *("cancel_message", "reactions_message", "list_threads", "get_thread", "update_thread", "list_thread_messages"),
    *("get_thread_history", "load_thread_history", "read_thread", "mark_thread_unread"),
    *("list_templates", "create_template", "get_template", "update_template", "delete_template"),
    *("list_accounts", "get_account", "create_file", "get_file", "get_file_thumbnail"),
    # Enrolling one contact by its id alone.
    *("list_sequences", "preview_sequence", "enroll_contact", "list_sequence_enrollments", "list_enrollments"),
    *("get_enrollment", "pause_enrollment", "resume_enrollment", "stop_enrollment"),
    *("list_events", "get_event", "list_proposals", "get_proposal", "cancel_proposal"),
}
# Erasing deletes what other accounts have written too; a sequence names all of its accounts.
SEGMENT_ALONE = {"delete_contact", "get_sequence"}
ACCOUNTS_ALONE = {"export_contacts", "update_custom_field"}
REFUSED = {
    *("list_jobs", "get_job", "cancel_job", "get_failed_rows", "import_contacts", "get_contact_data"),
    *("rename_tag", "delete_tag", "update_segment", "delete_segment", "tag_segment"),
    *("list_broadcasts", "start_broadcast", "preview_broadcast", "get_broadcast", "pause_broadcast"),
    *("resume_broadcast", "cancel_broadcast", "retry_failed_broadcast", "list_broadcast_recipients"),
    *("create_sequence", "replace_sequence", "update_sequence", "start_sequence", "pause_sequence", "resume_sequence"),
    *("list_webhooks", "create_webhook", "get_webhook", "update_webhook", "delete_webhook", "rotate_secret_webhook"),
    *("test_webhook", "list_webhook_deliveries", "replay_webhook", "get_delivery", "replay_delivery"),
    *("get_analytics_funnel", "get_analytics_sequences", "get_analytics_enrollments", "get_analytics_broadcasts"),
    *("get_analytics_accounts", "get_analytics_team", "get_analytics_conversations", "get_analytics_hours"),
}
TABLE = {
    **dict.fromkeys(SERVED, Narrowed.SERVED),
    **dict.fromkeys(SEGMENT_ALONE, Narrowed.SEGMENT),
    **dict.fromkeys(ACCOUNTS_ALONE, Narrowed.ACCOUNTS),
    **dict.fromkeys(REFUSED, Narrowed.REFUSED),
}
# Tools whose view is no operation of the API.
OWN_TOOLS = {"whoami": Narrowed.SERVED, "get_analytics": Narrowed.REFUSED}

OPERATIONS = {
    operation_id_of(declared, method, path): (method, path, declared)
    for path, view in _routes(get_resolver().url_patterns)
    for method, declared in view.endpoints.items()
}
READS = sorted(name for name, (method, _, _) in OPERATIONS.items() if method == "GET" and name != "stream_messages")


def test_each_operation_is_in_the_table() -> None:
    assert {name: declared.narrowed for name, (_, _, declared) in OPERATIONS.items()} == TABLE


def test_each_tool_is_narrowed_as_its_operation() -> None:
    by_endpoint = {id(declared): name for name, (_, _, declared) in OPERATIONS.items()}
    for tool in TOOLS:
        name = by_endpoint.get(id(tool.endpoint))
        wanted = TABLE[name] if name else OWN_TOOLS.get(tool.name, Narrowed.REFUSED)
        assert tool.endpoint.narrowed == wanted, tool.name


# --- Reads ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def world_once(rows_of_module: None) -> World:
    return make_world(Tenants())


@pytest.fixture
def world(db: None, world_once: World) -> World:
    return deepcopy(world_once)


# By the name of the parameter in the path: the row beyond the edge, and one within it.
def rows_for(world: World, parameter: str, contact: str, account: str) -> list[Any]:
    rows = world.rows
    kinds = {
        "contact_id": [rows[contact, "", "contact"]],
        "note_id": [rows[contact, "", "note"]],
        "thread_id": [rows[contact, account, "thread"]],
        "message_id": [rows[contact, account, "message"], rows[contact, account, "queued"]],
        "file_id": [rows[contact, account, "file"]],
        "enrollment_id": [rows[contact, account, "enrollment"]],
        "event_id": [rows[contact, "", "event"], rows[contact, account, "event of a message"]],
        "delivery_id": [rows[contact, "", "delivery"]],
        "account_id": [world.accounts[account]],
        "sequence_id": [rows["", "", "sequence"]],
        "broadcast_id": [rows["", "", "broadcast"]],
        "template_id": [rows["", "", "template"]],
        "segment_id": [rows["", "", "segment"]],
        "job_id": [rows["", "", "job"]],
        "endpoint_id": [rows["", "", "endpoint"]],
    }
    return kinds[parameter]


def addresses(world: World, path: str, contact: str, account: str) -> list[str]:
    """The path with the ids of rows of this contact and this account."""
    if "{" not in path:
        return [path]
    before, _, rest = path.partition("{")
    parameter, _, after = rest.partition("}")
    named = {"tag": [f"{OUTSIDE} tag", TAG], "key": ["plan"], "proposal_id": ["prp_" + "0" * 26]}
    values = named.get(parameter) or [row.pk for row in rows_for(world, parameter, contact, account)]
    return [f"{before}{value}{after}" for value in values]


NEEDED = {"segment": Narrowed.SEGMENT, "account": Narrowed.ACCOUNTS, "both": Narrowed.SERVED}
LIMITS = {"segment": (True, False), "account": (False, True), "both": (True, True)}


def narrowed_key(world: World, by: str) -> str:
    segment, account = LIMITS[by]
    limits: dict[str, Any] = {"segment_id": world.segment.pk} if segment else {}
    if account:
        limits["account_ids"] = [world.accounts["own"].pk]
    return world.tenants.key(**limits)


def hidden(world: World, by: str) -> set[str]:
    """What no answer may have: marks in texts, and ids."""
    segment, account = LIMITS[by]
    found: set[str] = set()
    if segment:
        found |= {OUTSIDE, *world.ids(contact="outside")}
    if account:
        found |= {OTHER, *world.ids(account="other")}
    return found


def parameters(name: str, world: World) -> list[dict[str, Any]]:
    """Queries that look for what is hidden."""
    outside, other = world.contacts["outside"], world.accounts["other"]
    thread = world.rows["outside", "other", "thread"]
    extra: dict[str, list[dict[str, Any]]] = {
        "list_contacts": [{"search": OUTSIDE}, {"tag": f"{OUTSIDE} tag"}, {"sort": "-score"}],
        "list_messages": [
            {"search": OUTSIDE, "direction": "in"},
            {"contact_id": outside.pk},
            {"account_id": other.pk},
            {"thread_id": thread.pk},
        ],
        "list_threads": [{"search": OUTSIDE}, {"search": OTHER}, {"contact_id": outside.pk}, {"account_id": other.pk}],
        "list_enrollments": [{"contact_id": outside.pk}],
        "get_thread": [{"messages": 20}],
        "list_events": [{"type": "contact.created"}, {"since": "2020-01-01T00:00:00Z"}],
        "get_segment_explain": [{"contact_id": outside.pk}],
        "list_tags": [{"start": OUTSIDE}],
    }
    return [{}, *extra.get(name, [])]


@pytest.mark.parametrize("by", LIMITS)
@pytest.mark.parametrize("name", READS)
def test_no_read_shows_what_is_beyond_the_edge(api: Api, world: World, name: str, by: str) -> None:
    key, forbidden, (_, path, declared) = api(narrowed_key(world, by)), hidden(world, by), OPERATIONS[name]
    is_served = (
        Narrowed.SERVED if by == "both" else Narrowed[{"account": "ACCOUNTS"}.get(by, "SEGMENT")]
    ) in declared.narrowed
    for contact in world.contacts:
        for account in world.accounts:
            for address in addresses(world, path, contact, account):
                for query in parameters(name, world):
                    answer = key.get(address, query)
                    text = answer.getvalue().decode(errors="replace")
                    asked = address + str(query)  # an error may repeat what was asked for
                    assert [each for each in forbidden if each in text and each not in asked] == [], (address, query)
                    assert answer.status_code < 500, text
                    assert (answer.status_code == 403) == (not is_served), text
                    if is_served and any(each in address for each in forbidden - {OUTSIDE, OTHER}):
                        assert answer.status_code == 404, (address, text)


# Of a proposal and of a thumbnail there is none here: a key that finds nothing is answered as one that may not see it.
@pytest.mark.parametrize(
    "name",
    [name for name in READS if TABLE[name] is Narrowed.SERVED and name not in {"get_proposal", "get_file_thumbnail"}],
)
def test_each_served_read_shows_what_is_within(api: Api, world: World, name: str) -> None:
    key, (_, path, _) = api(narrowed_key(world, "both")), OPERATIONS[name]
    needed = {"get_segment_explain": {"contact_id": world.contacts["inside"].pk}}.get(name, {})
    for address in addresses(world, path, "inside", "own"):
        if OUTSIDE in address:
            continue
        answer = key.get(address, needed)
        expected = 410 if name == "get_file" else 200  # the file's bytes are gone
        assert answer.status_code == expected, (address, answer.content)
