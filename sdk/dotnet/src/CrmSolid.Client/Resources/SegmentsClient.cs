using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Saved filters of contacts. See <see cref="CrmSolidClient"/>.</summary>
public class SegmentsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected SegmentsClient()
        : base(null)
    {
    }

    internal SegmentsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists segments.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Segment> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<Segment>(() => ApiRequest.Get($"/v1/segments"), cancellationToken);

    /// <summary>Gets one segment, with the number of its contacts.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Segment> GetAsync(string segmentId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Segment>($"/v1/segments/{segmentId}", cancellationToken);

    /// <summary>Creates a segment.</summary>
    /// <param name="name">The name.</param>
    /// <param name="filter">Who is in it.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenSegment> CreateAsync(
        string name, Condition filter, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<WrittenSegment>($"/v1/segments", new { name, filter }, idempotencyKey, cancellationToken);

    /// <summary>Changes a segment.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="name">The new name.</param>
    /// <param name="filter">Who is in it from now on.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the segment or its count has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenSegment> UpdateAsync(
        string segmentId, string? name = null, Condition? filter = null, string? idempotencyKey = null,
        string? ifMatch = null, CancellationToken cancellationToken = default) =>
        SendPatchAsync<WrittenSegment>(
            $"/v1/segments/{segmentId}", new { name, filter }, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Deletes a segment. Its contacts stay.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if the segment or its count has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        string segmentId, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/segments/{segmentId}", idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Counts who a filter finds.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SegmentPreview> PreviewAsync(
        Condition filter, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<SegmentPreview>($"/v1/segments/preview", new { filter }, idempotencyKey, cancellationToken);

    /// <summary>Why a contact is in a segment, or is not.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SegmentExplanation> ExplainAsync(
        string segmentId, string contactId, CancellationToken cancellationToken = default) =>
        Transport.SendAsync<SegmentExplanation>(
            ApiRequest.Get($"/v1/segments/{segmentId}/explain").Query("contact_id", contactId), cancellationToken);

    /// <summary>Adds and removes tags of all contacts in a segment.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="add">Tags to add.</param>
    /// <param name="remove">Tags to remove.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> TagAsync(
        string segmentId, IEnumerable<string>? add = null, IEnumerable<string>? remove = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Job>($"/v1/segments/{segmentId}/tags", new { add, remove }, idempotencyKey, cancellationToken);
}
