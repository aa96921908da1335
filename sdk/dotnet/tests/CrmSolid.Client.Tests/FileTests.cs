using System.Net;
using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class FileTests : IDisposable
{
    private const long Size = 50 * 1024 * 1024;

    private static readonly byte[] Content = Enumerable.Range(0, 1_000_000).Select(index => (byte)(index % 251)).ToArray();

    private readonly FakeServer _server = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_retry_of_an_upload_has_the_same_bytes_and_the_same_key()
    {
        byte[] file = "skipped:text of the file"u8.ToArray();
        foreach (bool canSeek in new[] { true, false })
        {
            var server = new FakeServer().Drop().Refuse(503, "service_unavailable").Answer(201, Answers.Uploaded);
            using var stream = new TestStream(file, canSeek);
            stream.ReadExactly(new byte["skipped:".Length]);
            UploadedFile uploaded = await server.Client().Files.UploadAsync(stream, "фото.png");
            Assert.Equal(("fil_1", "фото.png", 16), (uploaded.Id, uploaded.Name, uploaded.Size));
            Assert.Equal(3, server.Requests.Count);
            Assert.All(server.Requests, sent => Assert.Equal("POST /v1/files", sent.Line));
            Assert.Single(server.Requests.Select(sent => sent.Headers["idempotency-key"]).Distinct());
            string body = Assert.Single(server.Requests.Select(sent => sent.Body).Distinct())!;
            Assert.Contains("\r\n\r\ntext of the file\r\n", body);
            Assert.DoesNotContain("skipped", body);
            Assert.False(stream.IsDisposed);
        }
    }

    [Fact]
    public async Task An_attempt_that_was_answered_too_early_does_not_disturb_the_next_one()
    {
        byte[] file = new byte[400_000];
        new Random(7).NextBytes(file);
        using var slow = new SlowReads(file);
        var server = new EarlyServer(slow);
        var client = new CrmSolidClient(new HttpClient(server), new()
        {
            Key = FakeServer.Key,
            BaseUrl = new("https://crm.test"),
            TimeProvider = new ManualTime(),
        });
        await client.Files.UploadAsync(slow, "video.mp4");
        Assert.True(server.Uploaded.AsSpan().IndexOf(file) > 0, "the second attempt has other bytes");
    }

    [Fact]
    public async Task An_upload_is_read_in_parts()
    {
        var reader = new Reader();
        CrmSolidClient client = reader.Client();
        await client.Files.UploadAsync(new Zeros(1000), "warm");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client.Files.UploadAsync(new Zeros(Size), "video.mp4");
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 5_000_000);
        Assert.InRange(reader.Received, Size, Size + 1000);
        Assert.Equal(reader.Received, reader.Announced);
    }

    [Fact]
    public async Task The_timeout_of_an_upload_is_for_silence()
    {
        var reader = new Reader { Pause = TimeSpan.FromMilliseconds(200) };
        CrmSolidClient client = reader.Client(options => options.Timeout = TimeSpan.FromSeconds(1.5));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await client.Files.UploadAsync(new Zeros(1_000_000), "video.mp4");
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.6), TimeSpan.FromSeconds(60));

        reader.Pause = Timeout.InfiniteTimeSpan;
        var error = await Assert.ThrowsAsync<RequestTimedOutException>(
            () => client.Files.UploadAsync(new Zeros(1_000_000), "video.mp4", new() { IdempotencyKey = "key-1" }));
        Assert.Equal("key-1", error.IdempotencyKey);
    }

    [Fact]
    public async Task The_answer_to_an_upload_that_took_longer_than_the_deadline_is_read()
    {
        _server.Answer(() =>
        {
            _server.Time.Advance(TimeSpan.FromMinutes(5));
            var body = new Late(Encoding.UTF8.GetBytes(Answers.Uploaded));
            return new(HttpStatusCode.Created) { Content = new StreamContent(body) };
        });
        using var file = new MemoryStream("text"u8.ToArray());
        Assert.Equal("fil_1", (await _server.Client().Files.UploadAsync(file, "a")).Id);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_file_that_grows_is_sent_as_it_was_in_each_attempt()
    {
        using var file = new MemoryStream();
        file.Write("text of the file"u8);
        file.Position = 0;
        _server.Answer(() =>
        {
            file.Position = file.Length;
            file.Write(" and more"u8);
            throw new HttpRequestException("connection reset");
        });
        _server.Answer(201, Answers.Uploaded);
        await _server.Client().Files.UploadAsync(file, "a");
        Assert.Equal(2, _server.Requests.Count);
        Assert.All(_server.Requests, sent => Assert.Contains("\r\n\r\ntext of the file\r\n", sent.Body));
    }

    [Fact]
    public async Task Only_its_user_can_read_the_copy_of_a_stream_that_cannot_go_back()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // each user has a folder of their own
        }
        const int Length = 54_321; // what the copy is known by
        UnixFileMode? mode = null;
        int reads = 0;
        using var stream = new Once(buffer =>
        {
            if (++reads == 1)
            {
                return Length;
            }
            FileInfo copy = Assert.Single(
                new DirectoryInfo(Path.GetTempPath()).EnumerateFiles(), file => file.Exists && file.Length == Length);
            mode = copy.UnixFileMode;
            return 0;
        });
        _server.Answer(201, Answers.Uploaded);
        await _server.Client().Files.UploadAsync(stream, "a");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public async Task Cancellation_while_a_stream_is_copied_carries_the_key()
    {
        using var canceled = new CancellationTokenSource();
        using var stream = new Once(_ =>
        {
            canceled.Cancel();
            return 1;
        });
        var error = await Assert.ThrowsAsync<CallCanceledException>(
            () => _server.Client().Files.UploadAsync(stream, "a", new() { IdempotencyKey = "mine" }, canceled.Token));
        Assert.Equal(("mine", canceled.Token), (error.IdempotencyKey, error.CancellationToken));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_ends_an_upload()
    {
        var reader = new Reader { Pause = Timeout.InfiniteTimeSpan };
        using var canceled = new CancellationTokenSource();
        Task upload = reader.Client().Files.UploadAsync(new Zeros(1000), "a", cancellationToken: canceled.Token);
        canceled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off()
    {
        Part(0, 300_000);
        Part(300_000, 0);
        Part(300_000, 400_000);
        Part(700_000, null);
        string path = Path.Combine(_folder, "video.mp4");
        Assert.Equal(1_000_000, await _server.Client().Files.DownloadAsync("fil_1", path));
        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal(["video.mp4"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        Assert.Equal(
            [null, "bytes=300000-", "bytes=300000-", "bytes=700000-"],
            _server.Requests.Select(sent => sent.Headers.GetValueOrDefault("range")));
        Assert.All(_server.Requests.Skip(1), sent => Assert.Equal("\"a\"", sent.Headers["if-range"]));
        Assert.All(_server.Requests, sent => Assert.Equal("GET /v1/files/fil_1", sent.Line));
    }

    [Fact]
    public async Task A_download_that_cannot_go_on_leaves_no_file()
    {
        string path = Path.Combine(_folder, "video.mp4");
        Part(0, 300_000);
        Part(0, null, "\"b\"");
        var changed = await Assert.ThrowsAsync<ConnectionFailedException>(
            () => _server.Client().Files.DownloadAsync("fil_1", path));
        Assert.Contains("no longer the same", changed.Message);

        var server = new FakeServer();
        Part(0, 300_000, etag: null, server);
        await Assert.ThrowsAsync<ConnectionFailedException>(() => server.Client().Files.DownloadAsync("fil_1", path));
        Assert.Single(server.Requests);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Two_downloads_to_one_path_and_a_file_beside_it_do_not_disturb_each_other()
    {
        string path = Path.Combine(_folder, "video.mp4");
        File.WriteAllText($"{path}.part", "the user's own");
        var slow = new SlowReads(Content) { NextDelay = TimeSpan.FromSeconds(0.4) };
        _server.Answer(() => new HttpResponseMessage { Content = new StreamContent(slow) });
        Part(0, null);
        CrmSolidClient client = _server.Client();
        Task<long> first = client.Files.DownloadAsync("fil_1", path);
        Assert.Equal(Content.Length, await client.Files.DownloadAsync("fil_1", path));
        Assert.Equal(Content.Length, await first);
        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal("the user's own", File.ReadAllText($"{path}.part"));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task A_file_that_only_Telegram_has_is_waited_for()
    {
        _server.Answer(202, """{"id": "fil_1", "state": "on_demand"}""", ("Retry-After", "3"));
        _server.Answer(202, """{"id": "fil_1", "state": "on_demand"}""", ("Retry-After", "3"));
        Part(0, null);
        string path = Path.Combine(_folder, "video.mp4");
        Assert.Equal(1_000_000, await _server.Client().Files.DownloadAsync("fil_1", path));
        Assert.Equal([3, 3], _server.Time.Waits);

        var server = new FakeServer().Answer(202, "{}", ("Retry-After", "30"));
        CrmSolidClient client = server.Client(options => options.RetryFor = TimeSpan.FromSeconds(50));
        var error = await Assert.ThrowsAsync<CrmSolidException>(() => client.Files.ContentAsync("fil_1"));
        Assert.Contains("still being fetched", error.Message);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_download_ends_once_nothing_more_comes()
    {
        Part(0, 300_000);
        Part(300_000, 0);
        CrmSolidClient client = _server.Client(options => options.RetryFor = TimeSpan.FromSeconds(20));
        await using Stream content = await client.Files.ContentAsync("fil_1");
        await Assert.ThrowsAsync<ConnectionFailedException>(() => content.CopyToAsync(Stream.Null));
        Assert.InRange(_server.Time.Waits.Sum(), 11, 20);
    }

    [Fact]
    public async Task A_message_is_sent_with_everything_it_can_have()
    {
        _server.Answer(202, Answers.Queued);
        await _server.Client().Messages.SendAsync(new()
        {
            AccountId = 7421,
            To = "@sarah",
            Text = "*Hi*",
            Format = TextFormat.Markdown,
            Attachments = ["fil_1", "fil_2"],
            As = SendAs.Document,
            ReplyTo = "msg_0",
        });
        await _server.Client().Messages.SendAsync(new() { AccountId = 7421, ContactId = "con_1", Attachments = ["fil_1"] });
        Assert.Equal(
            """{"account_id":7421,"to":"@sarah","text":"*Hi*","attachments":["fil_1","fil_2"],"format":"markdown","reply_to":"msg_0","as":"document"}""",
            _server.Requests[0].Body);
        Assert.Equal(
            """{"account_id":7421,"contact_id":"con_1","attachments":["fil_1"]}""", _server.Requests[1].Body);
    }

    [Fact]
    public async Task A_reaction_is_taken_back_with_null()
    {
        _server.Answer(200, Answers.Message("msg_1"));
        await _server.Client().Messages.ReactAsync("msg_1", new() { Emoji = "👍" });
        await _server.Client().Messages.ReactAsync("msg_1", new() { Emoji = null });
        Assert.Equal(["""{"emoji":"\uD83D\uDC4D"}""", """{"emoji":null}"""], _server.Requests.Select(sent => sent.Body));
        Assert.All(_server.Requests, sent => Assert.Equal("POST /v1/messages/msg_1/reactions", sent.Line));
    }

    private void Part(int from, int? count, string? etag = "\"a\"", FakeServer? server = null) =>
        (server ?? _server).Answer(() =>
        {
            byte[] rest = Content[from..];
            Stream body = count is null ? new MemoryStream(rest) : new CutStream(rest[..count.Value]);
            var response = new HttpResponseMessage { Content = new StreamContent(body) };
            if (from > 0)
            {
                response.StatusCode = HttpStatusCode.PartialContent;
                response.Content.Headers.ContentRange = new(from, Content.Length - 1, Content.Length);
            }
            response.Headers.ETag = etag is null ? null : new(etag);
            return response;
        });

    /// <summary>Reads what is uploaded, with a pause after each part, and keeps nothing of it.</summary>
    private sealed class Reader : HttpMessageHandler
    {
        public TimeSpan Pause { get; set; }

        public long Received { get; private set; }

        public long? Announced { get; private set; }

        public CrmSolidClient Client(Action<CrmSolidClientOptions>? configure = null)
        {
            var options = new CrmSolidClientOptions
            {
                BaseUrl = new("https://crm.test"),
                HttpClient = new HttpClient(this),
                RetryFor = TimeSpan.Zero,
            };
            configure?.Invoke(options);
            return new CrmSolidClient(FakeServer.Key, options);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
        {
            Announced = request.Content!.Headers.ContentLength;
            var counter = new Counter(Pause, token);
            await request.Content.CopyToAsync(counter, token);
            Received = counter.Count;
            return new(HttpStatusCode.Created) { Content = new StringContent(Answers.Uploaded, Encoding.UTF8) };
        }
    }

    private sealed class Counter(TimeSpan pause, CancellationToken token) : MemoryStream
    {
        public long Count { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            if (pause != TimeSpan.Zero)
            {
                await Task.Delay(pause, token);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Count += count;

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    private sealed class Zeros(long length) : TestStream([], canSeek: true)
    {
        public override long Length => length;

        public override long Position { get; set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = (int)Math.Min(buffer.Length, length - Position);
            buffer.Span[..count].Clear();
            Position += count;
            return ValueTask.FromResult(count);
        }
    }

    private class TestStream(byte[] bytes, bool canSeek) : MemoryStream(bytes)
    {
        public bool IsDisposed { get; private set; }

        public override bool CanSeek => canSeek;

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>A stream that cannot go back, of as many bytes as the function tells at each read.</summary>
    private sealed class Once(Func<Memory<byte>, int> read) : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(read(buffer));
        }
    }

    /// <summary>Answers the first attempt while its body is still read, and takes the second one.</summary>
    private sealed class EarlyServer(SlowReads file) : HttpMessageHandler
    {
        private bool _hasRefused;

        public byte[] Uploaded { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
        {
            if (!_hasRefused)
            {
                _hasRefused = true;
                Stream body = await request.Content!.ReadAsStreamAsync(token);
                await body.ReadExactlyAsync(new byte[100_000], CancellationToken.None);
                file.NextDelay = TimeSpan.FromSeconds(0.3);
                _ = body.ReadAsync(new byte[100_000], CancellationToken.None).AsTask();
                file.NextDelay = TimeSpan.FromSeconds(0.6);
                return new(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("") };
            }
            Uploaded = await request.Content!.ReadAsByteArrayAsync(token);
            return new(HttpStatusCode.Created) { Content = new StringContent(Answers.Uploaded) };
        }
    }

    /// <summary>A body whose parts take some time to arrive.</summary>
    private sealed class Late(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.4), cancellationToken);
            return Read(buffer.Span);
        }
    }

    /// <summary>Moves its position only some time after a read has begun, as a file on a slow disk.</summary>
    private sealed class SlowReads(byte[] bytes) : MemoryStream(bytes)
    {
        public TimeSpan NextDelay { get; set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            TimeSpan delay = NextDelay;
            NextDelay = TimeSpan.Zero;
            await Task.Delay(delay, CancellationToken.None);
            return await base.ReadAsync(buffer, CancellationToken.None);
        }
    }
}
