using System.Net.Http.Headers;
using System.Text.Json;

namespace CrmSolid.Client.Http;

/// <summary>
/// Makes the exception of a refusal. The HTTP status alone decides its class: what stands before the API may answer anything.
/// </summary>
internal static class Refusals
{
    public static ApiException Read(Answer answer, ApiRequest request, TimeProvider time)
    {
        HttpResponseHeaders headers = answer.Response.Headers;
        ApiException exception = Exception(ReadProblem(answer, request.Path));
        exception.RetryAfter = RetryAfter(headers, time);
        exception.IdempotencyKey = request.IdempotencyKey;
        exception.Response = answer.Info;
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

    private static Problem ReadProblem(Answer answer, string path)
    {
        int status = answer.Info.Status;
        try
        {
            // Read loosely: half of a problem tells something too.
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                string type = answer.Response.Content.Headers.ContentType?.MediaType ?? "nothing";
                return new Problem
                {
                    Type = Text(root, "type") ?? "about:blank",
                    Title = Text(root, "title") ?? "",
                    Status = status,
                    Detail = Text(root, "detail") ?? $"the server answered {type} without a detail",
                    Code = Text(root, "code") ?? "unknown",
                    Instance = Text(root, "instance") ?? path,
                    RequestId = Text(root, "request_id") ?? answer.Info.RequestId,
                    RequiredScope = Text(root, "required_scope") is { } scope ? new Scope(scope) : (Scope?)null,
                    Errors = Fields(root),
                    AdditionalProperties = Others(root),
                };
            }
        }
        catch (JsonException)
        {
            // Something between client and API wrote it: described below by its status.
        }
        return new Problem
        {
            Type = "about:blank",
            Title = answer.Response.ReasonPhrase ?? "",
            Status = status,
            Detail = "the answer is not one of the API; check the base URL, and what stands between this client and the API",
            Code = "unknown",
            Instance = path,
            RequestId = answer.Info.RequestId,
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static FieldProblem[] Fields(JsonElement root) =>
        root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array
            ? [.. errors.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.Object).Select(each => new FieldProblem
            {
                Field = Text(each, "field") ?? "",
                Code = Text(each, "code") ?? "",
                Detail = Text(each, "detail") ?? "",
            })]
            : [];

    private static Dictionary<string, JsonElement> Others(JsonElement root) => root.EnumerateObject()
        .Where(member => member.Name is not ("type" or "title" or "status" or "detail" or "code" or "instance"
            or "request_id" or "required_scope" or "errors"))
        .GroupBy(member => member.Name)
        .ToDictionary(members => members.Key, members => members.Last().Value.Clone());

    // A proxy in front of the API may give a date, which its own clock tells the distance to.
    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time)
    {
        if (headers.RetryAfter?.Date is not { } date)
        {
            return headers.RetryAfter?.Delta;
        }
        TimeSpan left = date - (headers.Date ?? time.GetUtcNow());
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
