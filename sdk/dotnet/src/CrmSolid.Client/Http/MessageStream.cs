using System.Text;

namespace CrmSolid.Client.Http;

/// <summary>
/// The stream of messages (Server-Sent Events), opened again and resumed whenever its connection ends.
/// </summary>
internal sealed class MessageStream : IAsyncEnumerable<StreamedEvent>
{
    private readonly Transport _transport;
    private readonly MessageStreamOptions _options;
    private readonly RequestOptions? _request;
    private readonly CancellationToken _callToken;

    public MessageStream(
        Transport transport, MessageStreamOptions options, RequestOptions? request, CancellationToken callToken)
    {
        (_transport, _options, _request, _callToken) = (transport, options, request?.Copy(), callToken);
        EventStreams.Check(options);
        _ = ApiRequest.Get($"/v1/messages/stream", _request).Header("Last-Event-ID", options.LastEventId);
    }

    public IAsyncEnumerator<StreamedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(_transport, _options, _request, new(_callToken, cancellationToken));

    private sealed class Enumerator(
        Transport transport, MessageStreamOptions options, RequestOptions? request, CallerTokens tokens)
        : EndlessEvents<StreamedEvent>(transport, options, tokens)
    {
        private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

        private string? _lastEventId = options.LastEventId;
        private HttpResponseMessage? _response;
        private StreamReader? _reader;
        private long _openedAt;

        protected override ApiRequest Request() =>
            ApiRequest.Get($"/v1/messages/stream", request).Header("Last-Event-ID", _lastEventId).Streamed();

        protected override async ValueTask<StreamedEvent?> ReadAsync()
        {
            if (_reader is null)
            {
                ApiRequest asked = Request();
                _response = await Transport.SendAsync(asked, LimitsOf(asked), Token).ConfigureAwait(false);
                Stream body = await DownloadStream
                    .OfAsync(_response, asked, Transport.Options.StreamIdleTimeout, Time, Token).ConfigureAwait(false);
                _reader = new StreamReader(body, Encoding.UTF8);
                _openedAt = Time.GetTimestamp();
                if (_lastEventId is not null)
                {
                    Started(_lastEventId);
                }
            }
            var (id, data) = await NextAsync(_reader).ConfigureAwait(false);
            _lastEventId = string.IsNullOrEmpty(id) ? _lastEventId : id;
            if (_lastEventId is not null)
            {
                Started(_lastEventId);
            }
            if (data is null)
            {
                return null; // it only tells the position
            }
            Heard();
            try
            {
                return new(_lastEventId ?? "", EventReader.Read<WebhookEvent>(Encoding.UTF8.GetBytes(data)));
            }
            catch (UnreadableEventException error)
            {
                error.Position = _lastEventId;
                throw;
            }
        }

        protected override ValueTask DisconnectAsync()
        {
            _reader?.Dispose();
            _response?.Dispose();
            (_reader, _response) = (null, null);
            return ValueTask.CompletedTask;
        }

        /// <summary>
        /// The next frame that ends with an empty line. A frame that the end cut off is dropped: it comes again after the
        /// resumption.
        /// </summary>
        private async ValueTask<(string? Id, string? Data)> NextAsync(StreamReader reader)
        {
            string? id = null;
            StringBuilder? data = null;
            while (true)
            {
                string? line = await reader.ReadLineAsync(Token).ConfigureAwait(false);
                if (Time.GetElapsedTime(_openedAt) > Steady)
                {
                    Heard();
                }
                switch (line)
                {
                    case null:
                        throw new ConnectionFailedException("the server has ended the stream");
                    case "":
                        return (id, data?.ToString());
                }
                int colon = line.IndexOf(':');
                string field = colon < 0 ? line : line[..colon];
                string value = colon < 0 ? "" : line[(colon + 1)..];
                value = value.StartsWith(' ') ? value[1..] : value;
                switch (field)
                {
                    case "id":
                        id = value;
                        break;
                    case "data":
                        data = data is null ? new(value) : data.Append('\n').Append(value);
                        break;
                }
            }
        }
    }
}
