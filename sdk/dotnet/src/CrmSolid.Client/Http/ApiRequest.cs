using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CrmSolid.Client.Http;

/// <summary>
/// One call. Each attempt makes a new message of it, with the same idempotency key and the same bytes.
/// </summary>
internal sealed class ApiRequest
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly StringBuilder _query = new();
    private Func<Action, HttpContent>? _content;

    private ApiRequest(HttpMethod method, FormattableString path)
    {
        Method = method;
        Path = Escape(path);
    }

    public HttpMethod Method { get; }

    public string Path { get; }

    public string? IdempotencyKey { get; private init; }

    /// <summary>Whether the answer is handed on as it arrives, and not read to its end first.</summary>
    public bool IsStreamed { get; private set; }

    public static ApiRequest Get(FormattableString path, RequestOptions? options = null) => new(HttpMethod.Get, path);

    /// <summary>A write: with the idempotency key of the caller, or one of its own.</summary>
    public static ApiRequest Write(HttpMethod method, FormattableString path, string? idempotencyKey)
    {
        string key = idempotencyKey ?? Guid.NewGuid().ToString();
        if (key.Length is 0 or > 255 || !IsPrintable(key) || key != key.Trim())
        {
            string rule = "1 to 255 printable ASCII characters, without a space at either end";
            throw new ArgumentException($"an idempotency key is {rule}", nameof(idempotencyKey));
        }
        return new ApiRequest(method, path) { IdempotencyKey = key };
    }

    public static ApiRequest Write(HttpMethod method, FormattableString path, RequestOptions? options) =>
        Write(method, path, options?.IdempotencyKey)
            .Header("If-Match", options?.IfMatch)
            .Header("If-None-Match", options?.IfNoneMatch);

    public ApiRequest Query(string name, object? value)
    {
        if (value is not null)
        {
            _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=')
                .Append(Uri.EscapeDataString(Text(value)));
        }
        return this;
    }

    public ApiRequest Query(string name, IEnumerable<string>? values)
    {
        foreach (string value in values ?? [])
        {
            Query(name, (object)value);
        }
        return this;
    }

    public ApiRequest Header(string name, string? value)
    {
        if (value is not null)
        {
            if (!IsPrintable(value))
            {
                throw new ArgumentException($"{name} has a character that no header has, such as a line break");
            }
            _headers.Add(new(name, value));
        }
        return this;
    }

    public ApiRequest Body<T>(T body)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json.Options);
        return Content(_ =>
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            return content;
        });
    }

    /// <summary>A body that is made anew for each attempt, with what it calls whenever a part of it has been sent.</summary>
    public ApiRequest Content(Func<Action, HttpContent> content)
    {
        _content = content;
        return this;
    }

    public ApiRequest Streamed()
    {
        IsStreamed = true;
        return this;
    }

    /// <summary>The message of one attempt, which calls <paramref name="onPart"/> while its body is sent.</summary>
    public HttpRequestMessage ToMessage(Uri baseUrl, Action onPart)
    {
        var message = new HttpRequestMessage(Method, new Uri(baseUrl.AbsoluteUri.TrimEnd('/') + Path + _query));
        if (IdempotencyKey is not null)
        {
            message.Headers.Add("Idempotency-Key", IdempotencyKey);
        }
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
        message.Content = _content?.Invoke(onPart);
        return message;
    }

    private static bool IsPrintable(string value) => value.All(c => c is >= ' ' and <= '~');

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // An id never changes which resource is asked for: it is one segment, and not one that means another folder.
    private static string Escape(FormattableString path)
    {
        object[] segments = path.GetArguments().Select(argument =>
        {
            string segment = Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "";
            return segment is "" or "." or ".."
                ? throw new ArgumentException($"'{segment}' is not an id; pass the id of the object")
                : (object)Uri.EscapeDataString(segment);
        }).ToArray();
        return string.Format(CultureInfo.InvariantCulture, path.Format, segments);
    }
}
