using System.Security.Cryptography;
using System.Text;

namespace CrmSolid.Client;

/// <summary>The two signatures of a webhook: that of Standard Webhooks, and that of the body alone.</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    public const string BodyHeader = "X-Signature";

    private const string StandardPrefix = "whsec_";

    public static string OfBody(ReadOnlySpan<byte> body, string secret)
    {
        byte[] hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);
        return $"sha256={Convert.ToHexString(hash).ToLowerInvariant()}";
    }

    public static string Standard(ReadOnlySpan<byte> body, string id, string timestamp, string secret)
    {
        // The body may be large: it is hashed where it is.
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, StandardKey(secret));
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }

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
