using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>People. See <see cref="CrmSolidClient"/>.</summary>
public class ContactsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected ContactsClient()
        : base(null)
    {
    }

    internal ContactsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists contacts, newest first unless sorted otherwise.</summary>
    /// <param name="query">Which ones, in which order. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Contact> ListAsync(
        ContactQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Contact>(Get($"/v1/contacts", options).With(query), cancellationToken);

    /// <summary>
    /// Lists all contacts, or those that were changed since the last time. Keep <see cref="Changes{T}.SyncedUntil"/> once
    /// all are read, and give it the next time: none is missed, however late its change is committed. Some come again, so
    /// store them by their ids. Contacts that were erased do not appear.
    /// </summary>
    /// <param name="since"><see cref="Changes{T}.SyncedUntil"/> of the last time.</param>
    /// <param name="options">What these calls do otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Changes<Contact> SyncAsync(
        DateTimeOffset? since = null, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        var query = new ContactQuery { UpdatedSince = since, Sort = ContactSort.UpdatedAt };
        return new(ListAsync(query, options, cancellationToken), since);
    }

    /// <summary>Gets one contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Contact> GetAsync(
        string contactId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Contact>(Get($"/v1/contacts/{contactId}", options), cancellationToken);

    /// <summary>Creates a contact, or updates the one with this username or e-mail address.</summary>
    /// <param name="contact">Its fields, the username or the e-mail address among them.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call only updates, and only this version. With
    /// <see cref="RequestOptions.IfNoneMatch"/> <c>*</c> it only creates, and is refused if there is such a contact.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<UpsertedContact> CreateAsync(
        ContactFields contact, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<UpsertedContact>(Post($"/v1/contacts", options).Body(contact), cancellationToken);

    /// <summary>Changes fields of a contact. Tags replace those that are there.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="changes">The fields to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the contact has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenContact> UpdateAsync(
        string contactId, ContactFields changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<WrittenContact>(Patch($"/v1/contacts/{contactId}", options).Body(changes), cancellationToken);

    /// <summary>Erases a person, with everything that is kept on them.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the contact has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        string contactId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/contacts/{contactId}", options), cancellationToken);

    /// <summary>Adds and removes tags of a contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="changes">The tags to add and to remove.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the contact has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenContact> TagAsync(
        string contactId, TagChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<WrittenContact>(Post($"/v1/contacts/{contactId}/tags", options).Body(changes), cancellationToken);

    /// <summary>Everything that is kept on one person.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<PersonalData> DataAsync(
        string contactId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<PersonalData>(Get($"/v1/contacts/{contactId}/data", options), cancellationToken);

    /// <summary>The score of a contact, and a page of its changes, newest first.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="query">Which page. By default the first.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ContactScore> ScoreAsync(
        string contactId, ScoreQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<ContactScore>(
            Get($"/v1/contacts/{contactId}/score", options).With(query), cancellationToken);

    /// <summary>Adds points to the score of a contact by hand, or takes some off.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="points">How many, and why.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ContactScore> AddPointsAsync(
        string contactId, PointsInput points, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<ContactScore>(Post($"/v1/contacts/{contactId}/points", options).Body(points), cancellationToken);

    /// <summary>
    /// Exports contacts as they arrive, as UTF-8. Dispose the stream. Reading fails if the export ends too early.
    /// </summary>
    /// <param name="query">Which ones, in which format. By default all, as CSV.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Stream> ExportAsync(
        ContactExportQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamAsync(Get($"/v1/contacts/export", options).With(query), cancellationToken);

    /// <summary>
    /// Imports a CSV file whose first line names the fields. Wait for the job (<see cref="JobsClient.WaitAsync"/>), which
    /// lists rows that failed.
    /// </summary>
    /// <param name="file">The file, 50 MiB at most. It is read in parts and not disposed.</param>
    /// <param name="import">How to read it. By default its columns are fields by their names.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<Job> ImportFileAsync(
        Stream file, ContactImport? import = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ApiRequest request = Post($"/v1/contacts/import", options)
            .Query("dry_run", import is { DryRun: true } ? true : null);
        string? mapping = import?.Mapping is { } columns ? Json.WriteText(columns) : null;
        await using UploadSource source = await UploadSource.OfAsync(file, request, cancellationToken).ConfigureAwait(false);
        if (mapping is null)
        {
            request.Content(onPart =>
            {
                StreamContent content = source.Content(onPart);
                content.Headers.ContentType = new("text/csv");
                return content;
            });
        }
        else
        {
            request.Content(onPart => new MultipartFormDataContent(FilesClient.Boundary(request.IdempotencyKey!))
            {
                { source.Content(onPart), "file", "contacts.csv" },
                { new StringContent(mapping), "mapping" },
            });
        }
        return await CallAsync<Job>(request, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Which contacts to list or to export.</summary>
public abstract class ContactCriteria
{
    private protected ContactCriteria()
    {
    }

    /// <summary>Part of the name, username or e-mail address.</summary>
    public string? Search { get; init; }

    /// <summary>Tags that they all have.</summary>
    public IEnumerable<string>? Tags { get; init; }

    /// <summary>In this stage.</summary>
    public ContactStage? Stage { get; init; }

    /// <summary>In the segment with this id.</summary>
    public string? Segment { get; init; }

    /// <summary>Changed at this time or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>Of exactly this username.</summary>
    public string? Username { get; init; }

    /// <summary>Of exactly this e-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>Of this telephone number, by its digits.</summary>
    public string? Phone { get; init; }

    /// <summary>Of these ids, 100 at most. Unknown ones are left out.</summary>
    public IEnumerable<string>? Ids { get; init; }

    /// <summary>For whom this holds.</summary>
    public Condition? Filter { get; init; }

    private protected ApiRequest AddCriteriaTo(ApiRequest request) => request
        .Query("search", Search)
        .Query("tag", Tags)
        .Query("stage", Stage)
        .Query("segment", Segment)
        .Query("updated_since", UpdatedSince)
        .Query("username", Username)
        .Query("email", Email)
        .Query("phone", Phone)
        .Query("ids", Ids is null ? null : string.Join(',', Ids))
        .Query("filter", Filter is null ? null : Json.WriteText(Filter));
}

/// <summary>Which contacts to list, and in which order.</summary>
public sealed class ContactQuery : ContactCriteria, IQuery
{
    /// <summary>The order.</summary>
    public ContactSort? Sort { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => AddCriteriaTo(request).Query("sort", Sort);
}

/// <summary>Which contacts to export, and in which format.</summary>
public sealed class ContactExportQuery : ContactCriteria, IQuery
{
    /// <summary>The format. The default is CSV.</summary>
    public ExportFormat? Format { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => AddCriteriaTo(request).Query("format", Format);
}

/// <summary>Which changes of a score to answer.</summary>
public sealed class ScoreQuery : IQuery
{
    /// <summary><see cref="ContactScore.NextCursor"/> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many changes a page has, 1 to 100. The default is 50.</summary>
    public int? PageSize { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("cursor", Cursor)
        .Query("limit", PageSize);
}

/// <summary>How to read a file of contacts.</summary>
public sealed class ContactImport
{
    /// <summary>Columns to fields; columns that it does not name are left out. By default by their names.</summary>
    public IReadOnlyDictionary<string, string>? Mapping { get; init; }

    /// <summary>True: count what the import would do, and change nothing.</summary>
    public bool DryRun { get; init; }
}
