"""Secrets of a machine that was given none: made once, kept in the data folder, readable by its owner alone."""

import os
from pathlib import Path

from cryptography.fernet import Fernet


def local_secret(folder: Path, name: str) -> str:
    """The secret of that name, made on first use. Two processes that start at once agree on one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        scratch = folder / f"{name}.{os.getpid()}"
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(scratch, path)  # fails if the other process was first; its secret is the one then
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_text().strip()
