using System.Security.Cryptography;
using System.Text;

namespace CrmSolid.Client.Benchmarks;

/// <summary>The calls as this client makes them.</summary>
internal sealed class ByClient(Uri url) : IDisposable
{
    private readonly CrmSolidClient _crm = new("cs_live_a4f9_secret", new CrmSolidClientOptions { BaseUrl = url });
    private readonly Stream _file = Files.Open();

    public async Task ReadPageAsync()
    {
        await foreach (Page<Contact> page in _crm.Contacts.ListAsync().AsPages(pageSize: 100))
        {
            Check.That(page.Data is [.., { Score: 99, Tags.Count: 3, CustomFields.Count: 3 }]);
            return;
        }
    }

    public Task ReadWebhook(byte[] body)
    {
        Signature signature = Signature.Of(body);
        WebhookEvent read = WebhookVerifier.Verify(body, signature.Header, Signature.Secret);
        Check.That(read.Data.Contact?.CustomFields.Count == 100 && read.Data.Changed?.Count == 50);
        return Task.CompletedTask;
    }

    public async Task SendAsync() =>
        Check.That((await _crm.Messages.SendAsync(7421, "@sarah_miller", "Hi Sarah")).Id.Length > 0);

    public async Task UploadAsync()
    {
        _file.Position = 0;
        Check.That((await _crm.Files.UploadAsync(_file, "film.mp4")).Size == 50_000_000);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>A signature as the API makes it; made once for each body, so that it costs nothing while it is measured.</summary>
internal sealed record Signature(string Timestamp, string Value)
{
    public const string Id = "evt_01M8G4XZTA1CWPE1KHCBQ0R1ZD";
    public const string Secret = "your-chosen-signing-secret";

    private static Signature? _made;

    public static Signature Of(byte[] body) => _made ??= Make(body, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");

    public string? Header(string name) => name switch
    {
        "webhook-id" => Id,
        "webhook-timestamp" => Timestamp,
        "webhook-signature" => Value,
        _ => null,
    };

    private static Signature Make(byte[] body, string timestamp)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{Id}.{timestamp}."), .. body];
        byte[] hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed);
        return new(timestamp, $"v1,{Convert.ToBase64String(hash)}");
    }
}

/// <summary>A file of 50 MB.</summary>
internal static class Files
{
    public static Stream Open()
    {
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        });
        file.SetLength(50_000_000);
        return file;
    }
}

/// <summary>What was read has to be right: a benchmark of something else would be worth nothing.</summary>
internal static class Check
{
    public static void That(bool isRight)
    {
        if (!isRight)
        {
            throw new InvalidOperationException("the answer was not read");
        }
    }
}
