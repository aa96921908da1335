// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The same of an account.</summary>
[JsonConverter(typeof(ModelConverter<AccountConversationFigures>))]
public sealed class AccountConversationFigures : ApiModel, IJsonModel<AccountConversationFigures>
{
    private static readonly MemberNames Names = new(
        "AccountConversationFigures", "new", "new_people", "handled", "first_answers", "first_answer_median_seconds",
        "first_answer_slowest_tenth_seconds", "closed", "close_median_seconds", "close_slowest_tenth_seconds",
        "account_id", "name");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountConversationFigures() { }

    private AccountConversationFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: New = members.Integer(ref json); break;
                case 1: NewPeople = members.Integer(ref json); break;
                case 2: Handled = members.Integer(ref json); break;
                case 3: FirstAnswers = members.Integer(ref json); break;
                case 4: FirstAnswerMedianSeconds = members.Integer(ref json); break;
                case 5: FirstAnswerSlowestTenthSeconds = members.Integer(ref json); break;
                case 6: Closed = members.Integer(ref json); break;
                case 7: CloseMedianSeconds = members.Integer(ref json); break;
                case 8: CloseSlowestTenthSeconds = members.Integer(ref json); break;
                case 9: AccountId = members.Integer(ref json); break;
                case 10: Name = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>
    /// A contact began them: with the first message, or by writing after the conversation was closed.
    /// </summary>
    public long New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public long NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public long Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public long FirstAnswers { get; init; }

    /// <summary>From their beginning to it.</summary>
    public long? FirstAnswerMedianSeconds { get; init; }

    /// <summary>The 90th percentile: a tenth took longer.</summary>
    public long? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>Conversations that were closed in the period.</summary>
    public long Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public long? CloseMedianSeconds { get; init; }

    /// <summary>The 90th percentile.</summary>
    public long? CloseSlowestTenthSeconds { get; init; }

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The account's name.</summary>
    public string Name { get; init; } = "";

    static AccountConversationFigures IJsonModel<AccountConversationFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountConversationFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("new", New);
        json.Integer("new_people", NewPeople);
        json.Integer("handled", Handled);
        json.Integer("first_answers", FirstAnswers);
        json.Integer("first_answer_median_seconds", FirstAnswerMedianSeconds);
        json.Integer("first_answer_slowest_tenth_seconds", FirstAnswerSlowestTenthSeconds);
        json.Integer("closed", Closed);
        json.Integer("close_median_seconds", CloseMedianSeconds);
        json.Integer("close_slowest_tenth_seconds", CloseSlowestTenthSeconds);
        json.Integer("account_id", AccountId);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>An account.</summary>
[JsonConverter(typeof(ModelConverter<AccountFigures>))]
public sealed class AccountFigures : ApiModel, IJsonModel<AccountFigures>
{
    private static readonly MemberNames Names = new(
        "AccountFigures", "account_id", "name", "sent", "failed", "replies", "auto_replies", "received", "used_today",
        "daily_limit");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountFigures() { }

    private AccountFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: AccountId = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Sent = members.Integer(ref json); break;
                case 3: Failed = members.Integer(ref json); break;
                case 4: Replies = members.Integer(ref json); break;
                case 5: AutoReplies = members.Integer(ref json); break;
                case 6: Received = members.Integer(ref json); break;
                case 7: UsedToday = members.Integer(ref json); break;
                case 8: DailyLimit = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The account's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Those typed on its own phone too.</summary>
    public long Sent { get; init; }

    /// <summary>By the time at which they were to be sent last.</summary>
    public long Failed { get; init; }

    /// <summary>Messages of people that answer one of the account's.</summary>
    public long Replies { get; init; }

    /// <summary>The same of machines.</summary>
    public long AutoReplies { get; init; }

    /// <summary>All messages of people, whether they answer one or not.</summary>
    public long Received { get; init; }

    /// <summary>Sends in the last 24 hours, whatever the period.</summary>
    public long UsedToday { get; init; }

    /// <summary>Messages that it may send in 24 hours.</summary>
    public long DailyLimit { get; init; }

    static AccountFigures IJsonModel<AccountFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("account_id", AccountId);
        json.Text("name", Name);
        json.Integer("sent", Sent);
        json.Integer("failed", Failed);
        json.Integer("replies", Replies);
        json.Integer("auto_replies", AutoReplies);
        json.Integer("received", Received);
        json.Integer("used_today", UsedToday);
        json.Integer("daily_limit", DailyLimit);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>All accounts, oldest first.</summary>
[JsonConverter(typeof(ModelConverter<AccountReport>))]
public sealed class AccountReport : VersionedModel, IJsonModel<AccountReport>
{
    private static readonly MemberNames Names = new(
        "AccountReport", "from", "to", "data", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountReport() { }

    private AccountReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<AccountFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<AccountReportPeriod>(ref json); break;
                case 5: Before = members.Model<AccountReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<AccountFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<AccountReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public AccountReportPeriod? Before { get; init; }

    static AccountReport IJsonModel<AccountReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>All accounts, oldest first.</summary>
[JsonConverter(typeof(ModelConverter<AccountReportPeriod>))]
public sealed class AccountReportPeriod : ApiModel, IJsonModel<AccountReportPeriod>
{
    private static readonly MemberNames Names = new(
        "AccountReportPeriod", "from", "to", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountReportPeriod() { }

    private AccountReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<AccountFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<AccountFigures> Data { get; init; } = [];

    static AccountReportPeriod IJsonModel<AccountReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The contacts who wait now, without snoozed conversations.</summary>
[JsonConverter(typeof(ModelConverter<Backlog>))]
public sealed class Backlog : ApiModel, IJsonModel<Backlog>
{
    private static readonly MemberNames Names = new(
        "Backlog", "waiting", "unassigned", "ages");

    /// <summary>Makes one, such as for a test.</summary>
    public Backlog() { }

    private Backlog(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Waiting = members.Integer(ref json); break;
                case 1: Unassigned = members.Integer(ref json); break;
                case 2: Ages = members.Models<WaitingAge>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static Backlog Empty { get; } = new();

    /// <summary>How many contacts.</summary>
    public long Waiting { get; init; }

    /// <summary>How many of them in conversations that nobody looks after.</summary>
    public long Unassigned { get; init; }

    /// <summary>
    /// They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working hours).
    /// </summary>
    public IReadOnlyList<WaitingAge> Ages { get; init; } = [];

    static Backlog IJsonModel<Backlog>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Backlog>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("waiting", Waiting);
        json.Integer("unassigned", Unassigned);
        json.Models("ages", Ages);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A broadcast.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastFigures>))]
public sealed class BroadcastFigures : ApiModel, IJsonModel<BroadcastFigures>
{
    private static readonly MemberNames Names = new(
        "BroadcastFigures", "sent", "failed", "replied", "auto_replied", "opted_out", "reply_rate", "broadcast_id",
        "name");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastFigures() { }

    private BroadcastFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Sent = members.Integer(ref json); break;
                case 1: Failed = members.Integer(ref json); break;
                case 2: Replied = members.Integer(ref json); break;
                case 3: AutoReplied = members.Integer(ref json); break;
                case 4: OptedOut = members.Integer(ref json); break;
                case 5: ReplyRate = members.Model<Ratio>(ref json); break;
                case 6: BroadcastId = members.Text(ref json); break;
                case 7: Name = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Messages that were sent in the period.</summary>
    public long Sent { get; init; }

    /// <summary>Messages that have failed in the period.</summary>
    public long Failed { get; init; }

    /// <summary>How many of those sent a person has answered up to now.</summary>
    public long Replied { get; init; }

    /// <summary>How many of those sent a machine has answered.</summary>
    public long AutoReplied { get; init; }

    /// <summary>How many of those sent were answered with an opt-out word.</summary>
    public long OptedOut { get; init; }

    /// <summary><c>replied</c> of <c>sent</c>.</summary>
    public Ratio ReplyRate { get; init; } = Ratio.Empty;

    /// <summary>The broadcast.</summary>
    public string BroadcastId { get; init; } = "";

    /// <summary>The broadcast's name.</summary>
    public string Name { get; init; } = "";

    static BroadcastFigures IJsonModel<BroadcastFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("sent", Sent);
        json.Integer("failed", Failed);
        json.Integer("replied", Replied);
        json.Integer("auto_replied", AutoReplied);
        json.Integer("opted_out", OptedOut);
        json.Model("reply_rate", ReplyRate);
        json.Text("broadcast_id", BroadcastId);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The broadcasts of which a message was sent or has failed in the period, newest first.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastReport>))]
public sealed class BroadcastReport : VersionedModel, IJsonModel<BroadcastReport>
{
    private static readonly MemberNames Names = new(
        "BroadcastReport", "from", "to", "data", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastReport() { }

    private BroadcastReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<BroadcastFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<BroadcastReportPeriod>(ref json); break;
                case 5: Before = members.Model<BroadcastReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<BroadcastFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<BroadcastReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public BroadcastReportPeriod? Before { get; init; }

    static BroadcastReport IJsonModel<BroadcastReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The broadcasts of which a message was sent or has failed in the period, newest first.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastReportPeriod>))]
public sealed class BroadcastReportPeriod : ApiModel, IJsonModel<BroadcastReportPeriod>
{
    private static readonly MemberNames Names = new(
        "BroadcastReportPeriod", "from", "to", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastReportPeriod() { }

    private BroadcastReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<BroadcastFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<BroadcastFigures> Data { get; init; } = [];

    static BroadcastReportPeriod IJsonModel<BroadcastReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// What became of conversations in the period. Times are counted in the working hours of the workspace.
/// </summary>
[JsonConverter(typeof(ModelConverter<ConversationFigures>))]
public sealed class ConversationFigures : ApiModel, IJsonModel<ConversationFigures>
{
    private static readonly MemberNames Names = new(
        "ConversationFigures", "new", "new_people", "handled", "first_answers", "first_answer_median_seconds",
        "first_answer_slowest_tenth_seconds", "closed", "close_median_seconds", "close_slowest_tenth_seconds");

    /// <summary>Makes one, such as for a test.</summary>
    public ConversationFigures() { }

    private ConversationFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: New = members.Integer(ref json); break;
                case 1: NewPeople = members.Integer(ref json); break;
                case 2: Handled = members.Integer(ref json); break;
                case 3: FirstAnswers = members.Integer(ref json); break;
                case 4: FirstAnswerMedianSeconds = members.Integer(ref json); break;
                case 5: FirstAnswerSlowestTenthSeconds = members.Integer(ref json); break;
                case 6: Closed = members.Integer(ref json); break;
                case 7: CloseMedianSeconds = members.Integer(ref json); break;
                case 8: CloseSlowestTenthSeconds = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static ConversationFigures Empty { get; } = new();

    /// <summary>
    /// A contact began them: with the first message, or by writing after the conversation was closed.
    /// </summary>
    public long New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public long NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public long Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public long FirstAnswers { get; init; }

    /// <summary>From their beginning to it.</summary>
    public long? FirstAnswerMedianSeconds { get; init; }

    /// <summary>The 90th percentile: a tenth took longer.</summary>
    public long? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>Conversations that were closed in the period.</summary>
    public long Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public long? CloseMedianSeconds { get; init; }

    /// <summary>The 90th percentile.</summary>
    public long? CloseSlowestTenthSeconds { get; init; }

    static ConversationFigures IJsonModel<ConversationFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ConversationFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("new", New);
        json.Integer("new_people", NewPeople);
        json.Integer("handled", Handled);
        json.Integer("first_answers", FirstAnswers);
        json.Integer("first_answer_median_seconds", FirstAnswerMedianSeconds);
        json.Integer("first_answer_slowest_tenth_seconds", FirstAnswerSlowestTenthSeconds);
        json.Integer("closed", Closed);
        json.Integer("close_median_seconds", CloseMedianSeconds);
        json.Integer("close_slowest_tenth_seconds", CloseSlowestTenthSeconds);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// Each member who wrote, answered or closed in the period, those with the most conversations first.
/// </summary>
[JsonConverter(typeof(ModelConverter<ConversationsReport>))]
public sealed class ConversationsReport : VersionedModel, IJsonModel<ConversationsReport>
{
    private static readonly MemberNames Names = new(
        "ConversationsReport", "from", "to", "data", "complete_until", "everyone", "accounts", "backlog",
        "counted_since", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public ConversationsReport() { }

    private ConversationsReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<MemberConversationFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Everyone = members.Model<ConversationFigures>(ref json); break;
                case 5: Accounts = members.Models<AccountConversationFigures>(ref json); break;
                case 6: Backlog = members.Model<Backlog>(ref json); break;
                case 7: CountedSince = members.Time(ref json); break;
                case 8: Series = members.Models<ConversationsReportPeriod>(ref json); break;
                case 9: Before = members.Model<ConversationsReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<MemberConversationFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>All of them together.</summary>
    public ConversationFigures Everyone { get; init; } = ConversationFigures.Empty;

    /// <summary>All accounts, oldest first.</summary>
    public IReadOnlyList<AccountConversationFigures> Accounts { get; init; } = [];

    /// <summary>Now, whatever the period.</summary>
    public Backlog Backlog { get; init; } = Backlog.Empty;

    /// <summary>
    /// Conversations that began before it are in none of these figures, because the workspace is older than their
    /// counting. Null if all are counted.
    /// </summary>
    public DateTimeOffset? CountedSince { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<ConversationsReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public ConversationsReportPeriod? Before { get; init; }

    static ConversationsReport IJsonModel<ConversationsReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ConversationsReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Model("everyone", Everyone);
        json.Models("accounts", Accounts);
        json.Model("backlog", Backlog);
        json.Time("counted_since", CountedSince);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// Each member who wrote, answered or closed in the period, those with the most conversations first.
/// </summary>
[JsonConverter(typeof(ModelConverter<ConversationsReportPeriod>))]
public sealed class ConversationsReportPeriod : ApiModel, IJsonModel<ConversationsReportPeriod>
{
    private static readonly MemberNames Names = new(
        "ConversationsReportPeriod", "from", "to", "data", "everyone", "accounts");

    /// <summary>Makes one, such as for a test.</summary>
    public ConversationsReportPeriod() { }

    private ConversationsReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<MemberConversationFigures>(ref json); break;
                case 3: Everyone = members.Model<ConversationFigures>(ref json); break;
                case 4: Accounts = members.Models<AccountConversationFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<MemberConversationFigures> Data { get; init; } = [];

    /// <summary>All of them together.</summary>
    public ConversationFigures Everyone { get; init; } = ConversationFigures.Empty;

    /// <summary>All accounts, oldest first.</summary>
    public IReadOnlyList<AccountConversationFigures> Accounts { get; init; } = [];

    static ConversationsReportPeriod IJsonModel<ConversationsReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ConversationsReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Model("everyone", Everyone);
        json.Models("accounts", Accounts);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What came of the contacts who were enrolled in a sequence in the period.</summary>
[JsonConverter(typeof(ModelConverter<EnrollmentFigures>))]
public sealed class EnrollmentFigures : ApiModel, IJsonModel<EnrollmentFigures>
{
    private static readonly MemberNames Names = new(
        "EnrollmentFigures", "sequence_id", "name", "enrolled", "completed", "replied", "won", "completion_rate",
        "reply_rate", "win_rate");

    /// <summary>Makes one, such as for a test.</summary>
    public EnrollmentFigures() { }

    private EnrollmentFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: SequenceId = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Enrolled = members.Integer(ref json); break;
                case 3: Completed = members.Integer(ref json); break;
                case 4: Replied = members.Integer(ref json); break;
                case 5: Won = members.Integer(ref json); break;
                case 6: CompletionRate = members.Model<Ratio>(ref json); break;
                case 7: ReplyRate = members.Model<Ratio>(ref json); break;
                case 8: WinRate = members.Model<Ratio>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The sequence.</summary>
    public string SequenceId { get; init; } = "";

    /// <summary>The sequence's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Contacts that were enrolled in the period.</summary>
    public long Enrolled { get; init; }

    /// <summary>Got all steps.</summary>
    public long Completed { get; init; }

    /// <summary>A person answered a message of the sequence up to now.</summary>
    public long Replied { get; init; }

    /// <summary>Reached the stage <c>won</c> after being enrolled.</summary>
    public long Won { get; init; }

    /// <summary>Who got all steps.</summary>
    public Ratio CompletionRate { get; init; } = Ratio.Empty;

    /// <summary>Who answered.</summary>
    public Ratio ReplyRate { get; init; } = Ratio.Empty;

    /// <summary>Who reached <c>won</c>.</summary>
    public Ratio WinRate { get; init; } = Ratio.Empty;

    static EnrollmentFigures IJsonModel<EnrollmentFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EnrollmentFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("sequence_id", SequenceId);
        json.Text("name", Name);
        json.Integer("enrolled", Enrolled);
        json.Integer("completed", Completed);
        json.Integer("replied", Replied);
        json.Integer("won", Won);
        json.Model("completion_rate", CompletionRate);
        json.Model("reply_rate", ReplyRate);
        json.Model("win_rate", WinRate);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The sequences in which contacts were enrolled in the period.</summary>
[JsonConverter(typeof(ModelConverter<EnrollmentReport>))]
public sealed class EnrollmentReport : VersionedModel, IJsonModel<EnrollmentReport>
{
    private static readonly MemberNames Names = new(
        "EnrollmentReport", "from", "to", "data", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public EnrollmentReport() { }

    private EnrollmentReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<EnrollmentFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<EnrollmentReportPeriod>(ref json); break;
                case 5: Before = members.Model<EnrollmentReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<EnrollmentFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<EnrollmentReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public EnrollmentReportPeriod? Before { get; init; }

    static EnrollmentReport IJsonModel<EnrollmentReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EnrollmentReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The sequences in which contacts were enrolled in the period.</summary>
[JsonConverter(typeof(ModelConverter<EnrollmentReportPeriod>))]
public sealed class EnrollmentReportPeriod : ApiModel, IJsonModel<EnrollmentReportPeriod>
{
    private static readonly MemberNames Names = new(
        "EnrollmentReportPeriod", "from", "to", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public EnrollmentReportPeriod() { }

    private EnrollmentReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<EnrollmentFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<EnrollmentFigures> Data { get; init; } = [];

    static EnrollmentReportPeriod IJsonModel<EnrollmentReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EnrollmentReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What people wrote to contacts by hand in the period, and how long contacts had waited for it.</summary>
[JsonConverter(typeof(ModelConverter<EveryoneFigures>))]
public sealed class EveryoneFigures : ApiModel, IJsonModel<EveryoneFigures>
{
    private static readonly MemberNames Names = new(
        "EveryoneFigures", "written", "answered", "in_time", "median_seconds", "slowest_tenth_seconds");

    /// <summary>Makes one, such as for a test.</summary>
    public EveryoneFigures() { }

    private EveryoneFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Written = members.Integer(ref json); break;
                case 1: Answered = members.Integer(ref json); break;
                case 2: InTime = members.Model<Ratio>(ref json); break;
                case 3: MedianSeconds = members.Integer(ref json); break;
                case 4: SlowestTenthSeconds = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static EveryoneFigures Empty { get; } = new();

    /// <summary>Messages, without canceled ones and those that are still planned.</summary>
    public long Written { get; init; }

    /// <summary>How many of them answered a contact who waited.</summary>
    public long Answered { get; init; }

    /// <summary>Waits that ended within the aim for answers.</summary>
    public Ratio InTime { get; init; } = Ratio.Empty;

    /// <summary>The median of these waits.</summary>
    public long? MedianSeconds { get; init; }

    /// <summary>A tenth of these waits was longer.</summary>
    public long? SlowestTenthSeconds { get; init; }

    static EveryoneFigures IJsonModel<EveryoneFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EveryoneFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("written", Written);
        json.Integer("answered", Answered);
        json.Model("in_time", InTime);
        json.Integer("median_seconds", MedianSeconds);
        json.Integer("slowest_tenth_seconds", SlowestTenthSeconds);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The stages of the funnel, in their order.</summary>
[JsonConverter(typeof(ModelConverter<FunnelReport>))]
public sealed class FunnelReport : VersionedModel, IJsonModel<FunnelReport>
{
    private static readonly MemberNames Names = new(
        "FunnelReport", "from", "to", "stages", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public FunnelReport() { }

    private FunnelReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Stages = members.Models<FunnelStage>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<FunnelReportPeriod>(ref json); break;
                case 5: Before = members.Model<FunnelReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<FunnelStage> Stages { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<FunnelReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public FunnelReportPeriod? Before { get; init; }

    static FunnelReport IJsonModel<FunnelReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<FunnelReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("stages", Stages);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The stages of the funnel, in their order.</summary>
[JsonConverter(typeof(ModelConverter<FunnelReportPeriod>))]
public sealed class FunnelReportPeriod : ApiModel, IJsonModel<FunnelReportPeriod>
{
    private static readonly MemberNames Names = new(
        "FunnelReportPeriod", "from", "to", "stages");

    /// <summary>Makes one, such as for a test.</summary>
    public FunnelReportPeriod() { }

    private FunnelReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Stages = members.Models<FunnelStage>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<FunnelStage> Stages { get; init; } = [];

    static FunnelReportPeriod IJsonModel<FunnelReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<FunnelReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("stages", Stages);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A stage of the funnel.</summary>
[JsonConverter(typeof(ModelConverter<FunnelStage>))]
public sealed class FunnelStage : ApiModel, IJsonModel<FunnelStage>
{
    private static readonly MemberNames Names = new(
        "FunnelStage", "stage", "count", "conversion", "median_days");

    /// <summary>Makes one, such as for a test.</summary>
    public FunnelStage() { }

    private FunnelStage(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Stage = members.Value<ContactStage>(ref json); break;
                case 1: Count = members.Integer(ref json); break;
                case 2: Conversion = members.Model<Ratio>(ref json); break;
                case 3: MedianDays = members.Number(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The stage.</summary>
    public ContactStage Stage { get; init; }

    /// <summary>
    /// How many contacts reached it for the first time in the period. Who reaches a stage reaches the earlier ones
    /// with it; <c>lost</c> is none of these and implies only <c>new</c>.
    /// </summary>
    public long Count { get; init; }

    /// <summary>Of those added in the period, who has reached it up to now.</summary>
    public Ratio Conversion { get; init; } = Ratio.Empty;

    /// <summary>From being added to reaching it, of the people in the numerator of <c>conversion</c>.</summary>
    public double? MedianDays { get; init; }

    static FunnelStage IJsonModel<FunnelStage>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<FunnelStage>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("stage", Stage);
        json.Integer("count", Count);
        json.Model("conversion", Conversion);
        json.Number("median_days", MedianDays);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The weekdays on which anybody wrote in the period, from Monday on.</summary>
[JsonConverter(typeof(ModelConverter<HourReport>))]
public sealed class HourReport : VersionedModel, IJsonModel<HourReport>
{
    private static readonly MemberNames Names = new(
        "HourReport", "from", "to", "data", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public HourReport() { }

    private HourReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<WeekdayFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<HourReportPeriod>(ref json); break;
                case 5: Before = members.Model<HourReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<WeekdayFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<HourReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public HourReportPeriod? Before { get; init; }

    static HourReport IJsonModel<HourReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<HourReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The weekdays on which anybody wrote in the period, from Monday on.</summary>
[JsonConverter(typeof(ModelConverter<HourReportPeriod>))]
public sealed class HourReportPeriod : ApiModel, IJsonModel<HourReportPeriod>
{
    private static readonly MemberNames Names = new(
        "HourReportPeriod", "from", "to", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public HourReportPeriod() { }

    private HourReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<WeekdayFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<WeekdayFigures> Data { get; init; } = [];

    static HourReportPeriod IJsonModel<HourReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<HourReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The same of a member: what they wrote, answered first and closed. Nobody's are <c>new</c>.</summary>
[JsonConverter(typeof(ModelConverter<MemberConversationFigures>))]
public sealed class MemberConversationFigures : ApiModel, IJsonModel<MemberConversationFigures>
{
    private static readonly MemberNames Names = new(
        "MemberConversationFigures", "new", "new_people", "handled", "first_answers", "first_answer_median_seconds",
        "first_answer_slowest_tenth_seconds", "closed", "close_median_seconds", "close_slowest_tenth_seconds",
        "member_id", "name");

    /// <summary>Makes one, such as for a test.</summary>
    public MemberConversationFigures() { }

    private MemberConversationFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: New = members.Integer(ref json); break;
                case 1: NewPeople = members.Integer(ref json); break;
                case 2: Handled = members.Integer(ref json); break;
                case 3: FirstAnswers = members.Integer(ref json); break;
                case 4: FirstAnswerMedianSeconds = members.Integer(ref json); break;
                case 5: FirstAnswerSlowestTenthSeconds = members.Integer(ref json); break;
                case 6: Closed = members.Integer(ref json); break;
                case 7: CloseMedianSeconds = members.Integer(ref json); break;
                case 8: CloseSlowestTenthSeconds = members.Integer(ref json); break;
                case 9: MemberId = members.Integer(ref json); break;
                case 10: Name = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>
    /// A contact began them: with the first message, or by writing after the conversation was closed.
    /// </summary>
    public long New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public long NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public long Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public long FirstAnswers { get; init; }

    /// <summary>From their beginning to it.</summary>
    public long? FirstAnswerMedianSeconds { get; init; }

    /// <summary>The 90th percentile: a tenth took longer.</summary>
    public long? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>Conversations that were closed in the period.</summary>
    public long Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public long? CloseMedianSeconds { get; init; }

    /// <summary>The 90th percentile.</summary>
    public long? CloseSlowestTenthSeconds { get; init; }

    /// <summary>Null for all who are no members: API keys, assistants, the phone, who has left.</summary>
    public long? MemberId { get; init; }

    /// <summary>The member's name; null as <c>member_id</c>.</summary>
    public string? Name { get; init; }

    static MemberConversationFigures IJsonModel<MemberConversationFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<MemberConversationFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("new", New);
        json.Integer("new_people", NewPeople);
        json.Integer("handled", Handled);
        json.Integer("first_answers", FirstAnswers);
        json.Integer("first_answer_median_seconds", FirstAnswerMedianSeconds);
        json.Integer("first_answer_slowest_tenth_seconds", FirstAnswerSlowestTenthSeconds);
        json.Integer("closed", Closed);
        json.Integer("close_median_seconds", CloseMedianSeconds);
        json.Integer("close_slowest_tenth_seconds", CloseSlowestTenthSeconds);
        json.Integer("member_id", MemberId);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A part of a whole, with both numbers.</summary>
[JsonConverter(typeof(ModelConverter<Ratio>))]
public sealed class Ratio : ApiModel, IJsonModel<Ratio>
{
    private static readonly MemberNames Names = new(
        "Ratio", "numerator", "denominator", "rate", "of");

    /// <summary>Makes one, such as for a test.</summary>
    public Ratio() { }

    private Ratio(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Numerator = members.Integer(ref json); break;
                case 1: Denominator = members.Integer(ref json); break;
                case 2: Rate = members.Number(ref json); break;
                case 3: Of = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static Ratio Empty { get; } = new();

    /// <summary>The part.</summary>
    public long Numerator { get; init; }

    /// <summary>The whole.</summary>
    public long Denominator { get; init; }

    /// <summary>Numerator by denominator; null while the denominator is 0.</summary>
    public double? Rate { get; init; }

    /// <summary>What the denominator counts.</summary>
    public string Of { get; init; } = "";

    static Ratio IJsonModel<Ratio>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Ratio>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("numerator", Numerator);
        json.Integer("denominator", Denominator);
        json.Number("rate", Rate);
        json.Text("of", Of);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A version of a sequence.</summary>
[JsonConverter(typeof(ModelConverter<SequenceFigures>))]
public sealed class SequenceFigures : ApiModel, IJsonModel<SequenceFigures>
{
    private static readonly MemberNames Names = new(
        "SequenceFigures", "sequence_id", "name", "version", "steps");

    /// <summary>Makes one, such as for a test.</summary>
    public SequenceFigures() { }

    private SequenceFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: SequenceId = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Version = members.Integer(ref json); break;
                case 3: Steps = members.Models<StepFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The sequence.</summary>
    public string SequenceId { get; init; } = "";

    /// <summary>The sequence's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The version's number.</summary>
    public long Version { get; init; }

    /// <summary>Its steps, in their order.</summary>
    public IReadOnlyList<StepFigures> Steps { get; init; } = [];

    static SequenceFigures IJsonModel<SequenceFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequenceFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("sequence_id", SequenceId);
        json.Text("name", Name);
        json.Integer("version", Version);
        json.Models("steps", Steps);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The versions of sequences of which a message was sent or has failed in the period.</summary>
[JsonConverter(typeof(ModelConverter<SequenceReport>))]
public sealed class SequenceReport : VersionedModel, IJsonModel<SequenceReport>
{
    private static readonly MemberNames Names = new(
        "SequenceReport", "from", "to", "data", "complete_until", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public SequenceReport() { }

    private SequenceReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<SequenceFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Series = members.Models<SequenceReportPeriod>(ref json); break;
                case 5: Before = members.Model<SequenceReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<SequenceFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<SequenceReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public SequenceReportPeriod? Before { get; init; }

    static SequenceReport IJsonModel<SequenceReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequenceReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The versions of sequences of which a message was sent or has failed in the period.</summary>
[JsonConverter(typeof(ModelConverter<SequenceReportPeriod>))]
public sealed class SequenceReportPeriod : ApiModel, IJsonModel<SequenceReportPeriod>
{
    private static readonly MemberNames Names = new(
        "SequenceReportPeriod", "from", "to", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public SequenceReportPeriod() { }

    private SequenceReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<SequenceFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<SequenceFigures> Data { get; init; } = [];

    static SequenceReportPeriod IJsonModel<SequenceReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequenceReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A step of a version of a sequence.</summary>
[JsonConverter(typeof(ModelConverter<StepFigures>))]
public sealed class StepFigures : ApiModel, IJsonModel<StepFigures>
{
    private static readonly MemberNames Names = new(
        "StepFigures", "sent", "failed", "replied", "auto_replied", "opted_out", "reply_rate", "step");

    /// <summary>Makes one, such as for a test.</summary>
    public StepFigures() { }

    private StepFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Sent = members.Integer(ref json); break;
                case 1: Failed = members.Integer(ref json); break;
                case 2: Replied = members.Integer(ref json); break;
                case 3: AutoReplied = members.Integer(ref json); break;
                case 4: OptedOut = members.Integer(ref json); break;
                case 5: ReplyRate = members.Model<Ratio>(ref json); break;
                case 6: Step = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Messages that were sent in the period.</summary>
    public long Sent { get; init; }

    /// <summary>Messages that have failed in the period.</summary>
    public long Failed { get; init; }

    /// <summary>How many of those sent a person has answered up to now.</summary>
    public long Replied { get; init; }

    /// <summary>How many of those sent a machine has answered.</summary>
    public long AutoReplied { get; init; }

    /// <summary>How many of those sent were answered with an opt-out word.</summary>
    public long OptedOut { get; init; }

    /// <summary><c>replied</c> of <c>sent</c>.</summary>
    public Ratio ReplyRate { get; init; } = Ratio.Empty;

    /// <summary>The id of the step.</summary>
    public string Step { get; init; } = "";

    static StepFigures IJsonModel<StepFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<StepFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("sent", Sent);
        json.Integer("failed", Failed);
        json.Integer("replied", Replied);
        json.Integer("auto_replied", AutoReplied);
        json.Integer("opted_out", OptedOut);
        json.Model("reply_rate", ReplyRate);
        json.Text("step", Step);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Everybody who wrote to contacts in the period, those with the most answers first.</summary>
[JsonConverter(typeof(ModelConverter<TeamReport>))]
public sealed class TeamReport : VersionedModel, IJsonModel<TeamReport>
{
    private static readonly MemberNames Names = new(
        "TeamReport", "from", "to", "data", "complete_until", "everyone", "series", "before");

    /// <summary>Makes one, such as for a test.</summary>
    public TeamReport() { }

    private TeamReport(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<WriterFigures>(ref json); break;
                case 3: CompleteUntil = members.Time(ref json); break;
                case 4: Everyone = members.Model<EveryoneFigures>(ref json); break;
                case 5: Series = members.Models<TeamReportPeriod>(ref json); break;
                case 6: Before = members.Model<TeamReportPeriod>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<WriterFigures> Data { get; init; } = [];

    /// <summary>
    /// What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now.
    /// For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so
    /// <c>replied</c>, <c>auto_replied</c>, <c>opted_out</c> and <c>reply_rate</c> of the last 30 days, the default
    /// time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
    /// </summary>
    public DateTimeOffset CompleteUntil { get; init; }

    /// <summary>All of them together.</summary>
    public EveryoneFigures Everyone { get; init; } = EveryoneFigures.Empty;

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public IReadOnlyList<TeamReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public TeamReportPeriod? Before { get; init; }

    static TeamReport IJsonModel<TeamReport>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<TeamReport>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Time("complete_until", CompleteUntil);
        json.Model("everyone", Everyone);
        json.Models("series", Series);
        json.Model("before", Before);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Everybody who wrote to contacts in the period, those with the most answers first.</summary>
[JsonConverter(typeof(ModelConverter<TeamReportPeriod>))]
public sealed class TeamReportPeriod : ApiModel, IJsonModel<TeamReportPeriod>
{
    private static readonly MemberNames Names = new(
        "TeamReportPeriod", "from", "to", "data", "everyone");

    /// <summary>Makes one, such as for a test.</summary>
    public TeamReportPeriod() { }

    private TeamReportPeriod(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: From = members.Time(ref json); break;
                case 1: To = members.Time(ref json); break;
                case 2: Data = members.Models<WriterFigures>(ref json); break;
                case 3: Everyone = members.Model<EveryoneFigures>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; init; }

    /// <summary>The figures, one object each.</summary>
    public IReadOnlyList<WriterFigures> Data { get; init; } = [];

    /// <summary>All of them together.</summary>
    public EveryoneFigures Everyone { get; init; } = EveryoneFigures.Empty;

    static TeamReportPeriod IJsonModel<TeamReportPeriod>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<TeamReportPeriod>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Time("from", From);
        json.Time("to", To);
        json.Models("data", Data);
        json.Model("everyone", Everyone);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Contacts who wait now, by how long they have waited in working hours.</summary>
[JsonConverter(typeof(ModelConverter<WaitingAge>))]
public sealed class WaitingAge : ApiModel, IJsonModel<WaitingAge>
{
    private static readonly MemberNames Names = new(
        "WaitingAge", "below_seconds", "waiting", "unassigned");

    /// <summary>Makes one, such as for a test.</summary>
    public WaitingAge() { }

    private WaitingAge(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: BelowSeconds = members.Integer(ref json); break;
                case 1: Waiting = members.Integer(ref json); break;
                case 2: Unassigned = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>They have waited for less, and not for less than the age before. Null: for longer.</summary>
    public long? BelowSeconds { get; init; }

    /// <summary>How many contacts.</summary>
    public long Waiting { get; init; }

    /// <summary>How many of them in conversations that nobody looks after.</summary>
    public long Unassigned { get; init; }

    static WaitingAge IJsonModel<WaitingAge>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WaitingAge>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("below_seconds", BelowSeconds);
        json.Integer("waiting", Waiting);
        json.Integer("unassigned", Unassigned);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What people wrote on a weekday of the workspace's time zone.</summary>
[JsonConverter(typeof(ModelConverter<WeekdayFigures>))]
public sealed class WeekdayFigures : ApiModel, IJsonModel<WeekdayFigures>
{
    private static readonly MemberNames Names = new(
        "WeekdayFigures", "weekday", "received", "hours");

    /// <summary>Makes one, such as for a test.</summary>
    public WeekdayFigures() { }

    private WeekdayFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Weekday = members.Value<Weekday>(ref json); break;
                case 1: Received = members.Integer(ref json); break;
                case 2: Hours = members.Integers(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The day.</summary>
    public Weekday Weekday { get; init; }

    /// <summary>Messages of people, without those of erased contacts.</summary>
    public long Received { get; init; }

    /// <summary>The same of each of its 24 hours, from midnight on.</summary>
    public IReadOnlyList<long> Hours { get; init; } = [];

    static WeekdayFigures IJsonModel<WeekdayFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WeekdayFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("weekday", Weekday);
        json.Integer("received", Received);
        json.Integers("hours", Hours);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The same of one who wrote.</summary>
[JsonConverter(typeof(ModelConverter<WriterFigures>))]
public sealed class WriterFigures : ApiModel, IJsonModel<WriterFigures>
{
    private static readonly MemberNames Names = new(
        "WriterFigures", "written", "answered", "in_time", "median_seconds", "slowest_tenth_seconds", "email", "name",
        "via");

    /// <summary>Makes one, such as for a test.</summary>
    public WriterFigures() { }

    private WriterFigures(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Written = members.Integer(ref json); break;
                case 1: Answered = members.Integer(ref json); break;
                case 2: InTime = members.Model<Ratio>(ref json); break;
                case 3: MedianSeconds = members.Integer(ref json); break;
                case 4: SlowestTenthSeconds = members.Integer(ref json); break;
                case 5: Email = members.Text(ref json); break;
                case 6: Name = members.Text(ref json); break;
                case 7: Via = members.Value<WrittenVia>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Messages, without canceled ones and those that are still planned.</summary>
    public long Written { get; init; }

    /// <summary>How many of them answered a contact who waited.</summary>
    public long Answered { get; init; }

    /// <summary>Waits that ended within the aim for answers.</summary>
    public Ratio InTime { get; init; } = Ratio.Empty;

    /// <summary>The median of these waits.</summary>
    public long? MedianSeconds { get; init; }

    /// <summary>A tenth of these waits was longer.</summary>
    public long? SlowestTenthSeconds { get; init; }

    /// <summary>Of the member. Null for anybody else, and for members whose account is gone.</summary>
    public string? Email { get; init; }

    /// <summary>Of the member.</summary>
    public string? Name { get; init; }

    /// <summary>What it was written with.</summary>
    public WrittenVia Via { get; init; }

    static WriterFigures IJsonModel<WriterFigures>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WriterFigures>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("written", Written);
        json.Integer("answered", Answered);
        json.Model("in_time", InTime);
        json.Integer("median_seconds", MedianSeconds);
        json.Integer("slowest_tenth_seconds", SlowestTenthSeconds);
        json.Text("email", Email);
        json.Text("name", Name);
        json.Value("via", Via);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The length of the periods of a series. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<AnalyticsInterval>))]
public readonly record struct AnalyticsInterval : IStringValue<AnalyticsInterval>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public AnalyticsInterval(string value) => _value = value is "" ? null : value;

    /// <summary><c>day</c></summary>
    public static AnalyticsInterval Day { get; } = new("day");

    /// <summary><c>week</c></summary>
    public static AnalyticsInterval Week { get; } = new("week");

    /// <summary><c>month</c></summary>
    public static AnalyticsInterval Month { get; } = new("month");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<AnalyticsInterval>.Known =>
    [
        "day", "week", "month",
    ];

    static AnalyticsInterval IStringValue<AnalyticsInterval>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AnalyticsInterval(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a person wrote a message with. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<WrittenVia>))]
public readonly record struct WrittenVia : IStringValue<WrittenVia>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public WrittenVia(string value) => _value = value is "" ? null : value;

    /// <summary><c>panel</c></summary>
    public static WrittenVia Panel { get; } = new("panel");

    /// <summary><c>rest</c></summary>
    public static WrittenVia Rest { get; } = new("rest");

    /// <summary><c>mcp</c></summary>
    public static WrittenVia Mcp { get; } = new("mcp");

    /// <summary><c>phone</c></summary>
    public static WrittenVia Phone { get; } = new("phone");

    /// <summary><c>command</c></summary>
    public static WrittenVia Command { get; } = new("command");

    /// <summary><c>system</c></summary>
    public static WrittenVia System { get; } = new("system");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<WrittenVia>.Known =>
    [
        "panel", "rest", "mcp", "phone", "command", "system",
    ];

    static WrittenVia IStringValue<WrittenVia>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WrittenVia(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
