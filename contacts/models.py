"""Contacts with their tags and custom fields; what is kept of erased ones; imports."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact

from contacts.normalization import fold
from contacts.normalization import tag as normalize_tag
from contacts.scoring.models import ScoreEntry as ScoreEntry
from contacts.scoring.models import ScoreTimer as ScoreTimer
from contacts.scoring.models import ScoringRule as ScoringRule
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.jobs.models import Job
from crmsolid.workspaces.models import User
from crmsolid.workspaces.scoping import ScopedManager, ScopedQuerySet, WorkspaceModel


class Stage(models.TextChoices):
    NEW = "new", "New"
    CONTACTED = "contacted", "Contacted"
    REPLIED = "replied", "Replied"
    QUALIFIED = "qualified", "Qualified"
    WON = "won", "Won"
    LOST = "lost", "Lost"


# The trigram index is asked for pieces of this many characters, of a longer text for this many of them.
PIECE = 8
PIECES = 4


class SearchHas(models.Func):
    """That the column ``search`` contains a folded text.

    By position, not by LIKE, which takes the product of both lengths for a text such as aaaab in one of many a: a
    second or two for 10,000 contacts. strpos does so only for rare texts of repeated symbols. Short pieces of the text
    are looked for by LIKE as well, because the trigram index answers nothing else; for a piece of 8 characters that is
    no more than 8 times the length of what is searched.
    """

    output_field = models.BooleanField()

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(F("search"))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        column, _ = compiler.compile(self.get_source_expressions()[0])
        pieces = [f"%{like_literal(piece)}%" for piece in pieces_of(self.text)]
        likes = "".join(f" AND {column} LIKE %s" for _ in pieces)
        return f"(STRPOS({column}, %s) > 0{likes})", [self.text, *pieces]


def pieces_of(text: str) -> list[str]:
    """Pieces of the text that are worth looking up in a trigram index, which knows letters and digits, three in a
    row."""
    starts = range(0, len(text), PIECE) if len(text) > PIECE else [0]
    found = [text[max(0, min(start, len(text) - PIECE)) :][:PIECE] for start in starts]
    return [piece for piece in found if _TRIGRAM.search(piece)][:PIECES]


def like_literal(text: str) -> str:
    """The text as a pattern of LIKE that matches it alone."""
    return _LIKE_SYMBOL.sub(r"\\\g<0>", text)


_TRIGRAM = re.compile(r"[^\W_]{3}")
_LIKE_SYMBOL = re.compile(r"[\\%_]")


def search_has(text: str) -> Q:
    """The condition that a contact has this text in the name, username or e-mail address, regardless of case."""
    return Q(SearchHas(fold(text)))


def _without(text: Any, pattern: str) -> models.Func:
    values = (models.Value(value) for value in (pattern, "", "g"))
    return models.Func(text, *values, function="REGEXP_REPLACE", output_field=models.TextField())


# What ``normalization.phone_digits`` makes of a phone number.
PHONE_DIGITS = _without(_without(F("phone"), "[^0-9]"), "^00")


class ContactQuerySet(ScopedQuerySet):
    def filtered(self, filters: Mapping[str, Any]) -> Self:
        """The contacts that match all of these filters, each of which may be absent: ``search`` (text in the name,
        username or e-mail address, regardless of case), ``tag`` (tags, all of which the contact has), ``stage``,
        ``updated_since`` (a datetime), ``ids``, and ``username``, ``email`` and ``phone`` in their normal forms."""
        rows = self
        if "ids" in filters:
            rows = rows.filter(pk__in=filters["ids"])
        if "username" in filters:
            rows = rows.filter(username_key=filters["username"])
        if "email" in filters:
            rows = rows.filter(email_key=filters["email"])
        if "phone" in filters:
            rows = rows.exclude(phone="").filter(Exact(PHONE_DIGITS, filters["phone"]))
        if "search" in filters:
            rows = rows.filter(search_has(filters["search"]))
        for name in filters.get("tag", ()):
            # The workspace of the tag too, with which its index begins.
            rows = rows.filter(tag_rows__workspace=F("workspace"), tag_rows__name=normalize_tag(name))
        if "stage" in filters:
            rows = rows.filter(stage=filters["stage"])
        if "updated_since" in filters:
            rows = rows.filter(updated_at__gte=filters["updated_since"])
        return rows


class Contact(WorkspaceModel):
    """A person. An identity (username, e-mail address or Telegram id) belongs to at most one contact of a workspace.

    The ``*_key`` columns hold the normal form of an identity. They are NULL where there is none, because unique
    constraints allow any number of NULLs. ``search`` is the folded text that substring search looks through, and
    ``folded_fields`` has the custom fields that are text, folded, for conditions: no database folds text like another.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "con"), editable=False)
    name = models.CharField(max_length=200, blank=True)
    given_first_name = models.CharField("first name", max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    username = models.CharField(max_length=32, blank=True)
    username_key = models.CharField(max_length=32, null=True, blank=True, editable=False)
    telegram_id = models.BigIntegerField(null=True, blank=True)
    email = models.CharField(max_length=254, blank=True)
    email_key = models.CharField(max_length=254, null=True, blank=True, editable=False)
    phone = models.CharField(max_length=32, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.NEW)
    score = models.PositiveSmallIntegerField(default=0)
    opted_out = models.BooleanField(default=False)
    custom_fields = models.JSONField(default=dict, blank=True)
    folded_fields = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    search = models.TextField(blank=True, editable=False)
    last_in_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_reply_at = models.DateTimeField(null=True, blank=True, editable=False)  # as last_in_at, without auto-replies
    last_out_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When they last read a message of ours, as far as Telegram has told.
    last_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the first message was sent to the contact that no message of theirs has followed; NULL if there is none.
    unanswered_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[ScopedManager] = ScopedManager(ContactQuerySet)

    edge_contact: ClassVar[str] = "pk"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "username_key"], name="contact_username"),
            models.UniqueConstraint(fields=["workspace", "email_key"], name="contact_email"),
            models.UniqueConstraint(fields=["workspace", "telegram_id"], name="contact_telegram"),
            models.CheckConstraint(condition=Q(score__lte=100), name="contact_score"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="contact_stage"),
        ]
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="contact_by_created"),
            models.Index(fields=["workspace", "updated_at", "id"], name="contact_by_updated"),
            models.Index(fields=["workspace", "name", "id"], name="contact_by_name"),
            models.Index(fields=["workspace", "score", "id"], name="contact_by_score"),
            models.Index(F("workspace"), PHONE_DIGITS, name="contact_by_phone", condition=~Q(phone="")),
        ]

    @property
    def first_name(self) -> str:
        return first_name_of(self)

    def __str__(self) -> str:
        return name_of(self)


def name_of(contact: Contact) -> str:
    """How the panel calls the contact. Also for records of ``Table.read``."""
    handle = f"@{contact.username}" if contact.username else contact.email
    return contact.name or handle or str(contact.telegram_id or contact.id)


def full_name(first_name: str, last_name: str) -> str:
    """The name that these make, as long as ``Contact.name`` may be; empty without a first name."""
    return f"{first_name} {last_name}".strip()[:200] if first_name else ""


def first_name_of(contact: Contact) -> str:
    """The first name that was given, else the first word of the name. Also for records of ``Table.read``."""
    return contact.given_first_name or next(iter(contact.name.split(maxsplit=1)), "")


class StageChange(WorkspaceModel):
    """A stage that a contact came to, the one it was added in (with an empty ``from_stage``) included.

    ``is_first``: the contact had reached neither this stage nor a later one. ``entered_at`` is when the contact was
    added. ``cause`` is what changed the stage: the interface that was used (``rest``, ``panel``, ``mcp``, ``import``),
    ``message``, ``reply``, or ``opt_out`` for an opt-out word. With ``implied`` the contact was never in this stage: it
    came to a later one, and ``from_stage`` repeats the stage. The rows stay when the contact is erased, without the
    contact.
    """

    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, related_name="stage_changes", null=True, db_index=False
    )
    from_stage = models.CharField(max_length=10, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    is_first = models.BooleanField()
    entered_at = models.DateTimeField()
    at = models.DateTimeField(default=clock.now)
    cause = models.CharField(max_length=40, blank=True)

    edge_contact: ClassVar[str] = "contact_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="stagechange_stage"),
            models.UniqueConstraint(fields=["contact", "stage"], name="stagechange_first", condition=Q(is_first=True)),
        ]
        indexes = [
            models.Index(fields=["contact", "id"], name="stagechange_contact"),
            models.Index(fields=["workspace", "stage", "at"], name="stagechange_at", condition=Q(is_first=True)),
            models.Index(
                fields=["workspace", "stage", "entered_at", "at"],
                name="stagechange_entered",
                condition=Q(is_first=True),
            ),
            models.Index(fields=["workspace", "entered_at"], name="stagechange_added", condition=Q(from_stage="")),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.stage}"


class ContactTag(WorkspaceModel):
    """A tag on a contact. Tags exist only as long as a contact has them. ``folded`` is the name that conditions
    compare."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="tag_rows")
    name = models.CharField(max_length=64)
    folded = models.TextField(default="", db_default="", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    edge_contact: ClassVar[str] = "contact_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["contact", "name"], name="contacttag_once")]
        # There are GIN indexes too, for equality of custom fields and for search; see the migration 0007.
        indexes = [
            models.Index(fields=["workspace", "name", "contact"], name="contacttag_by_name"),
            models.Index(fields=["folded", "workspace", "contact"], name="contacttag_by_folded"),
        ]
        verbose_name = "tag"

    def __str__(self) -> str:
        return self.name


class FieldType(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    BOOLEAN = "boolean", "Yes or no"
    DATE = "date", "Date"
    CHOICE = "choice", "Choice"


class CustomField(WorkspaceModel):
    """A field that a workspace defined. The values are in ``Contact.custom_fields`` under ``key``."""

    key = models.CharField(max_length=40, help_text="the name in the API and in templates: a-z, 0-9 and _")
    label = models.CharField(max_length=100)
    type = models.CharField(max_length=10, choices=FieldType.choices)
    choices = models.JSONField(default=list, blank=True, help_text="for type choice: the allowed values")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="customfield_once")]

    def __str__(self) -> str:
        return self.label


class Segment(WorkspaceModel):
    """A saved filter of contacts. ``filter`` is a condition as ``contacts.segments.conditions`` reads it, kept as it
    was sent."""

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "seg"), editable=False)
    name = models.CharField(max_length=100)
    filter = models.JSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="segment_name")]
        indexes = [models.Index(fields=["workspace", "created_at", "id"], name="segment_recent")]

    def __str__(self) -> str:
        return self.name


class ContactColumns(WorkspaceModel):
    """Which columns a member has chosen for the list of contacts of a workspace, by their names in order."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    columns = models.JSONField()

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "workspace"], name="contactcolumns_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.workspace_id}"


class ContactNote(WorkspaceModel):
    """What a member, a key or an assistant wrote down about a contact, for members alone. ``author_label`` is how the
    audit log calls the author, and stays when the user is gone; ``author_kind`` is the kind of the audit log's subject
    (user, key, grant), with a key over MCP as a grant, ``author_ref`` its id. ``thread_id`` is the conversation in
    which it was written, empty if it was in none. ``mentioned`` are the ids of the users whom it mentions."""

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "not"), editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    author_label = models.CharField(max_length=254)
    author_kind = models.CharField(max_length=10, default="user", db_default="user", editable=False)
    author_ref = models.CharField(max_length=64, default="", db_default="", editable=False)
    text = models.TextField()
    thread_id = models.CharField(max_length=30, default="", db_default="", editable=False)
    mentioned = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    edge_contact: ClassVar[str] = "contact_id"

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["contact", "created_at", "id"], name="contactnote_recent"),
            models.Index(fields=["author"], name="contactnote_author", condition=Q(author__isnull=False)),
        ]
        verbose_name = "note"

    def __str__(self) -> str:
        return self.id


class AssistantChange(WorkspaceModel):
    """One change of a contact by an assistant or a rule: ``old`` and ``new`` are values of ``field``, of ``tags`` those
    that were removed and added, of ``assignee`` users, with ``thread_id``. Changes of the same author within 30 minutes
    of each other are one ``session``."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    thread_id = models.CharField(max_length=30, blank=True, default="")
    author_kind = models.CharField(max_length=10)
    author_ref = models.CharField(max_length=64)
    author_name = models.CharField(max_length=254)
    session = models.CharField(max_length=30)
    field = models.CharField(max_length=80)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    edge_contact: ClassVar[str] = "contact_id"

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="assistantchange_recent"),
            models.Index(fields=["workspace", "author_ref", "-at"], name="assistantchange_author"),
            models.Index(fields=["workspace", "session"], name="assistantchange_session"),
            models.Index(fields=["contact"], name="assistantchange_contact"),
            models.Index(fields=["at"], name="assistantchange_age"),
            models.Index(fields=["undone_by"], name="assistantchange_member", condition=Q(undone_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.contact_id}"


class OptOut(WorkspaceModel):
    """The opt-out of an erased contact. Only a keyed hash of one of its identities is kept."""

    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "digest"], name="optout_once")]
        verbose_name = "opt-out"

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class Erasure(WorkspaceModel):
    """That a contact was erased; ``contacts.erasing.replaying`` repeats it on a restored backup. ``contact_id`` is
    random, and ``digests`` are keyed hashes, in hex, of the identities that the contact had. Kept for ever."""

    contact_id = models.CharField(max_length=30)
    digests = models.JSONField()
    opted_out = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["created_at", "id"], name="erasure_since")]

    def __str__(self) -> str:
        return self.contact_id


class ContactImport(WorkspaceModel):
    """A CSV file of contacts that was uploaded: what is known of it. ``mapping`` is which field each column is for.

    Its rows are kept as chunks until they are imported, or for a day. ``erased`` has keyed hashes, in hex, of the
    identities of people who were erased since the upload: their rows are passed over.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "imp"), editable=False)
    name = models.CharField("file", max_length=200, blank=True)
    columns = models.JSONField()
    mapping = models.JSONField(default=dict, blank=True)
    row_count = models.PositiveIntegerField("rows")
    erased = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["workspace", "created_at", "id"], name="contactimport_recent")]
        verbose_name = "import"

    def __str__(self) -> str:
        return self.name or "Sent over the API"


class ImportChunk(WorkspaceModel):
    """Some rows of a file, as ``contacts.imports.reading`` packs them. Chunks are numbered from 0."""

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["contact_import", "number"], name="importchunk_once")]

    def __str__(self) -> str:
        return f"{self.contact_import_id} {self.number}"


class ImportDraft(WorkspaceModel):
    """A contact as a dry run would have left it, for the rows that follow. ``contact_id`` is that of a stored contact,
    or a new one; ``state`` has the columns and tags."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    contact_id = models.CharField(max_length=30)
    username_key = models.CharField(max_length=32, null=True)
    email_key = models.CharField(max_length=254, null=True)
    state = models.JSONField()

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["job", "contact_id"], name="importdraft_once"),
            models.UniqueConstraint(fields=["job", "username_key"], name="importdraft_username"),
            models.UniqueConstraint(fields=["job", "email_key"], name="importdraft_email"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.contact_id}"


class ImportFailure(WorkspaceModel):
    """A row that could not be imported: its cells as they were, why not, and the keys of the person it is about as far
    as they could be read, so that erasing the person finds it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    cells = models.JSONField()
    username_key = models.CharField(max_length=32, null=True)
    email_key = models.CharField(max_length=254, null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="importfailure_once")]
        indexes = [
            models.Index(fields=["workspace", "username_key"], name="importfailure_username"),
            models.Index(fields=["workspace", "email_key"], name="importfailure_email"),
            models.Index(fields=["created_at"], name="importfailure_old"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.line}"
