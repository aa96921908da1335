"""upload.*: parts of files that are sent, and of files that are received (core.telegram.org/api/files)."""

from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..media import size_of_type
from ..rpc import Call, handles

MEGABYTE = 1024 * 1024
SMALLEST_LIMIT = 4096
PRECISE_UNIT = 1024


@handles(functions.upload.SaveFilePartRequest)
def save_file_part(call: Call, request: Any) -> Any:
    call.state.files.save_part(call.user, request.file_id, request.file_part, request.bytes)
    call.state.notify()
    return True


@handles(functions.upload.SaveBigFilePartRequest)
def save_big_file_part(call: Call, request: Any) -> Any:
    total = request.file_total_parts
    call.state.files.save_part(call.user, request.file_id, request.file_part, request.bytes, total)
    call.state.notify()
    return True


@handles(functions.upload.GetFileRequest)
def get_file(call: Call, request: Any) -> Any:
    user, location = call.user, request.location
    if not isinstance(location, types.InputPhotoFileLocation | types.InputDocumentFileLocation):
        raise failure("LOCATION_INVALID")
    file = call.state.files.find(user, location, "LOCATION_INVALID")
    if file.dc_id != call.authorization.dc_id:
        raise failure(f"FILE_MIGRATE_{file.dc_id}")
    check_range(request)
    content = size_of_type(file, location.thumb_size)
    kind = types.storage.FileJpeg() if file.is_photo else types.storage.FileUnknown()
    return types.upload.File(kind, mtime=0, bytes=content[request.offset : request.offset + request.limit])


def check_range(request: Any) -> None:
    """The rules of core.telegram.org/api/files: multiples of 4 KB (of 1 KB if precise), within one megabyte."""
    unit = PRECISE_UNIT if request.precise else SMALLEST_LIMIT
    offset, limit = request.offset, request.limit
    if limit <= 0 or limit % unit or limit > MEGABYTE or (not request.precise and MEGABYTE % limit):
        raise failure("LIMIT_INVALID")
    if offset < 0 or offset % unit or offset // MEGABYTE != (offset + limit - 1) // MEGABYTE:
        raise failure("OFFSET_INVALID")
