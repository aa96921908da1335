"""The storage of files in a bucket of S3, or of a server that speaks its protocol.

django-storages would load what it opens into memory, and keep ten parts of an upload there. Here both are read and sent
piece by piece.
"""

import io
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

PART_BYTES = 8 * 1024 * 1024  # of an upload; one at a time is in memory
# What goes wrong with the bucket or on the way to it.
ERRORS = (BotoCoreError, ClientError)


class Bucket(S3Storage):
    """django-storages' storage in a bucket. Objects get no ACL, so they are as private as the bucket."""

    def __init__(self, **options: Any) -> None:
        style = options.get("addressing_style")
        client = Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            s3={"addressing_style": style} if style else None,
        )
        transfer = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False)
        super().__init__(
            default_acl=None,
            file_overwrite=True,  # names are never used twice, so nobody has to ask whether one is taken
            client_config=client,
            transfer_config=transfer,
            **options,
        )

    def _save(self, name: str, content: Any) -> str:
        try:
            return str(super()._save(name, content))
        except ERRORS as error:
            raise OSError(f"the bucket takes no file: {error}") from error

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("a file in a bucket is opened to be read")
        source = self.bucket.Object(self._normalize_name(name))
        return File(io.BufferedReader(ObjectReader(source), 64 * 1024), name)

    def size(self, name: str) -> int:
        with ObjectReader(self.bucket.Object(self._normalize_name(name))) as reader:
            return reader.seek(0, io.SEEK_END)

    def delete(self, name: str) -> None:
        try:
            super().delete(name)
        except ERRORS as error:
            raise OSError(f"the bucket deletes no file: {error}") from error


class ObjectReader(io.RawIOBase):
    """Reads an object by one request for each place from which reading begins. ``FileNotFoundError`` if there is no
    such object, ``OSError`` for whatever else fails."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._position = 0
        self._body: Any = None
        try:
            self._size = int(source.content_length)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            raise (FileNotFoundError if status == 404 else OSError)(f"cannot read {source.key}: {error}") from error
        except BotoCoreError as error:
            raise OSError(f"cannot read {source.key}: {error}") from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if position < 0:
            raise ValueError("before the beginning")
        if position != self._position:
            self._drop()
            self._position = position
        return position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        try:
            if self._body is None:
                self._body = self._source.get(Range=f"bytes={self._position}-")["Body"]
            piece = self._body.read(len(buffer))
        except Exception as error:  # botocore's own errors, and those of urllib3 below it
            raise OSError(f"cannot read {self._source.key}: {error}") from error
        if not piece:
            raise OSError(f"{self._source.key} ends early")
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
