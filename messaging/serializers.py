"""Shapes of the REST door."""

from typing import Any

from rest_framework import serializers

from contacts.inputs import USERNAME
from crmsolid.api.fields import (
    BLANKS,
    Choice,
    Integer,
    PageQuery,
    QueryBoolean,
    QueryInteger,
    StrictSerializer,
    Text,
    Timestamp,
    as_integer,
)
from crmsolid.api.representations import Representation
from crmsolid.core.clock import rfc3339
from messaging.models import Account, AccountKind, AccountState, Direction, Status, account_state

MAX_BIGINT = 2**63 - 1

# A template that is not blank: plain text, doubled braces, `{name}` and `{name|fallback}`. The service judges it.
_PART = rf"[^{{}}\u0000{BLANKS}]|\{{\{{|\}}\}}|\{{[A-Za-z_][A-Za-z0-9_]{{0,63}}(\|[^{{}}\u0000]*)?\}}"
TEMPLATE = rf"^[{BLANKS}]*({_PART})([{BLANKS}]|{_PART})*$"
RECIPIENT = rf"{USERNAME}|^[1-9][0-9]{{0,17}}$"


class RecipientField(serializers.Field[Any, Any, Any, Any]):
    """``@name``, ``name``, ``https://t.me/name`` or a numeric Telegram id."""

    default_error_messages = {"invalid": "give @name, name, https://t.me/name or a numeric Telegram id"}

    def to_internal_value(self, data: Any) -> str | int:
        found = data if isinstance(data, str) else as_integer(data)
        if found is None:
            self.fail("invalid")
        return found

    def to_representation(self, value: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_BIGINT}
        return {"anyOf": [{"type": "string", "pattern": RECIPIENT}, number]}


class SendIn(StrictSerializer):
    account_id = Integer(min_value=1, max_value=MAX_BIGINT, help_text="The account to send from.")
    to = RecipientField(help_text="`@name`, `name`, `https://t.me/name` or a numeric Telegram id.")
    text = Text(
        max_length=20_000,
        documented_pattern=TEMPLATE,
        help_text="1 to 4096 UTF-16 units once `{variables}` are filled in.",
    )
    send_at = Timestamp(required=False, allow_null=True, help_text="Not before this time (RFC 3339).")


class QueuedOut(Representation):
    id = serializers.CharField()
    status = serializers.ChoiceField(choices=["queued"])
    eta = serializers.DateTimeField()


class MessageOut(Representation):
    id = serializers.CharField()
    account_id = serializers.IntegerField()
    thread_id = serializers.CharField()
    contact_id = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.values)
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)
    text = serializers.CharField(allow_blank=True)
    eta = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True)


class CanceledOut(Representation):
    """The whole message, or ``id`` and ``status`` for a key without read:messages."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.values)


class ReadOut(Representation):
    id = serializers.CharField()
    unread_count = serializers.IntegerField()


class ThreadOut(Representation):
    id = serializers.CharField()
    account_id = serializers.IntegerField()
    contact_id = serializers.CharField()
    unread_count = serializers.IntegerField()
    last_message_at = serializers.DateTimeField()
    last_message = MessageOut(allow_null=True)
    created_at = serializers.DateTimeField()


class AccountOut(Representation):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AccountKind.values)
    state = serializers.ChoiceField(choices=AccountState.values)
    paused_until = serializers.DateTimeField(allow_null=True)
    daily_limit = serializers.IntegerField()
    used_today = serializers.IntegerField()
    left_today = serializers.IntegerField()

    read_state = staticmethod(account_state)

    @staticmethod
    def read_paused_until(account: Account) -> str | None:
        return rfc3339(account.paused_until) if account_state(account) == AccountState.PAUSED else None

    @staticmethod
    def read_used_today(account: Any) -> int:
        return int(account.used)

    @staticmethod
    def read_left_today(account: Any) -> int:
        return max(0, account.daily_limit - account.used - account.reserved)


class MessageQuery(PageQuery):
    account_id = QueryInteger(required=False, min_value=1, max_value=MAX_BIGINT)
    contact_id = Text(required=False, max_length=30)
    thread_id = Text(required=False, max_length=30)
    direction = Choice(required=False, choices=Direction.values)
    status = Choice(required=False, choices=Status.values)
    since = Timestamp(required=False, help_text="Created at or after this time.")
    until = Timestamp(required=False, help_text="Created before this time.")
    sort = Choice(required=False, choices=["created_at", "-created_at"], default="-created_at")


class ThreadMessagesQuery(PageQuery):
    sort = Choice(required=False, choices=["created_at", "-created_at"], default="-created_at")


class ThreadQuery(PageQuery):
    account_id = QueryInteger(required=False, min_value=1, max_value=MAX_BIGINT)
    contact_id = Text(required=False, max_length=30)
    unread = QueryBoolean(required=False)


class EmptyIn(StrictSerializer):
    """No body, or ``{}``."""

    body_required = False
