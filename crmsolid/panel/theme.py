"""The setting ``UNFOLD``: names, colours and the style sheet of the panel."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

# Teal on slate. Text has a contrast of at least 4.5 in both themes.
_TEAL = {
    "50": "oklch(98.4% .014 180.7)",
    "100": "oklch(95.3% .051 180.8)",
    "200": "oklch(91% .096 180.4)",
    "300": "oklch(85.5% .138 181)",
    "400": "oklch(77.7% .152 181.9)",
    "500": "oklch(70.4% .14 182.5)",
    "600": "oklch(53% .1 184.7)",
    "700": "oklch(47% .088 186.4)",
    "800": "oklch(43.7% .078 188.2)",
    "900": "oklch(38.6% .063 188.4)",
    "950": "oklch(27.7% .046 192.5)",
}


def _icon(request: HttpRequest) -> str:
    return static("panel/favicon.svg")


def _style_sheet(request: HttpRequest) -> str:
    return static("panel/panel.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "CRM Solid",
    "SITE_HEADER": "CRM Solid",
    "SITE_SUBHEADER": "crmsolid.panel.site.workspace_title",
    "SITE_SYMBOL": "forum",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT_TITLE_PREFIX": "crmsolid.panel.site.title_prefix",
    "BORDER_RADIUS": "8px",
    "COLORS": {"primary": _TEAL},
    "STYLES": [_style_sheet],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "crmsolid.panel.navigation.navigation",
    },
}
