"""help.*: the addresses of the data centers, and the values that depend on the account."""

from datetime import timedelta
from typing import Any

from telethon.tl import functions, types

from ..render import now
from ..rpc import Call, handles
from ..settings import PREMIUM_FACTOR

# Values that clients require and no test depends on.
LIMITS = dict(
    dc_txt_domain_name="localhost",
    chat_size_max=200,
    megagroup_size_max=200_000,
    forwarded_count_max=100,
    online_update_period_ms=210_000,
    offline_blur_timeout_ms=5_000,
    offline_idle_timeout_ms=30_000,
    online_cloud_timeout_ms=300_000,
    notify_cloud_delay_ms=30_000,
    notify_default_delay_ms=1_500,
    push_chat_period_ms=60_000,
    push_chat_limit=2,
    revoke_time_limit=2**31 - 1,
    revoke_pm_time_limit=2**31 - 1,
    rating_e_decay=2_419_200,
    stickers_recent_limit=200,
    channels_read_media_period=604_800,
    call_receive_timeout_ms=20_000,
    call_ring_timeout_ms=90_000,
    call_connect_timeout_ms=30_000,
    call_packet_timeout_ms=10_000,
    me_url_prefix="https://t.me/",
    message_length_max=4_096,
    webfile_dc_id=4,
)


@handles(functions.help.GetConfigRequest)
def get_config(call: Call, request: Any) -> Any:
    user = call.authorization.user
    options = [types.DcOption(dc_id, host, port, ipv6=":" in host) for dc_id, (host, port) in call.addresses.items()]
    return types.Config(
        date=now(user),
        expires=now(user) + timedelta(hours=1),
        test_mode=False,
        this_dc=call.authorization.dc_id,
        dc_options=options,
        edit_time_limit=call.settings.edit_seconds,
        caption_length_max=call.settings.caption_limit,
        **LIMITS,
    )


@handles(functions.help.GetAppConfigRequest)
def get_app_config(call: Call, request: Any) -> Any:
    limits = {
        "caption_length_limit": call.settings.caption_limit,
        "upload_max_fileparts": call.settings.part_limit,
    }
    values: dict[str, Any] = {}
    for name, limit in limits.items():
        values[f"{name}_default"] = types.JsonNumber(limit)
        values[f"{name}_premium"] = types.JsonNumber(limit * PREMIUM_FACTOR)
    freeze = call.user.freeze
    if freeze is not None and freeze.since:
        values["freeze_since_date"] = types.JsonNumber(freeze.since)
        values["freeze_until_date"] = types.JsonNumber(freeze.until)
        values["freeze_appeal_url"] = types.JsonString(freeze.appeal_url)
    pairs = [types.JsonObjectValue(key, value) for key, value in values.items()]
    return types.help.AppConfig(hash=1, config=types.JsonObject(pairs))
