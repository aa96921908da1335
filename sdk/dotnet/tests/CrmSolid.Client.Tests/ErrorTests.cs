using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class ErrorTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task Each_code_has_its_exception()
    {
        (int Status, string Code, Type Exception)[] table =
        [
            (400, "invalid_parameter", typeof(InvalidRequestException)),
            (400, "invalid_cursor", typeof(InvalidRequestException)),
            (401, "token_revoked", typeof(AuthenticationFailedException)),
            (403, "scope_missing", typeof(ScopeMissingException)),
            (403, "plan_required", typeof(PlanRequiredException)),
            (403, "ip_not_allowed", typeof(PermissionDeniedException)),
            (404, "not_found", typeof(NotFoundException)),
            (405, "method_not_allowed", typeof(InvalidRequestException)),
            (409, "already_enrolled", typeof(AlreadyEnrolledException)),
            (409, "audience_changed", typeof(AudienceChangedException)),
            (409, "contact_conflict", typeof(ContactConflictException)),
            (409, "contact_opted_out", typeof(ContactOptedOutException)),
            (409, "idempotency_in_progress", typeof(IdempotencyInProgressException)),
            (409, "invalid_state", typeof(ConflictException)),
            (409, "sequence_not_active", typeof(SequenceNotActiveException)),
            (409, "a_later_code", typeof(ConflictException)),
            (410, "erased", typeof(ErasedException)),
            (412, "precondition_failed", typeof(PreconditionFailedException)),
            (413, "payload_too_large", typeof(InvalidRequestException)),
            (422, "validation_failed", typeof(ValidationFailedException)),
            (422, "filter_too_costly", typeof(FilterTooCostlyException)),
            (422, "idempotency_key_reused", typeof(IdempotencyKeyReusedException)),
            (429, "rate_limited", typeof(RateLimitedException)),
            (429, "account_daily_limit", typeof(AccountDailyLimitException)),
            (500, "internal_error", typeof(ServerErrorException)),
            (503, "service_unavailable", typeof(ServerErrorException)),
        ];
        foreach (var (status, code, exception) in table)
        {
            ApiException error = await RefusedAsync(new FakeServer().Refuse(status, code));
            Assert.Equal(exception, error.GetType());
            Assert.Equal((status, code, "req-1"), (error.Status, error.Code.Value, error.RequestId));
        }
    }

    [Fact]
    public async Task Fields_that_are_wrong_are_named()
    {
        string problem = FakeServer.ProblemJson(422, "validation_failed").TrimEnd()[..^1]
            + """, "errors": [{"field": "text", "code": "required", "detail": "is missing"}]}""";
        _server.Answer(422, problem);
        var error = Assert.IsType<ValidationFailedException>(await RefusedAsync(_server));
        Assert.Equal(("text", "required"), (Assert.Single(error.Errors).Field, error.Errors[0].Code));
        Assert.Contains("text: is missing", error.Message);
        Assert.Contains("req-1", error.Message);
    }

    [Fact]
    public async Task The_missing_scope_is_named()
    {
        string problem = FakeServer.ProblemJson(403, "scope_missing").TrimEnd()[..^1]
            + """, "required_scope": "write:messages"}""";
        _server.Answer(403, problem);
        var error = Assert.IsType<ScopeMissingException>(await RefusedAsync(_server));
        Assert.Equal(Scope.WriteMessages, error.RequiredScope);
    }

    [Fact]
    public async Task The_HTTP_status_decides_and_not_the_one_in_the_problem()
    {
        _server.Answer(409, FakeServer.ProblemJson(200, "contact_opted_out"));
        ApiException error = await RefusedAsync(_server);
        Assert.IsType<ContactOptedOutException>(error);
        Assert.Equal((409, 409), (error.Status, error.Problem.Status));
    }

    [Theory]
    [InlineData(404, "", typeof(NotFoundException))]
    [InlineData(404, "not JSON", typeof(NotFoundException))]
    [InlineData(404, "[1]", typeof(NotFoundException))]
    [InlineData(404, "null", typeof(NotFoundException))]
    [InlineData(404, "\"text\"", typeof(NotFoundException))]
    [InlineData(401, "{}", typeof(AuthenticationFailedException))]
    [InlineData(412, """{"code": 5, "detail": null, "errors": "x", "status": "y"}""", typeof(PreconditionFailedException))]
    [InlineData(422, """{"errors": [1, {"field": "text"}, null]}""", typeof(ValidationFailedException))]
    [InlineData(418, "{", typeof(InvalidRequestException))]
    [InlineData(599, "<html>", typeof(ServerErrorException))]
    public async Task A_body_that_is_no_problem_gives_the_class_of_its_status(int status, string body, Type type)
    {
        _server.Answer(status, body, ("X-Request-Id", "req-7"), ("Retry-After", "3"));
        ApiException error = await RefusedAsync(_server);
        Assert.Equal(type, error.GetType());
        Assert.Equal((status, "req-7", TimeSpan.FromSeconds(3)), (error.Status, error.RequestId, error.RetryAfter));
        Assert.NotNull(error.IdempotencyKey);
        if (status == 422)
        {
            Assert.Equal(("text", ""), (Assert.Single(error.Problem.Errors).Field, error.Problem.Errors[0].Code));
        }
    }

    [Fact]
    public async Task Half_of_a_problem_tells_what_it_has()
    {
        _server.Answer(409, """{"code": "contact_opted_out", "required_scope": 5, "extra": [1], "extra": [2]}""");
        var error = Assert.IsType<ContactOptedOutException>(await RefusedAsync(_server));
        Assert.Equal(2, error.Problem.AdditionalProperties!["extra"][0].GetInt32());
        Assert.Contains("409 contact_opted_out", error.Message);
    }

    [Fact]
    public async Task An_answer_of_something_before_the_api_is_described()
    {
        _server.Answer(502, "<html>bad gateway</html>");
        ApiException error = await RefusedAsync(_server);
        Assert.Equal(502, error.Status);
        Assert.Contains("check the base URL", error.Message);
    }

    [Fact]
    public async Task A_redirect_is_an_error_and_the_key_goes_nowhere_else()
    {
        _server.Answer(302, "", ("Location", "https://elsewhere.test/v1/me"));
        var error = await Assert.ThrowsAsync<UnexpectedAnswerException>(
            () => _server.Client().Messages.SendAsync(1, "@sarah", "Hi"));
        Assert.Contains("redirects", error.Message);
        Assert.Equal(302, error.Status);
        Assert.Equal(Assert.Single(_server.Requests).Headers["idempotency-key"], error.IdempotencyKey);
    }

    [Fact]
    public async Task An_answer_that_is_not_documented_is_an_error_of_the_library()
    {
        _server.Answer(200, """{"id": ["msg_1"]}""");
        var error = await Assert.ThrowsAsync<UnexpectedAnswerException>(() => _server.Client().Messages.SendAsync(1, "@sarah", "Hi"));
        Assert.Contains("QueuedMessage", error.Message);
    }

    [Fact]
    public async Task Problems_keep_members_that_are_not_known()
    {
        string problem = FakeServer.ProblemJson(409, "audience_changed").TrimEnd()[..^1] + """, "eligible": 3}""";
        _server.Answer(409, problem);
        ApiException error = await RefusedAsync(_server);
        Assert.Equal(3, error.Problem.AdditionalProperties["eligible"].GetInt32());
    }

    private static async Task<ApiException> RefusedAsync(FakeServer server)
    {
        try
        {
            await server.Client(options => options.RetryFor = TimeSpan.Zero).Messages.SendAsync(1, "@sarah", "Hi");
        }
        catch (ApiException error)
        {
            return error;
        }
        throw new InvalidOperationException("the request was not refused");
    }
}
