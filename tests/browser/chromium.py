"""Where Chromium is, and how it is started."""

import os
import shutil
from typing import Any

MISSING = "no Chromium: apt-get install chromium, or name another one with CHROMIUM=/path"
# Chromium asks the hosts of its maker for updates unless it is told not to.
ARGUMENTS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]
# Each browser has one process for its pages, and none is started for one that may be opened later.
ARGUMENTS += ["--renderer-process-limit=1"]
# Texts are as wide as in a window: the headless shell would fit the letters to whole pixels.
ARGUMENTS += ["--font-render-hinting=none"]
# The first one draws no window around a page: it takes a third of the CPU time to open one, two thirds to load one.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def launch_options() -> dict[str, Any]:
    """The options of Playwright's ``launch``. ``SystemExit`` says what to do on a machine without Chromium."""
    path = find_chromium()
    if not path:
        raise SystemExit(MISSING)
    # Chromium's sandbox refuses to run as root, as in a container.
    return {"executable_path": path, "args": [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]}
