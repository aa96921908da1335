"""The pictures of the docs are those that ``make screenshots`` takes."""

import re

from tests.browser.screenshots import FOLDER, MAX_BYTES, PICTURES
from tests.system.stack import ROOT


def test_pictures_are_small_and_shown() -> None:
    sizes = {path.stem: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(sizes) == {name for name, *_ in PICTURES}
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}
    texts = [path.read_text() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]]
    shown = {name for text in texts for name in re.findall(r"\]\((?:docs/)?img/(\w+)\.png\)", text)}
    assert shown == set(sizes)
