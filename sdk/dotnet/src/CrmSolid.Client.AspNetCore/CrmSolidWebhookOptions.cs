namespace CrmSolid.Client;

/// <summary>
/// How webhooks are received. Options of a configuration that reloads take effect with the next request: a secret is rotated
/// without a restart.
/// </summary>
public sealed class CrmSolidWebhookOptions
{
    /// <summary>
    /// The secrets of the webhook; a request signed with any of them is accepted. While a secret is rotated, have the new
    /// one and the old one here.
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>
    /// How old a request may be, or how far in the future. Zero or more; the default is 5 minutes.
    /// </summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether <c>X-Signature</c> is enough where there is no signature with a time: see
    /// <see cref="WebhookVerificationOptions.AllowUnsignedTimestamp"/>. The default is false.
    /// </summary>
    public bool AllowUnsignedTimestamp { get; set; }

    /// <summary>
    /// How large a body may be, in bytes. The default of 4 MiB is above the largest event there is: a change of 200 custom
    /// fields of 1,000 characters.
    /// </summary>
    public int MaxBytes { get; set; } = 4 * 1024 * 1024;
}
