using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

/// <summary>Sends requests: with the key, paced, repeated after transient failures. Safe for concurrent use.</summary>
internal sealed class Transport
{
    private static readonly Lazy<HttpClient> Shared = new(() => Http(useProxy: true));

    // A proxy would read the key of a request over plain http. Over https it only passes on what it cannot read.
    private static readonly Lazy<HttpClient> SharedForPlainHttp = new(() => Http(useProxy: false));

    private static readonly ProductInfoHeaderValue UserAgent =
        new("crmsolid-client-dotnet", typeof(Transport).Assembly.GetName().Version?.ToString(3));

    private readonly AuthenticationHeaderValue _authorization;
    private readonly HttpClient _http;
    private readonly RateLimitPacer? _pacer;

    public Transport(string key, Uri baseUrl, CrmSolidClientOptions options)
    {
        _authorization = new("Bearer", key);
        _http = options.HttpClient ?? (baseUrl.Scheme == Uri.UriSchemeHttp ? SharedForPlainHttp : Shared).Value;
        _pacer = options.PaceRequests ? new RateLimitPacer(options.TimeProvider) : null;
        BaseUrl = baseUrl;
        Options = options;
    }

    public Uri BaseUrl { get; }

    public CrmSolidClientOptions Options { get; }

    /// <summary>Sends the request and reads the JSON of its answer.</summary>
    public async Task<T> SendAsync<T>(ApiRequest request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        T model = Json.Read<T>(body);
        if (model is VersionedModel versioned)
        {
            versioned.ETag = response.Headers.ETag?.ToString();
        }
        return model;
    }

    /// <summary>Sends the request, with retries. The answer is a success; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        long start = Options.TimeProvider.GetTimestamp();
        for (int retries = 0; ; retries++)
        {
            TimeSpan delay;
            try
            {
                return await AttemptAsync(request, TimeLeft(start), cancellationToken).ConfigureAwait(false);
            }
            catch (CrmSolidException failure)
            {
                if (RetryPolicy.DelayAfter(failure, retries) is not { } wait || wait > TimeLeft(start))
                {
                    throw;
                }
                delay = wait;
            }
            await Task.Delay(delay, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HttpClient Http(bool useProxy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // the key goes nowhere else
        UseCookies = false,
        UseProxy = useProxy,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a change of DNS is seen
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
    };

    // An upload may take as long as it needs: the timeout is for the time in which no part of it is sent.
    private void ExtendTimeout(CancellationTokenSource timeout)
    {
        try
        {
            timeout.CancelAfter(Options.Timeout);
        }
        catch (ObjectDisposedException)
        {
            // The server has answered before it had all.
        }
    }

    private TimeSpan TimeLeft(long start) => Options.RetryFor - Options.TimeProvider.GetElapsedTime(start);

    /// <summary>Sends the request once. Throws an <see cref="ApiException"/> if it is refused.</summary>
    private async Task<HttpResponseMessage> AttemptAsync(
        ApiRequest request, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        if (_pacer is not null)
        {
            await _pacer.WaitAsync(timeLeft, cancellationToken).ConfigureAwait(false);
        }
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Options.Timeout);
        using HttpRequestMessage message = request.ToMessage(BaseUrl, () => ExtendTimeout(timeout));
        message.Headers.Authorization = _authorization;
        message.Headers.UserAgent.Add(UserAgent);
        HttpResponseMessage? response = null;
        try
        {
            // Without streaming, the whole answer is read here: a connection that ends too early is another attempt.
            var completion = request.IsStreamed
                ? HttpCompletionOption.ResponseHeadersRead
                : HttpCompletionOption.ResponseContentRead;
            response = await _http.SendAsync(message, completion, timeout.Token).ConfigureAwait(false);
            _pacer?.Update(response.Headers);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                byte[] body = await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false);
                throw Refusals.Read(response, body, request.IdempotencyKey, Options.TimeProvider);
            }
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            string seconds = $"{Options.Timeout.TotalSeconds} s";
            string detail = $"no complete answer to {request.Method} {request.Path} within {seconds}";
            throw new RequestTimedOutException(detail, error) { IdempotencyKey = request.IdempotencyKey };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            response?.Dispose();
            string detail = $"{request.Method} {request.Path} got no answer from {BaseUrl}: {error.Message}";
            throw new ConnectionFailedException(detail, error) { IdempotencyKey = request.IdempotencyKey };
        }
    }
}
