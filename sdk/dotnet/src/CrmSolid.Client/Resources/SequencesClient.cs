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
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Sequence> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Sequence>(Get($"/v1/sequences", options), cancellationToken);

    /// <summary>Gets one sequence, with the steps of its latest version.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> GetAsync(
        string sequenceId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<SequenceDetail>(Get($"/v1/sequences/{sequenceId}", options), cancellationToken);

    /// <summary>Creates a sequence, as a draft.</summary>
    /// <param name="fields">What it says; the name and the steps are required.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> CreateAsync(
        SequenceFields fields, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<SequenceDetail>(Post($"/v1/sequences", options).Body(fields), cancellationToken);

    /// <summary>
    /// Publishes the next version of a sequence, unless it is what the latest one says. Steps with the same id are the
    /// same.
    /// </summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="sequence">What it says from now on; what is left out has its default.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the sequence has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> ReplaceAsync(
        string sequenceId, SequenceChanges sequence, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<SequenceDetail>(Put($"/v1/sequences/{sequenceId}", options).Body(sequence), cancellationToken);

    /// <summary>Changes a sequence: as <see cref="ReplaceAsync"/>, and what is left out stays.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="changes">What to change; <see cref="SequenceFields.Steps"/> are all steps.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the sequence has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceDetail> UpdateAsync(
        string sequenceId, SequenceChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<SequenceDetail>(Patch($"/v1/sequences/{sequenceId}", options).Body(changes), cancellationToken);

    /// <summary>Starts a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> StartAsync(
        string sequenceId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Sequence>(Post($"/v1/sequences/{sequenceId}/start", options), cancellationToken);

    /// <summary>Pauses a sequence. Nobody leaves it.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> PauseAsync(
        string sequenceId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Sequence>(Post($"/v1/sequences/{sequenceId}/pause", options), cancellationToken);

    /// <summary>Resumes a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="input">What happens to steps that became due meanwhile. By default they keep their dates.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Sequence> ResumeAsync(
        string sequenceId, ResumeSequenceInput? input = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Sequence>(Post($"/v1/sequences/{sequenceId}/resume", options).Body(input ?? new()), cancellationToken);

    /// <summary>When each step would be sent to a contact, and its text.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequencePreview> PreviewAsync(
        string sequenceId, string contactId, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<SequencePreview>(
            Post($"/v1/sequences/{sequenceId}/preview", options).Body(new SequenceContactInput { ContactId = contactId }),
            cancellationToken);

    /// <summary>Enrolls a contact.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Enrollment> EnrollAsync(
        string sequenceId, string contactId, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Enrollment>(
            Post($"/v1/sequences/{sequenceId}/enroll", options).Body(new SequenceContactInput { ContactId = contactId }),
            cancellationToken);

    /// <summary>
    /// Enrolls many contacts. The result of the job is <c>{enrolled, skipped: {reason: number}}</c>; the reasons are
    /// <c>already_enrolled</c>, <c>contact_opted_out</c> and <c>not_found</c>.
    /// </summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="whom">Everybody in a segment, everybody who meets a filter, or up to 1,000 contacts.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> EnrollManyAsync(
        string sequenceId, EnrollmentAudience whom, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Post($"/v1/sequences/{sequenceId}/enroll", options).Body(whom), cancellationToken);

    /// <summary>Lists enrollments of a sequence.</summary>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Enrollment> EnrollmentsAsync(
        string sequenceId, SequenceEnrollmentQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Pages<Enrollment>(Get($"/v1/sequences/{sequenceId}/enrollments", options).With(query), cancellationToken);
}

/// <summary>Which enrollments of a sequence to list.</summary>
public sealed class SequenceEnrollmentQuery : IQuery
{
    /// <summary>With this status.</summary>
    public EnrollmentStatus? Status { get; init; }

    /// <summary>Of this contact.</summary>
    public string? ContactId { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("status", Status)
        .Query("contact_id", ContactId);
}
