using System.Text;
using System.Text.Json;

namespace CrmSolid.Client.Benchmarks;

/// <summary>Bodies as the API sends them.</summary>
internal static class Bodies
{
    public static byte[] Page() => Encoding.UTF8.GetBytes(
        $$"""{"data":[{{string.Join(',', Enumerable.Range(0, 200).Select(number => Contact(number, CustomFields(3, 20))))}}],"next_cursor":"abc"}""");

    public static byte[] Queued() =>
        """{"id":"msg_01M8G4GCB7B2552414R6KA9RNZ","status":"queued","eta":"2026-12-01T09:00:00.000000Z"}"""u8.ToArray();

    public static byte[] Uploaded() =>
        """
        {"id":"fil_01M8G4GCB7B2552414R6KA9RNZ","name":"film.mp4","type":"video/mp4","size":50000000,"sha256":"ab","expires_at":"2026-12-02T09:00:00.000000Z"}
        """u8.ToArray();

    /// <summary>A change of 50 custom fields of a contact that has 100 of them, with 1,000 characters each.</summary>
    public static byte[] Webhook()
    {
        string changed = string.Join(',', Enumerable.Range(0, 50).Select(number =>
            $$"""
            "custom_fields.field_{{number}}":{"old":"{{new string('a', 1000)}}","new":"{{new string('b', 1000)}}"}
            """));
        return Encoding.UTF8.GetBytes($$"""
            {"event":"contact.updated","id":"evt_01M8G4XZTA1CWPE1KHCBQ0R1ZD","created_at":"2026-12-01T09:00:00.000000Z","actor":{"type":"key","id":"key_1","name":"Shop"},"data":{"contact":{{Contact(1, CustomFields(100, 1000))}},"changed":{ {{changed}} } } }
            """);
    }

    private static string CustomFields(int count, int length) => JsonSerializer.Serialize(
        Enumerable.Range(0, count).ToDictionary(number => $"field_{number}", _ => new string('b', length)));

    private static string Contact(int number, string customFields) => $$"""
        {"id":"con_01M8G4GCB7B2552414R6KA{{number:0000}}","name":"Sarah Miller","first_name":"Sarah","last_name":"Miller","username":"sarah_{{number}}","telegram_id":{{5000000000 + number}},"email":"sarah{{number}}@example.com","phone":"+4915112345678","time_zone":"Europe/Berlin","tags":["trial","customer","newsletter"],"stage":"qualified","score":{{number % 100}},"opted_out":false,"custom_fields":{{customFields}},"last_in_at":"2026-11-30T09:00:00.000000Z","last_out_at":"2026-11-30T10:00:00.000000Z","unanswered_since":null,"created_at":"2026-06-04T09:00:00.000000Z","updated_at":"2026-11-30T10:00:00.000000Z"}
        """;
}
