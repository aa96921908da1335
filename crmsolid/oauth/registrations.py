"""What OAuth adds to the layers below."""

from apikeys.panel import key_list_sections
from crmsolid.oauth.panel import below_keys
from crmsolid.oauth.services import end_grants_of
from crmsolid.workspaces import sessions

sessions.access_enders.register("oauth.grants", end_grants_of)
key_list_sections.register("oauth.grants", below_keys)
