using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Contacts in sequences. See <see cref="CrmSolidClient"/>.</summary>
public class EnrollmentsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected EnrollmentsClient()
        : base(null)
    {
    }

    internal EnrollmentsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists enrollments, newest first.</summary>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Enrollment> ListAsync(
        EnrollmentQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Enrollment>(Get($"/v1/enrollments", options).With(query), cancellationToken);

    /// <summary>Gets one enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> GetAsync(
        string enrollmentId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Enrollment>(Get($"/v1/enrollments/{enrollmentId}", options), cancellationToken);

    /// <summary>Pauses an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> PauseAsync(
        string enrollmentId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Enrollment>(Post($"/v1/enrollments/{enrollmentId}/pause", options), cancellationToken);

    /// <summary>Resumes an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="input">What happens to steps that became due meanwhile. By default they keep their dates.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> ResumeAsync(
        string enrollmentId, ResumeSequenceInput? input = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Enrollment>(
            Post($"/v1/enrollments/{enrollmentId}/resume", options).Body(input ?? new()), cancellationToken);

    /// <summary>Ends an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> StopAsync(
        string enrollmentId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Enrollment>(Post($"/v1/enrollments/{enrollmentId}/stop", options), cancellationToken);
}

/// <summary>Which enrollments to list.</summary>
public sealed class EnrollmentQuery : IQuery
{
    /// <summary>With this status.</summary>
    public EnrollmentStatus? Status { get; init; }

    /// <summary>Of this contact.</summary>
    public string? ContactId { get; init; }

    /// <summary>In this sequence.</summary>
    public string? SequenceId { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("status", Status)
        .Query("contact_id", ContactId)
        .Query("sequence_id", SequenceId);
}
