using System.Net;
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
    private readonly string _address;

    public Transport(string key, Uri baseUrl, CrmSolidClientOptions options)
    {
        _authorization = new("Bearer", key);
        _http = options.HttpClient ?? (baseUrl.Scheme == Uri.UriSchemeHttp ? SharedForPlainHttp : Shared).Value;
        _pacer = options.PaceRequests ? new RateLimitPacer(options.TimeProvider) : null;
        _address = baseUrl.AbsoluteUri.TrimEnd('/');
        BaseUrl = baseUrl;
        Options = options;
    }

    public Uri BaseUrl { get; }

    public CrmSolidClientOptions Options { get; }

    private TimeProvider Time => Options.TimeProvider;

    /// <summary>Sends the request and reads the JSON of its answer.</summary>
    public Task<T> SendAsync<T>(ApiRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, LimitsOf(request), answer => Json.Read<T>(answer.Body.Span), cancellationToken);

    /// <summary>
    /// Sends the request and reads its answer. What <paramref name="read"/> throws, except for an event that cannot be
    /// read, becomes an <see cref="UnexpectedAnswerException"/>.
    /// </summary>
    public async Task<T> ReadAsync<T>(
        ApiRequest request, Limits limits, Func<Answer, T> read, CancellationToken cancellationToken)
    {
        using Answer answer = await AnswerAsync(request, limits, cancellationToken).ConfigureAwait(false);
        try
        {
            T result = read(answer);
            if (result is ApiModel model)
            {
                model.Response = answer.Info;
            }
            if (result is VersionedModel versioned)
            {
                versioned.ETag = answer.Info.ETag;
            }
            return result;
        }
        catch (Exception error) when (error is not UnreadableEventException)
        {
            string detail = answer.Body.IsEmpty ? "it is empty" : error.Message;
            throw new UnexpectedAnswerException(
                $"the answer to {request.Method} {request.Path} cannot be read: {detail}", answer.Info, error)
            {
                IdempotencyKey = request.IdempotencyKey,
            };
        }
    }

    /// <summary>Sends the request, whose answer has nothing to read.</summary>
    public async Task<ResponseInfo> SendWithoutAnswerAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using Answer answer = await AnswerAsync(request, LimitsOf(request), cancellationToken).ConfigureAwait(false);
        return answer.Info;
    }

    /// <summary>Sends the request and hands on its answer as it is.</summary>
    public async Task<RawResponse> SendRawAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using Answer answer = await AnswerAsync(request, LimitsOf(request), cancellationToken).ConfigureAwait(false);
        return new(answer.Info, answer.Body.ToArray());
    }

    /// <summary>
    /// Sends the request, with retries. The answer is a success; the caller disposes it. Of a streamed request its body is
    /// still to be read.
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, LimitsOf(request), cancellationToken);

    /// <summary>The same within other limits than those of the client and the request.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, Limits limits, CancellationToken cancellationToken)
    {
        Answer answer = await AnswerAsync(request, limits, cancellationToken).ConfigureAwait(false);
        return answer.Response;
    }

    /// <summary>The answer of a streamed request as it arrives; the caller disposes it.</summary>
    public async Task<Stream> DownloadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(request.Streamed(), cancellationToken).ConfigureAwait(false);
        return await DownloadStream.OfAsync(response, request, LimitsOf(request).Timeout, Time, cancellationToken)
            .ConfigureAwait(false);
    }

    public Limits LimitsOf(ApiRequest request) => Limits.Of(Options, request.Options);

    /// <summary>Waits between two attempts.</summary>
    public async Task PauseAsync(TimeSpan wait, ApiRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            throw new CallCanceledException(request.IdempotencyKey, error, cancellationToken);
        }
    }

    /// <summary>Tells the caller that the request is tried again.</summary>
    public void Notify(ApiRequest request, int attempts, TimeSpan wait, Exception error) =>
        Options.OnRetry?.Invoke(new(request.Method.Method, request.Path, attempts, wait, error));

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

    private async Task<Answer> AnswerAsync(ApiRequest request, Limits limits, CancellationToken cancellationToken)
    {
        using var trace = new CallTrace(request, BaseUrl, Time);
        var attempts = new Attempts(limits, Time);
        try
        {
            while (true)
            {
                int window = await TurnAsync(request, attempts, cancellationToken).ConfigureAwait(false);
                TimeSpan wait;
                try
                {
                    Answer answer = await AttemptAsync(request, attempts, window, cancellationToken).ConfigureAwait(false);
                    trace.Answered(attempts.Made, answer.Info.Status);
                    return answer;
                }
                catch (CallCanceledException canceled)
                {
                    trace.Failed(attempts.Made, canceled);
                    throw;
                }
                catch (CrmSolidException failure)
                {
                    trace.Failed(attempts.Made, failure);
                    if (attempts.DelayAfter(failure) is not { } delay)
                    {
                        throw;
                    }
                    wait = delay;
                    if (failure is ApiException { Code.Value: "rate_limited" } refusal && refusal.LimitIsUsedUp)
                    {
                        _pacer?.Exhaust(window, wait);
                    }
                    Notify(request, attempts.Made, wait, failure);
                }
                await PauseAsync(wait, request, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CallCanceledException canceled)
        {
            trace.Canceled(canceled);
            throw;
        }
    }

    /// <summary>Waits until the rate limit lets the request be sent. That time is not the call's.</summary>
    private async Task<int> TurnAsync(ApiRequest request, Attempts attempts, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            throw new CallCanceledException(request.IdempotencyKey, null, cancellationToken);
        }
        if (_pacer is null)
        {
            return 0;
        }
        long start = Time.GetTimestamp();
        try
        {
            int window = await _pacer.WaitAsync(cancellationToken).ConfigureAwait(false);
            attempts.Extend(Time.GetElapsedTime(start));
            return window;
        }
        catch (OperationCanceledException error)
        {
            throw new CallCanceledException(request.IdempotencyKey, error, cancellationToken);
        }
    }

    /// <summary>Sends the request once. Throws an <see cref="ApiException"/> if it is refused.</summary>
    private async Task<Answer> AttemptAsync(
        ApiRequest request, Attempts attempts, int window, CancellationToken cancellationToken)
    {
        using var timer = new AttemptTimer(attempts.Timeout, Time, cancellationToken);
        bool isUpload = false;
        using HttpRequestMessage message = request.ToMessage(_address, () =>
        {
            isUpload = true;
            timer.Restart();
        });
        message.Headers.Authorization = _authorization;
        if (!message.Headers.Contains("User-Agent"))
        {
            message.Headers.UserAgent.Add(UserAgent);
        }
        Uri asked = message.RequestUri!;
        Answer? answer = null;
        try
        {
            HttpResponseMessage response = await _http
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timer.Token).ConfigureAwait(false);
            answer = new Answer(response);
            CheckNotRedirected(request, asked, message, answer);
            _pacer?.Update(window, response.Headers);
            // An upload may take longer than the call's time, and its answer then has the timeout of another silence.
            timer.Restart(isUpload ? timer.Timeout : attempts.Timeout);
            bool isSuccess = response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified;
            if (!(isSuccess && request.IsStreamed))
            {
                await answer.ReadAsync(timer.Token).ConfigureAwait(false);
            }
            if (!isSuccess)
            {
                throw Refusals.Read(answer, request, Time);
            }
            CheckNotHeld(request, answer);
            return answer;
        }
        catch (CrmSolidException)
        {
            answer?.Dispose();
            throw;
        }
        catch (Exception error)
        {
            answer?.Dispose();
            _pacer?.Update(window, null);
            // What is no error of the connection, such as one of the caller's handler, may hold the request with its key.
            bool hasKey = error.ToString().Contains(_authorization.Parameter!, StringComparison.Ordinal);
            Exception? cause = hasKey ? null : error;
            if (cancellationToken.IsCancellationRequested)
            {
                throw new CallCanceledException(request.IdempotencyKey, cause, cancellationToken);
            }
            throw Failure(error, cause, request, timer.Timeout, attempts.Made + 1);
        }
    }

    // The answer of a write that waits is a proposal, in place of what the call answers.
    private static void CheckNotHeld(ApiRequest request, Answer answer)
    {
        if (answer.Info.Status != 202 || request.IdempotencyKey is null || request.IsStreamed)
        {
            return;
        }
        Proposal proposal;
        try
        {
            proposal = Json.Read<Proposal>(answer.Body.Span);
        }
        catch (Exception)
        {
            return; // whoever reads the answer says what is wrong with it
        }
        if (proposal.Id.StartsWith("prp_", StringComparison.Ordinal))
        {
            proposal.Response = answer.Info;
            throw new CrmSolidApprovalPendingException(proposal) { IdempotencyKey = request.IdempotencyKey };
        }
    }

    // A handler that follows redirects changes the message. What it has brought from elsewhere is no answer of the API, and a
    // send that has become a read is no send.
    private static void CheckNotRedirected(ApiRequest request, Uri asked, HttpRequestMessage message, Answer answer)
    {
        HttpRequestMessage last = answer.Response.RequestMessage ?? message;
        bool isFollowed = last.RequestUri != asked || last.Method != request.Method;
        if (isFollowed || answer.Info.Status is (>= 300 and < 400) and not 304)
        {
            string what = isFollowed
                ? "the HttpClient has followed a redirect: give it a handler that follows none (AllowAutoRedirect = false)"
                : "the server redirects, which is not followed with an API key: correct the base URL";
            throw new UnexpectedAnswerException(what, answer.Info) { IdempotencyKey = request.IdempotencyKey };
        }
    }

    private ConnectionFailedException Failure(
        Exception error, Exception? cause, ApiRequest request, TimeSpan timeout, int attempts)
    {
        string key = _authorization.Parameter!;
        string count = attempts == 1 ? "1 attempt" : $"{attempts} attempts";
        string call = $"no complete answer to {request.Method} {request.Path} from {_address} after {count}";
        return error is OperationCanceledException or TimeoutException
            ? new RequestTimedOutException($"{call}: the last took longer than {timeout.TotalSeconds:0.###} s", cause)
            {
                IdempotencyKey = request.IdempotencyKey,
            }
            : new ConnectionFailedException($"{call}: {error.Message.Replace(key, "***")}", cause)
            {
                IdempotencyKey = request.IdempotencyKey,
                MayHaveHappened = !Attempts.IsNotSent(error),
            };
    }
}
