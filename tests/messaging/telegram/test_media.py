"""What files are sent to Telegram as: it guesses from what is missing, and shows something else."""

from typing import Any

import pytest
from telethon import utils
from telethon.tl import types

from messaging.files.models import File, FileKind
from messaging.telegram.media import uploaded_media

CONTENT = types.InputFile(1, 1, "a", "")
THUMBNAIL = types.InputFile(2, 1, "thumbnail.jpg", "")
VIDEO, AUDIO = types.DocumentAttributeVideo, types.DocumentAttributeAudio


def media(kind: FileKind, type_: str, thumbnail: Any = None, **measures: Any) -> Any:
    file = File(name="a.bin", type=type_, kind=kind, size=1, **measures)
    return uploaded_media(file, kind, CONTENT, thumbnail)


def attribute(media: Any, type_: type) -> Any:
    return next((each for each in media.attributes if isinstance(each, type_)), None)


def test_photo_is_no_document() -> None:
    assert isinstance(media(FileKind.PHOTO, "image/jpeg"), types.InputMediaUploadedPhoto)


@pytest.mark.parametrize("type_", ["image/jpeg", "video/mp4", "application/pdf"])
def test_document_stays_one_whatever_it_is(type_: str) -> None:
    document = media(FileKind.DOCUMENT, type_, width=3, height=2, duration=1)
    assert (document.force_file, document.nosound_video, document.mime_type) == (True, None, type_)
    assert [each.file_name for each in document.attributes] == ["a.bin"]


def test_video_without_sound_stays_a_video() -> None:
    video = media(FileKind.VIDEO, "video/mp4", THUMBNAIL, width=64, height=48, duration=7)
    assert (video.nosound_video, video.force_file, video.thumb) == (True, None, THUMBNAIL)
    shape = attribute(video, VIDEO)
    assert (shape.w, shape.h, shape.duration, shape.supports_streaming, shape.round_message) == (64, 48, 7, True, None)


def test_animation_is_no_video() -> None:
    animation = media(FileKind.ANIMATION, "video/mp4", width=64, height=48, duration=7)
    assert attribute(animation, types.DocumentAttributeAnimated) is not None
    assert animation.nosound_video is None
    assert [type(each) for each in media(FileKind.ANIMATION, "image/gif").attributes] == [
        types.DocumentAttributeFilename
    ]


@pytest.mark.parametrize(("width", "height", "side"), [(240, 240, 240), (640, 480, 480), (240, None, 240)])
def test_video_note_is_round_and_square(width: int, height: int | None, side: int) -> None:
    shape = attribute(media(FileKind.VIDEO_NOTE, "video/mp4", width=width, height=height, duration=5), VIDEO)
    assert (shape.w, shape.h, shape.round_message) == (side, side, True)


def test_voice_has_its_waveform_and_no_name() -> None:
    waveform = bytes(range(32)) * 3 + bytes(4)
    voice = media(FileKind.VOICE, "audio/ogg", duration=3, waveform=waveform)
    [sound] = voice.attributes
    assert (sound.voice, sound.duration, sound.waveform) == (True, 3, utils.encode_waveform(waveform))
    assert attribute(media(FileKind.VOICE, "audio/mpeg", duration=3), AUDIO).waveform is None


def test_audio_is_no_voice_message() -> None:
    audio = media(FileKind.AUDIO, "audio/mpeg", duration=200)
    assert (attribute(audio, AUDIO).voice, attribute(audio, AUDIO).duration) == (None, 200)
    assert attribute(audio, types.DocumentAttributeFilename).file_name == "a.bin"
