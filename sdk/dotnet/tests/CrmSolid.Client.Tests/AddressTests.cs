using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class AddressTests
{
    private readonly FakeServer _server = new FakeServer().Answer(200, Answers.Me);

    [Theory]
    [InlineData("https://crm.test", "https://crm.test/v1/me")]
    [InlineData("https://crm.test/", "https://crm.test/v1/me")]
    [InlineData("https://gate.test/crm/api", "https://gate.test/crm/api/v1/me")]
    [InlineData("https://gate.test:8443/crm/api/", "https://gate.test:8443/crm/api/v1/me")]
    public async Task The_base_address_may_have_a_path(string baseUrl, string asked)
    {
        string? seen = null;
        var server = new FakeServer().Answer(request =>
        {
            seen = request.RequestUri!.AbsoluteUri;
            return new() { Content = new StringContent(Answers.Me) };
        });
        await server.Client(options => options.BaseUrl = new(baseUrl)).MeAsync();
        Assert.Equal(asked, seen);
    }

    [Theory]
    [InlineData("https://crm.test?a=1")]
    [InlineData("https://crm.test/?")]
    [InlineData("https://crm.test/#a")]
    [InlineData("https://me@crm.test")]
    [InlineData("ftp://crm.test")]
    [InlineData("http://crm.test")]
    public void One_that_cannot_be_is_refused(string baseUrl)
    {
        Assert.Throws<ArgumentException>(() => _server.Client(options => options.BaseUrl = new(baseUrl)));
        var http = new HttpClient(_server) { BaseAddress = baseUrl.StartsWith("ftp") ? null : new(baseUrl) };
        if (http.BaseAddress is not null)
        {
            Assert.Throws<ArgumentException>(() => new CrmSolidClient(http, new() { Key = FakeServer.Key }));
        }
    }

    [Fact]
    public async Task That_of_the_callers_HttpClient_counts_where_none_is_given()
    {
        var http = new HttpClient(_server) { BaseAddress = new("https://own.test/api/") };
        var client = new CrmSolidClient(http, new() { Key = FakeServer.Key });
        Assert.Contains("https://own.test/api/", client.ToString());
        await client.MeAsync();
        Assert.Equal("GET /api/v1/me", Assert.Single(_server.Requests).Line);

        client = new CrmSolidClient(http, new() { Key = FakeServer.Key, BaseUrl = new("https://given.test") });
        await client.MeAsync();
        Assert.Equal("GET /v1/me", _server.Requests[1].Line);
    }

    [Fact]
    public async Task The_key_of_the_options_is_used_and_shown_to_nobody()
    {
        var options = new CrmSolidClientOptions { Key = $" {FakeServer.Key}\n", BaseUrl = new("https://crm.test") };
        var client = new CrmSolidClient(new HttpClient(_server), options);
        options.Key = "changed";
        await client.MeAsync();
        Assert.Equal($"Bearer {FakeServer.Key}", Assert.Single(_server.Requests).Headers["authorization"]);
        Assert.Equal("CrmSolidClient { BaseUrl = https://crm.test/, Key = cs_live_a4f9_*** }", client.ToString());
        Assert.DoesNotContain("changed", System.Text.Json.JsonSerializer.Serialize(new { options.Timeout }) + options);
    }

    [Fact]
    public void A_constructor_can_be_called_with_an_HttpClient_and_nothing_else_that_a_container_does_not_have()
    {
        // What AddHttpClient<CrmSolidClient>() needs: one constructor with an HttpClient, whose other parameters may be left out.
        var parameters = Assert.Single(
            typeof(CrmSolidClient).GetConstructors().Select(constructor => constructor.GetParameters()),
            parameters => parameters.Any(one => one.ParameterType == typeof(HttpClient)));
        Assert.All(parameters.Where(one => one.ParameterType != typeof(HttpClient)), one => Assert.True(one.HasDefaultValue));
        Assert.Throws<ArgumentNullException>(() => new CrmSolidClient(httpClient: null!));
    }
}
