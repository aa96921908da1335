"""Who may do what: every service is called by each role and by API keys. A refusal changes nothing.

A new service needs a row in ``ROWS``; a test fails until it has one.
"""

import inspect
import io
import pkgutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

import apikeys.services
import contacts.bulk
import contacts.custom_fields
import contacts.imports.services
import contacts.notes
import contacts.scoring.services
import contacts.segments.services
import contacts.services
import contacts.tags
import contacts.timeline
import crmsolid.events.services
import crmsolid.jobs.services
import crmsolid.oauth.services
import crmsolid.plans
import crmsolid.proposals.services
import crmsolid.workspaces.configuration
import crmsolid.workspaces.invitations
import crmsolid.workspaces.services
import messaging.accounts
import messaging.broadcasts.stats
import messaging.changes.services
import messaging.services
import messaging.texts
import messaging.threads.services.actions
import messaging.threads.services.answering
import messaging.threads.services.conversations
import messaging.threads.services.older_messages
import messaging.threads.services.reading
import sequences.running.resuming
import sequences.services
import sequences.stats
import webhooks.replays
import webhooks.services
from apikeys.models import ApiKey
from contacts.imports import reading
from contacts.imports.reading import StagedFile
from contacts.models import (
    AssistantChange,
    Contact,
    ContactImport,
    ContactNote,
    ContactTag,
    CustomField,
    ScoringRule,
    Segment,
)
from contacts.scoring.definition import Definition as RuleDefinition
from contacts.scoring.models import Trigger
from contacts.stats import funnel_report, list_stage_figure, reached_report
from contacts.undoing import services as undoing
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import Period
from crmsolid.events.models import Event
from crmsolid.jobs.models import Job
from crmsolid.limits.choosing import AssistantLimits
from crmsolid.oauth.models import Grant
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope, Subject
from crmsolid.workspaces.models import Invitation, Membership, Role, UserSession
from messaging.broadcasts import services as broadcasts
from messaging.broadcasts.definition import Definition as BroadcastDefinition
from messaging.broadcasts.models import Broadcast
from messaging.broadcasts.stats import broadcast_report, list_broadcast_figure
from messaging.conversation_stats import conversation_report, counted_since, list_episodes, read_backlog
from messaging.files import services as files
from messaging.files.models import File, FileKind
from messaging.models import Account, Message, OptOutWord, Template, Thread
from messaging.stats import account_report, list_account_messages, received_by_period, writing_hours
from messaging.team import (
    everyone_by_period,
    everyone_report,
    list_written,
    team_report,
    waiting_now,
    writers_by_period,
)
from messaging.telegram import services as telegram
from messaging.threads.services.reading import InboxFilter
from sequences.definition import read_definition
from sequences.models import Enrollment, Sequence
from sequences.stats import (
    list_results,
    list_step_figure,
    people_by_reason,
    result_report,
    sequence_report,
    step_outcomes,
)
from tests.architecture import PACKAGES
from tests.panel import Belongings, furnish
from tests.tenants import Tenants
from webhooks.models import Delivery, Endpoint

EVERYONE = frozenset(Role)
WRITERS = EVERYONE - {Role.VIEWER}
ADMINS = frozenset({Role.ADMIN, Role.OWNER})
OWNERS = frozenset({Role.OWNER})
SESSION = "of-a-user-who-has-just-logged-in"


@dataclass(frozen=True)
class Row:
    """A service, the roles that may call it, the scope a key needs (None: no key may), and valid arguments.

    ``answers`` is the error code that an allowed caller gets in these tests, empty where the call succeeds.
    """

    service: Callable[..., Any]
    roles: frozenset[Role]
    scope: Scope | None
    arguments: Callable[[Belongings], dict[str, Any]] = lambda rows: {}
    answers: str = ""


def key_id(rows: Belongings) -> dict[str, Any]:
    return {"key_id": rows.of(ApiKey).pk}


def contact_id(rows: Belongings) -> dict[str, Any]:
    return {"contact_id": rows.of(Contact).pk}


def note_id(rows: Belongings) -> dict[str, Any]:
    return {"note_id": rows.of(ContactNote).pk}


def account_id(rows: Belongings) -> dict[str, Any]:
    return {"account_id": rows.of(Account).pk}


def message_id(rows: Belongings) -> dict[str, Any]:
    return {"message_id": rows.of(Message).pk}


def thread_id(rows: Belongings) -> dict[str, Any]:
    return {"thread_id": rows.of(Thread).pk}


def endpoint_id(rows: Belongings) -> dict[str, Any]:
    return {"endpoint_id": rows.of(Endpoint).pk}


def delivery_id(rows: Belongings) -> dict[str, Any]:
    return {"delivery_id": rows.of(Delivery).pk}


def sequence_id(rows: Belongings) -> dict[str, Any]:
    return {"sequence_id": rows.of(Sequence).pk}


def enrollment_id(rows: Belongings) -> dict[str, Any]:
    return {"enrollment_id": rows.of(Enrollment).pk}


def definition(rows: Belongings) -> dict[str, Any]:
    data = {"name": "Trial", "account_ids": [rows.of(Account).pk], "steps": [{"text": "Hello"}]}
    return {"definition": read_definition(rows.workspace, data)}


def segment_id(rows: Belongings) -> dict[str, Any]:
    return {"segment_id": rows.of(Segment).pk}


def broadcast_id(rows: Belongings) -> dict[str, Any]:
    return {"broadcast_id": rows.of(Broadcast).pk}


def broadcast(rows: Belongings) -> dict[str, Any]:
    audience = {"contact_ids": [rows.of(Contact).pk]}
    return {"definition": BroadcastDefinition("News", "Hello", (rows.of(Account).pk,), audience)}


def rule(rows: Belongings) -> dict[str, Any]:
    return {"definition": RuleDefinition("New", Trigger.REPLY, "", 5)}


def rules(rows: Belongings) -> dict[str, Any]:
    return {"items": [{"name": "New", "on": "reply", "points": 5}], "path": "scoring"}


def rule_id(rows: Belongings) -> dict[str, Any]:
    return {"rule_id": rows.of(ScoringRule).pk}


def job_id(rows: Belongings) -> dict[str, Any]:
    return {"job_id": rows.of(Job).pk}


def staged(rows: Belongings) -> dict[str, Any]:
    file = StagedFile(["email"], file=io.BytesIO())
    file.add([reading.Row(2, ["a@example.com"])])
    return {"staged": file}


def staged_file(rows: Belongings) -> dict[str, Any]:
    return {"staged": files.Staged("1/none", "a.txt", "text/plain", FileKind.DOCUMENT, 4, "0" * 64)}


def uploaded(rows: Belongings) -> dict[str, Any]:
    file = rows.of(ContactImport)
    return {"import_id": file.pk, "mapping": file.mapping}


def figure(rows: Belongings, name: str) -> dict[str, Any]:
    return {"figure": name, "period": periods(rows)["periods"][0]}


def periods(rows: Belongings) -> dict[str, Any]:
    return {"periods": [Period(clock.now() - timedelta(days=1), clock.now())]}


def attempt(rows: Belongings) -> dict[str, Any]:
    return {"attempt_id": "log_01J00000000000000000000000"}


def consent(rows: Belongings) -> dict[str, Any]:
    grant = rows.of(Grant)
    consented = {"user": grant.user, "application": grant.application, "scopes": [Scope.READ_CONTACTS]}
    return {**consented, "session_key": SESSION}


def template_id(rows: Belongings) -> dict[str, Any]:
    return {"template_id": rows.of(Template).pk}


def agent(rows: Belongings) -> dict[str, Any]:
    return {"member_id": Membership.objects.for_workspace(rows.workspace).get(role=Role.AGENT).pk}


def invitation_id(rows: Belongings) -> dict[str, Any]:
    return {"invitation_id": rows.of(Invitation).pk}


ROWS = [
    Row(apikeys.services.create_key, ADMINS, None, lambda rows: {"name": "new", "scopes": ALL_SCOPES}),
    Row(
        apikeys.services.rotate_key,
        ADMINS,
        None,
        lambda rows: {**key_id(rows), "overlap": timedelta(hours=1)},
    ),
    Row(apikeys.services.rename_key, ADMINS, None, lambda rows: {**key_id(rows), "name": "other"}),
    Row(apikeys.services.revoke_key, ADMINS, None, key_id),
    Row(crmsolid.oauth.services.create_grant, EVERYONE, None, consent),
    Row(
        crmsolid.oauth.services.change_grant_limits,
        ADMINS,
        None,
        lambda rows: {"grant_id": rows.of(Grant).pk, "limits": AssistantLimits(daily_sends=5)},
    ),
    Row(
        crmsolid.oauth.services.revoke_grant,
        ADMINS,
        None,
        lambda rows: {"grant_id": rows.of(Grant).pk},
    ),
    Row(crmsolid.workspaces.services.lock_as_owner, OWNERS, None),
    Row(crmsolid.workspaces.services.set_role, OWNERS, None, lambda rows: {**agent(rows), "role": "viewer"}),
    Row(crmsolid.workspaces.services.remove_member, OWNERS, None, agent),
    Row(crmsolid.workspaces.services.require_two_factor, OWNERS, None, lambda rows: {"required": True}),
    Row(
        crmsolid.workspaces.invitations.invite_member,
        OWNERS,
        None,
        lambda rows: {"email": "new@example.com", "role": "agent", "link": str},
    ),
    Row(
        crmsolid.workspaces.invitations.resend_invitation,
        OWNERS,
        None,
        lambda rows: {**invitation_id(rows), "link": str},
    ),
    Row(crmsolid.workspaces.invitations.revoke_invitation, OWNERS, None, invitation_id),
    Row(messaging.texts.list_templates, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.texts.most_used_templates, EVERYONE, Scope.READ_MESSAGES, lambda rows: {"limit": 5}),
    Row(messaging.texts.get_template, EVERYONE, Scope.READ_MESSAGES, template_id),
    # It needs the scope to read messages too; who may read contacts in the panel has both.
    Row(messaging.texts.filled, EVERYONE, Scope.READ_CONTACTS, lambda rows: {**template_id(rows), **contact_id(rows)}),
    Row(messaging.texts.create_template, ADMINS, Scope.WRITE_MESSAGES, lambda rows: {"name": "new", "text": "Hello"}),
    Row(
        messaging.texts.update_template,
        ADMINS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**template_id(rows), "name": "new", "text": "Hello"},
    ),
    Row(messaging.texts.delete_template, ADMINS, Scope.WRITE_MESSAGES, template_id),
    Row(messaging.texts.add_opt_out_word, ADMINS, None, lambda rows: {"word": "unsubscribe"}),
    Row(
        messaging.texts.remove_opt_out_word,
        ADMINS,
        None,
        lambda rows: {"word_id": rows.of(OptOutWord).pk},
    ),
    Row(undoing.list_changes, EVERYONE, Scope.READ_CONTACTS),
    Row(undoing.undo, WRITERS, None, lambda rows: {"change_id": rows.of(AssistantChange).pk}),
    Row(crmsolid.jobs.services.get_job, WRITERS, Scope.WRITE_CONTACTS, job_id),
    Row(crmsolid.jobs.services.cancel_job, WRITERS, Scope.WRITE_CONTACTS, job_id),
    Row(crmsolid.workspaces.configuration.dump_configuration, ADMINS, None),
    Row(
        crmsolid.workspaces.configuration.apply_configuration,
        ADMINS,
        None,
        lambda rows: {"document": {"custom_fields": [{"key": "company", "label": "Company", "type": "text"}]}},
    ),
    Row(
        crmsolid.workspaces.services.set_on_duty,
        ADMINS,
        None,
        lambda rows: {"on_duty": True, "member_id": rows.of(Membership).pk},
    ),
    Row(
        crmsolid.workspaces.services.set_capacity,
        ADMINS,
        None,
        lambda rows: {"member_id": rows.of(Membership).pk, "capacity": 8},
    ),
    Row(
        crmsolid.workspaces.services.update_workspace,
        ADMINS,
        None,
        lambda rows: {"name": "New", "time_zone": "Europe/Berlin", "answer_aim_minutes": 30},
    ),
    Row(funnel_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(account_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(broadcast_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(sequence_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(result_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(reached_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(sequences.stats.outcome_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(messaging.broadcasts.stats.outcome_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(team_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(everyone_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(everyone_by_period, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(writers_by_period, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(received_by_period, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(waiting_now, EVERYONE, Scope.READ_ANALYTICS),
    Row(writing_hours, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(conversation_report, EVERYONE, Scope.READ_ANALYTICS, periods),
    Row(counted_since, EVERYONE, Scope.READ_ANALYTICS),
    Row(read_backlog, EVERYONE, Scope.READ_ANALYTICS),
    Row(list_episodes, EVERYONE, Scope.READ_MESSAGES, lambda rows: figure(rows, "answered")),
    Row(list_written, EVERYONE, Scope.READ_MESSAGES, lambda rows: figure(rows, "answered")),
    Row(list_results, EVERYONE, Scope.READ_CONTACTS, lambda rows: {**sequence_id(rows), **figure(rows, "won")}),
    Row(list_stage_figure, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"stage": "new", **figure(rows, "count")}),
    Row(
        list_account_messages,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"account_id": rows.of(Account).pk, **figure(rows, "sent")},
    ),
    Row(
        list_broadcast_figure,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"broadcast_id": rows.of(Broadcast).pk, **figure(rows, "sent")},
    ),
    Row(
        list_step_figure,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {**sequence_id(rows), "number": 1, "step": "first", **figure(rows, "sent")},
    ),
    Row(people_by_reason, EVERYONE, Scope.READ_ANALYTICS, sequence_id),
    Row(step_outcomes, EVERYONE, Scope.READ_ANALYTICS, sequence_id),
    Row(crmsolid.plans.change_plan, OWNERS, None, lambda rows: {"plan": "pro"}),
    Row(
        contacts.services.upsert_contact,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"fields": {"username": "ada_lovelace"}},
    ),
    Row(
        contacts.services.update_contact,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**contact_id(rows), "fields": {"stage": "won"}},
    ),
    Row(
        contacts.services.tag_contact,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**contact_id(rows), "add": ["vip"]},
    ),
    Row(contacts.services.erase_contact, WRITERS, Scope.WRITE_CONTACTS, contact_id),
    Row(contacts.services.get_contact, EVERYONE, Scope.READ_CONTACTS, contact_id),
    Row(contacts.services.list_contacts, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"filters": {}}),
    Row(contacts.services.export_contacts, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"filters": {}}),
    Row(contacts.services.personal_data, EVERYONE, Scope.READ_CONTACTS, contact_id),
    Row(files.upload, WRITERS, Scope.WRITE_MESSAGES, lambda rows: {"stream": io.BytesIO(b"text"), "name": "a.txt"}),
    Row(files.stage, WRITERS, Scope.WRITE_MESSAGES, lambda rows: {"stream": io.BytesIO(b"text"), "name": "a.txt"}),
    # Of a content that was given up.
    Row(files.keep, WRITERS, Scope.WRITE_MESSAGES, staged_file, "service_unavailable"),
    Row(files.get_file, EVERYONE, Scope.READ_MESSAGES, lambda rows: {"file_id": rows.of(File).pk}),
    Row(files.want, EVERYONE, Scope.READ_MESSAGES, lambda rows: {"file": rows.of(File)}),
    Row(contacts.imports.services.import_contacts, WRITERS, Scope.WRITE_CONTACTS, staged),
    Row(
        contacts.imports.services.upload_contacts,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**staged(rows), "name": "x"},
    ),
    Row(contacts.imports.services.start_import, WRITERS, Scope.WRITE_CONTACTS, uploaded, "invalid_state"),  # no rows
    Row(contacts.imports.services.failed_rows, WRITERS, Scope.WRITE_CONTACTS, job_id, "not_found"),  # no import
    Row(contacts.custom_fields.list_custom_fields, EVERYONE, Scope.READ_CONTACTS),
    Row(
        contacts.custom_fields.create_custom_field,
        ADMINS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"key": "company", "label": "Company", "type": "text"},
    ),
    Row(
        contacts.custom_fields.update_custom_field,
        ADMINS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"key": rows.of(CustomField).key, "label": "New"},
    ),
    Row(
        contacts.custom_fields.get_custom_field,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {"key": rows.of(CustomField).key},
    ),
    Row(
        contacts.services.find_contacts,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {"identities": {"username": "ada_lovelace"}},
    ),
    Row(contacts.services.estimate_contacts, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"filters": {}, "at_most": 9}),
    Row(contacts.services.count_contacts, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"filters": {}}),
    Row(
        contacts.bulk.start_bulk,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"action": "stage", "filters": {}, "arguments": {"stage": "won"}},
    ),
    Row(contacts.tags.list_tags, EVERYONE, Scope.READ_CONTACTS),
    Row(contacts.tags.count_tags, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"names": ["acme"]}),
    Row(contacts.tags.tag_names, EVERYONE, Scope.READ_CONTACTS),
    Row(contacts.tags.get_tag, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"name": rows.of(ContactTag).name}),
    Row(
        contacts.tags.rename_tag,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"name": rows.of(ContactTag).name, "to": "new"},
    ),
    Row(contacts.tags.delete_tag, WRITERS, Scope.WRITE_CONTACTS, lambda rows: {"name": rows.of(ContactTag).name}),
    # It needs the scope to read messages too; who may read contacts in the panel has both.
    Row(contacts.timeline.read, EVERYONE, Scope.READ_CONTACTS, lambda rows: {"contact": rows.of(Contact)}),
    Row(contacts.notes.list_notes, EVERYONE, Scope.READ_CONTACTS, contact_id),
    Row(contacts.notes.add_note, WRITERS, Scope.WRITE_CONTACTS, lambda rows: {**contact_id(rows), "text": "Called"}),
    Row(contacts.notes.get_note, EVERYONE, Scope.READ_CONTACTS, note_id),
    Row(
        contacts.notes.notes_in_conversation,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {**contact_id(rows), **thread_id(rows)},
    ),
    # Somebody else's note; tests/contacts/test_notes.py has authors.
    Row(contacts.notes.edit_note, ADMINS, None, lambda rows: {**note_id(rows), "text": "Called"}),
    Row(contacts.notes.delete_note, ADMINS, None, note_id),
    Row(contacts.scoring.services.get_score, EVERYONE, Scope.READ_CONTACTS, contact_id),
    Row(
        contacts.scoring.services.adjust_score,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**contact_id(rows), "points": 5},
    ),
    Row(contacts.scoring.services.list_rules, ADMINS, None),
    Row(contacts.scoring.services.dump_rules, ADMINS, None),
    Row(contacts.scoring.services.apply_rules, ADMINS, None, rules),
    Row(contacts.scoring.services.create_rule, ADMINS, None, rule),
    Row(contacts.scoring.services.update_rule, ADMINS, None, lambda rows: {**rule_id(rows), **rule(rows)}),
    Row(contacts.scoring.services.archive_rule, ADMINS, None, rule_id),
    Row(contacts.scoring.services.preview_rule, ADMINS, None, rule),
    Row(contacts.scoring.services.get_preview, ADMINS, None, job_id, "not_found"),  # no preview
    Row(contacts.segments.services.list_segments, EVERYONE, Scope.READ_CONTACTS),
    Row(contacts.segments.services.get_segment, EVERYONE, Scope.READ_CONTACTS, segment_id),
    Row(
        contacts.segments.services.create_segment,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {"name": "New", "filter": {"all": []}},
    ),
    Row(
        contacts.segments.services.update_segment,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**segment_id(rows), "fields": {"name": "New"}},
    ),
    Row(contacts.segments.services.delete_segment, WRITERS, Scope.WRITE_CONTACTS, segment_id),
    Row(
        contacts.segments.services.preview_segment,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {"filter": {"all": []}},
    ),
    Row(
        contacts.segments.services.explain_segment,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {**segment_id(rows), **contact_id(rows)},
    ),
    # It needs the scope to read contacts too; tests/contacts/segments/test_rest.py has a key without that.
    Row(
        contacts.segments.services.tag_segment,
        WRITERS,
        Scope.WRITE_CONTACTS,
        lambda rows: {**segment_id(rows), "add": ["vip"]},
    ),
    Row(
        messaging.services.send_message,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {"account_id": rows.of(Account).pk, "to": "@ada_lovelace", "text": "Hello"},
    ),
    Row(
        messaging.services.cancel_message,
        WRITERS,
        Scope.WRITE_MESSAGES,
        message_id,
        "invalid_state",  # it has been sent
    ),
    Row(
        messaging.services.change_planned,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**message_id(rows), "text": "Hello again", "send_at": clock.now()},
        "invalid_state",  # it has been sent
    ),
    Row(
        messaging.changes.services.edit_message,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**message_id(rows), "text": "Hello again"},
    ),
    Row(messaging.changes.services.delete_message, WRITERS, Scope.WRITE_MESSAGES, message_id),
    Row(
        messaging.changes.services.react,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**message_id(rows), "emoji": "👍"},
    ),
    Row(messaging.services.get_message, EVERYONE, Scope.READ_MESSAGES, message_id),
    Row(messaging.services.list_messages, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.threads.services.conversations.list_threads, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.threads.services.conversations.read_thread, EVERYONE, Scope.READ_MESSAGES, thread_id),
    Row(
        messaging.threads.services.conversations.change_thread,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: thread_id(rows) | {"state": "closed"},
    ),
    Row(messaging.services.list_thread_messages, EVERYONE, Scope.READ_MESSAGES, thread_id),
    Row(messaging.services.mark_thread_read, WRITERS, Scope.WRITE_MESSAGES, thread_id),
    Row(
        messaging.threads.services.reading.list_inbox,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"wanted": InboxFilter()},
    ),
    Row(messaging.threads.services.reading.count_views, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.threads.services.reading.get_thread, EVERYONE, Scope.READ_MESSAGES, thread_id),
    Row(
        messaging.threads.services.actions.list_deeds,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {**thread_id(rows), "since": None, "until": None},
    ),
    Row(
        messaging.threads.services.reading.next_in_list,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"wanted": InboxFilter(), "thread": rows.of(Thread)},
    ),
    Row(
        messaging.threads.services.reading.threads_of_contact,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"contact_id": rows.of(Contact).pk},
    ),
    Row(messaging.threads.services.actions.close_thread, WRITERS, Scope.WRITE_MESSAGES, thread_id),
    Row(messaging.threads.services.actions.reopen_thread, WRITERS, Scope.WRITE_MESSAGES, thread_id),
    Row(
        messaging.threads.services.actions.snooze_thread,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**thread_id(rows), "until": clock.now() + timedelta(hours=1)},
    ),
    Row(
        messaging.threads.services.actions.assign_thread,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**thread_id(rows), "user_id": rows.of(Membership).user_id},
    ),
    Row(messaging.threads.services.actions.list_candidates, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.threads.services.actions.mark_thread_unread, WRITERS, Scope.WRITE_MESSAGES, thread_id),
    Row(
        messaging.threads.services.older_messages.load_history,
        WRITERS,
        Scope.WRITE_MESSAGES,
        thread_id,
        answers="invalid_state",
    ),
    Row(
        messaging.threads.services.older_messages.get_history_request,
        EVERYONE,
        Scope.READ_MESSAGES,
        thread_id,
        answers="not_found",
    ),
    Row(messaging.threads.services.older_messages.find_history_request, EVERYONE, Scope.READ_MESSAGES, thread_id),
    Row(messaging.threads.services.actions.assignable_members, EVERYONE, Scope.READ_MESSAGES),
    Row(messaging.threads.services.answering.find_other_answer, EVERYONE, Scope.READ_MESSAGES, thread_id),
    Row(
        messaging.threads.services.answering.reply,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**thread_id(rows), "text": "Hello"},
        "validation_failed",  # the contact has no address on Telegram
    ),
    Row(
        messaging.threads.services.answering.begin,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {"account_id": rows.of(Account).pk, "to": "@ada_lovelace", "text": "Hello"},
    ),
    Row(
        messaging.threads.services.answering.preview_text,
        EVERYONE,
        Scope.READ_CONTACTS,
        lambda rows: {**contact_id(rows), "text": "Hello"},
    ),
    Row(
        messaging.threads.services.answering.retry_message,
        WRITERS,
        Scope.WRITE_MESSAGES,
        message_id,
        "invalid_state",  # it has been sent
    ),
    Row(messaging.accounts.list_accounts, EVERYONE, Scope.READ_MESSAGES),
    Row(
        messaging.accounts.get_account,
        EVERYONE,
        Scope.READ_MESSAGES,
        lambda rows: {"account_id": rows.of(Account).pk},
    ),
    Row(messaging.accounts.create_sandbox_account, ADMINS, None, lambda rows: {"name": "Demo"}),
    Row(messaging.accounts.pause_account, ADMINS, None, account_id),
    Row(messaging.accounts.resume_account, ADMINS, None, account_id, "invalid_state"),  # it is not paused
    Row(broadcasts.preview_broadcast, WRITERS, Scope.WRITE_MESSAGES, broadcast),
    Row(broadcasts.save_draft, WRITERS, Scope.WRITE_MESSAGES, broadcast),
    Row(broadcasts.start_broadcast, WRITERS, Scope.WRITE_MESSAGES, broadcast),
    Row(
        broadcasts.start_draft,
        WRITERS,
        Scope.WRITE_MESSAGES,
        lambda rows: {**broadcast_id(rows), "audience_hash": f"{'0' * 64}-1"},
        "invalid_state",  # it is running
    ),
    Row(broadcasts.list_broadcasts, EVERYONE, Scope.READ_MESSAGES),
    Row(broadcasts.get_broadcast, EVERYONE, Scope.READ_MESSAGES, broadcast_id),
    Row(
        broadcasts.delete_draft,
        WRITERS,
        Scope.WRITE_MESSAGES,
        broadcast_id,
        "invalid_state",  # it is running; test_panel.py of messaging/broadcasts has the call that succeeds
    ),
    Row(broadcasts.export_recipients, EVERYONE, Scope.READ_MESSAGES, broadcast_id),
    Row(broadcasts.list_recipients, EVERYONE, Scope.READ_MESSAGES, broadcast_id),
    Row(broadcasts.pause_broadcast, WRITERS, Scope.WRITE_MESSAGES, broadcast_id),
    Row(broadcasts.resume_broadcast, WRITERS, Scope.WRITE_MESSAGES, broadcast_id, "invalid_state"),  # it is running
    Row(
        broadcasts.cancel_broadcast,
        WRITERS,
        Scope.WRITE_MESSAGES,
        broadcast_id,
        "not_found",  # its job; test_rest.py of messaging/broadcasts has the call that succeeds
    ),
    Row(
        broadcasts.retry_failed,
        WRITERS,
        Scope.WRITE_MESSAGES,
        broadcast_id,
        "invalid_state",  # nothing has failed
    ),
    # Telegram is not set up here; test_panel_login.py of messaging/telegram has calls that succeed.
    Row(telegram.begin_login, ADMINS, None, lambda rows: {"phone": "+15550001"}, "invalid_state"),
    Row(telegram.begin_qr_login, ADMINS, None, lambda rows: {}, "invalid_state"),
    Row(telegram.qr_login, ADMINS, None, attempt, "invalid_state"),
    Row(telegram.log_in_by_qr_code, ADMINS, None, lambda rows: {"show": print, "ask_password": str}, "invalid_state"),
    Row(telegram.resend_code, ADMINS, None, attempt, "invalid_state"),
    Row(telegram.reset_login_email, ADMINS, None, attempt, "invalid_state"),
    Row(telegram.submit_code, ADMINS, None, lambda rows: {**attempt(rows), "code": "12345"}, "invalid_state"),
    Row(telegram.submit_password, ADMINS, None, lambda rows: {**attempt(rows), "password": "secret"}, "invalid_state"),
    Row(telegram.login_in_progress, ADMINS, None, attempt, "invalid_state"),
    Row(telegram.cancel_login, ADMINS, None, attempt),
    Row(telegram.logout, ADMINS, None, lambda rows: {"account_id": rows.of(Account).pk}, "invalid_state"),
    Row(sequences.services.list_sequences, WRITERS, Scope.MANAGE_SEQUENCES),
    Row(sequences.services.get_sequence, WRITERS, Scope.MANAGE_SEQUENCES, sequence_id),
    Row(sequences.services.create_sequence, WRITERS, Scope.MANAGE_SEQUENCES, definition),
    Row(
        sequences.services.update_sequence,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**sequence_id(rows), **definition(rows)},
    ),
    Row(sequences.services.people_by_step, WRITERS, Scope.MANAGE_SEQUENCES, sequence_id),
    Row(
        sequences.services.start_sequence,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        sequence_id,
        "invalid_state",  # it is active
    ),
    Row(sequences.services.pause_sequence, WRITERS, Scope.MANAGE_SEQUENCES, sequence_id),
    Row(
        sequences.services.resume_sequence,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        sequence_id,
        "invalid_state",  # it is not paused
    ),
    Row(
        sequences.services.preview_sequence,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**sequence_id(rows), **contact_id(rows)},
    ),
    Row(
        sequences.services.preview_definition,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**definition(rows), **contact_id(rows)},
    ),
    Row(
        sequences.services.enroll_contact,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**sequence_id(rows), **contact_id(rows)},
        "already_enrolled",
    ),
    Row(
        sequences.services.enroll_contacts,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**sequence_id(rows), "contact_ids": [rows.of(Contact).pk]},
    ),
    # It needs the scope to read contacts too; tests/sequences/test_enrolling_many.py has a key without that.
    Row(
        sequences.services.enroll_many,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        lambda rows: {**sequence_id(rows), "contact_ids": [rows.of(Contact).pk]},
    ),
    Row(sequences.services.list_enrollments, WRITERS, Scope.MANAGE_SEQUENCES, sequence_id),
    Row(sequences.services.get_enrollment, WRITERS, Scope.MANAGE_SEQUENCES, enrollment_id),
    Row(sequences.services.pause_enrollment, WRITERS, Scope.MANAGE_SEQUENCES, enrollment_id),
    Row(
        sequences.services.resume_enrollment,
        WRITERS,
        Scope.MANAGE_SEQUENCES,
        enrollment_id,
        "invalid_state",  # it is not paused
    ),
    Row(sequences.services.stop_enrollment, WRITERS, Scope.MANAGE_SEQUENCES, enrollment_id),
    Row(sequences.running.resuming.forecast_sequence, WRITERS, Scope.MANAGE_SEQUENCES, sequence_id),
    Row(sequences.running.resuming.forecast_enrollment, WRITERS, Scope.MANAGE_SEQUENCES, enrollment_id),
    Row(
        webhooks.services.create_endpoint,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {"url": "https://example.com/new", "events": ["contact.created"]},
    ),
    Row(
        webhooks.services.update_endpoint,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {**endpoint_id(rows), "enabled": False},
    ),
    Row(webhooks.services.delete_endpoint, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(webhooks.services.rotate_secret, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(webhooks.services.lock_enabled, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(webhooks.services.list_endpoints, ADMINS, Scope.MANAGE_WEBHOOKS, lambda rows: {"limit": 10}),
    Row(webhooks.services.get_endpoint, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(
        webhooks.services.get_endpoint_overview,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {**endpoint_id(rows), "deliveries": 1},
    ),
    Row(webhooks.services.endpoint_alerts, ADMINS, Scope.MANAGE_WEBHOOKS),
    Row(webhooks.services.missed_since, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(
        webhooks.services.list_deliveries,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {**endpoint_id(rows), "limit": 10},
    ),
    Row(webhooks.services.get_delivery, ADMINS, Scope.MANAGE_WEBHOOKS, delivery_id),
    Row(
        webhooks.services.list_attempts,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {"delivery": rows.of(Delivery)},
    ),
    Row(webhooks.replays.send_ping, ADMINS, Scope.MANAGE_WEBHOOKS, endpoint_id),
    Row(webhooks.replays.replay_delivery, ADMINS, Scope.MANAGE_WEBHOOKS, delivery_id),
    Row(
        webhooks.replays.replay_deliveries,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {"delivery_ids": [rows.of(Delivery).pk]},
    ),
    Row(
        webhooks.replays.replay_failed,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {**endpoint_id(rows), "since": clock.now()},
    ),
    Row(crmsolid.events.services.list_events, ADMINS, Scope.MANAGE_WEBHOOKS),
    Row(
        crmsolid.events.services.get_event,
        ADMINS,
        Scope.MANAGE_WEBHOOKS,
        lambda rows: {"event_id": rows.of(Event).pk},
    ),
]


# Functions of those modules that services call with their actor; the sections of the configuration call services.
PARTS_OF_SERVICES: set[Callable[..., Any]] = {
    # Lists to everybody what their scopes could have begun: tests/jobs/test_services.py.
    crmsolid.jobs.services.list_jobs,
    # Of the key or assistant that asked, and of members by the scopes of what was asked for: tests/proposals.
    crmsolid.proposals.services.list_proposals,
    crmsolid.proposals.services.get_proposal,
    crmsolid.proposals.services.cancel_proposal,
    crmsolid.proposals.services.list_waiting,
    crmsolid.proposals.services.list_ended,
    crmsolid.proposals.services.find_for_member,
    crmsolid.proposals.services.decide,
    crmsolid.proposals.services.decide_many,
    crmsolid.proposals.services.edit_and_approve,
    crmsolid.proposals.services.what_happened,
    # What a write that waits keeps, and how it is carried out: tests/limits.
    contacts.imports.services.keep_for_approval,
    contacts.imports.services.import_kept,
    contacts.services.find_matching,
    webhooks.services.review_endpoint,
    sequences.services.new_links_by_change,
    contacts.custom_fields.apply,
    contacts.custom_fields.dump,
    files.usable,
    messaging.accounts.account_not_found,
    messaging.accounts.find_accounts,
    messaging.services.lock_account,
    messaging.services.queue_message,
    # Of members alone: tests/messaging/test_queue.py calls it as everybody.
    messaging.threads.services.actions.take_next,
    messaging.threads.services.actions.lock_assignable,
    messaging.threads.services.actions.undo_assignment,
    messaging.texts.apply_templates,
    messaging.texts.apply_words,
    messaging.texts.count_uses,
    messaging.texts.dump_templates,
    messaging.texts.dump_words,
    messaging.texts.may_share,
    messaging.texts.visible,
    messaging.threads.services.actions.lock_assignable,
}


def service_modules() -> list[Any]:
    """Every module called ``services`` or ``stats``, every module of such a package, and those that are named here."""
    found = [
        *(crmsolid.plans, crmsolid.workspaces.invitations, contacts.bulk, contacts.custom_fields, contacts.notes),
        *(contacts.tags, contacts.timeline, messaging.accounts, messaging.texts, sequences.running.resuming),
    ]
    for package in PACKAGES:
        root = import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if {"services", "stats"} & set(module.name.split(".")) and "migrations" not in module.name:
                found.append(import_module(module.name))
    return found


def services() -> set[Any]:
    """The public functions of those modules whose first parameter is ``actor``."""
    found: set[Callable[..., Any]] = {
        function
        for module in service_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_")
        and function.__module__ == module.__name__
        and next(iter(inspect.signature(function).parameters), "") == "actor"
    }
    return found - PARTS_OF_SERVICES


def test_every_service_has_a_row() -> None:
    missing = {f"{service.__module__}.{service.__name__}" for service in services() - {row.service for row in ROWS}}
    assert missing == set()


Content = dict[str, list[dict[str, Any]]]


def content() -> Content:
    """All rows of all tables of the product."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model.__module__.startswith(tuple(PACKAGES))
    }


def key(rows: Belongings, scopes: frozenset[Scope]) -> Actor:
    return Actor(rows.workspace, Subject("key", "key_x", "a key"), scopes, None, "rest")


def callers(row: Row, tenants: Tenants, rows: Belongings) -> dict[str, tuple[Actor, bool]]:
    """Everybody who calls, and whether they may."""
    members = {
        membership.role: (Actor.member(membership, rows.workspace), membership.role in row.roles)
        for membership in Membership.objects.for_workspace(tenants.workspace).select_related("user").order_by("pk")
    }
    assert set(members) == set(Role)
    wanted = {row.scope} if row.scope else set()
    return {
        **members,
        "key with all other scopes": (key(rows, ALL_SCOPES - wanted), False),
        "key with all scopes": (key(rows, ALL_SCOPES), row.scope is not None),
        "command": (Actor.command(rows.workspace, "tests"), True),
        "system": (Actor.system(rows.workspace), True),
    }


def outcome(row: Row, actor: Actor, rows: Belongings) -> str:
    """The code of the service's error, empty for success. What the call has changed is undone."""
    with transaction.atomic():
        try:
            row.service(actor, **row.arguments(rows))
        except DomainError as error:
            return error.code
        finally:
            transaction.set_rollback(True)
    return ""


@pytest.fixture(scope="module")
def furnished(rows_of_module: None) -> tuple[Tenants, Belongings, Content]:
    """With all rows that there are."""
    tenants = Tenants()
    for role in (Role.VIEWER, Role.AGENT, Role.ADMIN):
        tenants.member(role)
    rows = furnish(tenants.workspace, "acme")
    UserSession.objects.create(user=rows.of(Grant).user, session_key=SESSION, confirmed_at=clock.now())
    return tenants, rows, content()


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.service.__module__}.{row.service.__name__}")
def test_only_those_who_may_can_call_it(furnished: tuple[Tenants, Belongings, Content], row: Row) -> None:
    tenants, rows = deepcopy(furnished[:2])
    for name, (actor, may) in callers(row, tenants, rows).items():
        if may:
            assert outcome(row, actor, rows) == row.answers, name
        else:
            with pytest.raises(DomainError) as refused:
                row.service(actor, **row.arguments(rows))
            is_missing = row.scope is not None and not actor.has(row.scope)
            assert refused.value.code == ("scope_missing" if is_missing else "forbidden"), name
    assert content() == furnished[2]  # calls that were allowed are undone
