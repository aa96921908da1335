"""What OAuth adds to the layers below."""

from crmsolid.oauth.services import end_grants_of
from crmsolid.workspaces import own_access

own_access.enders.register("oauth.grants", end_grants_of)
