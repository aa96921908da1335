using System.Globalization;
using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

internal static class HeaderNames
{
    public const string IdempotencyKey = "Idempotency-Key";
    public const string RequestId = "X-Request-Id";

    /// <summary>The first value of a header; null if there is none.</summary>
    public static string? First(this HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    /// <summary>A header that is a whole number of at least zero; null for anything else.</summary>
    public static int? Number(this HttpHeaders headers, string name) =>
        int.TryParse(headers.First(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
