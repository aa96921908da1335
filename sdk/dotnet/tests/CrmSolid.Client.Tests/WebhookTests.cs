using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly byte[] _body = Encoding.UTF8.GetBytes(Answers.MessageEvent("evt_1"));
    private readonly ManualTime _time = new();

    [Fact]
    public void A_body_signature_is_verified()
    {
        var headers = Headers(("X-Signature", BodySignature(Secret)));
        WebhookEvent received = WebhookVerifier.Verify(_body, headers, Secret, BodyAlone);
        Assert.Equal("evt_1", received.Id);
        Assert.Equal(EventType.MessageSent, received.Type);
        Assert.Equal("Привет 😀", received.Data.Message?.Text);
    }

    [Fact]
    public void A_standard_signature_is_verified()
    {
        Assert.Equal("evt_1", Standard(StandardSignature(Secret)).Id);
        Assert.Equal("evt_1", Standard($"v1,AAAA {StandardSignature(Secret)}").Id);
    }

    [Fact]
    public void The_example_of_the_specification_is_verified()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
        var headers = Headers(
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        _time.Advance(DateTimeOffset.FromUnixTimeSeconds(1614265330) - _time.GetUtcNow());
        // It is verified, and then found to be no event of ours.
        var error = Assert.Throws<UnreadableEventException>(
            () => WebhookVerifier.Verify(body, headers, Secret, Options));
        Assert.Equal((null, null, """{"test": 2432232314}"""), (error.Id, error.Type, error.Json));
    }

    [Fact]
    public void A_signed_event_that_cannot_be_read_is_told_apart_with_its_id_and_type()
    {
        foreach (string json in new[]
        {
            """{"id": "evt_9", "event": "message.received", "data": [1]}""",
            """{"id": "evt_9", "data": {"deep": [1, {"id": "no"}]}, "event": "message.received", "created_at": 5}""",
        })
        {
            var error = Assert.Throws<UnreadableEventException>(() => Verify(WebhookSigner.Sign(json, Secret, timestamp: At)));
            Assert.Equal(("evt_9", "message.received", json), (error.Id, error.Type, error.Json));
        }
        var cut = Assert.Throws<UnreadableEventException>(
            () => Verify(WebhookSigner.Sign("""{"id": "evt_9", "event": "mess""", Secret, "evt_9", At)));
        Assert.Equal(("evt_9", null), (cut.Id, cut.Type));
    }

    [Fact]
    public void A_signed_request_of_the_signer_is_verified_with_headers_in_any_case()
    {
        SignedWebhook signed = WebhookSigner.Sign(_body, Secret, timestamp: At);
        Assert.Equal("evt_1", Verify(signed).Id);
        Assert.Equal("evt_1", signed.Headers["Webhook-Id"]);
        Assert.Equal(StandardSignature(Secret), signed.Headers["webhook-signature"]);
        Assert.Equal(BodySignature(Secret), signed.Headers["x-signature"]);
        var upper = signed.Headers.ToDictionary(header => header.Key.ToUpperInvariant(), header => header.Value);
        Assert.Equal("evt_1", WebhookVerifier.Verify(signed.Body, upper, [Secret], Options).Id);
        Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(signed.Body, upper.Append(new("webhook-id", "evt_2")), [Secret], Options));

        using HttpRequestMessage request = signed.ToRequest("https://receiver.test/hook");
        Assert.Equal("evt_1", request.Headers.GetValues("webhook-id").Single());
        Assert.Equal("application/json", request.Content!.Headers.ContentType!.MediaType);
        Assert.Throws<ArgumentException>(() => WebhookSigner.Sign("{}", Secret));
    }

    [Fact]
    public void One_of_several_secrets_has_to_fit()
    {
        SignedWebhook signed = WebhookSigner.Sign(_body, Secret, timestamp: At);
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, signed.Headers, ["old", Secret], Options).Id);
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, signed.Headers, [Secret, "new"], Options).Id);
        var simple = Headers(("X-Signature", BodySignature(Secret)));
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, simple, ["old", Secret], BodyAlone).Id);
        Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(_body, signed.Headers, ["old", "new"], Options));
        Assert.Throws<ArgumentException>(() => WebhookVerifier.Verify(_body, signed.Headers, [], Options));
        Assert.Throws<ArgumentException>(() => WebhookVerifier.Verify(_body, signed.Headers, [Secret, ""], Options));
    }

    [Fact]
    public void A_timestamp_that_is_no_number_is_refused_although_it_is_signed()
    {
        foreach (string time in new[] { "now", "-5", "1e9", "", $"{Now}.5", $" {Now}" })
        {
            byte[] signed = [.. Encoding.UTF8.GetBytes($"evt_1.{time}."), .. _body];
            byte[] key = Convert.FromBase64String(Secret["whsec_".Length..]);
            string signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
            var headers = Headers(("webhook-id", "evt_1"), ("webhook-timestamp", time), ("webhook-signature", signature));
            var error = Assert.Throws<WebhookVerificationException>(
                () => WebhookVerifier.Verify(_body, headers, Secret, Options));
            Assert.Contains("not a number", error.Message);
        }
    }

    [Fact]
    public void The_tolerance_is_the_callers()
    {
        SignedWebhook signed = WebhookSigner.Sign(_body, Secret, timestamp: At);
        _time.Advance(TimeSpan.FromSeconds(10));
        var options = new WebhookVerificationOptions { TimeProvider = _time, Tolerance = TimeSpan.FromSeconds(10) };
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, signed.Headers, [Secret], options).Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(_body, signed.Headers, [Secret], options));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Tolerance = TimeSpan.FromTicks(-1));
    }

    [Fact]
    public void A_large_body_is_verified_without_a_copy_of_it()
    {
        string text = new('x', 200_000);
        byte[] body = Encoding.UTF8.GetBytes($$"""{"id": "evt_1", "event": "later.type", "text": "{{text}}"}""");
        var headers = Headers(
            ("webhook-id", "evt_1"), ("webhook-timestamp", $"{Now}"), ("webhook-signature", "v1,AAAA"));
        Refuse();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuse();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        void Refuse() => Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(body, headers, Secret, Options));
    }

    [Fact]
    public void A_chosen_secret_is_a_key_as_it_is()
    {
        string[] secrets = ["your-chosen-signing-secret", "whsec_", "whsec_not base64!", "whsec_QUJD    QUJD"];
        foreach (string secret in secrets)
        {
            byte[] key = Encoding.UTF8.GetBytes(secret);
            byte[] signed = [.. Encoding.UTF8.GetBytes($"evt_1.{Now}."), .. _body];
            string signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
            Assert.Equal("evt_1", Standard(signature, secret: secret).Id);
        }
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        string good = BodySignature(Secret);
        Refused("X-Signature", ("X-Signature", BodySignature("another")));
        Refused("X-Signature", ("X-Signature", good[..^1]));
        Refused("X-Signature", ("X-Signature", good.ToUpperInvariant()));
        Refused("X-Signature", ("X-Signature", ""));
        Refused("X-Signature", ("X-Signature", "привет"));
        Refused("no signature");
        _body[^5] ^= 1;
        Refused("X-Signature", ("X-Signature", good));
    }

    [Fact]
    public void Where_there_are_standard_headers_the_body_signature_is_not_enough()
    {
        string good = BodySignature(Secret);
        Refused("webhook-signature", ("X-Signature", good), ("webhook-id", "evt_1"), ("webhook-timestamp", $"{Now}"));
        Refused(
            "webhook-signature",
            ("X-Signature", good),
            ("webhook-id", "evt_1"),
            ("webhook-timestamp", $"{Now}"),
            ("webhook-signature", "v1,AAAA"));
    }

    [Fact]
    public void A_signature_with_a_time_is_demanded_unless_the_caller_allows_that_of_the_body_alone()
    {
        var headers = Headers(("X-Signature", BodySignature(Secret)));
        var error = Assert.Throws<WebhookVerificationException>(() => WebhookVerifier.Verify(_body, headers, Secret));
        Assert.Contains("webhook-timestamp", error.Message);
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, headers, Secret, BodyAlone).Id);
    }

    [Fact]
    public void A_timestamp_that_is_too_old_or_too_new_is_refused()
    {
        string signature = StandardSignature(Secret);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("evt_1", Standard(signature, at: Now - 300).Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("too old", Assert.Throws<WebhookVerificationException>(() => Standard(signature, at: Now - 301)).Message);
        _time.Advance(TimeSpan.FromSeconds(-602));
        Assert.Throws<WebhookVerificationException>(() => Standard(signature, at: Now + 301));
    }

    private WebhookVerificationOptions Options => new() { TimeProvider = _time };

    private WebhookVerificationOptions BodyAlone => new() { TimeProvider = _time, AllowUnsignedTimestamp = true };

    private DateTimeOffset At => _time.GetUtcNow();

    private WebhookEvent Verify(SignedWebhook signed) =>
        WebhookVerifier.Verify(signed.Body, signed.Headers, [Secret], Options);

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private string BodySignature(string secret) =>
        "sha256=" + Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), _body)).ToLowerInvariant();

    private string StandardSignature(string secret)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"evt_1.{Now}."), .. _body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    private WebhookEvent Standard(string signature, long? at = null, string secret = Secret) => WebhookVerifier.Verify(
        _body,
        Headers(("webhook-id", "evt_1"), ("webhook-timestamp", $"{at ?? Now}"), ("webhook-signature", signature)),
        secret,
        Options);

    private void Refused(string reason, params (string Name, string Value)[] headers)
    {
        var error = Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(_body, Headers(headers), Secret, BodyAlone));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain(Secret, error.ToString());
    }

    private static Func<string, string?> Headers(params (string Name, string Value)[] headers) => asked =>
        headers.Where(header => header.Name.Equals(asked, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .FirstOrDefault();
}
