namespace CrmSolid.Client.Hosting.Tests;

/// <summary>Events as the API writes them.</summary>
internal static class Events
{
    public static string Json(string id, string type = "contact.created") => $$$"""
        {"event": "{{{type}}}", "id": "{{{id}}}", "created_at": "2026-12-01T09:00:00Z", "actor": null,
         "data": {"contact": {"id": "con_1", "name": "Sarah"} } }
        """;

    /// <summary>An event whose time is none.</summary>
    public static string Unreadable(string id) =>
        $$"""{"event": "contact.created", "id": "{{id}}", "created_at": {"no": "time"}, "data": {} }""";

    public static string Page(string next, params string[] events) =>
        $$"""{"data": [{{string.Join(", ", events)}}], "next_cursor": "{{next}}"}""";
}
