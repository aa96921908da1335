"""Grants and the rows that OAuth needs for them. No token, code or client secret is stored, only their SHA-256.

``Application``, ``AuthorizationCode``, ``AccessToken`` and ``RefreshToken`` are the swapped models of
django-oauth-toolkit. They belong to a workspace through their grant.
"""

import unicodedata
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import AbstractAccessToken, AbstractApplication, AbstractGrant, AbstractRefreshToken

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.oauth.tokens import digest
from crmsolid.workspaces.limits import Approval, LimitedAccess, approval_is_known
from crmsolid.workspaces.models import User
from crmsolid.workspaces.scoping import WorkspaceModel

MAX_NAME = 100
MAX_REDIRECT_URIS = 10
MAX_REDIRECT_URI = 500
MAX_PROBLEM = 300
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
# Letters and symbols without a shape: fillers of Korean and Khmer, and the empty cell of Braille.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def can_be_read(name: str) -> bool:
    """Whether a name has something to see and nothing invisible: people decide by it whom they let in."""
    seen = any(unicodedata.category(character)[0] in "LNPS" for character in name)
    return seen and name.isprintable() and _BLANK.isdisjoint(name)


class Application(AbstractApplication):
    """A client: a program that asks for grants. Anybody can register one, so its name proves nothing."""

    def clean(self) -> None:
        """Bound what a registration stores, on top of the checks of django-oauth-toolkit, which allow schemes by name
        only. Raises ``ValidationError``."""
        super().clean()
        uris = self.redirect_uris.split(" ")
        if len(self.name) > MAX_NAME or (self.name and not can_be_read(self.name)):
            text = f"a name has at most {MAX_NAME} characters, at least one to see and none that is invisible"
            raise ValidationError({"name": text})
        if len(uris) > MAX_REDIRECT_URIS or any(len(uri) > MAX_REDIRECT_URI for uri in uris):
            text = f"at most {MAX_REDIRECT_URIS} redirect URIs of {MAX_REDIRECT_URI} characters each"
            raise ValidationError({"redirect_uris": text})
        for uri in uris:
            if not (uri.isascii() and uri.isprintable()):
                raise ValidationError({"redirect_uris": "a redirect URI is printable ASCII without spaces"})
            if "@" in urlsplit(uri).netloc:
                raise ValidationError({"redirect_uris": "a redirect URI has no user name"})
            if urlsplit(uri).scheme == "http" and urlsplit(uri).hostname not in LOOPBACK_HOSTS:
                raise ValidationError({"redirect_uris": "http is for addresses of the own computer only; use https"})


class Grant(LimitedAccess, WorkspaceModel):
    """What a member has allowed one client in one workspace, live or test. One consent makes one grant."""

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "grt"), editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="grants", editable=False)
    client_name = models.CharField("assistant", max_length=MAX_NAME, editable=False)
    scopes = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField("connected", default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_ip = models.GenericIPAddressField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # In place of the base's, whose default is that of keys.
    approval = models.CharField(
        max_length=10, choices=Approval.choices, default=Approval.UNTRUSTED, db_default=Approval.UNTRUSTED.value
    )
    only_drafts = models.BooleanField(default=False, db_default=False, help_text="what it would send is a draft")

    class Meta(WorkspaceModel.Meta):
        verbose_name = "connected assistant"
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="grant_recent"),
            models.Index(fields=["created_at"], name="grant_open", condition=models.Q(revoked_at=None)),
        ]
        constraints = [approval_is_known("grant")]

    def __str__(self) -> str:
        return self.client_name

    @property
    def holder(self) -> str:
        """Who its limits are counted for: the member with this client, so that whoever connects it anew goes on where
        it was."""
        return f"{self.application_id}:{self.user_id}"


class DocumentRequest(models.Model):
    """A member wants to connect a client whose description a worker has to fetch first. One row a member, so one fetch.

    ``claimed_at``: a worker has begun; ``ended_at``: it has an answer, of which ``problem`` says what is wrong with it.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    client_id = models.CharField(max_length=255)
    asked_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=MAX_PROBLEM, blank=True)

    def __str__(self) -> str:
        return f"request for the description of {self.client_id}"


class DigestField(models.CharField):  # type: ignore[type-arg]
    """A text of which the SHA-256 is stored. Filters take the text; a row that is read has the digest."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None else digest(value)


class AuthorizationCode(AbstractGrant):
    """A code that a client exchanges once for tokens. It is kept for a day after that, to notice a second exchange."""

    code = DigestField(max_length=64, unique=True)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="codes")
    used_at = models.DateTimeField(null=True)


class AccessToken(AbstractAccessToken):
    """A bearer token for /mcp. It is the grant that says whether it still counts."""

    id_token = None  # there is no OpenID Connect
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="access_tokens")


class RefreshToken(AbstractRefreshToken):
    """A token that buys the next pair once. ``revoked`` is when it did; the grant is the token family."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="refresh_tokens")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_checksum"], name="refresh_token_once")]
