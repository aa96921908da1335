using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Series of messages, which are made in the panel. See <see cref="CrmSolidClient"/>.</summary>
public class SequencesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected SequencesClient()
        : base(null)
    {
    }

    internal SequencesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists sequences.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Sequence> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<Sequence>(() => ApiRequest.Get($"/v1/sequences"), cancellationToken);

    /// <summary>Gets one sequence, with the steps of its latest version.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> GetAsync(string sequenceId, CancellationToken cancellationToken = default) =>
        SendGetAsync<SequenceDetail>($"/v1/sequences/{sequenceId}", cancellationToken);

    /// <summary>Starts a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> StartAsync(
        string sequenceId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Sequence>($"/v1/sequences/{sequenceId}/start", idempotencyKey, cancellationToken);

    /// <summary>Pauses a sequence. Nobody leaves it.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> PauseAsync(
        string sequenceId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Sequence>($"/v1/sequences/{sequenceId}/pause", idempotencyKey, cancellationToken);

    /// <summary>Resumes a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="mode">What happens to steps that became due meanwhile. By default they keep their dates.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> ResumeAsync(
        string sequenceId, ResumeMode? mode = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Sequence>($"/v1/sequences/{sequenceId}/resume", new { mode }, idempotencyKey, cancellationToken);

    /// <summary>When each step would be sent to a contact, and its text.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequencePreview> PreviewAsync(
        string sequenceId, string contactId, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<SequencePreview>(
            $"/v1/sequences/{sequenceId}/preview", new { contactId }, idempotencyKey, cancellationToken);

    /// <summary>Enrolls a contact.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> EnrollAsync(
        string sequenceId, string contactId, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Enrollment>(
            $"/v1/sequences/{sequenceId}/enroll", new { contactId }, idempotencyKey, cancellationToken);

    /// <summary>Lists enrollments of a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="status">With this status.</param>
    /// <param name="contactId">Of this contact.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Enrollment> EnrollmentsAsync(
        string sequenceId, EnrollmentStatus? status = null, string? contactId = null,
        CancellationToken cancellationToken = default) =>
        Pages<Enrollment>(
            () => ApiRequest.Get($"/v1/sequences/{sequenceId}/enrollments")
                .Query("status", status)
                .Query("contact_id", contactId),
            cancellationToken);
}
