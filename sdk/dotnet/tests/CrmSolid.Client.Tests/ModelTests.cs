using System.Text.Json;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class ModelTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task Fields_and_values_that_are_not_known_survive()
    {
        Me me = await _server.Answer(200, Answers.Me).Client().MeAsync();
        Assert.Equal("green", me.AdditionalProperties["colour"].GetString());
        Assert.Equal([Scope.ReadContacts, "fly:rockets"], me.Scopes);
        Assert.Equal(Plan.Business, me.Plan);
        Assert.Equal("fly:rockets", me.Scopes[1].ToString());
    }

    [Fact]
    public async Task What_is_left_out_is_not_sent_and_null_is()
    {
        _server.Answer(200, Answers.Contact("con_1"));
        await _server.Client().Contacts.UpdateAsync("con_1", new ContactFields
        {
            Email = null,
            LastName = "Müller",
            Stage = "astronaut",
            CustomFields = new Dictionary<string, object?> { ["city"] = null, ["age"] = 5, ["vip"] = true },
        });
        string expected = """
            {"email":null,"last_name":"Müller","stage":"astronaut","custom_fields":{"city":null,"age":5,"vip":true}}
            """;
        Assert.Equal(expected, Assert.Single(_server.Requests).Body);
    }

    [Fact]
    public async Task The_etag_can_be_quoted()
    {
        _server.Answer(200, Answers.Contact("con_1"), ("ETag", "\"abc\""));
        CrmSolidClient client = _server.Client();
        Contact contact = await client.Contacts.GetAsync("con_1");
        await client.Contacts.UpdateAsync("con_1", new() { Name = "S" }, new() { IfMatch = contact.ETag });
        Assert.Equal("\"abc\"", _server.Requests[1].Headers["if-match"]);
    }

    [Fact]
    public void Conditions_are_written_as_the_api_reads_them()
    {
        Condition condition = Condition.AllOf(
            Condition.Where("tag", ConditionOperator.Is, "trial"),
            Condition.AnyOf(
                Condition.Where("score", ConditionOperator.Gte, 50),
                Condition.NotOf(Condition.Where("stage", ConditionOperator.In, new[] { "won", "lost" }))));
        string json = JsonSerializer.Serialize(condition);
        Assert.Equal(
            """{"all":[{"field":"tag","op":"is","value":"trial"},{"any":[{"field":"score","op":"gte","value":50},"""
            + """{"not":{"field":"stage","op":"in","value":["won","lost"]}}]}]}""",
            json);
    }

    [Fact]
    public async Task Ids_cannot_change_which_resource_is_asked_for()
    {
        CrmSolidClient client = _server.Answer(200, Answers.Contact("con_1")).Client();
        await client.Contacts.GetAsync("a/b?c=d#e");
        Assert.Equal("GET /v1/contacts/a%2Fb%3Fc%3Dd%23e", Assert.Single(_server.Requests).Line);
        foreach (string id in new[] { "", ".", ".." })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await client.Contacts.GetAsync(id));
        }
        Assert.Single(_server.Requests);
    }

    [Fact]
    public void The_key_and_secrets_are_in_no_string()
    {
        CrmSolidClient client = _server.Client();
        Assert.Equal("CrmSolidClient { BaseUrl = https://crm.test/, Key = cs_live_a4f9_*** }", client.ToString());
        var webhook = JsonSerializer.Deserialize<IssuedWebhook>("""{"id": "whk_1", "secret": "whsec_abcdef"}""")!;
        Assert.Equal("whsec_abcdef", webhook.Secret);
        Assert.DoesNotContain("abcdef", webhook.ToString());
    }

    [Fact]
    public void Keys_and_addresses_that_cannot_be_are_refused_without_repeating_the_key()
    {
        var error = Assert.Throws<ArgumentException>(() => new CrmSolidClient("cs_live_a4f9_sec ret"));
        Assert.DoesNotContain("sec", error.Message);
        Assert.Throws<ArgumentException>(() => new CrmSolidClient(" "));
        Assert.NotNull(new CrmSolidClient("cs_live_a4f9_secret\n")); // as it is read from a file
        foreach (string url in new[] { "ftp://crm.test", "https://me:password@crm.test", "http://crm.test" })
        {
            Assert.Throws<ArgumentException>(() => new CrmSolidClient("k", new() { BaseUrl = new(url) }));
        }
        Assert.NotNull(new CrmSolidClient("k", new() { BaseUrl = new("http://crm.test"), AllowHttp = true }));
        Assert.NotNull(new CrmSolidClient("k", new() { BaseUrl = new("http://localhost:8000") }));
    }

    [Fact]
    public async Task A_client_can_be_mocked()
    {
        CrmSolidClient client = new MockClient();
        Assert.Equal("msg_mock", (await client.Messages.SendAsync(1, "@sarah", "Hi")).Id);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.Messages.GetAsync("msg_1"));
    }

    private sealed class MockClient : CrmSolidClient
    {
        public override MessagesClient Messages { get; } = new MockMessages();
    }

    private sealed class MockMessages : MessagesClient
    {
        public override Task<QueuedMessage> SendAsync(
            long accountId,
            string to,
            string text,
            RequestOptions? options = null,
            CancellationToken cancellationToken = default) =>
            Task.FromResult(new QueuedMessage { Id = "msg_mock", Status = MessageStatus.Queued, Eta = DateTimeOffset.UtcNow });
    }
}
