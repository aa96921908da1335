// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>A Telegram account of the workspace, or its sandbox.</summary>
[JsonConverter(typeof(ModelConverter<Account>))]
public sealed class Account : VersionedModel, IJsonModel<Account>
{
    private static readonly MemberNames Names = new(
        "Account", "id", "name", "kind", "state", "paused_until", "daily_limit", "used_today", "left_today",
        "connected_at", "heard_at", "last_error", "frozen_until", "appeal_url");

    /// <summary>Makes one, such as for a test.</summary>
    public Account() { }

    [SetsRequiredMembers]
    private Account(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Kind = members.Value<AccountKind>(ref json); break;
                case 3: State = members.Value<AccountState>(ref json); break;
                case 4: PausedUntil = members.Time(ref json); break;
                case 5: DailyLimit = members.Integer(ref json); break;
                case 6: UsedToday = members.Integer(ref json); break;
                case 7: LeftToday = members.Integer(ref json); break;
                case 8: ConnectedAt = members.Time(ref json); break;
                case 9: HeardAt = members.Time(ref json); break;
                case 10: LastError = members.Model<AccountError>(ref json); break;
                case 11: FrozenUntil = members.Time(ref json); break;
                case 12: AppealUrl = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id == 0) throw members.Missing(0);
    }

    /// <summary>The account's id.</summary>
    public required long Id { get; init; }

    /// <summary>What it is called.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>sandbox</c> accounts reach nobody.</summary>
    public AccountKind Kind { get; init; }

    /// <summary>Whether it can send, and if not, why.</summary>
    public AccountState State { get; init; }

    /// <summary>When it goes on by itself; null unless it is <c>paused</c>.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Messages that it may send in 24 hours.</summary>
    public long DailyLimit { get; init; }

    /// <summary>Messages that it has sent in the last 24 hours.</summary>
    public long UsedToday { get; init; }

    /// <summary>Messages that it may still send now.</summary>
    public long LeftToday { get; init; }

    /// <summary>Since when it is connected to Telegram; null for one that is not, or in the sandbox.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>When Telegram answered last; null as above.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>What went wrong last; null for nothing.</summary>
    public AccountError? LastError { get; init; }

    /// <summary>Until when Telegram has frozen it; null if it has not, or for an unknown time.</summary>
    public DateTimeOffset? FrozenUntil { get; init; }

    /// <summary>Where to object to the freeze; null if nothing is known.</summary>
    public string? AppealUrl { get; init; }

    static Account IJsonModel<Account>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Account>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        json.Value("kind", Kind);
        json.Value("state", State);
        json.Time("paused_until", PausedUntil);
        json.Integer("daily_limit", DailyLimit);
        json.Integer("used_today", UsedToday);
        json.Integer("left_today", LeftToday);
        json.Time("connected_at", ConnectedAt);
        json.Time("heard_at", HeardAt);
        json.Model("last_error", LastError);
        json.Time("frozen_until", FrozenUntil);
        json.Text("appeal_url", AppealUrl);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>An error that concerned an account as a whole.</summary>
[JsonConverter(typeof(ModelConverter<AccountError>))]
public sealed class AccountError : ApiModel, IJsonModel<AccountError>
{
    private static readonly MemberNames Names = new(
        "AccountError", "code", "message", "at");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountError() { }

    private AccountError(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Code = members.Text(ref json); break;
                case 1: Message = members.Text(ref json); break;
                case 2: At = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The stable code of the error.</summary>
    public string Code { get; init; } = "";

    /// <summary>The error in words.</summary>
    public string Message { get; init; } = "";

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; init; }

    static AccountError IJsonModel<AccountError>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountError>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("code", Code);
        json.Text("message", Message);
        json.Time("at", At);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The key that made the request.</summary>
[JsonConverter(typeof(ModelConverter<ApiKey>))]
public sealed class ApiKey : ApiModel, IJsonModel<ApiKey>
{
    private static readonly MemberNames Names = new(
        "ApiKey", "id", "name", "prefix", "expires_at", "rate_limit");

    /// <summary>Makes one, such as for a test.</summary>
    public ApiKey() { }

    [SetsRequiredMembers]
    private ApiKey(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Prefix = members.Text(ref json); break;
                case 3: ExpiresAt = members.Time(ref json); break;
                case 4: RateLimit = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The key's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>How the key begins.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>When it ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Requests a minute.</summary>
    public long RateLimit { get; init; }

    static ApiKey IJsonModel<ApiKey>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ApiKey>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("prefix", Prefix);
        json.Time("expires_at", ExpiresAt);
        json.Integer("rate_limit", RateLimit);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What narrows a key beyond its scopes.</summary>
[JsonConverter(typeof(ModelConverter<KeyLimits>))]
public sealed class KeyLimits : ApiModel, IJsonModel<KeyLimits>
{
    private static readonly MemberNames Names = new(
        "KeyLimits", "account_ids", "segment_id", "daily_sends", "daily_sends_left", "daily_changes",
        "daily_changes_left", "approval");

    /// <summary>Makes one, such as for a test.</summary>
    public KeyLimits() { }

    private KeyLimits(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: AccountIds = members.Integers(ref json); break;
                case 1: SegmentId = members.Text(ref json); break;
                case 2: DailySends = members.Integer(ref json); break;
                case 3: DailySendsLeft = members.Integer(ref json); break;
                case 4: DailyChanges = members.Integer(ref json); break;
                case 5: DailyChangesLeft = members.Integer(ref json); break;
                case 6: Approval = members.Value<Approval>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static KeyLimits Empty { get; } = new();

    /// <summary>The only accounts; null for all.</summary>
    public IReadOnlyList<long>? AccountIds { get; init; }

    /// <summary>The only contacts; null for all.</summary>
    public string? SegmentId { get; init; }

    /// <summary>Messages in 24 hours; null for any number.</summary>
    public long? DailySends { get; init; }

    /// <summary>Of these, how many are left now.</summary>
    public long? DailySendsLeft { get; init; }

    /// <summary>Changes in 24 hours; null for any number.</summary>
    public long? DailyChanges { get; init; }

    /// <summary>Of these, how many are left now.</summary>
    public long? DailyChangesLeft { get; init; }

    /// <summary>Which writes wait for an approval.</summary>
    public Approval Approval { get; init; }

    static KeyLimits IJsonModel<KeyLimits>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<KeyLimits>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integers("account_ids", AccountIds);
        json.Text("segment_id", SegmentId);
        json.Integer("daily_sends", DailySends);
        json.Integer("daily_sends_left", DailySendsLeft);
        json.Integer("daily_changes", DailyChanges);
        json.Integer("daily_changes_left", DailyChangesLeft);
        json.Value("approval", Approval);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What the key may do, and in which workspace.</summary>
[JsonConverter(typeof(ModelConverter<Me>))]
public sealed class Me : VersionedModel, IJsonModel<Me>
{
    private static readonly MemberNames Names = new(
        "Me", "key", "scopes", "limits", "workspace", "mode", "plan");

    /// <summary>Makes one, such as for a test.</summary>
    public Me() { }

    private Me(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Key = members.Model<ApiKey>(ref json); break;
                case 1: Scopes = members.Values<Scope>(ref json); break;
                case 2: Limits = members.Model<KeyLimits>(ref json); break;
                case 3: Workspace = members.Model<Workspace>(ref json); break;
                case 4: Mode = members.Value<WorkspaceMode>(ref json); break;
                case 5: Plan = members.Value<Plan>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The key.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>What the key may do.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [];

    /// <summary>What narrows it further.</summary>
    public KeyLimits Limits { get; init; } = KeyLimits.Empty;

    /// <summary>The workspace of the key.</summary>
    public Workspace Workspace { get; init; } = Workspace.Empty;

    /// <summary><c>test</c>: the key works in the test twin.</summary>
    public WorkspaceMode Mode { get; init; }

    /// <summary>The plan that is in force.</summary>
    public Plan Plan { get; init; }

    static Me IJsonModel<Me>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Me>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Model("key", Key);
        json.Values("scopes", Scopes);
        json.Model("limits", Limits);
        json.Model("workspace", Workspace);
        json.Value("mode", Mode);
        json.Value("plan", Plan);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Somebody who works in the workspace.</summary>
[JsonConverter(typeof(ModelConverter<Member>))]
public sealed class Member : ApiModel, IJsonModel<Member>
{
    private static readonly MemberNames Names = new(
        "Member", "id", "name", "role", "on_duty");

    /// <summary>Makes one, such as for a test.</summary>
    public Member() { }

    [SetsRequiredMembers]
    private Member(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Role = members.Value<MemberRole>(ref json); break;
                case 3: OnDuty = members.Flag(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id == 0) throw members.Missing(0);
    }

    /// <summary>Of the person, the same in all workspaces.</summary>
    public required long Id { get; init; }

    /// <summary>Without a name, what is before the @ of the e-mail address.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the member may do.</summary>
    public MemberRole Role { get; init; }

    /// <summary>Whether the queue gives this member conversations.</summary>
    public bool OnDuty { get; init; }

    static Member IJsonModel<Member>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Member>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        json.Value("role", Role);
        json.Flag("on_duty", OnDuty);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The workspace that the key belongs to.</summary>
[JsonConverter(typeof(ModelConverter<Workspace>))]
public sealed class Workspace : ApiModel, IJsonModel<Workspace>
{
    private static readonly MemberNames Names = new(
        "Workspace", "slug", "name", "time_zone");

    /// <summary>Makes one, such as for a test.</summary>
    public Workspace() { }

    private Workspace(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Slug = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: TimeZone = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static Workspace Empty { get; } = new();

    /// <summary>Its name in addresses.</summary>
    public string Slug { get; init; } = "";

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its days are those of analytics.</summary>
    public string TimeZone { get; init; } = "";

    static Workspace IJsonModel<Workspace>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Workspace>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("slug", Slug);
        json.Text("name", Name);
        json.Text("time_zone", TimeZone);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What is behind an account. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<AccountKind>))]
public readonly record struct AccountKind : IStringValue<AccountKind>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public AccountKind(string value) => _value = value is "" ? null : value;

    /// <summary><c>telegram</c></summary>
    public static AccountKind Telegram { get; } = new("telegram");

    /// <summary><c>sandbox</c></summary>
    public static AccountKind Sandbox { get; } = new("sandbox");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<AccountKind>.Known =>
    [
        "telegram", "sandbox",
    ];

    static AccountKind IStringValue<AccountKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AccountKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whether an account can send. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<AccountState>))]
public readonly record struct AccountState : IStringValue<AccountState>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public AccountState(string value) => _value = value is "" ? null : value;

    /// <summary><c>connected</c></summary>
    public static AccountState Connected { get; } = new("connected");

    /// <summary><c>paused</c></summary>
    public static AccountState Paused { get; } = new("paused");

    /// <summary><c>frozen</c></summary>
    public static AccountState Frozen { get; } = new("frozen");

    /// <summary><c>needs_login</c></summary>
    public static AccountState NeedsLogin { get; } = new("needs_login");

    /// <summary><c>banned</c></summary>
    public static AccountState Banned { get; } = new("banned");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<AccountState>.Known =>
    [
        "connected", "paused", "frozen", "needs_login", "banned",
    ];

    static AccountState IStringValue<AccountState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AccountState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// Which writes of a key wait until a member approves them. Values that this version does not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<Approval>))]
public readonly record struct Approval : IStringValue<Approval>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public Approval(string value) => _value = value is "" ? null : value;

    /// <summary><c>none</c></summary>
    public static Approval None { get; } = new("none");

    /// <summary><c>untrusted</c></summary>
    public static Approval Untrusted { get; } = new("untrusted");

    /// <summary><c>all</c></summary>
    public static Approval All { get; } = new("all");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<Approval>.Known =>
    [
        "none", "untrusted", "all",
    ];

    static Approval IStringValue<Approval>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Approval(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a member may do. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MemberRole>))]
public readonly record struct MemberRole : IStringValue<MemberRole>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MemberRole(string value) => _value = value is "" ? null : value;

    /// <summary><c>viewer</c></summary>
    public static MemberRole Viewer { get; } = new("viewer");

    /// <summary><c>agent</c></summary>
    public static MemberRole Agent { get; } = new("agent");

    /// <summary><c>admin</c></summary>
    public static MemberRole Admin { get; } = new("admin");

    /// <summary><c>owner</c></summary>
    public static MemberRole Owner { get; } = new("owner");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MemberRole>.Known =>
    [
        "viewer", "agent", "admin", "owner",
    ];

    static MemberRole IStringValue<MemberRole>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MemberRole(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The plan of a workspace. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<Plan>))]
public readonly record struct Plan : IStringValue<Plan>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public Plan(string value) => _value = value is "" ? null : value;

    /// <summary><c>trial</c></summary>
    public static Plan Trial { get; } = new("trial");

    /// <summary><c>pro</c></summary>
    public static Plan Pro { get; } = new("pro");

    /// <summary><c>business</c></summary>
    public static Plan Business { get; } = new("business");

    /// <summary><c>expired</c></summary>
    public static Plan Expired { get; } = new("expired");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<Plan>.Known =>
    [
        "trial", "pro", "business", "expired",
    ];

    static Plan IStringValue<Plan>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Plan(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a key may do. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<Scope>))]
public readonly record struct Scope : IStringValue<Scope>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public Scope(string value) => _value = value is "" ? null : value;

    /// <summary><c>read:contacts</c></summary>
    public static Scope ReadContacts { get; } = new("read:contacts");

    /// <summary><c>read:messages</c></summary>
    public static Scope ReadMessages { get; } = new("read:messages");

    /// <summary><c>read:analytics</c></summary>
    public static Scope ReadAnalytics { get; } = new("read:analytics");

    /// <summary><c>write:messages</c></summary>
    public static Scope WriteMessages { get; } = new("write:messages");

    /// <summary><c>write:contacts</c></summary>
    public static Scope WriteContacts { get; } = new("write:contacts");

    /// <summary><c>manage:sequences</c></summary>
    public static Scope ManageSequences { get; } = new("manage:sequences");

    /// <summary><c>manage:webhooks</c></summary>
    public static Scope ManageWebhooks { get; } = new("manage:webhooks");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<Scope>.Known =>
    [
        "read:contacts", "read:messages", "read:analytics", "write:messages", "write:contacts", "manage:sequences",
        "manage:webhooks",
    ];

    static Scope IStringValue<Scope>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Scope(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// Whether a key works on the live workspace or its test twin. Values that this version does not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<WorkspaceMode>))]
public readonly record struct WorkspaceMode : IStringValue<WorkspaceMode>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public WorkspaceMode(string value) => _value = value is "" ? null : value;

    /// <summary><c>live</c></summary>
    public static WorkspaceMode Live { get; } = new("live");

    /// <summary><c>test</c></summary>
    public static WorkspaceMode Test { get; } = new("test");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<WorkspaceMode>.Known =>
    [
        "live", "test",
    ];

    static WorkspaceMode IStringValue<WorkspaceMode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WorkspaceMode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
