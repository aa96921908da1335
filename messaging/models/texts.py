"""How texts are written; those that a workspace keeps; the words by which contacts opt out."""

from django.db import models

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.files.models import files_column


class Format(models.TextChoices):
    """How a text that is to be sent is written."""

    PLAIN = "plain", "Plain text"
    MARKDOWN = "markdown", "Markdown"
    HTML = "html", "HTML"


class Template(WorkspaceModel):
    """A text that the workspace keeps for its messages, with variables as in every message."""

    name = models.CharField(max_length=100)
    text = models.TextField(help_text="{first_name} and other fields of the contact; {first_name|there} has a fallback")
    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.PLAIN, db_default=Format.PLAIN, blank=True
    )
    attachments = files_column()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="template_name")]

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
