using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The stable code of a refusal. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ErrorCode>))]
public readonly record struct ErrorCode(string Value) : IStringValue<ErrorCode>
{
    /// <summary><c>account_daily_limit</c></summary>
    public static ErrorCode AccountDailyLimit { get; } = new("account_daily_limit");

    /// <summary><c>already_enrolled</c></summary>
    public static ErrorCode AlreadyEnrolled { get; } = new("already_enrolled");

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

    /// <summary><c>payload_too_large</c></summary>
    public static ErrorCode PayloadTooLarge { get; } = new("payload_too_large");

    /// <summary><c>plan_required</c></summary>
    public static ErrorCode PlanRequired { get; } = new("plan_required");

    /// <summary><c>precondition_failed</c></summary>
    public static ErrorCode PreconditionFailed { get; } = new("precondition_failed");

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

    /// <summary><c>file_gone</c></summary>
    public static ErrorCode FileGone { get; } = new("file_gone");

    /// <summary><c>file_quota_exceeded</c></summary>
    public static ErrorCode FileQuotaExceeded { get; } = new("file_quota_exceeded");

    /// <summary><c>file_too_large</c></summary>
    public static ErrorCode FileTooLarge { get; } = new("file_too_large");

    /// <summary><c>range_not_satisfiable</c></summary>
    public static ErrorCode RangeNotSatisfiable { get; } = new("range_not_satisfiable");

    /// <summary><c>storage_full</c></summary>
    public static ErrorCode StorageFull { get; } = new("storage_full");

    static ErrorCode IStringValue<ErrorCode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ErrorCode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
