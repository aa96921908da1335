"""What workspaces add to the layer below, and the signals of Django that they follow."""

from crmsolid.core.crypto import register_columns
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.workspaces import kept_forms, sessions
from crmsolid.workspaces.models import OutgoingEmail, TwoFactor

register_columns(TwoFactor, "secret", bound_to=("user_id",))
register_columns(OutgoingEmail, "body", bound_to=("to",))
kept_data.register("workspaces.kept_forms", KeptData(kept_forms.erase, kept_forms.export))
sessions.connect()
