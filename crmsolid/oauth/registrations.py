"""What OAuth adds to the layers below."""

from crmsolid.oauth.services import end_grants_of
from crmsolid.workspaces import sessions

sessions.access_enders.register("oauth.grants", end_grants_of)
