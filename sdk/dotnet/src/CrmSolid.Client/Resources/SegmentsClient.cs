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
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Segment> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Segment>(Get($"/v1/segments", options), cancellationToken);

    /// <summary>Gets one segment, with the number of its contacts.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Segment> GetAsync(
        string segmentId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Segment>(Get($"/v1/segments/{segmentId}", options), cancellationToken);

    /// <summary>Creates a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenSegment> CreateAsync(
        SegmentInput segment, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<WrittenSegment>(Post($"/v1/segments", options).Body(segment), cancellationToken);

    /// <summary>Changes a segment.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the segment or its count has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenSegment> UpdateAsync(
        string segmentId, SegmentChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<WrittenSegment>(Patch($"/v1/segments/{segmentId}", options).Body(changes), cancellationToken);

    /// <summary>Deletes a segment. Its contacts stay.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the segment or its count has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        string segmentId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/segments/{segmentId}", options), cancellationToken);

    /// <summary>Counts who a filter finds.</summary>
    /// <param name="input">The filter.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SegmentPreview> PreviewAsync(
        FilterInput input, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<SegmentPreview>(Post($"/v1/segments/preview", options).Body(input), cancellationToken);

    /// <summary>Why a contact is in a segment, or is not.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SegmentExplanation> ExplainAsync(
        string segmentId, string contactId, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<SegmentExplanation>(
            Get($"/v1/segments/{segmentId}/explain", options).Query("contact_id", contactId), cancellationToken);

    /// <summary>Adds and removes tags of all contacts in a segment.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="changes">The tags to add and to remove.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> TagAsync(
        string segmentId, TagChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Post($"/v1/segments/{segmentId}/tags", options).Body(changes), cancellationToken);
}
