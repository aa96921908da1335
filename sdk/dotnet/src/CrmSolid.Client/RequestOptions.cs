namespace CrmSolid.Client;

/// <summary>
/// What one call does otherwise than the client. Every method takes it, before the cancellation token. It is read and
/// checked once, before anything is sent: what is wrong is an <see cref="ArgumentException"/>.
/// </summary>
public sealed class RequestOptions
{
    /// <summary>
    /// The idempotency key of a write, 1 to 255 printable ASCII characters. By default a new one for each call. Give your
    /// own to repeat the call later.
    /// </summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>The ETag as it was read: nothing is done if the object has changed since.</summary>
    public string? IfMatch { get; set; }

    /// <summary><c>*</c>: the call only creates, and is refused if there is such an object.</summary>
    public string? IfNoneMatch { get; set; }

    /// <summary>
    /// In place of <see cref="CrmSolidClientOptions.Timeout"/>: more than zero, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// In place of <see cref="CrmSolidClientOptions.RetryFor"/>. Zero: one attempt.
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: only the number of retries counts.
    /// </summary>
    public TimeSpan? RetryFor { get; set; }

    /// <summary>In place of <see cref="CrmSolidClientOptions.MaxRetries"/>. Zero: one attempt.</summary>
    public int? MaxRetries { get; set; }

    /// <summary>
    /// Headers of this request, beside those of the client. <c>Authorization</c>, <c>Host</c>, <c>Idempotency-Key</c> and
    /// those of the body are the client's.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; set; }

    /// <summary>Your id of the request: 1 to 128 of <c>A-Z a-z 0-9 . _ -</c>. By default the server makes one.</summary>
    public string? RequestId { get; set; }

    internal RequestOptions Copy() => (RequestOptions)MemberwiseClone();
}
