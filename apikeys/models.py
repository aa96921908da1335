"""API keys, and what they were used for."""

from functools import partial

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.limits import LimitedAccess, approval_is_known
from crmsolid.workspaces.models import User
from crmsolid.workspaces.scoping import WorkspaceModel


class ApiKey(LimitedAccess, WorkspaceModel):
    """A bearer key with scopes. The token is not stored, only its SHA-256 and its public prefix."""

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "key"), editable=False)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    rate_limit = models.PositiveIntegerField(null=True, blank=True, help_text="requests a minute; empty: 600")
    allowed_networks = models.JSONField(default=list, blank=True, help_text="CIDR networks; empty: from anywhere")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    rotated_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="replacements", editable=False
    )
    first_id = models.CharField(
        max_length=30,
        editable=False,
        help_text="the id of the first key of its rotations, or its own",
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_ip = models.GenericIPAddressField(null=True, blank=True, editable=False)
    expiry_recorded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(WorkspaceModel.Meta):
        verbose_name = "API key"
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="apikey_recent"),
            models.Index(fields=["prefix"], name="apikey_prefix"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(rate_limit__isnull=True) | Q(rate_limit__gt=0), name="apikey_limit"),
            approval_is_known("apikey"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}_…)"

    @property
    def state(self) -> str:
        """``active``, ``revoked`` or ``expired``, now."""
        if self.revoked_at is not None and self.revoked_at <= clock.now():
            return "revoked"
        if self.expires_at is not None and self.expires_at <= clock.now():
            return "expired"
        return "active"


class KeyUse(WorkspaceModel):
    """How many requests a key has made in a clock hour by one call, with one refusal or none; kept for 48 h."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField(help_text="its beginning")
    call = models.CharField(max_length=200, help_text="method and route, or the tool of MCP")
    code = models.CharField(max_length=50, help_text="code of the refusal; empty: none")
    requests = models.PositiveBigIntegerField()

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["key", "hour", "call", "code"], name="keyuse_once"),
        ]
        indexes = [models.Index(fields=["hour"], name="keyuse_age")]

    def __str__(self) -> str:
        return f"{self.call} {self.code}".strip()
