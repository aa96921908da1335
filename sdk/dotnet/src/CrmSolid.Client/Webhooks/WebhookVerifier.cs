using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CrmSolid.Client;

/// <summary>Checks that a webhook comes from CRM Solid.</summary>
public static class WebhookVerifier
{
    /// <summary>How old a signed timestamp may be by default, or how far in the future.</summary>
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    private const string StandardPrefix = "whsec_";

    /// <summary>
    /// Verifies a webhook and reads its event. The headers of Standard Webhooks (<c>webhook-id</c>,
    /// <c>webhook-timestamp</c>, <c>webhook-signature</c>) decide where there is one of them; <c>X-Signature</c> decides
    /// where there is none. Comparisons take constant time.
    /// </summary>
    /// <remarks>
    /// <c>X-Signature</c> alone tells nothing about the age of a request: whoever has recorded one can send it again
    /// without the other headers. So remember the <see cref="WebhookEvent.Id"/> of each event that you have acted on, or
    /// set <paramref name="requireTimestamp"/>: CRM Solid always sends all four headers.
    /// </remarks>
    /// <param name="body">The raw body, byte for byte as it was received.</param>
    /// <param name="header">
    /// Gives the value of a header, case-blind, or null: <c>name =&gt; request.Headers[name]</c> with ASP.NET Core.
    /// </param>
    /// <param name="secret">The secret of the webhook.</param>
    /// <param name="tolerance">How old the timestamp may be. The default is <see cref="DefaultTolerance"/>.</param>
    /// <param name="timeProvider">The clock that the timestamp is compared with.</param>
    /// <param name="requireTimestamp">
    /// Whether to refuse a request without the headers of Standard Webhooks, whose timestamp says how old it is.
    /// </param>
    /// <returns>The event. Deliveries may be repeated: handle each <see cref="WebhookEvent.Id"/> once.</returns>
    /// <exception cref="WebhookVerificationException">Answer 401, and do nothing with the body.</exception>
    public static WebhookEvent Verify(
        ReadOnlySpan<byte> body,
        Func<string, string?> header,
        string secret,
        TimeSpan? tolerance = null,
        TimeProvider? timeProvider = null,
        bool requireTimestamp = false)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        string? id = header("webhook-id");
        string? timestamp = header("webhook-timestamp");
        string? signatures = header("webhook-signature");
        if (id is null && timestamp is null && signatures is null && !requireTimestamp)
        {
            VerifyBody(body, header("X-Signature"), secret);
        }
        else
        {
            VerifyStandard(body, id, timestamp, signatures, secret);
            VerifyAge(timestamp!, tolerance ?? DefaultTolerance, timeProvider ?? TimeProvider.System);
        }
        try
        {
            return Json.Read<WebhookEvent>(body);
        }
        catch (CrmSolidException error)
        {
            throw new WebhookVerificationException("the body is signed, but it is no event", error);
        }
    }

    private static void VerifyBody(ReadOnlySpan<byte> body, string? signature, string secret)
    {
        if (signature is null)
        {
            throw new WebhookVerificationException("the request has no signature");
        }
        byte[] expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
        if (!AreEqual($"sha256={Convert.ToHexString(expected).ToLowerInvariant()}", signature))
        {
            throw new WebhookVerificationException("X-Signature does not fit the body and the secret");
        }
    }

    private static void VerifyStandard(
        ReadOnlySpan<byte> body, string? id, string? timestamp, string? signatures, string secret)
    {
        if (id is null || timestamp is null || signatures is null)
        {
            throw new WebhookVerificationException("webhook-id, webhook-timestamp or webhook-signature is missing");
        }
        byte[] prefix = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        byte[] signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        string expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(StandardKey(secret), signed));
        // During a rotation there are two signatures, one for each secret.
        if (!signatures.Split(' ').Select(signature => AreEqual(expected, signature)).ToArray().Contains(true))
        {
            throw new WebhookVerificationException("webhook-signature does not fit the body and the secret");
        }
    }

    private static void VerifyAge(string timestamp, TimeSpan tolerance, TimeProvider time)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
        {
            throw new WebhookVerificationException("webhook-timestamp is not a number of seconds");
        }
        double age = time.GetUtcNow().ToUnixTimeSeconds() - (double)seconds;
        if (Math.Abs(age) > tolerance.TotalSeconds)
        {
            throw new WebhookVerificationException("webhook-timestamp is too old or too far in the future: check the clock");
        }
    }

    private static bool AreEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    // The key is the decoded rest of a whsec_ secret. Any other secret, and one that is not base64, is a key as it is.
    private static byte[] StandardKey(string secret)
    {
        if (secret.StartsWith(StandardPrefix, StringComparison.Ordinal))
        {
            string encoded = secret[StandardPrefix.Length..];
            byte[] decoded = new byte[encoded.Length];
            string padded = encoded.PadRight((encoded.Length + 3) / 4 * 4, '=');
            bool isBase64 = Convert.TryFromBase64String(padded, decoded, out int length);
            // .NET skips blanks in base64, and the product does not. An empty key would accept anybody's signature.
            if (isBase64 && length > 0 && !encoded.Any(char.IsWhiteSpace))
            {
                return decoded[..length];
            }
        }
        return Encoding.UTF8.GetBytes(secret);
    }
}

/// <summary>A webhook is not signed with the secret, or is too old. Answer 401, and do nothing with it.</summary>
public sealed class WebhookVerificationException : CrmSolidException
{
    /// <summary>Makes an exception with the reason and, where there is one, its cause.</summary>
    public WebhookVerificationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
