using System.Diagnostics;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>Uploads over real sockets: what they cost in memory, and how long they may take.</summary>
[Collection(nameof(UploadTests))]
public sealed class UploadTests : IDisposable
{
    private const int Size = 50 * 1024 * 1024;

    private readonly string _path = Path.GetTempFileName();
    private readonly SocketServer _server = new(_ => SocketServer.Answer(Answers.Uploaded, 201));

    public void Dispose()
    {
        _server.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task Fifty_megabytes_cost_less_than_five_of_memory()
    {
        CrmSolidClient client = Client();
        await UploadAsync(client, 1000);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await UploadAsync(client, Size);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 5_000_000);
        Assert.InRange(_server.Received, Size, Size + 10_000);
        Assert.Equal(2, _server.Lines.Count);
    }

    [Fact]
    public async Task A_slow_link_is_no_timeout_and_the_file_is_sent_once()
    {
        // As 50 MB at 1 MB/s with the usual 30 seconds: the whole takes longer than the timeout and the deadline. What the
        // system has taken and not yet sent, some megabytes, is part of the last silence.
        _server.BytesPerSecond = 8_000_000;
        CrmSolidClient client = Client(options =>
        {
            options.Timeout = TimeSpan.FromSeconds(1.5);
            options.RetryFor = TimeSpan.FromSeconds(1.5);
        });
        var watch = Stopwatch.StartNew();
        await UploadAsync(client, 24_000_000);
        Assert.InRange(watch.Elapsed.TotalSeconds, 2, 60);
        Assert.Single(_server.Lines);
        Assert.InRange(_server.Received, 24_000_000, 24_001_000);
    }

    private CrmSolidClient Client(Action<CrmSolidClientOptions>? configure = null)
    {
        var options = new CrmSolidClientOptions { BaseUrl = _server.Address };
        configure?.Invoke(options);
        return new CrmSolidClient(FakeServer.Key, options);
    }

    private async Task UploadAsync(CrmSolidClient client, int size)
    {
        await using (FileStream file = File.Create(_path))
        {
            file.SetLength(size);
        }
        await using FileStream source = File.OpenRead(_path);
        UploadedFile uploaded = await client.Files.UploadAsync(source, "video.mp4");
        Assert.Equal("fil_1", uploaded.Id);
    }
}

/// <summary>Alone, so that what other tests allocate is not counted.</summary>
[CollectionDefinition(nameof(UploadTests), DisableParallelization = true)]
public sealed class UploadCollection;
