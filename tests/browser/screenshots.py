"""``make screenshots``: the pictures in docs/img, of a workspace that :mod:`tests.browser.demo_workspace` makes."""

import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.product import running_product
from tests.system.stack import ROOT

FOLDER = ROOT / "docs" / "img"
MAX_BYTES = 150_000
WIDTH, HEIGHT = 1440, 900

# File name, the URL name of the page, the model whose row it shows, what differs from the wide, light look, and the
# keys that are pressed before.
PICTURES: tuple[tuple[str, str, str, dict[str, Any], tuple[str, ...]], ...] = (
    ("inbox", "inbox_thread", "messaging.thread", {}, ()),
    ("home", "index", "", {}, ()),
    ("contact", "contacts_contact_change", "contacts.contact", {}, ()),
    ("contacts", "contacts_contact_changelist", "", {"color_scheme": "dark"}, ("J", "X", "J", "X")),
    ("sequence", "sequences_sequence_edit", "sequences.sequence", {}, ()),
    ("reports", "analytics_overview", "", {}, ()),
    ("palette", "inbox_thread", "messaging.thread", {"color_scheme": "dark"}, ("Control+k", "a", "m")),
    ("keys", "apikeys_apikey_changelist", "", {}, ()),
    ("phone", "inbox", "", {"viewport": {"width": 390, "height": 844}}, ()),
)


def main() -> None:
    import django

    django.setup()
    from django.urls import reverse

    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running_product(Path(folder), seed="tests.browser.demo_workspace") as product,
    ):
        browser = playwright.chromium.launch(**launch_options())
        for name, url_name, model, look, keys in PICTURES:
            options = {"viewport": {"width": WIDTH, "height": HEIGHT}, **look}
            page = browser.new_page(base_url=product.url, **options)
            cookie = {"name": "sessionid", "value": product.seeded["session"], "url": product.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
            page.goto(reverse(f"admin:{url_name}", args=[product.seeded[model]] if model else []))
            for key in keys:
                page.keyboard.press(key)
                page.wait_for_timeout(500)
            size = save(page, FOLDER / f"{name}.png")
            print(f"docs/img/{name}.png  {size // 1000} KB")
            page.close()
        browser.close()


def save(page: Page, path: Path) -> int:
    """Save what the page shows in 256 colours, which are enough for a page without photographs. Returns the size."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{path} has {size} bytes, and may have {MAX_BYTES}")
    return size


if __name__ == "__main__":
    main()
