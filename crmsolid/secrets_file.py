"""Secrets for a development machine, which has none in its environment: generated once and kept in the data folder."""

import os
from pathlib import Path

from cryptography.fernet import Fernet


def local_secret(folder: Path, name: str) -> str:
    """The secret of this name, generated on first use and readable by its owner alone.

    Processes that start at the same time get the same secret.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        temporary = folder / f"{name}.{os.getpid()}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(temporary, path)  # fails if another process was first; its secret counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()
