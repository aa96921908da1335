using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>
/// A call of each method of each resource: what has to be sent, with <c>{id}</c> for the id that is given, and what is read
/// of the answer.
/// </summary>
internal sealed record ResourceCall(
    string Method,
    string Line,
    string? Body,
    string Answer,
    string Expected,
    Func<CrmSolidClient, string, RequestOptions, CancellationToken, Task<string>> RunAsync)
{
    private const string Period = "?from=2026-06-01T00%3A00%3A00Z&to=2026-07-01T00%3A00%3A00Z&interval=week&compare=true";

    private static readonly DateTimeOffset Since = new(2026, 6, 1, 2, 0, 0, TimeSpan.FromHours(2));
    private static readonly DateTimeOffset Until = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly AnalyticsQuery Query = new()
    {
        From = Since,
        To = Until,
        Interval = AnalyticsInterval.Week,
        Compare = true,
    };

    private static readonly Condition Vip = Condition.Where("tag", ConditionOperator.Is, "vip");

    private static readonly BroadcastDraft Broadcast = new()
    {
        Name = "June",
        Text = "Hi",
        Format = TextFormat.Html,
        Attachments = ["fil_1"],
        AccountIds = [7421],
        Audience = new() { ContactIds = ["con_1"] },
        SendAt = Since,
        PerHour = 20,
        CooldownDays = 7,
        AudienceHash = "h1",
    };

    private static readonly SequenceChanges Sequence = new()
    {
        Name = "Welcome",
        AccountIds = [7421],
        TimeZone = "Europe/Berlin",
        Window = new SendingWindow { Days = ["mon"], From = "09:00", To = "18:00" },
        Jitter = "PT5M",
        StopOn = ["reply"],
        IgnoreAutoReplies = true,
        PassOn = false,
        Steps = [new() { Id = "hello", Delay = "P1D", Text = "Hi", Condition = Vip, IfNot = UnmetConditionAction.Stop }],
        InFlight = InFlight.Move,
    };

    private static readonly ContactFields Fields = new()
    {
        Username = "@sarah",
        Email = null,
        Name = "Sarah Müller",
        FirstName = "Sarah",
        LastName = "Müller",
        Phone = "+49 30 1",
        TimeZone = "Europe/Berlin",
        Stage = ContactStage.Won,
        OptedOut = false,
        Tags = ["vip"],
        CustomFields = new Dictionary<string, object?> { ["city"] = "Köln", ["age"] = 5, ["old"] = null },
    };

    private const string ContactBody = """
        {"username": "@sarah", "email": null, "name": "Sarah Müller", "first_name": "Sarah", "last_name": "Müller",
         "phone": "+49 30 1", "time_zone": "Europe/Berlin", "stage": "won", "opted_out": false, "tags": ["vip"],
         "custom_fields": {"city": "Köln", "age": 5, "old": null}}
        """;

    private const string PreviewBody = """
        {"name": "June", "text": "Hi", "format": "html", "attachments": ["fil_1"], "account_ids": [7421],
         "audience": {"contact_ids": ["con_1"]}, "send_at": "2026-06-01T02:00:00+02:00", "per_hour": 20,
         "cooldown_days": 7}
        """;

    private const string SequenceBody = """
        {"name": "Welcome", "account_ids": [7421], "time_zone": "Europe/Berlin",
         "window": {"days": ["mon"], "from": "09:00", "to": "18:00"}, "jitter": "PT5M", "stop_on": ["reply"],
         "ignore_auto_replies": true, "pass_on": false,
         "steps": [{"id": "hello", "delay": "P1D", "text": "Hi",
                    "condition": {"field": "tag", "op": "is", "value": "vip"}, "if_not": "stop"}]}
        """;

    private const string Changed = """{"id": "con_1", "name": "Sarah"}""";

    public static IReadOnlyList<ResourceCall> All { get; } =
    [
        List("GET /v1/accounts", """{"id": 7421, "name": "Sales"}""", "7421 Sales",
            (c, id, o, t) => c.Accounts.ListAsync(o, t), each => $"{each.Id} {each.Name}"),
        One("GET /v1/accounts/7421", null, """{"id": 7421, "name": "Sales"}""", "7421 Sales",
            (c, id, o, t) => c.Accounts.GetAsync(7421, o, t), read => $"{read.Id} {read.Name}"),

        One($"GET /v1/analytics/funnel{Period}", null, """{"stages": [{"stage": "won", "count": 3}]}""", "won 3",
            (c, id, o, t) => c.Analytics.FunnelAsync(Query, o, t), read => $"{read.Stages[0].Stage} {read.Stages[0].Count}"),
        One($"GET /v1/analytics/sequences{Period}", null, """{"data": [{"sequence_id": "seq_1"}]}""", "seq_1",
            (c, id, o, t) => c.Analytics.SequencesAsync(Query, o, t), read => read.Data[0].SequenceId),
        One($"GET /v1/analytics/broadcasts{Period}", null, """{"data": [{"broadcast_id": "brd_1"}]}""", "brd_1",
            (c, id, o, t) => c.Analytics.BroadcastsAsync(Query, o, t), read => read.Data[0].BroadcastId),
        One($"GET /v1/analytics/accounts{Period}", null, """{"data": [{"account_id": 7421}]}""", "7421",
            (c, id, o, t) => c.Analytics.AccountsAsync(Query, o, t), read => $"{read.Data[0].AccountId}"),
        One($"GET /v1/analytics/enrollments{Period}", null, """{"data": [{"sequence_id": "seq_1", "won": 2}]}""", "2",
            (c, id, o, t) => c.Analytics.EnrollmentsAsync(Query, o, t), read => $"{read.Data[0].Won}"),
        One($"GET /v1/analytics/team{Period}", null, """{"data": [{"name": "Vera", "via": "rest"}]}""", "Vera",
            (c, id, o, t) => c.Analytics.TeamAsync(Query, o, t), read => read.Data[0].Name),
        One($"GET /v1/analytics/conversations{Period}", null, """{"backlog": {"waiting": 4}}""", "4",
            (c, id, o, t) => c.Analytics.ConversationsAsync(Query, o, t), read => $"{read.Backlog?.Waiting}"),
        One($"GET /v1/analytics/hours{Period}", null, """{"data": [{"received": 9}]}""", "9",
            (c, id, o, t) => c.Analytics.HoursAsync(Query, o, t), read => $"{read.Data[0].Received}"),

        List("GET /v1/broadcasts?status=running", """{"id": "brd_1", "status": "running"}""", "brd_1 running",
            (c, id, o, t) => c.Broadcasts.ListAsync(new() { Status = BroadcastStatus.Running }, o, t),
            each => $"{each.Id} {each.Status}"),
        One("GET /v1/broadcasts/{id}", null, """{"id": "brd_1", "name": "June"}""", "brd_1 June",
            (c, id, o, t) => c.Broadcasts.GetAsync(id, o, t), read => $"{read.Id} {read.Name}"),
        One("POST /v1/broadcasts/preview", PreviewBody, """{"total": 3, "audience_hash": "h2"}""", "3 h2",
            (c, id, o, t) => c.Broadcasts.PreviewAsync(Broadcast, o, t), read => $"{read.Total} {read.AudienceHash}"),
        One("POST /v1/broadcasts", With(PreviewBody, "\"audience_hash\": \"h1\""), """{"id": "brd_1"}""", "brd_1",
            (c, id, o, t) => c.Broadcasts.StartAsync(Broadcast, o, t), read => read.Id),
        One("POST /v1/broadcasts/{id}/pause", null, """{"id": "brd_1", "status": "paused"}""", "paused",
            (c, id, o, t) => c.Broadcasts.PauseAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/broadcasts/{id}/resume", null, """{"id": "brd_1", "status": "running"}""", "running",
            (c, id, o, t) => c.Broadcasts.ResumeAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/broadcasts/{id}/cancel", null, """{"id": "brd_1", "status": "canceled"}""", "canceled",
            (c, id, o, t) => c.Broadcasts.CancelAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/broadcasts/{id}/retry-failed", null, """{"id": "brd_1", "status": "running"}""", "running",
            (c, id, o, t) => c.Broadcasts.RetryFailedAsync(id, o, t), read => $"{read.Status}"),
        List("GET /v1/broadcasts/{id}/recipients?status=sent", """{"contact_id": "con_1", "status": "sent"}""", "con_1",
            (c, id, o, t) => c.Broadcasts.RecipientsAsync(id, new() { Status = RecipientStatus.Sent }, o, t),
            each => each.ContactId),

        List("GET /v1/contacts?search=M%C3%BCller%20%26%20Co&tag=a%2Fb&tag=vip&stage=won&segment=seg_1"
            + "&updated_since=2026-06-01T00%3A00%3A00Z&username=sarah&email=s%40example.com&phone=%2B49&ids=con_1%2Ccon_2"
            + "&filter=%7B%22field%22%3A%22tag%22%2C%22op%22%3A%22is%22%2C%22value%22%3A%22vip%22%7D&sort=-score",
            Changed, "con_1 Sarah",
            (c, id, o, t) => c.Contacts.ListAsync(
                new()
                {
                    Search = "Müller & Co",
                    Tags = ["a/b", "vip"],
                    Stage = ContactStage.Won,
                    Segment = "seg_1",
                    UpdatedSince = Since,
                    Username = "sarah",
                    Email = "s@example.com",
                    Phone = "+49",
                    Ids = ["con_1", "con_2"],
                    Filter = Vip,
                    Sort = "-score",
                },
                o,
                t),
            each => $"{each.Id} {each.Name}"),
        Changes("GET /v1/contacts?updated_since=2026-06-01T00%3A00%3A00Z&sort=updated_at&limit=100", Changed, "con_1 Sarah",
            (c, id, o, t) => c.Contacts.SyncAsync(Since, o, t), each => $"{each.Id} {each.Name}"),
        One("GET /v1/contacts/{id}", null, Changed, "con_1 Sarah",
            (c, id, o, t) => c.Contacts.GetAsync(id, o, t), read => $"{read.Id} {read.Name}"),
        One("POST /v1/contacts", ContactBody, """{"id": "con_1", "created": true}""", "con_1 True",
            (c, id, o, t) => c.Contacts.CreateAsync(Fields, o, t), read => $"{read.Id} {read.Created}"),
        One("PATCH /v1/contacts/{id}", ContactBody, Changed, "con_1 Sarah",
            (c, id, o, t) => c.Contacts.UpdateAsync(id, Fields, o, t), read => $"{read.Id} {read.Name}"),
        None("DELETE /v1/contacts/{id}", (c, id, o, t) => c.Contacts.DeleteAsync(id, o, t)),
        One("POST /v1/contacts/{id}/tags", """{"add": ["a"], "remove": ["b"]}""", """{"id": "con_1", "tags": ["a"]}""", "a",
            (c, id, o, t) => c.Contacts.TagAsync(id, new() { Add = ["a"], Remove = ["b"] }, o, t), read => read.Tags?[0]),
        One("GET /v1/contacts/{id}/data", null, """{"contact": {"id": "con_1"}}""", "con_1",
            (c, id, o, t) => c.Contacts.DataAsync(id, o, t), read => read.Contact?.Id),
        One("GET /v1/contacts/{id}/score?cursor=c1&limit=7", null, """{"score": 5, "next_cursor": "c2"}""", "5 c2",
            (c, id, o, t) => c.Contacts.ScoreAsync(id, new() { Cursor = "c1", PageSize = 7 }, o, t),
            read => $"{read.Score} {read.NextCursor}"),
        One("POST /v1/contacts/{id}/points", """{"points": -5, "note": "left"}""", """{"score": 5}""", "5",
            (c, id, o, t) => c.Contacts.AddPointsAsync(id, new() { Points = -5, Note = "left" }, o, t),
            read => $"{read.Score}"),
        Text("GET /v1/contacts/export?search=M&tag=vip&stage=won&segment=seg_1&updated_since=2026-06-01T00%3A00%3A00Z"
            + "&username=sarah&email=s%40example.com&phone=%2B49&ids=con_1"
            + "&filter=%7B%22field%22%3A%22tag%22%2C%22op%22%3A%22is%22%2C%22value%22%3A%22vip%22%7D&format=ndjson",
            (c, id, o, t) => c.Contacts.ExportAsync(
                new()
                {
                    Search = "M",
                    Tags = ["vip"],
                    Stage = ContactStage.Won,
                    Segment = "seg_1",
                    UpdatedSince = Since,
                    Username = "sarah",
                    Email = "s@example.com",
                    Phone = "+49",
                    Ids = ["con_1"],
                    Filter = Vip,
                    Format = ExportFormat.Ndjson,
                },
                o,
                t)),
        One("POST /v1/contacts/import?dry_run=true", "multipart", """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Contacts.ImportFileAsync(
                Utf8("the file"),
                new() { Mapping = new Dictionary<string, string> { ["Telegram"] = "username" }, DryRun = true },
                o,
                t),
            read => read.Id),

        List("GET /v1/custom-fields", """{"key": "city", "label": "City"}""", "city City",
            (c, id, o, t) => c.CustomFields.ListAsync(o, t), each => $"{each.Key} {each.Label}"),
        One("GET /v1/custom-fields/{id}", null, """{"key": "city", "label": "City"}""", "city City",
            (c, id, o, t) => c.CustomFields.GetAsync(id, o, t), read => $"{read.Key} {read.Label}"),
        One("POST /v1/custom-fields", """{"key": "size", "label": "Size", "type": "choice", "choices": ["S", "L"]}""",
            """{"key": "size", "choices": ["S", "L"]}""", "size 2",
            (c, id, o, t) => c.CustomFields.CreateAsync(
                new() { Key = "size", Label = "Size", Type = CustomFieldType.Choice, Choices = ["S", "L"] }, o, t),
            read => $"{read.Key} {read.Choices?.Count}"),
        One("PATCH /v1/custom-fields/{id}", """{"label": "Size", "type": "choice", "choices": ["S"]}""",
            """{"key": "size", "label": "Size"}""", "size Size",
            (c, id, o, t) => c.CustomFields.UpdateAsync(
                id, new() { Label = "Size", Type = CustomFieldType.Choice, Choices = ["S"] }, o, t),
            read => $"{read.Key} {read.Label}"),

        One("GET /v1/deliveries/{id}", null, """{"id": "dlv_1", "body": "{}"}""", "dlv_1 {}",
            (c, id, o, t) => c.Deliveries.GetAsync(id, o, t), read => $"{read.Id} {read.Body}"),
        One("POST /v1/deliveries/{id}/replay", null, """{"id": "dlv_1", "event": "contact.created"}""", "contact.created",
            (c, id, o, t) => c.Deliveries.ReplayAsync(id, o, t), read => $"{read.Event}"),

        List("GET /v1/enrollments?status=paused&contact_id=con_1&sequence_id=seq_1", """{"id": "enr_1"}""", "enr_1",
            (c, id, o, t) => c.Enrollments.ListAsync(
                new() { Status = EnrollmentStatus.Paused, ContactId = "con_1", SequenceId = "seq_1" }, o, t),
            each => each.Id),
        One("GET /v1/enrollments/{id}", null, """{"id": "enr_1", "step": "hello"}""", "hello",
            (c, id, o, t) => c.Enrollments.GetAsync(id, o, t), read => read.Step),
        One("POST /v1/enrollments/{id}/pause", null, """{"id": "enr_1", "status": "paused"}""", "paused",
            (c, id, o, t) => c.Enrollments.PauseAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/enrollments/{id}/resume", """{"mode": "restart_delay"}""", """{"id": "enr_1"}""", "enr_1",
            (c, id, o, t) => c.Enrollments.ResumeAsync(id, new() { Mode = ResumeMode.RestartDelay }, o, t),
            read => read.Id),
        One("POST /v1/enrollments/{id}/stop", null, """{"id": "enr_1", "status": "stopped"}""", "stopped",
            (c, id, o, t) => c.Enrollments.StopAsync(id, o, t), read => $"{read.Status}"),

        List("GET /v1/events?type=message.%2A&since=2026-06-01T00%3A00%3A00Z",
            """{"id": "evt_1", "event": "message.sent"}""", "evt_1 message.sent",
            (c, id, o, t) => c.Events.ListAsync(new() { Type = "message.*", Since = Since }, o, t),
            each => $"{each.Id} {each.Type}"),
        One("GET /v1/events/{id}", null, """{"id": "evt_1", "event": "contact.tagged"}""", "evt_1 contact.tagged",
            (c, id, o, t) => c.Events.GetAsync(id, o, t), read => $"{read.Id} {read.Type}"),

        One("POST /v1/files", "multipart", """{"id": "fil_1", "size": 8}""", "fil_1 8",
            (c, id, o, t) => c.Files.UploadAsync(Utf8("the file"), "a.txt", o, t), read => $"{read.Id} {read.Size}"),
        Text("GET /v1/files/{id}", (c, id, o, t) => c.Files.ContentAsync(id, o, t)),
        Text("GET /v1/files/{id}/thumbnail", (c, id, o, t) => c.Files.ThumbnailAsync(id, o, t)),
        One("GET /v1/files/{id}", null, "the answer", "10",
            (c, id, o, t) => c.Files.DownloadAsync(id, Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), o, t),
            read => $"{read}"),

        List("GET /v1/jobs?kind=import&state=done", """{"id": "job_1", "kind": "import"}""", "job_1 import",
            (c, id, o, t) => c.Jobs.ListAsync(new() { Kind = "import", State = JobState.Done }, o, t),
            each => $"{each.Id} {each.Kind}"),
        One("GET /v1/jobs/{id}", null, """{"id": "job_1", "state": "running"}""", "running",
            (c, id, o, t) => c.Jobs.GetAsync(id, o, t), read => $"{read.State}"),
        One("POST /v1/jobs/{id}/cancel", null, """{"id": "job_1", "state": "canceled"}""", "canceled",
            (c, id, o, t) => c.Jobs.CancelAsync(id, o, t), read => $"{read.State}"),
        Text("GET /v1/jobs/{id}/failed-rows", (c, id, o, t) => c.Jobs.FailedRowsAsync(id, o, t)),
        One("GET /v1/jobs/{id}", null, """{"id": "job_1", "finished_at": "2026-06-01T00:00:00Z"}""", "2026",
            (c, id, o, t) => c.Jobs.WaitAsync(id, null, o, t), read => $"{read.FinishedAt?.Year}"),

        List("GET /v1/members", """{"id": 3, "name": "Vera"}""", "3 Vera",
            (c, id, o, t) => c.Members.ListAsync(o, t), each => $"{each.Id} {each.Name}"),

        List("GET /v1/proposals?status=pending", """{"id": "prp_1", "status": "pending"}""", "prp_1 pending",
            (c, id, o, t) => c.Proposals.ListAsync(new() { Status = ProposalStatus.Pending }, o, t),
            each => $"{each.Id} {each.Status}"),
        One("GET /v1/proposals/{id}", null, """{"id": "prp_1", "status": "stale"}""", "stale",
            (c, id, o, t) => c.Proposals.GetAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/proposals/{id}/cancel", null, """{"id": "prp_1", "status": "rejected"}""", "rejected",
            (c, id, o, t) => c.Proposals.CancelAsync(id, o, t), read => $"{read.Status}"),
        One("GET /v1/proposals/{id}", null, """{"id": "prp_1", "status": "expired"}""", "expired",
            (c, id, o, t) => c.Proposals.WaitAsync(id, null, o, t), read => $"{read.Status}"),

        List("GET /v1/messages?account_id=7421&contact_id=con_1&thread_id=thr_1&direction=in&status=received"
            + "&since=2026-06-01T00%3A00%3A00Z&until=2026-07-01T00%3A00%3A00Z&sort=created_at&search=hi",
            """{"id": "msg_1", "text": "Hi"}""", "msg_1 Hi",
            (c, id, o, t) => c.Messages.ListAsync(
                new()
                {
                    AccountId = 7421,
                    ContactId = "con_1",
                    ThreadId = "thr_1",
                    Direction = MessageDirection.In,
                    Status = "received",
                    Since = Since,
                    Until = Until,
                    Sort = MessageSort.CreatedAt,
                    Search = "hi",
                },
                o,
                t),
            each => $"{each.Id} {each.Text}"),
        One("GET /v1/messages/{id}", null, """{"id": "msg_1", "text": "Hi"}""", "msg_1 Hi",
            (c, id, o, t) => c.Messages.GetAsync(id, o, t), read => $"{read.Id} {read.Text}"),
        One("POST /v1/messages/send", """{"account_id": 7421, "to": "@sarah", "text": "Hi"}""", """{"id": "msg_1"}""", "msg_1",
            (c, id, o, t) => c.Messages.SendAsync(7421, "@sarah", "Hi", o, t), read => read.Id),
        One("POST /v1/messages/send", """{"account_id": 7421, "contact_id": "con_1", "text": "Hi"}""", """{"id": "msg_1"}""",
            "msg_1", (c, id, o, t) => c.Messages.SendToContactAsync(7421, "con_1", "Hi", o, t), read => read.Id),
        One("POST /v1/messages/send",
            """
            {"account_id": 7421, "contact_id": "con_1", "text": "*Hi*", "format": "markdown", "link_preview": false,
             "attachments": ["fil_1"], "as": "document", "reply_to": "msg_0", "quote": "H",
             "send_at": "2026-07-01T00:00:00+00:00"}
            """,
            """{"id": "msg_1", "status": "queued"}""", "msg_1 queued",
            (c, id, o, t) => c.Messages.SendAsync(
                new()
                {
                    AccountId = 7421,
                    ContactId = "con_1",
                    Text = "*Hi*",
                    Format = TextFormat.Markdown,
                    LinkPreview = false,
                    Attachments = ["fil_1"],
                    As = SendAs.Document,
                    ReplyTo = "msg_0",
                    Quote = "H",
                    SendAt = Until,
                },
                o,
                t),
            read => $"{read.Id} {read.Status}"),
        One("PATCH /v1/messages/{id}", """{"text": "Ho", "format": "plain", "send_at": "2026-07-01T00:00:00+00:00"}""",
            """{"id": "msg_1", "status": "queued"}""", "queued",
            (c, id, o, t) => c.Messages.EditAsync(
                id, new() { Text = "Ho", Format = TextFormat.Plain, SendAt = Until }, o, t),
            read => $"{read.Status}"),
        None("DELETE /v1/messages/{id}", (c, id, o, t) => c.Messages.DeleteAsync(id, o, t)),
        One("POST /v1/messages/{id}/reactions", """{"emoji": null}""", """{"id": "msg_1"}""", "msg_1",
            (c, id, o, t) => c.Messages.ReactAsync(id, new() { Emoji = null }, o, t), read => read.Id),
        One("POST /v1/messages/{id}/cancel", null, """{"id": "msg_1", "status": "canceled"}""", "canceled",
            (c, id, o, t) => c.Messages.CancelAsync(id, o, t), read => $"{read.Status}"),

        List("GET /v1/contacts/{id}/notes", """{"id": "nte_1", "text": "Call"}""", "nte_1 Call",
            (c, id, o, t) => c.Notes.ListAsync(id, o, t), each => $"{each.Id} {each.Text}"),
        One("GET /v1/notes/{id}", null, """{"id": "nte_1", "text": "Call"}""", "nte_1 Call",
            (c, id, o, t) => c.Notes.GetAsync(id, o, t), read => $"{read.Id} {read.Text}"),
        One("POST /v1/contacts/{id}/notes", """{"text": "Call", "thread_id": "thr_1"}""", """{"id": "nte_1"}""", "nte_1",
            (c, id, o, t) => c.Notes.CreateAsync(id, new() { Text = "Call", ThreadId = "thr_1" }, o, t), read => read.Id),
        One("PATCH /v1/notes/{id}", """{"text": "Wait"}""", """{"id": "nte_1", "text": "Wait"}""", "Wait",
            (c, id, o, t) => c.Notes.UpdateAsync(id, new() { Text = "Wait" }, o, t), read => read.Text),
        None("DELETE /v1/notes/{id}", (c, id, o, t) => c.Notes.DeleteAsync(id, o, t)),

        List("GET /v1/segments", """{"id": "seg_1", "name": "VIP"}""", "seg_1 VIP",
            (c, id, o, t) => c.Segments.ListAsync(o, t), each => $"{each.Id} {each.Name}"),
        One("GET /v1/segments/{id}", null, """{"id": "seg_1", "filter": {"field": "tag"}}""", "tag",
            (c, id, o, t) => c.Segments.GetAsync(id, o, t), read => read.Filter?.Field),
        One("POST /v1/segments", """{"name": "VIP", "filter": {"field": "tag", "op": "is", "value": "vip"}}""",
            """{"id": "seg_1", "count": 2}""", "seg_1 2",
            (c, id, o, t) => c.Segments.CreateAsync(new() { Name = "VIP", Filter = Vip }, o, t),
            read => $"{read.Id} {read.Count}"),
        One("PATCH /v1/segments/{id}", """{"name": "VIP", "filter": {"field": "tag", "op": "is", "value": "vip"}}""",
            """{"id": "seg_1", "name": "VIP"}""", "VIP",
            (c, id, o, t) => c.Segments.UpdateAsync(id, new() { Name = "VIP", Filter = Vip }, o, t), read => read.Name),
        None("DELETE /v1/segments/{id}", (c, id, o, t) => c.Segments.DeleteAsync(id, o, t)),
        One("POST /v1/segments/preview", """{"filter": {"field": "tag", "op": "is", "value": "vip"}}""",
            """{"count": 2, "sample": [{"id": "con_1"}]}""", "2 con_1",
            (c, id, o, t) => c.Segments.PreviewAsync(new() { Filter = Vip }, o, t),
            read => $"{read.Count} {read.Sample[0].Id}"),
        One("GET /v1/segments/{id}/explain?contact_id=con%2F1", null, """{"contact_id": "con_1", "matches": true}""", "True",
            (c, id, o, t) => c.Segments.ExplainAsync(id, "con/1", o, t), read => $"{read.Matches}"),
        One("POST /v1/segments/{id}/tags", """{"add": ["a"], "remove": ["b"]}""", """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Segments.TagAsync(id, new() { Add = ["a"], Remove = ["b"] }, o, t), read => read.Id),

        List("GET /v1/sequences", """{"id": "seq_1", "name": "Welcome"}""", "seq_1 Welcome",
            (c, id, o, t) => c.Sequences.ListAsync(o, t), each => $"{each.Id} {each.Name}"),
        One("GET /v1/sequences/{id}", null, """{"id": "seq_1", "steps": [{"id": "hello"}]}""", "hello",
            (c, id, o, t) => c.Sequences.GetAsync(id, o, t), read => read.Steps[0].Id),
        One("POST /v1/sequences", """{"name": "Welcome", "steps": [{"text": "Hi"}]}""", """{"id": "seq_1"}""", "seq_1",
            (c, id, o, t) => c.Sequences.CreateAsync(new() { Name = "Welcome", Steps = [new() { Text = "Hi" }] }, o, t),
            read => read.Id),
        One("PUT /v1/sequences/{id}", With(SequenceBody, "\"in_flight\": \"move\""), """{"id": "seq_1", "version": 2}""", "2",
            (c, id, o, t) => c.Sequences.ReplaceAsync(id, Sequence, o, t), read => $"{read.Version}"),
        One("PATCH /v1/sequences/{id}", """{"window": null, "pass_on": true}""", """{"id": "seq_1", "version": 2}""", "2",
            (c, id, o, t) => c.Sequences.UpdateAsync(id, new() { Window = null, PassOn = true }, o, t),
            read => $"{read.Version}"),
        One("POST /v1/sequences/{id}/start", null, """{"id": "seq_1", "status": "active"}""", "active",
            (c, id, o, t) => c.Sequences.StartAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/sequences/{id}/pause", null, """{"id": "seq_1", "status": "paused"}""", "paused",
            (c, id, o, t) => c.Sequences.PauseAsync(id, o, t), read => $"{read.Status}"),
        One("POST /v1/sequences/{id}/resume", """{"mode": "only_active_time"}""", """{"id": "seq_1"}""", "seq_1",
            (c, id, o, t) => c.Sequences.ResumeAsync(id, new() { Mode = ResumeMode.OnlyActiveTime }, o, t),
            read => read.Id),
        One("POST /v1/sequences/{id}/preview", """{"contact_id": "con_1"}""", """{"steps": [{"step": "hello"}]}""", "hello",
            (c, id, o, t) => c.Sequences.PreviewAsync(id, "con_1", o, t), read => read.Steps[0].Step),
        One("POST /v1/sequences/{id}/enroll", """{"contact_id": "con_1"}""", """{"id": "enr_1"}""", "enr_1",
            (c, id, o, t) => c.Sequences.EnrollAsync(id, "con_1", o, t), read => read.Id),
        One("POST /v1/sequences/{id}/enroll", """{"contact_ids": ["con_1", "con_2"]}""", """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Sequences.EnrollManyAsync(id, new() { ContactIds = ["con_1", "con_2"] }, o, t),
            read => read.Id),
        List("GET /v1/sequences/{id}/enrollments?status=active&contact_id=con_1", """{"id": "enr_1"}""", "enr_1",
            (c, id, o, t) => c.Sequences.EnrollmentsAsync(
                id, new() { Status = EnrollmentStatus.Active, ContactId = "con_1" }, o, t),
            each => each.Id),

        List("GET /v1/tags", """{"name": "vip", "contacts": 3}""", "vip 3",
            (c, id, o, t) => c.Tags.ListAsync(o, t), each => $"{each.Name} {each.Contacts}"),
        One("GET /v1/tags/{id}", null, """{"name": "vip", "contacts": 3}""", "vip 3",
            (c, id, o, t) => c.Tags.GetAsync(id, o, t), read => $"{read.Name} {read.Contacts}"),
        One("PATCH /v1/tags/{id}", """{"name": "best"}""", """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Tags.RenameAsync(id, new() { Name = "best" }, o, t), read => read.Id),
        One("DELETE /v1/tags/{id}", null, """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Tags.DeleteAsync(id, o, t), read => read.Id),

        List("GET /v1/templates?search=hi", """{"id": 5, "name": "Hi"}""", "5 Hi",
            (c, id, o, t) => c.Templates.ListAsync(new() { Search = "hi" }, o, t), each => $"{each.Id} {each.Name}"),
        One("GET /v1/templates/5", null, """{"id": 5, "text": "Hi"}""", "5 Hi",
            (c, id, o, t) => c.Templates.GetAsync(5, o, t), read => $"{read.Id} {read.Text}"),
        One("POST /v1/templates", """{"name": "Hi", "text": "Hi", "format": "plain", "attachments": ["fil_1"]}""",
            """{"id": 5}""", "5",
            (c, id, o, t) => c.Templates.CreateAsync(
                new() { Name = "Hi", Text = "Hi", Format = TextFormat.Plain, Attachments = ["fil_1"] }, o, t),
            read => $"{read.Id}"),
        One("PATCH /v1/templates/5", """{"name": "Ho", "text": "Ho", "format": "html", "attachments": []}""",
            """{"id": 5, "name": "Ho"}""", "Ho",
            (c, id, o, t) => c.Templates.UpdateAsync(
                5, new() { Name = "Ho", Text = "Ho", Format = TextFormat.Html, Attachments = [] }, o, t),
            read => read.Name),
        None("DELETE /v1/templates/5", (c, id, o, t) => c.Templates.DeleteAsync(5, o, t)),

        List("GET /v1/threads?state=open&assignee=none&waiting=true&waiting_hours=2&unread=false&account_id=7421"
            + "&contact_id=con_1&search=hi&sort=waiting_since",
            """{"id": "thr_1", "unread_count": 2}""", "thr_1 2",
            (c, id, o, t) => c.Threads.ListAsync(
                new()
                {
                    State = ThreadState.Open,
                    Assignee = "none",
                    Waiting = true,
                    WaitingHours = 2,
                    Unread = false,
                    AccountId = 7421,
                    ContactId = "con_1",
                    Search = "hi",
                    Sort = ThreadSort.WaitingSince,
                },
                o,
                t),
            each => $"{each.Id} {each.UnreadCount}"),
        One("GET /v1/threads/{id}?messages=5", null, """{"id": "thr_1", "messages": [{"id": "msg_1"}]}""", "msg_1",
            (c, id, o, t) => c.Threads.GetAsync(id, new() { Messages = 5 }, o, t), read => read.Messages[0].Id),
        One("PATCH /v1/threads/{id}",
            """{"state": "snoozed", "snoozed_until": "2026-07-01T00:00:00+00:00", "assignee_id": null}""",
            """{"id": "thr_1", "state": "snoozed"}""", "snoozed",
            (c, id, o, t) => c.Threads.UpdateAsync(
                id, new() { State = ThreadState.Snoozed, SnoozedUntil = Until, AssigneeId = null }, o, t),
            read => $"{read.State}"),
        One("POST /v1/threads/{id}/unread", null, """{"id": "thr_1", "unread_count": 1}""", "1",
            (c, id, o, t) => c.Threads.UnreadAsync(id, o, t), read => $"{read.UnreadCount}"),
        List("GET /v1/threads/{id}/messages?sort=created_at", """{"id": "msg_1"}""", "msg_1",
            (c, id, o, t) => c.Threads.MessagesAsync(id, new() { Sort = MessageSort.CreatedAt }, o, t), each => each.Id),
        One("GET /v1/threads/{id}/history", null, """{"thread_id": "thr_1", "state": "done"}""", "done",
            (c, id, o, t) => c.Threads.HistoryAsync(id, o, t), read => $"{read.State}"),
        One("POST /v1/threads/{id}/history", null, """{"thread_id": "thr_1", "state": "queued"}""", "queued",
            (c, id, o, t) => c.Threads.LoadHistoryAsync(id, o, t), read => $"{read.State}"),
        One("POST /v1/threads/{id}/read", null, """{"id": "thr_1", "unread_count": 0}""", "thr_1",
            (c, id, o, t) => c.Threads.ReadAsync(id, o, t), read => read.Id),

        List("GET /v1/webhooks", """{"id": "whk_1", "url": "https://a.test"}""", "whk_1 https://a.test",
            (c, id, o, t) => c.Webhooks.ListAsync(o, t), each => $"{each.Id} {each.Url}"),
        One("GET /v1/webhooks/{id}", null, """{"id": "whk_1", "enabled": true}""", "True",
            (c, id, o, t) => c.Webhooks.GetAsync(id, o, t), read => $"{read.Enabled}"),
        One("POST /v1/webhooks",
            """
            {"url": "https://a.test", "events": ["contact.*"], "description": "shop", "account_ids": [7421],
             "headers": {"X-Team": "a"}, "secret": "s"}
            """,
            """{"id": "whk_1", "secret": "whsec_1"}""", "whk_1 whsec_1",
            (c, id, o, t) => c.Webhooks.CreateAsync(
                new()
                {
                    Url = "https://a.test",
                    Events = ["contact.*"],
                    Description = "shop",
                    AccountIds = [7421],
                    Headers = new Dictionary<string, string> { ["X-Team"] = "a" },
                    Secret = "s",
                },
                o,
                t),
            read => $"{read.Id} {read.Secret}"),
        One("PATCH /v1/webhooks/{id}",
            """
            {"url": "https://b.test", "events": ["ping"], "description": "", "account_ids": [],
             "headers": {"X-Team": null}, "enabled": false}
            """,
            """{"id": "whk_1", "enabled": false}""", "False",
            (c, id, o, t) => c.Webhooks.UpdateAsync(
                id,
                new()
                {
                    Url = "https://b.test",
                    Events = [EventType.Ping],
                    Description = "",
                    AccountIds = [],
                    Headers = new Dictionary<string, string?> { ["X-Team"] = null },
                    Enabled = false,
                },
                o,
                t),
            read => $"{read.Enabled}"),
        None("DELETE /v1/webhooks/{id}", (c, id, o, t) => c.Webhooks.DeleteAsync(id, o, t)),
        List("GET /v1/webhooks/{id}/deliveries?event=ping&status=failed&since=2026-06-01T00%3A00%3A00Z"
            + "&until=2026-07-01T00%3A00%3A00Z",
            """{"id": "dlv_1", "attempts": 3}""", "dlv_1 3",
            (c, id, o, t) => c.Webhooks.DeliveriesAsync(
                id,
                new() { EventType = EventType.Ping, Status = DeliveryStatus.Failed, Since = Since, Until = Until },
                o,
                t),
            each => $"{each.Id} {each.Attempts}"),
        One("POST /v1/webhooks/{id}/replay",
            """{"since": "2026-06-01T02:00:00+02:00", "until": "2026-07-01T00:00:00+00:00"}""", """{"id": "job_1"}""", "job_1",
            (c, id, o, t) => c.Webhooks.ReplayAsync(id, new() { Since = Since, Until = Until }, o, t), read => read.Id),
        One("POST /v1/webhooks/{id}/rotate-secret", """{"secret": "s", "overlap_seconds": 60}""",
            """{"id": "whk_1", "secret": "whsec_2"}""", "whsec_2",
            (c, id, o, t) => c.Webhooks.RotateSecretAsync(id, new() { Secret = "s", OverlapSeconds = 60 }, o, t),
            read => read.Secret),
        One("POST /v1/webhooks/{id}/test", null, """{"id": "dlv_1"}""", "dlv_1",
            (c, id, o, t) => c.Webhooks.TestAsync(id, o, t), read => read.Id),
        One("GET /v1/webhooks/events", null, """{"data": [{"type": "ping", "version": 1}]}""", "ping",
            (c, id, o, t) => c.Webhooks.EventsAsync(o, t), read => $"{read[0].Type}"),
    ];

    public override string ToString() => $"{Method}: {Line[..Math.Min(Line.Length, 60)]}";

    private static ResourceCall One<T>(
        string line,
        string? body,
        string answer,
        string expected,
        Func<CrmSolidClient, string, RequestOptions, CancellationToken, Task<T>> call,
        Func<T, string?> read,
        [CallerArgumentExpression(nameof(call))] string expression = "") =>
        new(
            MethodOf(expression),
            line,
            body,
            answer,
            expected,
            async (c, id, o, t) =>
            {
                T model = await call(c, id, o, t);
                Assert.Equal(model is ApiModel ? 200 : null, (model as ApiModel)?.Response?.Status);
                return read(model) ?? "null";
            });

    /// <summary>Reads a page of seven from a cursor on.</summary>
    private static ResourceCall List<T>(
        string line,
        string item,
        string expected,
        Func<CrmSolidClient, string, RequestOptions, CancellationToken, Pageable<T>> call,
        Func<T, string?> read,
        [CallerArgumentExpression(nameof(call))] string expression = "") =>
        new(
            MethodOf(expression),
            $"{line}{(line.Contains('?') ? '&' : '?')}limit=7&cursor=c%201",
            null,
            $$"""{"data": [{{item}}], "next_cursor": null}""",
            expected,
            async (c, id, o, t) =>
            {
                List<string?> seen = [];
                await foreach (Page<T> page in call(c, id, o, t).AsPages("c 1", 7))
                {
                    seen.AddRange(page.Data.Select(read));
                }
                return string.Join(", ", seen);
            });

    private static ResourceCall Changes<T>(
        string line,
        string item,
        string expected,
        Func<CrmSolidClient, string, RequestOptions, CancellationToken, Changes<T>> call,
        Func<T, string?> read,
        [CallerArgumentExpression(nameof(call))] string expression = "") =>
        new(
            MethodOf(expression),
            line,
            null,
            $$"""{"data": [{{item}}], "next_cursor": null}""",
            expected,
            async (c, id, o, t) =>
            {
                List<string?> seen = [];
                await foreach (T each in call(c, id, o, t))
                {
                    seen.Add(read(each));
                }
                return string.Join(", ", seen);
            });

    private static ResourceCall None(
        string line,
        Func<CrmSolidClient, string, RequestOptions, CancellationToken, Task<ResponseInfo>> call,
        [CallerArgumentExpression(nameof(call))] string expression = "") =>
        new(MethodOf(expression), line, null, "", "204", async (c, id, o, t) => $"{(await call(c, id, o, t)).Status}");

    private static ResourceCall Text(
        string line,
        Func<CrmSolidClient, string, RequestOptions, CancellationToken, Task<Stream>> call,
        [CallerArgumentExpression(nameof(call))] string expression = "") =>
        new(
            MethodOf(expression),
            line,
            null,
            "the answer",
            "the answer",
            async (c, id, o, t) =>
            {
                using var reader = new StreamReader(await call(c, id, o, t));
                return await reader.ReadToEndAsync();
            });

    // "(c, id, o, t) => c.Contacts.GetAsync(…" is a call of Contacts.GetAsync.
    private static string MethodOf(string expression) => Regex.Match(expression, @"=> c\.(\w+\.\w+)\(").Groups[1].Value;

    private static MemoryStream Utf8(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string With(string json, string member) => $"{json.TrimEnd()[..^1]}, {member}}}";
}
