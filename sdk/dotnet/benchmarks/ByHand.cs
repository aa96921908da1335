using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client.Benchmarks;

/// <summary>The same calls by hand: HttpClient, and source-generated System.Text.Json of the same members.</summary>
internal sealed class ByHand : IDisposable
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes(Signature.Secret);

    private readonly HttpClient _http;
    private readonly Stream _file = Files.Open();

    public ByHand(Uri url)
    {
        _http = new() { BaseAddress = url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "cs_live_a4f9_secret");
    }

    public async Task ReadPageAsync()
    {
        HandPage? page = await _http.GetFromJsonAsync("/v1/contacts?limit=100", HandJson.Default.HandPage);
        Check.That(page?.Data is [.., { Score: 99, Tags.Count: 3, CustomFields.Count: 3 }]);
    }

    public Task ReadWebhook(byte[] body)
    {
        Signature signature = Signature.Of(body);
        string timestamp = signature.Header("webhook-timestamp")!;
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Secret);
        hash.AppendData(Encoding.UTF8.GetBytes($"{signature.Header("webhook-id")}.{timestamp}."));
        hash.AppendData(body);
        byte[] expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(hash.GetHashAndReset())}");
        bool isSigned = CryptographicOperations.FixedTimeEquals(
            expected, Encoding.UTF8.GetBytes(signature.Header("webhook-signature")!));
        bool isNew = Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp)) < 300;
        HandEvent? read = isSigned && isNew ? JsonSerializer.Deserialize(body, HandJson.Default.HandEvent) : null;
        Check.That(read?.Data?.Contact?.CustomFields?.Count == 100 && read.Data.Changed?.Count == 50);
        return Task.CompletedTask;
    }

    public async Task SendAsync()
    {
        var message = new HandMessage { AccountId = 7421, To = "@sarah_miller", Text = "Hi Sarah" };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages/send")
        {
            Content = JsonContent.Create(message, HandJson.Default.HandMessage),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using HttpResponseMessage response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        Check.That((await response.Content.ReadFromJsonAsync(HandJson.Default.HandQueued))?.Id?.Length > 0);
    }

    public async Task UploadAsync()
    {
        _file.Position = 0;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = new MultipartFormDataContent { { new StreamContent(new Undisposed(_file)), "file", "film.mp4" } };
        using HttpResponseMessage response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        Check.That((await response.Content.ReadFromJsonAsync(HandJson.Default.HandUpload))?.Size == 50_000_000);
    }

    public void Dispose()
    {
        _http.Dispose();
        _file.Dispose();
    }

    // The content disposes its stream, and the next round needs the file again.
    private sealed class Undisposed(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

internal sealed class HandPage
{
    public List<HandContact>? Data { get; set; }

    public string? NextCursor { get; set; }
}

internal sealed class HandContact
{
    public string? Id { get; set; }

    public string? Name { get; set; }

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? Username { get; set; }

    public long? TelegramId { get; set; }

    public string? Email { get; set; }

    public string? Phone { get; set; }

    public string? TimeZone { get; set; }

    public List<string>? Tags { get; set; }

    public string? Stage { get; set; }

    public int Score { get; set; }

    public bool OptedOut { get; set; }

    public Dictionary<string, JsonElement>? CustomFields { get; set; }

    public DateTimeOffset? LastInAt { get; set; }

    public DateTimeOffset? LastOutAt { get; set; }

    public DateTimeOffset? UnansweredSince { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class HandEvent
{
    public string? Event { get; set; }

    public string? Id { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public HandActor? Actor { get; set; }

    public HandData? Data { get; set; }
}

internal sealed class HandActor
{
    public string? Type { get; set; }

    public string? Id { get; set; }

    public string? Name { get; set; }
}

internal sealed class HandData
{
    public HandContact? Contact { get; set; }

    public Dictionary<string, HandChange>? Changed { get; set; }
}

internal sealed class HandChange
{
    public JsonElement? Old { get; set; }

    public JsonElement? New { get; set; }
}

internal sealed class HandMessage
{
    public long AccountId { get; set; }

    public string? To { get; set; }

    public string? Text { get; set; }
}

internal sealed class HandQueued
{
    public string? Id { get; set; }

    public string? Status { get; set; }

    public DateTimeOffset? Eta { get; set; }
}

internal sealed class HandUpload
{
    public string? Id { get; set; }

    public string? Name { get; set; }

    public string? Type { get; set; }

    public long Size { get; set; }

    public string? Sha256 { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HandPage))]
[JsonSerializable(typeof(HandEvent))]
[JsonSerializable(typeof(HandMessage))]
[JsonSerializable(typeof(HandQueued))]
[JsonSerializable(typeof(HandUpload))]
internal sealed partial class HandJson : JsonSerializerContext;
