namespace CrmSolid.Client.Tests;

/// <summary>Answers of the API.</summary>
internal static class Answers
{
    public const string Queued = """{"id": "msg_1", "status": "queued", "eta": "2026-06-04T09:00:00Z"}""";

    public const string Uploaded = """
        {"id": "fil_1", "name": "фото.png", "type": "image/png", "size": 16, "sha256": "ab",
         "expires_at": "2026-06-05T09:00:00Z"}
        """;

    public const string Me = """
        {"key": {"id": "key_1", "name": "K", "prefix": "cs_live_a4f9", "expires_at": null, "rate_limit": 600},
         "scopes": ["read:contacts", "fly:rockets"], "workspace": {"slug": "demo", "name": "Demo", "time_zone": "UTC"},
         "mode": "live", "plan": "business", "colour": "green"}
        """;

    public static string Contact(string id, string name = "Sarah") => $$"""
        {"id": "{{id}}", "name": "{{name}}", "first_name": "{{name}}", "last_name": null, "username": "sarah",
         "telegram_id": null, "email": null, "phone": null, "time_zone": null, "tags": ["trial"], "stage": "astronaut",
         "score": 5, "opted_out": false, "custom_fields": {"city": "Köln"}, "created_at": "2026-06-04T09:00:00Z",
         "updated_at": "2026-06-04T09:00:00Z", "shoe_size": 42}
        """;

    public static string Page(string? next, params string[] items) =>
        $$"""{"data": [{{string.Join(", ", items)}}], "next_cursor": {{(next is null ? "null" : $"\"{next}\"")}}}""";

    public static string Message(string id) => $$"""
        {"id": "{{id}}", "account_id": 7421, "thread_id": "thr_1", "contact_id": "con_1", "direction": "out",
         "kind": "text", "status": "sent", "text": "Привет 😀", "eta": null, "created_at": "2026-06-04T09:00:00Z",
         "sent_at": null, "edited_at": null, "in_reply_to": null, "auto_reply": false, "error": null,
         "request_id": null, "waiting_for": null}
        """;

    public static string MessageEvent(string id) => ($$"""
        {"event": "message.sent", "id": "{{id}}", "created_at": "2026-06-04T09:00:00Z",
         "data": {"message": {{Message("msg_1")}} } }
        """).ReplaceLineEndings("");
}
