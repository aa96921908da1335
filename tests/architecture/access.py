"""Who may open which page of the panel and send which of its forms: the table that ``test_access.py`` calls.

``read`` are the roles whose GET is answered, ``write`` those whose POST is; None where the page has no such method.
A role that is not named gets 403 and changes nothing. Both sides, live and test, have the same pages.
"""

from dataclasses import dataclass, field

from crmsolid.workspaces.actor import ADMINS, EVERYONE, NOBODY, OWNERS, WRITERS, Roles


@dataclass(frozen=True, slots=True)
class Access:
    read: Roles | None = None
    write: Roles | None = None
    # What is posted, one request each; ids of rows are in braces, by the label of their model.
    forms: tuple[dict[str, str], ...] = ({},)
    query: str = ""
    is_public: bool = False  # answers strangers too, without a word about the workspace
    needs_plan: bool = True  # False: its forms work without a plan in force


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """The pages that Django's admin has for each model. ``change`` of None: the page of a row has no form."""

    view: Roles
    add: Roles = NOBODY
    change: Roles | None = NOBODY
    delete: Roles = NOBODY
    actions: dict[str, Roles] = field(default_factory=dict)  # of the list
    add_forms: tuple[dict[str, str], ...] = ({},)

    def pages(self) -> dict[str, Access]:
        return {
            "changelist": Access(self.view, self.view, needs_plan=False),  # a POST without an action shows the list
            "add": Access(self.add, self.add, self.add_forms),
            "change": Access(self.view, self.change),
            "delete": Access(self.delete, self.delete, ({"post": "yes"},)),
            "history": Access(self.view, self.view, needs_plan=False),  # a POST shows it, like a GET
        }


MODELS = {
    "apikeys_apikey": ModelAccess(ADMINS, add=ADMINS, change=ADMINS),
    "contacts_contactimport": ModelAccess(WRITERS, add=WRITERS, change=None),
    "contacts_customfield": ModelAccess(ADMINS, add=ADMINS, change=ADMINS),
    "contacts_scoringrule": ModelAccess(ADMINS, add=ADMINS, change=ADMINS),
    "contacts_segment": ModelAccess(EVERYONE, add=WRITERS, change=None, delete=WRITERS),
    "events_event": ModelAccess(ADMINS),
    "messaging_account": ModelAccess(ADMINS, add=ADMINS, change=ADMINS),
    "messaging_broadcast": ModelAccess(EVERYONE, add=WRITERS, change=None),
    "messaging_message": ModelAccess(EVERYONE),
    "messaging_messageattempt": ModelAccess(EVERYONE),
    "messaging_optoutword": ModelAccess(ADMINS, add=ADMINS, delete=ADMINS),
    "messaging_template": ModelAccess(
        WRITERS, add=WRITERS, change=ADMINS, delete=ADMINS, add_forms=({}, {"do": "keep_template", "text": "taken"})
    ),
    "oauth_grant": ModelAccess(ADMINS, change=ADMINS),
    "sequences_enrollment": ModelAccess(EVERYONE, change=None),
    "sequences_sequence": ModelAccess(EVERYONE, add=WRITERS, change=None),
    "webhooks_attempt": ModelAccess(ADMINS),
    "webhooks_delivery": ModelAccess(ADMINS, change=None, actions={"replay_chosen": ADMINS}),
    "webhooks_endpoint": ModelAccess(ADMINS, add=ADMINS, change=None, delete=ADMINS),
    "workspaces_auditentry": ModelAccess(ADMINS),
    "workspaces_job": ModelAccess(WRITERS, change=WRITERS),
}

CONTACT_FORMS = (
    {"do": "edit", "name": "Taken"},
    {"do": "stage", "stage": "won"},
    {"do": "opt_out", "opted_out": "yes"},
    {"do": "tags", "tags": "taken", "before": ""},
    {"do": "tag", "tag": "taken"},
    {"do": "untag", "tag": "zebra tag"},
    {"do": "score", "points": "5", "reason": "taken"},
    {"do": "note", "text": "taken"},
    {"do": "edit_note", "note": "{contacts.contactnote}", "text": "taken"},
    {"do": "delete_note", "note": "{contacts.contactnote}"},
)
THREAD_FORMS = (
    {"action": "duty", "on_duty": "no"},
    *({"action": action} for action in ("close", "reopen", "read", "unread", "history")),
    *({"action": action, "text": "taken"} for action in ("send", "send_anyway", "send_close", "preview", "template")),
    *({"action": action, "message": "{messaging.message}"} for action in ("retry", "cancel", "replan")),
    {"action": "load", "file": "{messaging.file}"},
    {"action": "snooze", "until": "tomorrow"},
    {"action": "assign", "to": ""},
    {"action": "stage", "stage": "won"},
    {"action": "tags", "tags": "taken", "before": ""},
    {"action": "add_tag", "tag": "taken"},
    {"action": "remove_tag", "tag": "zebra tag"},
    {"action": "fields"},
    {"action": "add_note", "text": "taken"},
    {"action": "note", "text": "taken"},
    {"action": "edit_note_here", "note_id": "{contacts.contactnote}", "text": "taken"},
    {"action": "delete_note_here", "note_id": "{contacts.contactnote}"},
    {"action": "delete_note", "note": "{contacts.contactnote}"},
    {"action": "sequences_enrollment_enroll", "choice": "{sequences.sequence}"},
)
MEMBER_FORMS = (
    {"action": "invite", "email": "taken@example.com", "role": "owner"},
    {"action": "resend", "id": "{workspaces.invitation}"},
    {"action": "revoke", "id": "{workspaces.invitation}"},
    {"action": "role", "id": "{workspaces.membership}", "role": "viewer"},
    {"action": "require", "required": "yes"},
)
TAG = "?tag=zebra%20tag"
ENROLL = "?contact={contacts.contact}"

# All other pages, by the name of their URL, or by their route where they have none.
PAGES = {
    "index": Access(EVERYONE, EVERYONE, needs_plan=False),
    "app_list": Access(EVERYONE),
    "jsi18n": Access(EVERYONE),
    "search": Access(EVERYONE),
    "sample": Access(EVERYONE, WRITERS, ({},)),
    "suggest_tags": Access(EVERYONE),
    "suggest_people": Access(EVERYONE),
    "workspace": Access(
        ADMINS,
        ADMINS,
        ({"name": "Taken", "time_zone": "Asia/Tokyo", "answer_aim_minutes": "9", "unassigned_aim_minutes": "9"},),
    ),
    "plan": Access(OWNERS, OWNERS, ({"plan": "pro"},), needs_plan=False),
    "members": Access(ADMINS, OWNERS, MEMBER_FORMS, needs_plan=False),
    "member_work": Access(ADMINS, ADMINS, ({"capacity": "9"},), needs_plan=False),
    "member_remove": Access(OWNERS, OWNERS, needs_plan=False),
    # Contacts
    "contacts_contact_changelist": Access(EVERYONE),
    "contacts_contact_save": Access(WRITERS, WRITERS, ({"name": "Taken"},)),
    "contacts_contact_chip": Access(EVERYONE, query="?add=tag"),
    "contacts_contact_cell": Access(WRITERS, WRITERS, ({"stage": "won"},), "?column=stage"),
    "contacts_contact_add": Access(WRITERS, WRITERS, ({"email": "taken@example.com"},)),
    "contacts_contact_change": Access(EVERYONE, WRITERS, CONTACT_FORMS),
    "contacts_contact_erase": Access(WRITERS, WRITERS, ({"confirm": "zebra@example.com"}, {})),
    "contacts_contact_history": Access(EVERYONE),
    "contacts_contact_data": Access(EVERYONE),
    "contacts_contact_export": Access(EVERYONE),
    # Viewers try a filter, and choose the columns that they see themselves.
    "contacts_contact_filter": Access(EVERYONE, EVERYONE, ({"do": "show"}, {"do": "preview"}), needs_plan=False),
    "contacts_contact_columns": Access(EVERYONE, EVERYONE, needs_plan=False),
    "contacts_contact_bulk": Access(
        WRITERS,
        WRITERS,
        (
            {"do": "stage", "id": "{contacts.contact}", "stage": "won"},
            *(
                {"do": do, "who": "chosen", "id": "{contacts.contact}"}
                for do in ("enroll", "erase", "message", "export")
            ),
        ),
    ),
    "contacts_assistantchange_changelist": Access(WRITERS, WRITERS, ({"change": "{contacts.assistantchange}"},)),
    "contacts_contacttag_changelist": Access(EVERYONE),
    "contacts_contacttag_edit": Access(WRITERS, WRITERS, ({"do": "rename", "name": "taken"}, {"do": "delete"}), TAG),
    "contacts_contactimport_start": Access(None, WRITERS),
    "contacts_contactimport_failed_rows": Access(WRITERS, WRITERS, needs_plan=False),
    "contacts_segment_edit": Access(WRITERS, WRITERS, ({"do": "save", "name": "Taken"}, {"do": "preview"})),
    "contacts_segment_tags": Access(WRITERS, WRITERS, ({"add": "taken"},)),
    "contacts_scoringrule_preview": Access(ADMINS, ADMINS),
    "contacts_scoringrule_copy": Access(None, ADMINS),
    # Approvals
    "approvals": Access(
        WRITERS,
        WRITERS,
        tuple({"action": action, "ids": "{limits.proposal}"} for action in ("approve_many", "reject_many")),
    ),
    "approvals_proposal": Access(
        WRITERS,
        WRITERS,
        ({"action": "edit", "text": "Other"}, {"action": "approve"}, {"action": "reject"}),
    ),
    # Conversations
    "inbox": Access(EVERYONE, WRITERS, ({"action": "take_next"}, {"action": "duty", "on_duty": "no"})),
    "alerts": Access(
        EVERYONE,
        EVERYONE,
        tuple({"do": do} for do in ("save", "subscribe", "remove", "test", "seen")),
        needs_plan=False,
    ),
    "alert": Access(EVERYONE),
    "file_upload": Access(EVERYONE, WRITERS),
    "file": Access(EVERYONE),
    "file_thumbnail": Access(EVERYONE),
    "inbox_new": Access(EVERYONE, WRITERS, ({"to": "@taken", "text": "Hello"},)),
    "inbox_thread": Access(EVERYONE, WRITERS, THREAD_FORMS),
    **{f"messaging_broadcast_{act}": Access(None, WRITERS) for act in ("start", "pause", "resume", "cancel")},
    **{f"messaging_broadcast_{act}": Access(None, WRITERS) for act in ("retry", "discard")},
    "messaging_broadcast_preview": Access(WRITERS, WRITERS),
    "messaging_broadcast_edit": Access(WRITERS, WRITERS, ({"do": "save", "name": "Taken"}, {"do": "preview"})),
    "messaging_broadcast_export": Access(EVERYONE),
    # Sequences
    **{f"sequences_sequence_{act}": Access(None, WRITERS) for act in ("publish", "start", "pause", "resume")},
    "sequences_sequence_copy": Access(None, ADMINS),
    "sequences_sequence_rehearse": Access(WRITERS, WRITERS),
    "sequences_sequence_edit": Access(
        WRITERS, WRITERS, ({"do": "save", "name": "Taken"}, {"do": "start", "name": "Taken"}, {"do": "preview"})
    ),
    "sequences_enrollment_enroll": Access(WRITERS, WRITERS, ({"sequence": "{sequences.sequence}"},), ENROLL),
    **{f"sequences_enrollment_{act}": Access(None, WRITERS) for act in ("pause", "resume", "stop")},
    # Analytics
    **{f"analytics_{page}": Access(EVERYONE) for page in ("overview", "team", "answers", "behind", "conversations")},
    **{f"analytics_{page}": Access(EVERYONE) for page in ("funnel", "sequences", "broadcasts", "accounts")},
    # Settings
    **{f"apikeys_apikey_{act}": Access(None, ADMINS, ({"name": "Taken"},)) for act in ("rename", "rotate", "revoke")},
    "oauth_grant_revoke": Access(None, ADMINS),
    "oauth_grant_limits": Access(None, ADMINS),
    "workspaces_job_cancel": Access(None, WRITERS),
    "webhooks_delivery_replay": Access(None, ADMINS),
    "webhooks_endpoint_edit": Access(ADMINS, ADMINS, ({"url": "https://taken.example/"},)),
    **{f"webhooks_endpoint_{act}": Access(None, ADMINS) for act in ("rotate", "test", "enable", "disable", "replay")},
    "messaging_account_step": Access(ADMINS, ADMINS, ({"code": "12345"},)),
    "messaging_account_connected": Access(ADMINS, ADMINS, ({"to": "@taken", "text": "Hello"},)),
    **{f"messaging_account_{act}": Access(None, ADMINS) for act in ("pause", "resume", "login", "logout")},
    **{f"messaging_account_{act}": Access(None, ADMINS) for act in ("resend", "reset_email", "cancel", "qr_start")},
    "messaging_account_qr": Access(ADMINS, ADMINS),
}

# What is called elsewhere, and where.
ELSEWHERE = {
    "inbox_stream": "tests/messaging/streaming/test_inbox_stream.py",
    "alerts_stream": "tests/messaging/alerts/test_stream.py",
}

# Pages about the user, in the namespace "account". Who is signed in sees their own; others are asked to sign in.
OWN_PAGES = {
    "password_change",
    "two_factor",
    "sessions",
    "assistants",
    "confirm",
    "profile",
    "time_zones",
    "switch",
    "",
}
# Those that people need who are not signed in.
PAGES_FOR_STRANGERS = {
    *("login", "second_step", "send_again", "logout", "sign_up", "invitation", "invitation_link"),
    *("password_reset", "password_reset_link", "password_set"),
    "service_worker",
}


def table() -> dict[str, Access]:
    """Every row, by the name of its URL, or by its route where it has none."""
    found = dict(PAGES)
    for name, model in MODELS.items():
        found.update({f"{name}_{page}": access for page, access in model.pages().items()})
        # Django leads from the address of a row to its page.
        found[f"{name.replace('_', '/')}/<str:object_id>/change/"] = Access(EVERYONE, EVERYONE, needs_plan=False)
    return found
