"""Suggestions for a time zone, as JSON. They are no workspace's, so they are found here for all pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, JsonResponse

from crmsolid.core import clock
from crmsolid.core.periods import time_zones
from crmsolid.panel.account.base import own_page
from crmsolid.panel.components.comboboxes import LIMIT

# Names outside of these are older names of the same zones.
_REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


@own_page("GET")
def suggest(request: HttpRequest) -> JsonResponse:
    """The zones whose city or name has ``text``, those whose city begins with it first; without a text those where it
    is as late as in ``here``, the zone of the browser."""
    wanted, now = request.GET.get("text", "").strip().lower().replace(" ", "_"), clock.now()
    here = request.GET.get("here", "")
    zones = [zone for zone in time_zones() if zone == "UTC" or zone.partition("/")[0] in _REGIONS]
    found = [zone for zone in zones if wanted in zone.lower()]
    offset = now.astimezone(ZoneInfo(here)).utcoffset() if here in zones else None

    def order(zone: str) -> tuple[bool, bool, bool, str]:
        is_as_late = not wanted and now.astimezone(ZoneInfo(zone)).utcoffset() == offset
        return zone != here, not _city(zone).lower().startswith(wanted), not is_as_late, _city(zone)

    return JsonResponse({"options": [_option(zone, now) for zone in sorted(found, key=order)[:LIMIT]]})


def _city(zone: str) -> str:
    return zone.rpartition("/")[2]


def _option(zone: str, now: datetime) -> dict[str, str]:
    region = zone.rpartition("/")[0].replace("_", " ")
    local = f"{now.astimezone(ZoneInfo(zone)):%H:%M}"
    return {"value": zone, "text": _city(zone).replace("_", " "), "detail": f"{region} {local}".strip()}
