// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>What is wrong with one field or parameter.</summary>
[JsonConverter(typeof(ModelConverter<FieldProblem>))]
public sealed class FieldProblem : ApiModel, IJsonModel<FieldProblem>
{
    private static readonly MemberNames Names = new(
        "FieldProblem", "field", "code", "detail");

    /// <summary>Makes one, such as for a test.</summary>
    public FieldProblem() { }

    private FieldProblem(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Field = members.Text(ref json); break;
                case 1: Code = members.Text(ref json); break;
                case 2: Detail = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Path of what is wrong, such as <c>filter.all[0].value</c>.</summary>
    public string Field { get; init; } = "";

    /// <summary>The stable name of what is wrong, such as <c>required</c>.</summary>
    public string Code { get; init; } = "";

    /// <summary>What is wrong, and what to give.</summary>
    public string Detail { get; init; } = "";

    static FieldProblem IJsonModel<FieldProblem>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<FieldProblem>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("field", Field);
        json.Text("code", Code);
        json.Text("detail", Detail);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// RFC 9457. Branch on <c>code</c>: it is stable. An error may add members, such as <c>required_scope</c>, and
/// <c>accounts</c> (<c>[{id, name}]</c>, at most 20) for an account that is <c>not_found</c>.
/// </summary>
[JsonConverter(typeof(ModelConverter<Problem>))]
public sealed class Problem : ApiModel, IJsonModel<Problem>
{
    private static readonly MemberNames Names = new(
        "Problem", "type", "title", "status", "detail", "code", "instance", "request_id", "required_scope", "errors");

    /// <summary>Makes one, such as for a test.</summary>
    public Problem() { }

    private Problem(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Type = members.Text(ref json); break;
                case 1: Title = members.Text(ref json); break;
                case 2: Status = members.Integer(ref json); break;
                case 3: Detail = members.Text(ref json); break;
                case 4: Code = members.Value<ErrorCode>(ref json); break;
                case 5: Instance = members.Text(ref json); break;
                case 6: RequestId = members.Text(ref json); break;
                case 7: RequiredScope = members.Value<Scope>(ref json); break;
                case 8: Errors = members.Models<FieldProblem>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>An address that explains the code.</summary>
    public string Type { get; init; } = "";

    /// <summary>The code in words.</summary>
    public string Title { get; init; } = "";

    /// <summary>The HTTP status.</summary>
    public long Status { get; init; }

    /// <summary>What is wrong with this request, and what to do.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The stable name of the error.</summary>
    public ErrorCode Code { get; init; }

    /// <summary>The path that was asked.</summary>
    public string Instance { get; init; } = "";

    /// <summary>The <c>X-Request-Id</c> of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>With <c>scope_missing</c>: the scope that the key lacks.</summary>
    public Scope? RequiredScope { get; init; }

    /// <summary>Each field or parameter that is wrong.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];

    static Problem IJsonModel<Problem>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Problem>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("type", Type);
        json.Text("title", Title);
        json.Integer("status", Status);
        json.Text("detail", Detail);
        json.Value("code", Code);
        json.Text("instance", Instance);
        json.Text("request_id", RequestId);
        json.Value("required_scope", RequiredScope);
        json.Models("errors", Errors);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The stable code of a refusal. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ErrorCode>))]
public readonly record struct ErrorCode : IStringValue<ErrorCode>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ErrorCode(string value) => _value = value is "" ? null : value;

    /// <summary><c>account_daily_limit</c></summary>
    public static ErrorCode AccountDailyLimit { get; } = new("account_daily_limit");

    /// <summary><c>already_enrolled</c></summary>
    public static ErrorCode AlreadyEnrolled { get; } = new("already_enrolled");

    /// <summary><c>approval_needed</c></summary>
    public static ErrorCode ApprovalNeeded { get; } = new("approval_needed");

    /// <summary><c>audience_changed</c></summary>
    public static ErrorCode AudienceChanged { get; } = new("audience_changed");

    /// <summary><c>bad_request</c></summary>
    public static ErrorCode BadRequest { get; } = new("bad_request");

    /// <summary><c>contact_conflict</c></summary>
    public static ErrorCode ContactConflict { get; } = new("contact_conflict");

    /// <summary><c>contact_opted_out</c></summary>
    public static ErrorCode ContactOptedOut { get; } = new("contact_opted_out");

    /// <summary><c>erased</c></summary>
    public static ErrorCode Erased { get; } = new("erased");

    /// <summary><c>file_gone</c></summary>
    public static ErrorCode FileGone { get; } = new("file_gone");

    /// <summary><c>file_quota_exceeded</c></summary>
    public static ErrorCode FileQuotaExceeded { get; } = new("file_quota_exceeded");

    /// <summary><c>file_too_large</c></summary>
    public static ErrorCode FileTooLarge { get; } = new("file_too_large");

    /// <summary><c>filter_too_costly</c></summary>
    public static ErrorCode FilterTooCostly { get; } = new("filter_too_costly");

    /// <summary><c>forbidden</c></summary>
    public static ErrorCode Forbidden { get; } = new("forbidden");

    /// <summary><c>headers_too_large</c></summary>
    public static ErrorCode HeadersTooLarge { get; } = new("headers_too_large");

    /// <summary><c>idempotency_in_progress</c></summary>
    public static ErrorCode IdempotencyInProgress { get; } = new("idempotency_in_progress");

    /// <summary><c>idempotency_key_invalid</c></summary>
    public static ErrorCode IdempotencyKeyInvalid { get; } = new("idempotency_key_invalid");

    /// <summary><c>idempotency_key_missing</c></summary>
    public static ErrorCode IdempotencyKeyMissing { get; } = new("idempotency_key_missing");

    /// <summary><c>idempotency_key_reused</c></summary>
    public static ErrorCode IdempotencyKeyReused { get; } = new("idempotency_key_reused");

    /// <summary><c>internal_error</c></summary>
    public static ErrorCode InternalError { get; } = new("internal_error");

    /// <summary><c>invalid_cursor</c></summary>
    public static ErrorCode InvalidCursor { get; } = new("invalid_cursor");

    /// <summary><c>invalid_parameter</c></summary>
    public static ErrorCode InvalidParameter { get; } = new("invalid_parameter");

    /// <summary><c>invalid_state</c></summary>
    public static ErrorCode InvalidState { get; } = new("invalid_state");

    /// <summary><c>ip_not_allowed</c></summary>
    public static ErrorCode IpNotAllowed { get; } = new("ip_not_allowed");

    /// <summary><c>key_budget</c></summary>
    public static ErrorCode KeyBudget { get; } = new("key_budget");

    /// <summary><c>malformed_json</c></summary>
    public static ErrorCode MalformedJson { get; } = new("malformed_json");

    /// <summary><c>method_not_allowed</c></summary>
    public static ErrorCode MethodNotAllowed { get; } = new("method_not_allowed");

    /// <summary><c>not_acceptable</c></summary>
    public static ErrorCode NotAcceptable { get; } = new("not_acceptable");

    /// <summary><c>not_found</c></summary>
    public static ErrorCode NotFound { get; } = new("not_found");

    /// <summary><c>not_implemented</c></summary>
    public static ErrorCode NotImplemented { get; } = new("not_implemented");

    /// <summary><c>origin_not_allowed</c></summary>
    public static ErrorCode OriginNotAllowed { get; } = new("origin_not_allowed");

    /// <summary><c>outside_limits</c></summary>
    public static ErrorCode OutsideLimits { get; } = new("outside_limits");

    /// <summary><c>payload_too_large</c></summary>
    public static ErrorCode PayloadTooLarge { get; } = new("payload_too_large");

    /// <summary><c>plan_required</c></summary>
    public static ErrorCode PlanRequired { get; } = new("plan_required");

    /// <summary><c>precondition_failed</c></summary>
    public static ErrorCode PreconditionFailed { get; } = new("precondition_failed");

    /// <summary><c>range_not_satisfiable</c></summary>
    public static ErrorCode RangeNotSatisfiable { get; } = new("range_not_satisfiable");

    /// <summary><c>rate_limited</c></summary>
    public static ErrorCode RateLimited { get; } = new("rate_limited");

    /// <summary><c>request_timeout</c></summary>
    public static ErrorCode RequestTimeout { get; } = new("request_timeout");

    /// <summary><c>scope_missing</c></summary>
    public static ErrorCode ScopeMissing { get; } = new("scope_missing");

    /// <summary><c>sequence_not_active</c></summary>
    public static ErrorCode SequenceNotActive { get; } = new("sequence_not_active");

    /// <summary><c>service_unavailable</c></summary>
    public static ErrorCode ServiceUnavailable { get; } = new("service_unavailable");

    /// <summary><c>storage_full</c></summary>
    public static ErrorCode StorageFull { get; } = new("storage_full");

    /// <summary><c>token_expired</c></summary>
    public static ErrorCode TokenExpired { get; } = new("token_expired");

    /// <summary><c>token_invalid</c></summary>
    public static ErrorCode TokenInvalid { get; } = new("token_invalid");

    /// <summary><c>token_missing</c></summary>
    public static ErrorCode TokenMissing { get; } = new("token_missing");

    /// <summary><c>token_revoked</c></summary>
    public static ErrorCode TokenRevoked { get; } = new("token_revoked");

    /// <summary><c>unsupported_media_type</c></summary>
    public static ErrorCode UnsupportedMediaType { get; } = new("unsupported_media_type");

    /// <summary><c>validation_failed</c></summary>
    public static ErrorCode ValidationFailed { get; } = new("validation_failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ErrorCode>.Known =>
    [
        "account_daily_limit", "already_enrolled", "approval_needed", "audience_changed", "bad_request",
        "contact_conflict", "contact_opted_out", "erased", "file_gone", "file_quota_exceeded", "file_too_large",
        "filter_too_costly", "forbidden", "headers_too_large", "idempotency_in_progress", "idempotency_key_invalid",
        "idempotency_key_missing", "idempotency_key_reused", "internal_error", "invalid_cursor", "invalid_parameter",
        "invalid_state", "ip_not_allowed", "key_budget", "malformed_json", "method_not_allowed", "not_acceptable",
        "not_found", "not_implemented", "origin_not_allowed", "outside_limits", "payload_too_large", "plan_required",
        "precondition_failed", "range_not_satisfiable", "rate_limited", "request_timeout", "scope_missing",
        "sequence_not_active", "service_unavailable", "storage_full", "token_expired", "token_invalid",
        "token_missing", "token_revoked", "unsupported_media_type", "validation_failed",
    ];

    static ErrorCode IStringValue<ErrorCode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ErrorCode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
