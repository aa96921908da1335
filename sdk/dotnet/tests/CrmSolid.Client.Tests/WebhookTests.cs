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
        WebhookEvent received = WebhookVerifier.Verify(_body, Headers(("X-Signature", BodySignature(Secret))), Secret);
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
        var error = Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(body, headers, Secret, timeProvider: _time));
        Assert.Contains("no event", error.Message);
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
    public void A_timestamp_can_be_required()
    {
        var headers = Headers(("X-Signature", BodySignature(Secret)));
        Assert.Equal("evt_1", WebhookVerifier.Verify(_body, headers, Secret).Id);
        var error = Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(_body, headers, Secret, requireTimestamp: true));
        Assert.Contains("webhook-timestamp", error.Message);

        headers = Headers(
            ("webhook-id", "evt_1"), ("webhook-timestamp", $"{Now}"), ("webhook-signature", StandardSignature(Secret)));
        Assert.Equal(
            "evt_1", WebhookVerifier.Verify(_body, headers, Secret, timeProvider: _time, requireTimestamp: true).Id);
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
        timeProvider: _time);

    private void Refused(string reason, params (string Name, string Value)[] headers)
    {
        var error = Assert.Throws<WebhookVerificationException>(
            () => WebhookVerifier.Verify(_body, Headers(headers), Secret, timeProvider: _time));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain(Secret, error.ToString());
    }

    private static Func<string, string?> Headers(params (string Name, string Value)[] headers) => asked =>
        headers.Where(header => header.Name.Equals(asked, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .FirstOrDefault();
}
