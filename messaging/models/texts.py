"""How texts are written; those that a workspace keeps; the words by which contacts opt out."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.files.models import files_column


class Format(models.TextChoices):
    """How a text that is to be sent is written."""

    PLAIN = "plain", "Plain text"
    MARKDOWN = "markdown", "Markdown"
    HTML = "html", "HTML"


class Template(WorkspaceModel):
    """A text that is kept for messages, with variables as in every message; ``owner`` is the member for whom alone
    it is, NULL if it is shared. ``uses`` counts the messages that members made from it, ``used_at`` is the time of the
    last one."""

    name = models.CharField(max_length=100)
    text = models.TextField(help_text="{first_name} and other fields of the contact; {first_name|there} has a fallback")
    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.PLAIN, db_default=Format.PLAIN, blank=True
    )
    attachments = files_column()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        editable=False,
    )
    uses = models.IntegerField(default=0, db_default=0, editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="template_shared_name", condition=Q(owner=None)),
            models.UniqueConstraint(
                fields=["workspace", "owner", "name"], name="template_own_name", condition=Q(owner__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "name"], name="template_by_name"),
            models.Index(fields=["owner"], name="template_owner", condition=Q(owner__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class OptOutWord(WorkspaceModel):
    """A word that opts a contact out when it is all that a message says. ``word`` is as :mod:`messaging.texts`
    compares it."""

    word = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "word"], name="optoutword_once")]
        verbose_name = "opt-out word"

    def __str__(self) -> str:
        return self.word
