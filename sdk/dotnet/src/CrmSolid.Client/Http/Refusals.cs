using System.Net.Http.Headers;
using System.Text.Json;

namespace CrmSolid.Client.Http;

/// <summary>Makes the exception of a refusal.</summary>
internal static class Refusals
{
    public static ApiException Read(HttpResponseMessage response, byte[] body, string? idempotencyKey, TimeProvider time)
    {
        ApiException exception = Exception(ReadProblem(response, body));
        exception.RetryAfter = RetryAfter(response.Headers, time);
        exception.IdempotencyKey = idempotencyKey;
        return exception;
    }

    private static ApiException Exception(Problem problem) => (problem.Status, problem.Code.Value) switch
    {
        (401, _) => new AuthenticationFailedException(problem),
        (403, "scope_missing") => new ScopeMissingException(problem),
        (403, "plan_required") => new PlanRequiredException(problem),
        (403, _) => new PermissionDeniedException(problem),
        (404, _) => new NotFoundException(problem),
        (409, "idempotency_in_progress") => new IdempotencyInProgressException(problem),
        (409, "audience_changed") => new AudienceChangedException(problem),
        (409, "contact_conflict") => new ContactConflictException(problem),
        (409, "contact_opted_out") => new ContactOptedOutException(problem),
        (409, "already_enrolled") => new AlreadyEnrolledException(problem),
        (409, "sequence_not_active") => new SequenceNotActiveException(problem),
        (409, "file_quota_exceeded") => new FileQuotaExceededException(problem),
        (409, "file_too_large") => new FileTooLargeException(problem),
        (409, _) => new ConflictException(problem),
        (410, "file_gone") => new FileGoneException(problem),
        (410, _) => new ErasedException(problem),
        (412, _) => new PreconditionFailedException(problem),
        (422, "idempotency_key_reused") => new IdempotencyKeyReusedException(problem),
        (422, "filter_too_costly") => new FilterTooCostlyException(problem),
        (422, _) => new ValidationFailedException(problem),
        (429, "account_daily_limit") => new AccountDailyLimitException(problem),
        (429, _) => new RateLimitedException(problem),
        ( >= 500, _) => new ServerErrorException(problem),
        ( >= 400, _) => new InvalidRequestException(problem),
        _ => new ApiException(problem),
    };

    private static Problem ReadProblem(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                if (JsonSerializer.Deserialize<Problem>(body, Json.Options) is { } problem)
                {
                    return problem;
                }
            }
            catch (JsonException)
            {
                // Something between client and API wrote it: described below by its status.
            }
        }
        int status = (int)response.StatusCode;
        string detail = status is >= 300 and < 400
            ? "the server redirects; check the base URL"
            : "the answer is not one of the API; check the base URL, and what stands between this client and the API";
        return new Problem
        {
            Type = "about:blank",
            Title = response.ReasonPhrase ?? "",
            Status = status,
            Detail = detail,
            Code = "unknown",
            Instance = response.RequestMessage?.RequestUri?.AbsolutePath ?? "",
            RequestId = response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.First() : null,
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };
}
