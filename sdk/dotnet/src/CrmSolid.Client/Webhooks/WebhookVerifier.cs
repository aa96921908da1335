using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Checks that a webhook comes from CRM Solid.</summary>
public static class WebhookVerifier
{
    /// <summary>Verifies a webhook and reads its event. Comparisons take constant time.</summary>
    /// <param name="body">The raw body, byte for byte as it was received.</param>
    /// <param name="header">
    /// Gives the value of a header, case-blind, or null: <c>name =&gt; request.Headers[name]</c> with ASP.NET Core.
    /// </param>
    /// <param name="secret">The secret of the endpoint.</param>
    /// <param name="options">What is accepted.</param>
    /// <returns>The event. Deliveries may be repeated: handle each <see cref="WebhookEvent.Id"/> once.</returns>
    /// <exception cref="WebhookVerificationException">Answer 401, and do nothing with the body.</exception>
    /// <exception cref="UnreadableEventException">
    /// The signature is right, and the event cannot be read. Keep <see cref="UnreadableEventException.Json"/> and answer 2xx,
    /// because a refusal would only disable the endpoint.
    /// </exception>
    public static WebhookEvent Verify(
        ReadOnlySpan<byte> body, Func<string, string?> header, string secret, WebhookVerificationOptions? options = null) =>
        Verify(body, header, [secret], options);

    /// <summary>The same with headers whose names may be in any case.</summary>
    /// <param name="body">The raw body, byte for byte as it was received.</param>
    /// <param name="headers">The headers. A name that comes twice is not one of the product's.</param>
    /// <param name="secrets">The secrets: at least one, and none is empty. One of them has to fit.</param>
    /// <param name="options">What is accepted.</param>
    /// <returns>The event. Deliveries may be repeated: handle each <see cref="WebhookEvent.Id"/> once.</returns>
    /// <exception cref="WebhookVerificationException">Answer 401, and do nothing with the body.</exception>
    /// <exception cref="UnreadableEventException">Keep it and answer 2xx.</exception>
    public static WebhookEvent Verify(
        ReadOnlySpan<byte> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        IEnumerable<string> secrets,
        WebhookVerificationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ILookup<string, string> byName = headers.ToLookup(
            header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);
        return Verify(body, name => byName[name].Count() == 1 ? byName[name].First() : null, secrets, options);
    }

    /// <summary>The same with several secrets, one of which has to fit: as while the endpoint's is rotated.</summary>
    /// <param name="body">The raw body, byte for byte as it was received.</param>
    /// <param name="header">Gives the value of a header, case-blind, or null.</param>
    /// <param name="secrets">The secrets: at least one, and none is empty.</param>
    /// <param name="options">What is accepted.</param>
    /// <returns>The event. Deliveries may be repeated: handle each <see cref="WebhookEvent.Id"/> once.</returns>
    /// <exception cref="WebhookVerificationException">Answer 401, and do nothing with the body.</exception>
    /// <exception cref="UnreadableEventException">Keep it and answer 2xx.</exception>
    public static WebhookEvent Verify(
        ReadOnlySpan<byte> body,
        Func<string, string?> header,
        IEnumerable<string> secrets,
        WebhookVerificationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(secrets);
        string[] all = [.. secrets];
        if (all.Length == 0 || all.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("a secret is missing or empty: anybody could sign with it", nameof(secrets));
        }
        options ??= new();
        string? id = header(WebhookSignature.IdHeader);
        string? timestamp = header(WebhookSignature.TimestampHeader);
        string? signatures = header(WebhookSignature.SignatureHeader);
        bool isStandard = id is not null || timestamp is not null || signatures is not null;
        if (!isStandard && options.AllowUnsignedTimestamp)
        {
            VerifyBody(body, header(WebhookSignature.BodyHeader), all);
        }
        else
        {
            VerifyStandard(body, id, timestamp, signatures, all);
            VerifyAge(timestamp!, options);
        }
        return EventReader.Read<WebhookEvent>(body);
    }

    private static void VerifyBody(ReadOnlySpan<byte> body, string? signature, string[] secrets)
    {
        if (signature is null)
        {
            throw new WebhookVerificationException("the request has no signature");
        }
        bool fits = false;
        foreach (string secret in secrets)
        {
            fits |= AreEqual(WebhookSignature.OfBody(body, secret), signature);
        }
        if (!fits)
        {
            throw new WebhookVerificationException("X-Signature does not fit the body and a secret");
        }
    }

    private static void VerifyStandard(
        ReadOnlySpan<byte> body, string? id, string? timestamp, string? signatures, string[] secrets)
    {
        if (id is null || timestamp is null || signatures is null)
        {
            throw new WebhookVerificationException("webhook-id, webhook-timestamp or webhook-signature is missing");
        }
        bool fits = false;
        string[] given = signatures.Split(' '); // during a rotation there are two, one for each secret
        foreach (string secret in secrets)
        {
            string expected = WebhookSignature.Standard(body, id, timestamp, secret);
            foreach (string signature in given)
            {
                fits |= AreEqual(expected, signature);
            }
        }
        if (!fits)
        {
            throw new WebhookVerificationException("webhook-signature does not fit the body and a secret");
        }
    }

    private static void VerifyAge(string timestamp, WebhookVerificationOptions options)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
        {
            throw new WebhookVerificationException("webhook-timestamp is not a number of seconds");
        }
        double age = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds() - (double)seconds;
        if (Math.Abs(age) > options.Tolerance.TotalSeconds)
        {
            throw new WebhookVerificationException("webhook-timestamp is too old or too far in the future: check the clock");
        }
    }

    private static bool AreEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));
}

/// <summary>Which webhooks are accepted.</summary>
public sealed class WebhookVerificationOptions
{
    private TimeSpan _tolerance = TimeSpan.FromMinutes(5);

    /// <summary>How old the signed timestamp may be, or how far in the future. Zero or more; the default is 5 minutes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than zero.</exception>
    public TimeSpan Tolerance
    {
        get => _tolerance;
        set => _tolerance = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "it is zero or more");
    }

    /// <summary>
    /// Whether <c>X-Signature</c> is enough where there is no signature with a time. It can be sent again at any time later,
    /// by whoever has seen it: do nothing for an event whose id you have seen. The default is false.
    /// </summary>
    public bool AllowUnsignedTimestamp { get; set; }

    /// <summary>The clock that the timestamp is compared with.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}

/// <summary>
/// A webhook is not signed with a secret of the endpoint, or is too old. Answer 401, and do nothing with it.
/// </summary>
public sealed class WebhookVerificationException : CrmSolidException
{
    /// <summary>Makes an exception with the reason and, where there is one, its cause.</summary>
    public WebhookVerificationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
