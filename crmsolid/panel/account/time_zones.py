"""Suggestions for a time zone, as JSON. They are no workspace's, so they are found here for all pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, JsonResponse

from crmsolid.core import clock
from crmsolid.panel.account.base import own_page
from crmsolid.panel.components.comboboxes import LIMIT, city_of, current_time_zones


@own_page("GET")
def suggest(request: HttpRequest) -> JsonResponse:
    """The zones whose city or name has ``text``, those whose city begins with it first; without a text those where it
    is as late as in ``here``, the zone of the browser."""
    wanted, now = request.GET.get("text", "").strip().lower().replace(" ", "_"), clock.now()
    here = request.GET.get("here", "")
    zones = current_time_zones()
    found = [zone for zone in zones if wanted in zone.lower()]
    offset = now.astimezone(ZoneInfo(here)).utcoffset() if here in zones else None

    def order(zone: str) -> tuple[bool, bool, bool, str]:
        is_as_late = not wanted and now.astimezone(ZoneInfo(zone)).utcoffset() == offset
        return zone != here, not city_of(zone).lower().startswith(wanted), not is_as_late, city_of(zone)

    return JsonResponse({"options": [_option(zone, now) for zone in sorted(found, key=order)[:LIMIT]]})


def _option(zone: str, now: datetime) -> dict[str, str]:
    region = zone.rpartition("/")[0].replace("_", " ")
    local = f"{now.astimezone(ZoneInfo(zone)):%H:%M}"
    return {"value": zone, "text": city_of(zone).replace("_", " "), "detail": f"{region} {local}".strip()}
