using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class DownloadTests
{
    private const string Csv = "id,name\ncon_1,Sarah\n";

    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_file_is_handed_on_whole()
    {
        Body(() => new MemoryStream(Encoding.UTF8.GetBytes(Csv)));
        await using Stream file = await _server.Client().Contacts.ExportAsync();
        using var reader = new StreamReader(file);
        Assert.Equal(Csv, reader.ReadToEnd()); // with synchronous reads too
    }

    [Fact]
    public async Task A_file_that_stops_coming_is_an_error()
    {
        Body(() => new SilentStream(Encoding.UTF8.GetBytes(Csv)));
        CrmSolidClient client = _server.Client(options => options.Timeout = TimeSpan.FromSeconds(0.5));
        foreach (Func<Task<Stream>> download in new Func<Task<Stream>>[]
        {
            () => client.Contacts.ExportAsync(),
            () => client.Jobs.FailedRowsAsync("job_1"),
        })
        {
            await using Stream file = await download();
            using var reader = new StreamReader(file);
            Assert.Equal("id,name", await reader.ReadLineAsync());
            var error = await Assert.ThrowsAsync<RequestTimedOutException>(
                () => reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Contains("nothing came for 0.5 s", error.Message);
        }
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_an_error()
    {
        Body(() => new CutStream([]));
        await using Stream file = await _server.Client().Contacts.ExportAsync();
        using var reader = new StreamReader(file);
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(() => reader.ReadToEndAsync());
        Assert.Contains("GET /v1/contacts/export", error.Message);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_ends_a_read()
    {
        Body(() => new SilentStream());
        using var canceled = new CancellationTokenSource();
        await using Stream file = await _server.Client().Contacts.ExportAsync();
        Task<int> read = file.ReadAsync(new byte[10], canceled.Token).AsTask();
        canceled.Cancel();
        var error = await Assert.ThrowsAsync<CallCanceledException>(() => read);
        Assert.Equal(canceled.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_file_that_is_closed_ends_its_connection()
    {
        var bodies = new List<MemoryStream>();
        Body(() =>
        {
            bodies.Add(new MemoryStream(Encoding.UTF8.GetBytes(Csv)));
            return bodies[^1];
        });
        CrmSolidClient client = _server.Client();
        (await client.Contacts.ExportAsync()).Dispose();
        await (await client.Contacts.ExportAsync()).DisposeAsync();
        (await client.Files.ContentAsync("fil_1")).Dispose();
        await (await client.Files.ContentAsync("fil_1")).DisposeAsync();
        Assert.Equal(4, bodies.Count);
        Assert.All(bodies, body => Assert.False(body.CanRead));
    }

    [Fact]
    public async Task The_timeout_of_a_call_is_that_of_its_reads()
    {
        Body(() => new SilentStream());
        await using Stream file = await _server.Client().Files.ContentAsync(
            "fil_1", new() { Timeout = TimeSpan.FromSeconds(0.05), RetryFor = TimeSpan.Zero });
        var error = await Assert.ThrowsAsync<RequestTimedOutException>(() => file.CopyToAsync(Stream.Null));
        Assert.Contains("nothing came for 0.05 s", error.Message);
    }

    private void Body(Func<Stream> body) =>
        _server.Answer(() => new HttpResponseMessage { Content = new StreamContent(body()) });
}
