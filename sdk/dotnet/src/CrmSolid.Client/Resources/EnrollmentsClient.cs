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
    /// <param name="status">With this status.</param>
    /// <param name="contactId">Of this contact.</param>
    /// <param name="sequenceId">In this sequence.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Enrollment> ListAsync(
        EnrollmentStatus? status = null, string? contactId = null, string? sequenceId = null,
        CancellationToken cancellationToken = default) =>
        Pages<Enrollment>(
            () => ApiRequest.Get($"/v1/enrollments")
                .Query("status", status)
                .Query("contact_id", contactId)
                .Query("sequence_id", sequenceId),
            cancellationToken);

    /// <summary>Gets one enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> GetAsync(string enrollmentId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Enrollment>($"/v1/enrollments/{enrollmentId}", cancellationToken);

    /// <summary>Pauses an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> PauseAsync(
        string enrollmentId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Enrollment>($"/v1/enrollments/{enrollmentId}/pause", idempotencyKey, cancellationToken);

    /// <summary>Resumes an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="mode">What happens to steps that became due meanwhile. By default they keep their dates.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> ResumeAsync(
        string enrollmentId, ResumeMode? mode = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Enrollment>(
            $"/v1/enrollments/{enrollmentId}/resume", new { mode }, idempotencyKey, cancellationToken);

    /// <summary>Ends an enrollment.</summary>
    /// <param name="enrollmentId">The enrollment.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> StopAsync(
        string enrollmentId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Enrollment>($"/v1/enrollments/{enrollmentId}/stop", idempotencyKey, cancellationToken);
}
