"""The data folder: where it is, what the product keeps in it, who may access it, and the addresses of the PostgreSQL
and the Valkey that ``make run`` starts in it. It needs the standard library alone: ``make run`` loads no Django.
"""

import base64
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

# What the product keeps there, as glob patterns. PostgreSQL and Valkey have a folder each.
KEPT_FILES = ("*_key", "erasures.jsonl", "watermark.json*", "postgresql*", "valkey", "files", "*.lock")
DATABASE = USER = "crmsolid"
PASSWORD = "postgresql_password"


def data_folder() -> Path:
    """``CRMSOLID_DATA``, else ``.data`` beside the packages, as an absolute path."""
    given = os.environ.get("CRMSOLID_DATA")
    return Path(given).absolute() if given else Path(__file__).resolve().parent.parent / ".data"


def postgresql_url(folder: Path) -> str:
    """The address of the PostgreSQL that ``make run`` starts, which has a password once it has been started."""
    try:
        password = (folder / PASSWORD).read_text().strip()
    except OSError:
        password = ""
    host = quote(str(folder / "postgresql"), safe="")
    return f"postgres://{USER}:{quote(password, safe='')}@{host}:5432/{DATABASE}"


def use_addresses_alone() -> None:
    """Forget the variables with which libpq would go to another server than that of an address."""
    for name in ("PGSERVICE", "PGHOSTADDR"):
        os.environ.pop(name, None)


def postgresql_socket(folder: Path) -> Path:
    return folder / "postgresql" / ".s.PGSQL.5432"


def valkey_url(folder: Path) -> str:
    """The address of the Valkey that ``make run`` starts."""
    return f"unix://{quote(str(valkey_socket(folder)))}"


def valkey_socket(folder: Path) -> Path:
    return folder / "valkey" / "socket"


def local_secret(folder: Path, name: str) -> str:
    """The secret of this name, generated on first use and readable by its owner alone.

    Processes that start at the same time get the same secret, which is a Fernet key.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        descriptor, temporary = tempfile.mkstemp(prefix=f"{name}.", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)))
        try:
            os.link(temporary, path)  # fails if another process was first; its secret counts
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_text().strip()


def make_private(folder: Path) -> list[Path]:
    """Take all access to the data folder, and to what the product keeps in it, from everybody but their owner.

    A folder with the sticky bit, such as /tmp, is shared on purpose and not changed. Returns what others can access all
    the same, because it is such a folder, belongs to another user or is on a file system without modes.
    """
    exposed = []
    for path in [folder, *(path for pattern in KEPT_FILES for path in sorted(folder.glob(pattern)))]:
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 and not mode & stat.S_ISVTX:
                with suppress(OSError):
                    path.chmod(mode & 0o700)
            if path.stat().st_mode & 0o077:
                exposed.append(path)
    return exposed
