"""The files that contacts of a sandbox send. They are small and lie beside this module."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from messaging.files import storage
from messaging.files.models import FileKind
from messaging.files.received import Part, ReceivedMedia

_ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Asset:
    """One file: width and height in pixels, duration in seconds."""

    file: str
    kind: FileKind
    type: str
    name: str = ""
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    waveform: bytes = b""

    @cached_property
    def content(self) -> bytes:
        return (_ASSETS / self.file).read_bytes()

    def received(self, storage_name: str) -> ReceivedMedia:
        return ReceivedMedia(
            kind=self.kind,
            type=self.type,
            size=len(self.content),
            name=self.name,
            width=self.width,
            height=self.height,
            duration=self.duration,
            waveform=self.waveform,
            storage_name=storage_name,
            sha256=hashlib.sha256(self.content).hexdigest(),
        )


def _photo(number: int) -> Asset:
    return Asset(f"photo{number}.jpg", FileKind.PHOTO, "image/jpeg", width=640, height=480)


PHOTO = (_photo(1),)
ALBUM = tuple(_photo(number) for number in (1, 2, 3))
# As loud as the tone is, every 40 ms.
_WAVEFORM = bytes([2, 9, 18, 26, 30, 31, 27, 20, 11, 4, 0, 1, 0, 3, 10, 17, 22, 24, 21, 15, 8, 2, 0, 0, 0] * 4)
VOICE = (Asset("voice.ogg", FileKind.VOICE, "audio/ogg", duration=4, waveform=_WAVEFORM),)
VIDEO = (Asset("video.mp4", FileKind.VIDEO, "video/mp4", "sunrise.mp4", width=320, height=180, duration=2),)
DOCUMENT = (Asset("order.pdf", FileKind.DOCUMENT, "application/pdf", "Order 1042.pdf"),)


def store(workspace_id: int, assets: Sequence[Asset]) -> list[str]:
    """Write these files to the storage, outside of any transaction. Returns their names there, to be kept by
    :func:`messaging.files.storage.keep`, or discarded."""
    names = []
    for asset in assets:
        name = storage.new_name(workspace_id)
        names.append(name)
        storage.write(name, [asset.content])
    return names


def parts(assets: Sequence[Asset], storage_names: Sequence[str], first_id: int, step: int) -> tuple[Part, ...]:
    """The parts of a message with these files, whose ids are ``step`` apart."""
    named = zip(assets, storage_names, strict=True)
    return tuple(Part(first_id + number * step, each.received(name)) for number, (each, name) in enumerate(named))
