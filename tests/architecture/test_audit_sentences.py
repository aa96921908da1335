"""Every action that the code records in the audit log has a sentence, and details in words. The actions, and the keys
of their data, are read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from contacts import bulk
from crmsolid.jobs import kinds
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.pages.audit_log import Description, describe
from crmsolid.panel.pages.audit_sentences import KINDS, SENTENCES
from crmsolid.workspaces.models import AuditEntry, HoldReason, Workspace
from messaging.broadcasts.models import RecipientStatus
from sequences.panel.forms import RESUME_MODES
from tests.panel import PAGES
from tests.tenants import Tenants

ROOT = Path(__file__).parents[2]
APPS = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")
RECORDERS = ("record", "record_about_user", "record_all")
# Values of an action that are no text in the code: the states of an account that Telegram has ended.
STATES = ("frozen", "needs_login", "banned")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def trees() -> list[ast.Module]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return [ast.parse(path.read_text()) for path in files]


def given(tree: ast.AST, function: Function, parameter: str) -> Iterator[str]:
    """What the calls of ``function`` in ``tree`` pass as ``parameter``."""
    names = [each.arg for each in function.args.args]
    place = names.index(parameter) - (names[0] == "self")
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) == function.name and len(call.args) > place:
            yield from texts(call.args[place])


def texts(node: ast.expr) -> list[str]:
    """The texts that an expression may be: of ``"a" if … else "b"`` both, without those of its condition."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def actions(everything: list[ast.Module]) -> set[str]:
    """The actions that the code records."""
    found: set[str] = set()
    for tree in everything:
        for function in ast.walk(tree):
            if isinstance(function, Function):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and name_of(call) in RECORDERS and len(call.args) > 1:
                        found.update(possible(call.args[1], function, tree, everything))
    return {each for each in found if "." in each}


def possible(node: ast.expr, function: Function, tree: ast.AST, everything: list[ast.Module]) -> list[str]:
    if isinstance(node, ast.Name):
        if node.id not in [each.arg for each in function.args.args]:
            return []
        return [text for each in everything for text in given(each, function, node.id)]
    if isinstance(node, ast.JoinedStr) and isinstance(beginning := node.values[0], ast.Constant):
        end = node.values[1]
        assert isinstance(end, ast.FormattedValue) and isinstance(end.value, ast.Name)
        verbs = STATES if end.value.id == "state" else list(given(tree, function, end.value.id))
        assert verbs, f"nothing calls {function.name} with a text as {end.value.id}"
        return [f"{beginning.value!s}{verb}" for verb in verbs]
    return texts(node)


def of_model_forms() -> set[str]:
    """What ``TenantAdmin`` writes for pages whose services do not."""
    verbs = {"adders": "created", "changers": "changed", "deleters": "deleted"}
    pages = [page for page in PAGES if not page.services_audit]
    return {f"{page.opts.model_name}.{verb}" for page in pages for roles, verb in verbs.items() if getattr(page, roles)}


def test_every_recorded_action_has_a_sentence() -> None:
    recorded = actions(trees()) | of_model_forms()
    assert sorted(recorded - set(SENTENCES)) == []
    assert sorted(set(SENTENCES) - recorded) == []


def test_every_sentence_is_in_one_kind_of_the_filter() -> None:
    for action in SENTENCES:
        found = [kind for kind, (_, beginnings) in KINDS.items() if action.startswith(beginnings)]
        assert len(found) == 1, action


@pytest.mark.django_db
def test_the_names_and_the_page_of_every_thing_exist() -> None:
    for thing in {each.thing for each in SENTENCES.values() if each.thing is not None}:
        rows = apps.get_model(thing.model).objects.for_workspace(1)
        assert list(rows.values_list("pk", *thing.names)) == []
        assert not thing.page or panel_url(thing.page, "con_01ARZ3NDEKTSV4RRFFQ69G5FAV").startswith("/panel/live/")


# An entry of each action as it is recorded: its data, and the details that people read. What the sentence says already
# is no detail.
EXAMPLES: dict[str, list[tuple[dict[str, Any], list[str]]]] = {
    "key.created": [({"name": "Sync", "prefix": "cs_live_1", "scopes": ["read:contacts"]}, ["Scopes: read:contacts"])],
    "key.renamed": [({"old": "Sync", "new": "Other"}, [])],
    "key.rotated": [
        ({"replacement": "key_2", "overlap_seconds": 86400}, ["Both keys work for 1 day"]),
        ({"replacement": "key_2", "overlap_seconds": 5400}, ["Both keys work for 1 hour 30 minutes"]),
        ({"replacement": "key_2", "overlap_seconds": 0}, ["The old one stopped at once"]),
    ],
    "key.revoked": [({"name": "Sync", "prefix": "cs_live_1"}, [])],
    "key.expired": [({"name": "Sync", "prefix": "cs_live_1"}, [])],
    "key.refused": [
        ({"code": "scope_missing", "reason": "write:contacts"}, ["It lacks the scope write:contacts"]),
        ({"code": "ip_not_allowed", "reason": "203.0.113.9"}, ["It may not be used from 203.0.113.9"]),
        ({"code": "ip_not_allowed", "reason": "None"}, ["It may not be used from an unknown address"]),
    ],
    "grant.limits_changed": [
        ({"client": "Claude", "old": {"daily_sends": 5}, "new": {"daily_sends": 9}}, ["Daily sends: 5 → 9"])
    ],
    "grant.created": [({"client": "Claude", "scopes": ["read:contacts"]}, ["Scopes: read:contacts"])],
    "grant.revoked": [
        ({"client": "Claude"}, []),
        ({"client": "Claude", "reason": "revoked_by_client"}, ["Reason: it gave its access up"]),
        ({"client": "Claude", "reason": "refresh_token_reused"}, ["Reason: its refresh token was used twice"]),
        (
            {"client": "Claude", "reason": "authorization_code_reused"},
            ["Reason: its authorization code was used twice"],
        ),
    ],
    "grant.expired": [({"client": "Claude", "reason": "no_token_left"}, [])],
    "grant.refused": [
        ({"code": "scope_missing", "reason": "write:contacts"}, ["It lacks the scope write:contacts"]),
        ({"code": "ip_not_allowed", "reason": "203.0.113.9"}, ["It may not be used from 203.0.113.9"]),
    ],
    "webhook.created": [
        ({"events": ["*"]}, ["Events: all events"]),
        ({"events": ["contact.created", "message.sent"]}, ["Events: contact.created, message.sent"]),
    ],
    "webhook.updated": [({"fields": ["events", "url"]}, ["Changed: events, url"])],
    "webhook.disabled": [
        ({"reason": "manual"}, ["Reason: disabled by a user"]),
        ({"reason": "gone"}, ["Reason: the receiver answered 410 Gone"]),
        ({"reason": "failing"}, ["Reason: nothing but failures for 5 days"]),
    ],
    "webhook.secret_rotated": [
        ({"overlap_seconds": 604800}, ["Both secrets are in force for 7 days"]),
        ({"overlap_seconds": 0}, ["The old one ended at once"]),
    ],
    "webhook.replay_started": [({"job": "job_1", "total": 1200}, ["Deliveries: 1,200"])],
    "account.created": [({"kind": "sandbox"}, ["Kind: sandbox"])],
    "account.changed": [
        ({"fields": [], "old": {"daily_limit": 50}, "new": {"daily_limit": 20}}, ["Daily limit: 50 → 20"])
    ],
    "account.messages_canceled": [({"messages": 2}, [])],
    "sending.held": [({"reason": reason.value}, [f"Reason: {reason.label}"]) for reason in HoldReason],
    "sending.released": [
        ({"mode": "resume"}, ["What waited is sent"]),
        ({"mode": "cancel"}, ["What waited was canceled"]),
    ],
    "telegram.needs_login": [
        ({"reason": "Telegram has ended the session"}, ["Reason: Telegram has ended the session"])
    ],
    "telegram.banned": [({"reason": "Telegram has closed it"}, ["Reason: Telegram has closed it"])],
    "telegram.frozen": [({"reason": "FROZEN_METHOD_INVALID"}, ["Reason: FROZEN_METHOD_INVALID"])],
    "opt_out_word.added": [({"word": "stop"}, [])],
    "opt_out_word.removed": [({"word": "stop"}, [])],
    "customfield.created": [({"fields": ["key", "label", "type"]}, ["Filled in: key, label, type"])],
    "customfield.changed": [
        ({"fields": [], "old": {"choices": ["a"]}, "new": {"choices": ["a", "b"]}}, ["Choices: a → a, b"])
    ],
    "scoringrule.created": [({"name": "Replies"}, [])],
    "scoringrule.updated": [({"name": "Replies"}, [])],
    "scoringrule.deleted": [({"name": "Replies"}, [])],
    "configuration.applied": [({"created": 2, "updated": 0}, ["Created: 2", "Updated: 0"])],
    "workspace.created": [({"plan": "trial"}, ["Plan: trial"])],
    "workspace.updated": [({"old": {"time_zone": ""}, "new": {"time_zone": "UTC"}}, ["Time zone: none → UTC"])],
    "workspace.two_factor_required": [({"required": True}, ["Required: yes"])],
    "plan.changed": [({"old_plan": "trial", "plan": "pro"}, ["Plan: trial → pro"])],
    "membership.changed": [({"old_role": "viewer", "role": "admin"}, ["Role: viewer → admin"])],
    "membership.work_changed": [
        ({"old_on_duty": True, "on_duty": False}, ["On duty: yes → no"]),
        ({"old_capacity": None, "capacity": 8}, ["Capacity: none → 8"]),
    ],
    "membership.deleted": [({"user": 0, "role": "agent"}, ["Role: agent"])],
    "invitation.created": [({"role": "agent"}, ["Role: agent"])],
    "invitation.revoked": [({"role": "agent"}, ["Role: agent"])],
    "invitation.accepted": [({"membership": 1, "role": "agent"}, ["Role: agent"])],
    "user.changed": [({"fields": ["name", "time_zone"]}, ["Changed: name, time zone"])],
    "user.sessions_ended": [({"ended": 3}, ["Sessions: 3"])],
    "user.recovery_code_used": [({"left": 7}, ["Codes left: 7"])],
    "contact.created": [({"fields": ["custom_fields", "email"]}, ["Filled in: custom fields, email"])],
    "contact.changed": [({"fields": ["custom_fields", "email"]}, ["Changed: custom fields, email"])],
    "contact.tagged": [({"add": ["vip"], "remove": []}, ["Add: vip", "Remove: none"])],
    "assistant.contacts_changed": [({}, [])],
    "contact.change_undone": [({"field": "name", "by": "Claude"}, ["Field: name"])],
    "contact.enrolled": [({"sequence": "Welcome"}, [])],
    "contact.enrollment_paused": [({"sequence": "Welcome"}, [])],
    "contact.enrollment_resumed": [({"sequence": "Welcome"}, [])],
    "contact.enrollment_stopped": [({"sequence": "Welcome"}, [])],
    "contact.note_added": [({"note": "not_1"}, [])],
    "contact.note_edited": [({"note": "not_1"}, [])],
    "contact.note_deleted": [({"note": "not_1"}, [])],
    "contact.score_adjusted": [({"points": -5}, ["Points: -5"])],
    "contact.bulk_started": [({"what": what, "contacts": 1200}, []) for what in bulk.actions],
    "contacts.exported": [
        (
            {"contacts": "more than 1000", "filters": ["tag", "updated_since"], "format": "csv"},
            ["Filters: tag, updated since", "Format: CSV", "Contacts: more than 1000"],
        )
    ],
    "contacts.failed_rows_exported": [({"rows": 3}, ["Rows: 3"])],
    "contacts.import_started": [({"rows": 3, "dry_run": True}, ["Rows: 3", "Dry run: yes"])],
    "segment.updated": [({"old": {"tag": "a"}, "new": {"tag": "b"}}, ["Tag: a → b"])],
    "proposal.created": [
        ({"operation": "send_message", "reason": "many"}, []),
        ({"operation": "send_message", "edited_from": "prp_1"}, []),
    ],
    "proposal.canceled": [({"operation": "send_message"}, [])],
    "proposal.approved": [({"operation": "send_message"}, [])],
    "proposal.rejected": [({"operation": "send_message"}, [])],
    "proposal.expired": [({"operation": "send_message"}, [])],
    "proposal.done": [({"operation": "send_message"}, [])],
    "proposal.stale": [({"operation": "send_message"}, [])],
    "proposal.failed": [({"operation": "send_message"}, [])],
    "segment.tagged": [({"add": ["vip"], "remove": [], "job": "job_1"}, ["Add: vip", "Remove: none"])],
    "tag.renamed": [({"tag": "vip", "to": "big"}, [])],
    "tag.deleted": [({"tag": "vip"}, [])],
    "message.accepted": [({"thread": "thr_1"}, [])],
    "message.retried": [({"message": "msg_2"}, [])],
    "thread.snoozed": [({"until": "2026-06-04T09:00:00+00:00"}, [])],
    "thread.assigned": [({"user": 0}, [])],
    "broadcast.deleted": [({"name": "News"}, [])],
    "broadcast.started": [({"job": "job_1"}, [])],
    "broadcast.exported": [
        ({"recipients": 4, "status": ""}, ["Recipients: 4"]),
        *(
            ({"recipients": 4, "status": each.value}, ["Recipients: 4", f"Status: {each.label.lower()}"])
            for each in RecipientStatus
        ),
    ],
    "broadcast.retried": [({"recipients": 4}, [])],
    "sequence.published": [
        ({"version": 2, "moved": True}, ["Everybody who is in it goes on in this version"]),
        ({"version": 2, "moved": False}, ["Who is in it stays in their version"]),
    ],
    "sequence.resumed": [({"mode": mode.value}, [title]) for mode, (title, _) in RESUME_MODES.items()],
    "job.canceled": [({"kind": kind}, []) for kind in kinds.kinds],
}
RAW = re.compile(r"[a-z]_[a-z]|\bseconds\b|\b\d{5,}\b")


def recorded_keys() -> dict[str, set[str]]:
    """The keys of the data of each action, as far as the call that records it names both."""
    found: dict[str, set[str]] = {}
    for tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and name_of(call) in RECORDERS and len(call.args) > 1:
                for action in texts(call.args[1]):
                    found.setdefault(action, set()).update(each.arg for each in call.keywords if each.arg)
    return {action: keys for action, keys in found.items() if "." in action}


def described(workspace: Workspace, action: str, data: dict[str, Any], **fields: Any) -> Description:
    entry = AuditEntry(workspace=workspace, action=action, target="", surface="panel", data=data)
    entry.subject_kind, entry.subject_label = "command", "shell"
    for name, value in fields.items():
        setattr(entry, name, value)
    return describe([entry])[0]


def test_the_examples_have_every_action_with_data_and_each_of_its_keys() -> None:
    for action, keys in recorded_keys().items():
        shown = {key for data, _ in EXAMPLES.get(action, []) for key in data}
        assert keys - shown == set(), action
    assert set(EXAMPLES) - set(SENTENCES) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("action", sorted(SENTENCES))
def test_no_action_shows_a_raw_value(tenants: Tenants, action: str) -> None:
    for data, details in EXAMPLES.get(action, [({}, [])]):
        entry = described(tenants.workspace, action, data)
        assert entry.details == details, data
        for text in (entry.plain, *entry.details):
            assert RAW.search(text) is None, text


@pytest.mark.django_db
@pytest.mark.parametrize("action", sorted(SENTENCES))
@pytest.mark.parametrize("kind", ["key", "grant"])
def test_what_a_key_or_an_assistant_does_to_itself_names_it_once(tenants: Tenants, action: str, kind: str) -> None:
    if not SENTENCES[action].own or not action.startswith(f"{kind}."):
        return
    data = {"name": "Reporting", "client": "Reporting", **EXAMPLES[action][0][0]}
    data |= {"client": "Reporting"} if kind == "grant" else {}
    own = {"subject_kind": kind, "subject_id": "x_1", "subject_label": "Reporting", "target": "x_1"}
    entry = described(tenants.workspace, action, data, **own)
    assert entry.plain in (
        "The API key Reporting was refused",
        "The assistant Reporting was refused",
        "The assistant Reporting was disconnected",
    )
