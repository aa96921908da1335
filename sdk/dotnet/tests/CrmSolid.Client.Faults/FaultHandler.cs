using System.Globalization;
using System.Net;

namespace CrmSolid.Client.Faults;

/// <summary>Tells the server the time, and lets the clock go on for what the server says takes time.</summary>
internal sealed class FaultHandler(FaultTime? time) : DelegatingHandler(new SocketsHttpHandler
{
    AllowAutoRedirect = false,
    UseProxy = false,
})
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private int _attempts;

    public int Attempts => _attempts;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        if (time is null)
        {
            return await base.SendAsync(request, cancellationToken);
        }
        request.Headers.Add("Fault-Time", time.Now.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        HttpResponseMessage response = await time.DuringAsync(new ValueTask<HttpResponseMessage>(
            base.SendAsync(request, cancellationToken)));
        if (response.Headers.TryGetValues("Fault-Delay", out IEnumerable<string>? delay))
        {
            double seconds = double.Parse(delay.First(), CultureInfo.InvariantCulture);
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds)), time, cancellationToken);
        }
        response.Content = new Body(time, response.Content, response.Headers.Contains("Fault-Silence"));
        return response;
    }

    private sealed class Body : HttpContent
    {
        private readonly FaultTime _time;
        private readonly HttpContent _content;
        private readonly bool _isSilent;

        public Body(FaultTime time, HttpContent content, bool isSilent)
        {
            (_time, _content, _isSilent) = (time, content, isSilent);
            foreach (var (name, values) in content.Headers)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() =>
            new Parts(_time, await _content.ReadAsStreamAsync(), _isSilent);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using Stream body = await CreateContentReadStreamAsync();
            await body.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            _content.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Parts(FaultTime time, Stream body, bool isSilent) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await time.DuringAsync(body.ReadAsync(buffer, cancellationToken));
            if (count == 0 && isSilent)
            {
                await Task.Delay(Longest, time, cancellationToken);
            }
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            body.Dispose();
            base.Dispose(disposing);
        }
    }
}
