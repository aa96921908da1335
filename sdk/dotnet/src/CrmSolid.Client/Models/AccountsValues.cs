using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>What is behind an account. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<AccountKind>))]
public readonly record struct AccountKind(string Value) : IStringValue<AccountKind>
{
    /// <summary><c>telegram</c></summary>
    public static AccountKind Telegram { get; } = new("telegram");

    /// <summary><c>sandbox</c></summary>
    public static AccountKind Sandbox { get; } = new("sandbox");

    static AccountKind IStringValue<AccountKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AccountKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whether an account can send. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<AccountState>))]
public readonly record struct AccountState(string Value) : IStringValue<AccountState>
{
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

    static AccountState IStringValue<AccountState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AccountState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// Whether a key works on the live workspace or its test twin. Values that this version does not know survive.
/// </summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<WorkspaceMode>))]
public readonly record struct WorkspaceMode(string Value) : IStringValue<WorkspaceMode>
{
    /// <summary><c>live</c></summary>
    public static WorkspaceMode Live { get; } = new("live");

    /// <summary><c>test</c></summary>
    public static WorkspaceMode Test { get; } = new("test");

    static WorkspaceMode IStringValue<WorkspaceMode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WorkspaceMode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The plan of a workspace. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<Plan>))]
public readonly record struct Plan(string Value) : IStringValue<Plan>
{
    /// <summary><c>trial</c></summary>
    public static Plan Trial { get; } = new("trial");

    /// <summary><c>pro</c></summary>
    public static Plan Pro { get; } = new("pro");

    /// <summary><c>business</c></summary>
    public static Plan Business { get; } = new("business");

    /// <summary><c>expired</c></summary>
    public static Plan Expired { get; } = new("expired");

    static Plan IStringValue<Plan>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Plan(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a key may do. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<Scope>))]
public readonly record struct Scope(string Value) : IStringValue<Scope>
{
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

    static Scope IStringValue<Scope>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Scope(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A day of the week. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<Weekday>))]
public readonly record struct Weekday(string Value) : IStringValue<Weekday>
{
    /// <summary><c>mon</c></summary>
    public static Weekday Monday { get; } = new("mon");

    /// <summary><c>tue</c></summary>
    public static Weekday Tuesday { get; } = new("tue");

    /// <summary><c>wed</c></summary>
    public static Weekday Wednesday { get; } = new("wed");

    /// <summary><c>thu</c></summary>
    public static Weekday Thursday { get; } = new("thu");

    /// <summary><c>fri</c></summary>
    public static Weekday Friday { get; } = new("fri");

    /// <summary><c>sat</c></summary>
    public static Weekday Saturday { get; } = new("sat");

    /// <summary><c>sun</c></summary>
    public static Weekday Sunday { get; } = new("sun");

    static Weekday IStringValue<Weekday>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Weekday(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
