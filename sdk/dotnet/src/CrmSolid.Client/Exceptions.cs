namespace CrmSolid.Client;

/// <summary>The base of all exceptions of this library.</summary>
public class CrmSolidException : Exception
{
    /// <summary>Makes an exception with a message and, where there is one, its cause.</summary>
    public CrmSolidException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// The idempotency key that the write was sent with: repeat the call with it, and nothing is done twice. Null for a
    /// read.
    /// </summary>
    public string? IdempotencyKey { get; internal set; }
}

/// <summary>
/// The server could not be reached, or the connection ended before the answer was complete. A write may have been done:
/// repeat it with <see cref="CrmSolidException.IdempotencyKey"/>.
/// </summary>
public class ConnectionFailedException : CrmSolidException
{
    /// <summary>
    /// False if nothing can have been done: each attempt found no server, or one that refused it for the rate limit.
    /// </summary>
    public bool MayHaveHappened { get; internal set; } = true;

    /// <summary>Makes an exception with a message and its cause.</summary>
    public ConnectionFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There was no complete answer within <see cref="CrmSolidClientOptions.Timeout"/>.</summary>
public sealed class RequestTimedOutException : ConnectionFailedException
{
    /// <summary>Makes an exception with a message and its cause.</summary>
    public RequestTimedOutException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The answer is not what the API documents: a success that cannot be read, or a redirect, which is never followed because
/// the key would go elsewhere. A write may have been done: repeat it with <see cref="CrmSolidException.IdempotencyKey"/>.
/// </summary>
public sealed class UnexpectedAnswerException : CrmSolidException
{
    /// <summary>Makes an exception of an answer.</summary>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="response">Its status and headers.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public UnexpectedAnswerException(string message, ResponseInfo response, Exception? innerException = null)
        : base(message, innerException)
    {
        Response = response;
    }

    /// <summary>Status and headers of the answer.</summary>
    public ResponseInfo Response { get; }

    /// <summary>The HTTP status.</summary>
    public int Status => Response.Status;

    /// <summary>The id of the request, to find it in logs.</summary>
    public string? RequestId => Response.RequestId;
}

/// <summary>
/// The write waits until a member approves it in the panel, and nothing was done yet. <see cref="Proposal"/> says why and
/// until when; <see cref="ProposalsClient.GetAsync"/> tells what became of it. Do not send it another way.
/// </summary>
public sealed class CrmSolidApprovalPendingException : CrmSolidException
{
    /// <summary>Makes an exception of a proposal.</summary>
    public CrmSolidApprovalPendingException(Proposal proposal)
        : base($"this waits for an approval as {proposal.Id}, and nothing was done yet{Request(proposal)}")
    {
        Proposal = proposal;
    }

    /// <summary>What waits, with status and headers of the answer.</summary>
    public Proposal Proposal { get; }

    /// <summary>The id of the request, to find it in logs.</summary>
    public string? RequestId => Proposal.Response?.RequestId;

    private static string Request(Proposal proposal) =>
        proposal.Response?.RequestId is { } id ? $" (request {id})" : "";
}

/// <summary>
/// An event that is not what the API documents: in a webhook whose signature is right, a list or a stream. The position of
/// the list or stream has moved past it, so that the enumeration can go on. A receiver keeps <see cref="Json"/> and answers
/// 2xx, because a refusal would only disable the endpoint.
/// </summary>
public sealed class UnreadableEventException : CrmSolidException
{
    /// <summary>Makes an exception of an event.</summary>
    /// <param name="id">Its id, as far as it can be read.</param>
    /// <param name="type">Its type, as far as it can be read.</param>
    /// <param name="json">Its JSON as it came.</param>
    /// <param name="innerException">The cause.</param>
    public UnreadableEventException(string? id, string? type, string json, Exception? innerException = null)
        : base($"the event {id ?? "without an id"} cannot be read: {innerException?.Message}", innerException)
    {
        Id = id;
        Type = type;
        Json = json;
    }

    /// <summary>The id of the event; null if it cannot be read.</summary>
    public string? Id { get; }

    /// <summary>The type of the event, such as <c>message.received</c>; null if it cannot be read.</summary>
    public string? Type { get; }

    /// <summary>The JSON as it came. It may be no JSON at all.</summary>
    public string Json { get; }

    /// <summary>The position right after it, to go on from; null for a webhook.</summary>
    public string? Position { get; internal set; }
}

/// <summary>
/// The caller's token has ended the call. A write may have been done: repeat it with <see cref="IdempotencyKey"/>.
/// </summary>
public sealed class CallCanceledException : OperationCanceledException
{
    /// <summary>Makes an exception of a canceled call.</summary>
    /// <param name="idempotencyKey">The key of the write; null for a read.</param>
    /// <param name="innerException">The cause.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public CallCanceledException(
        string? idempotencyKey, Exception? innerException = null, CancellationToken cancellationToken = default)
        : base("the call was canceled", innerException, cancellationToken)
    {
        IdempotencyKey = idempotencyKey;
    }

    /// <summary>The idempotency key that the write was sent with; null for a read.</summary>
    public string? IdempotencyKey { get; }
}

/// <summary>The server refused the request. Derived exceptions tell the kinds of refusals apart.</summary>
public class ApiException : CrmSolidException
{
    /// <summary>Makes an exception of a refusal.</summary>
    public ApiException(Problem problem)
        : base($"{problem.Status} {problem.Code}: {problem.Detail}{Places(problem)}{Request(problem)}")
    {
        Problem = problem;
    }

    /// <summary>The whole problem document.</summary>
    public Problem Problem { get; }

    /// <summary>The HTTP status.</summary>
    public int Status => (int)Problem.Status;

    /// <summary>The stable code to branch on.</summary>
    public ErrorCode Code => Problem.Code;

    /// <summary>The id of the request, to find it in logs.</summary>
    public string? RequestId => Problem.RequestId ?? Response?.RequestId;

    /// <summary>How long the server asks to wait; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; internal set; }

    /// <summary>Status and headers of the answer; null for an exception that a test makes.</summary>
    public ResponseInfo? Response { get; internal set; }

    // An answer of the API tells what is left. Without it nothing is.
    internal bool LimitIsUsedUp => Response?.Headers.GetValueOrDefault("X-RateLimit-Remaining", "0") == "0";

    private static string Request(Problem problem) =>
        problem.RequestId is null ? "" : $" (request {problem.RequestId})";

    private static string Places(Problem problem) =>
        string.Concat(problem.Errors.Select(error => $"; {error.Field}: {error.Detail}"));
}

/// <summary>400 and other 4xx: the request itself is wrong.</summary>
public sealed class InvalidRequestException(Problem problem) : ApiException(problem);

/// <summary>401: the key is missing, mistyped, revoked or expired.</summary>
public sealed class AuthenticationFailedException(Problem problem) : ApiException(problem);

/// <summary>403: the key may not do this, from this address or on this plan.</summary>
public class PermissionDeniedException(Problem problem) : ApiException(problem);

/// <summary>403 <c>scope_missing</c>: the key does not have a scope.</summary>
public sealed class ScopeMissingException(Problem problem) : PermissionDeniedException(problem)
{
    /// <summary>The scope that the key needs.</summary>
    public Scope? RequiredScope => Problem.RequiredScope;
}

/// <summary>403 <c>plan_required</c>: the plan of the workspace does not include this.</summary>
public sealed class PlanRequiredException(Problem problem) : PermissionDeniedException(problem);

/// <summary>404: there is no such object in the workspace.</summary>
public sealed class NotFoundException(Problem problem) : ApiException(problem);

/// <summary>409: the files of the workspace take all the space it has.</summary>
public sealed class FileQuotaExceededException(Problem problem) : ConflictException(problem);

/// <summary>409: the installation does not fetch files of this size from Telegram.</summary>
public sealed class FileTooLargeException(Problem problem) : ConflictException(problem);

/// <summary>410: nobody has the content of the file any more.</summary>
public sealed class FileGoneException(Problem problem) : ApiException(problem);

/// <summary>410 <c>erased</c>: the stored answer was about a contact that has been erased.</summary>
public sealed class ErasedException(Problem problem) : ApiException(problem);

/// <summary>409: the request does not fit the state of what it is about.</summary>
public class ConflictException(Problem problem) : ApiException(problem);

/// <summary>409 <c>idempotency_in_progress</c>: the first request with this idempotency key still runs.</summary>
public sealed class IdempotencyInProgressException(Problem problem) : ConflictException(problem);

/// <summary>409 <c>audience_changed</c>: people, text, accounts, pace or time are not as in the preview. Preview the
/// broadcast again, and start it with the new hash.</summary>
public sealed class AudienceChangedException(Problem problem) : ConflictException(problem);

/// <summary>409 <c>contact_conflict</c>: the username and the e-mail address belong to two contacts.</summary>
public sealed class ContactConflictException(Problem problem) : ConflictException(problem);

/// <summary>409 <c>contact_opted_out</c>: the contact wants no messages.</summary>
public sealed class ContactOptedOutException(Problem problem) : ConflictException(problem);

/// <summary>409 <c>already_enrolled</c>: the contact is in the sequence.</summary>
public sealed class AlreadyEnrolledException(Problem problem) : ConflictException(problem);

/// <summary>409 <c>sequence_not_active</c>: the sequence is a draft or paused.</summary>
public sealed class SequenceNotActiveException(Problem problem) : ConflictException(problem);

/// <summary>412 <c>precondition_failed</c>: the object has changed since the ETag was read, or exists already.</summary>
public sealed class PreconditionFailedException(Problem problem) : ApiException(problem);

/// <summary>422 <c>validation_failed</c>: fields of the body are wrong; see <see cref="Errors"/>.</summary>
public sealed class ValidationFailedException(Problem problem) : ApiException(problem)
{
    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyList<FieldProblem> Errors => Problem.Errors;
}

/// <summary>422 <c>idempotency_key_reused</c>: the key was used before, for another request.</summary>
public sealed class IdempotencyKeyReusedException(Problem problem) : ApiException(problem);

/// <summary>422 <c>filter_too_costly</c>: finding the contacts that meet a filter takes too long.</summary>
public sealed class FilterTooCostlyException(Problem problem) : ApiException(problem);

/// <summary>429 <c>rate_limited</c>: too many requests, also after the retries.</summary>
public sealed class RateLimitedException(Problem problem) : ApiException(problem);

/// <summary>
/// 429 <c>account_daily_limit</c>: the Telegram account has sent all that it may in 24 hours. It is never retried; see
/// <see cref="ApiException.RetryAfter"/> for the time to the first free slot.
/// </summary>
public sealed class AccountDailyLimitException(Problem problem) : ApiException(problem);

/// <summary>5xx: the server failed, also after the retries.</summary>
public sealed class ServerErrorException(Problem problem) : ApiException(problem);
