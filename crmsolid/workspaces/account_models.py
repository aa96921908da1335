"""What belongs to a user and to no workspace: sessions, the second factor, e-mails that are to be sent."""

from django.conf import settings
from django.db import models

from crmsolid.core import clock


class UserSession(models.Model):
    """Whose session it is that Django's session store keeps under ``session_key``, and where it was used last.

    The session store says whether a session still exists; a row here without one is shown nowhere and purged.
    ``confirmed_at`` is when its user has last proved here who they are (``confirmation``).
    """

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    browser = models.CharField(max_length=200, blank=True, help_text="the User-Agent, shortened")
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(default=clock.now, help_text="to a few minutes")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.pk} of user {self.user_id}"  # the key would sign in as the user


class TwoFactor(models.Model):
    """A user's second factor: codes by time (TOTP, RFC 6238). It is asked for once ``confirmed_at`` is set.

    ``last_step`` is the time step of the last code that was accepted: no code up to it is accepted again. ``failures``
    counts the codes that were tried since ``failures_since`` without one that was right.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="two_factor"
    )
    secret = models.BinaryField(help_text="encrypted")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failures_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"second factor of user {self.user_id}"


class RecoveryCode(models.Model):
    """A code that is accepted once in place of the second factor; then the row is deleted. ``digest``: its SHA-256."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code {self.pk} of user {self.user_id}"


class OutgoingEmail(models.Model):
    """An e-mail that is to be sent; the row is deleted once it is. ``body`` is encrypted, because it has links that let
    their reader in."""

    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.BinaryField(help_text="encrypted")
    created_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"e-mail {self.pk}"


class KeptForm(models.Model):
    """A form that its user sent after the session had ended, until the user has logged in again; an hour at most.

    ``fields`` are pairs of name and value. Nothing of it is compressed or encrypted, so that a person whom it names is
    found.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_forms")
    path = models.TextField(help_text="where it goes to")
    page = models.TextField(help_text="where it stood")
    fields = models.JSONField()
    leaves_out = models.BooleanField(help_text="whether it had passwords, codes or files, which are not kept")
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"form {self.pk} of user {self.user_id}"

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that people filled in, with readable names."""
        typed = [
            (name, value)
            for name, value in self.fields
            if value.strip() and name not in ("once", "action", "next") and not name.startswith("_")
        ]
        return [(name.replace("_", " ").replace("-", " "), value) for name, value in typed]
