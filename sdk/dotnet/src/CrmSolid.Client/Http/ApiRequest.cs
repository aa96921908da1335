using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace CrmSolid.Client.Http;

/// <summary>
/// One call. Each attempt makes a new message of it, with the same idempotency key and the same bytes.
/// </summary>
internal sealed class ApiRequest
{
    private const int DefaultPageSize = 100; // the most that the API allows

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    // What the client itself says of a request and its body.
    private static readonly HashSet<string> NotForCallers = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Host", HeaderNames.IdempotencyKey, "Transfer-Encoding", "Connection",
    };

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly StringBuilder _query = new();
    private readonly string? _template;
    private Func<Action, HttpContent>? _content;

    private ApiRequest(HttpMethod method, string path, string? template, RequestOptions? options, string? idempotencyKey)
    {
        Method = method;
        Path = path;
        _template = template;
        Options = options?.Copy();
        IdempotencyKey = idempotencyKey;
        if (Options is not null)
        {
            Limits.Check(Options);
            AddHeaders(Options);
        }
    }

    private ApiRequest(ApiRequest other)
    {
        Method = other.Method;
        Path = other.Path;
        _template = other._template;
        Options = other.Options;
        _headers.AddRange(other._headers);
        _query.Append(other._query);
    }

    public HttpMethod Method { get; }

    /// <summary>Without the query.</summary>
    public string Path { get; }

    /// <summary>The path with its ids left out, such as <c>/v1/contacts/{id}</c>; null for a raw call.</summary>
    public string? Template => _template?.Replace("{0}", "{id}").Replace("{1}", "{id}");

    public string? IdempotencyKey { get; }

    /// <summary>Those of the caller, as they were when the call was made.</summary>
    public RequestOptions? Options { get; }

    public bool HasQuery => _query.Length > 0;

    /// <summary>Whether the answer is handed on as it arrives, and not read to its end first.</summary>
    public bool IsStreamed { get; private set; }

    public static ApiRequest Get(FormattableString path, RequestOptions? options = null) =>
        new(HttpMethod.Get, Escape(path), path.Format, options, idempotencyKey: null);

    /// <summary>A write: with the idempotency key of the caller, or one of its own.</summary>
    public static ApiRequest Write(HttpMethod method, FormattableString path, RequestOptions? options) =>
        new(method, Escape(path), path.Format, options, Key(options?.IdempotencyKey));

    /// <summary>Any call: one that is no read gets an idempotency key.</summary>
    public static ApiRequest Raw(HttpMethod method, string path, RawRequest? raw, RequestOptions? options)
    {
        if (!path.StartsWith('/') || path.Any(c => c is '#' or '\\' || char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new ArgumentException("a path begins with / and has no fragment, such as /v1/contacts", nameof(path));
        }
        bool isRead = method == HttpMethod.Get || method == HttpMethod.Head;
        int query = path.IndexOf('?');
        string? key = isRead ? null : Key(options?.IdempotencyKey);
        var request = new ApiRequest(method, query < 0 ? path : path[..query], template: null, options, key);
        request._query.Append(query < 0 ? "" : path[query..]);
        foreach (var (name, value) in raw?.Query ?? [])
        {
            request.Query(Uri.EscapeDataString(name), value);
        }
        return raw?.Body is { } body ? request.Body(body.ToArray(), raw.ContentType) : request;
    }

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

    public ApiRequest Body<T>(T body) => Body(Json.Write(body), "application/json");

    public ApiRequest Body(byte[] bytes, string contentType)
    {
        var type = MediaTypeHeaderValue.Parse(contentType);
        return Content(_ =>
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = type;
            return content;
        });
    }

    /// <summary>The request for another page of the same list.</summary>
    public ApiRequest Page(string? cursor, int? size) =>
        new ApiRequest(this).Query("limit", size ?? DefaultPageSize).Query("cursor", cursor);

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
    public HttpRequestMessage ToMessage(string baseUrl, Action onPart)
    {
        var message = new HttpRequestMessage(Method, new Uri(baseUrl + Path + _query));
        if (IdempotencyKey is not null)
        {
            message.Headers.Add(HeaderNames.IdempotencyKey, IdempotencyKey);
        }
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
        message.Content = _content?.Invoke(onPart);
        return message;
    }

    private static string Key(string? given)
    {
        string key = given ?? Guid.NewGuid().ToString();
        if (key.Length is 0 or > 255 || !IsPrintable(key) || key != key.Trim())
        {
            string rule = "1 to 255 printable ASCII characters, without a space at either end";
            throw new ArgumentException($"an idempotency key is {rule}", nameof(RequestOptions.IdempotencyKey));
        }
        return key;
    }

    private static bool IsRequestId(string id) =>
        id.Length is > 0 and <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private void AddHeaders(RequestOptions options)
    {
        if (options.RequestId is { } id && !IsRequestId(id))
        {
            throw new ArgumentException("a request id is 1 to 128 of A-Z a-z 0-9 . _ -", nameof(options.RequestId));
        }
        Header("If-Match", options.IfMatch);
        Header("If-None-Match", options.IfNoneMatch);
        Header(HeaderNames.RequestId, options.RequestId);
        using var probe = new HttpRequestMessage();
        foreach (var (name, value) in options.Headers ?? new Dictionary<string, string>())
        {
            if (NotForCallers.Contains(name) || !probe.Headers.TryAddWithoutValidation(name, value))
            {
                throw new ArgumentException($"the header {name} is the client's, or none", nameof(options.Headers));
            }
            Header(name, value);
        }
    }

    private static bool IsPrintable(string value) => value.All(c => c is >= ' ' and <= '~');

    internal static string Text(object value) => value switch
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
