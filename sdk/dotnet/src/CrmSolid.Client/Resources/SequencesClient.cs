using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Series of messages. See <see cref="CrmSolidClient"/>.</summary>
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

    /// <summary>Creates a sequence, as a draft.</summary>
    /// <param name="fields">What it says; the name and the steps are required.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> CreateAsync(
        SequenceFields fields, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<SequenceDetail>($"/v1/sequences", fields, idempotencyKey, cancellationToken);

    /// <summary>
    /// Publishes the next version of a sequence, unless it is what the latest one says. Steps with the same id are the
    /// same.
    /// </summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="fields">What it says from now on; what is left out has its default.</param>
    /// <param name="inFlight">What contacts do who are in it. By default they finish on their version.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the sequence has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> ReplaceAsync(
        string sequenceId, SequenceFields fields, InFlight? inFlight = null, string? idempotencyKey = null,
        string? ifMatch = null, CancellationToken cancellationToken = default) =>
        SendPutAsync<SequenceDetail>(
            $"/v1/sequences/{sequenceId}", new SequenceChange(fields, inFlight), idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Changes a sequence: as <see cref="ReplaceAsync"/>, and what is left out stays.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="fields">What to change; <see cref="SequenceFields.Steps"/> are all steps.</param>
    /// <param name="inFlight">What contacts do who are in it. By default they finish on their version.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the sequence has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> UpdateAsync(
        string sequenceId, SequenceFields fields, InFlight? inFlight = null, string? idempotencyKey = null,
        string? ifMatch = null, CancellationToken cancellationToken = default) =>
        SendPatchAsync<SequenceDetail>(
            $"/v1/sequences/{sequenceId}", new SequenceChange(fields, inFlight), idempotencyKey, ifMatch, cancellationToken);

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

    /// <summary>
    /// Enrolls many contacts. The result of the job is <c>{enrolled, skipped: {reason: number}}</c>; the reasons are
    /// <c>already_enrolled</c>, <c>contact_opted_out</c> and <c>not_found</c>.
    /// </summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="whom">Everybody in a segment, everybody who meets a filter, or up to 1,000 contacts.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> EnrollManyAsync(
        string sequenceId, EnrollmentAudience whom, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Job>($"/v1/sequences/{sequenceId}/enroll", whom, idempotencyKey, cancellationToken);

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
