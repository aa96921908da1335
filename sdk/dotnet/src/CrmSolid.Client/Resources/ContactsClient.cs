using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
    /// <param name="search">Part of the name, username or e-mail address.</param>
    /// <param name="tags">Tags that they all have.</param>
    /// <param name="stage">In this stage.</param>
    /// <param name="segment">In this segment.</param>
    /// <param name="updatedSince">Changed at this time or later.</param>
    /// <param name="sort">The order.</param>
    /// <param name="username">Of exactly this username.</param>
    /// <param name="email">Of exactly this e-mail address.</param>
    /// <param name="phone">Of this telephone number, by its digits.</param>
    /// <param name="ids">Of these ids, 100 at most. Unknown ones are left out.</param>
    /// <param name="filter">For whom this holds.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Contact> ListAsync(
        string? search = null, IEnumerable<string>? tags = null, ContactStage? stage = null, string? segment = null,
        DateTimeOffset? updatedSince = null, ContactSort? sort = null, string? username = null, string? email = null,
        string? phone = null, IEnumerable<string>? ids = null, Condition? filter = null,
        CancellationToken cancellationToken = default) =>
        Pages<Contact>(
            () => ApiRequest.Get($"/v1/contacts")
                .Query("search", search)
                .Query("tag", tags)
                .Query("stage", stage)
                .Query("segment", segment)
                .Query("updated_since", updatedSince)
                .Query("sort", sort)
                .Query("username", username)
                .Query("email", email)
                .Query("phone", phone)
                .Query("ids", Joined(ids))
                .Query("filter", Serialized(filter)),
            cancellationToken);

    /// <summary>
    /// Lists all contacts, or those that were changed since the last time. Keep <see cref="Changes{T}.SyncedUntil"/> once
    /// all are read, and give it the next time: none is missed, however late its change is committed. Some come again, so
    /// store them by their ids. Contacts that were erased do not appear.
    /// </summary>
    /// <param name="since"><see cref="Changes{T}.SyncedUntil"/> of the last time.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Changes<Contact> SyncAsync(
        DateTimeOffset? since = null, CancellationToken cancellationToken = default) =>
        new(ListAsync(updatedSince: since, sort: ContactSort.UpdatedAt, cancellationToken: cancellationToken), since);

    /// <summary>Gets one contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Contact> GetAsync(string contactId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Contact>($"/v1/contacts/{contactId}", cancellationToken);

    /// <summary>Creates a contact, or updates the one with this username or e-mail address.</summary>
    /// <param name="contact">Its fields, the username or the e-mail address among them.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the call only updates, and only this version.</param>
    /// <param name="ifNoneMatch"><c>*</c>: the call only creates, and is refused if there is such a contact.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<UpsertedContact> CreateAsync(
        ContactFields contact, string? idempotencyKey = null, string? ifMatch = null, string? ifNoneMatch = null,
        CancellationToken cancellationToken = default)
    {
        ApiRequest request = ApiRequest.Write(HttpMethod.Post, $"/v1/contacts", idempotencyKey)
            .Header("If-Match", ifMatch)
            .Header("If-None-Match", ifNoneMatch)
            .Body(contact);
        return Transport.SendAsync<UpsertedContact>(request, cancellationToken);
    }

    /// <summary>Changes fields of a contact. Tags replace those that are there.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="changes">The fields to change.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the contact has changed since.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenContact> UpdateAsync(
        string contactId, ContactFields changes, string? ifMatch = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<WrittenContact>($"/v1/contacts/{contactId}", changes, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Erases a person, with everything that is kept on them.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if the contact has changed since.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        string contactId, string? ifMatch = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/contacts/{contactId}", idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Adds and removes tags of a contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="add">Tags to add.</param>
    /// <param name="remove">Tags to remove.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the contact has changed since.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenContact> TagAsync(
        string contactId, IEnumerable<string>? add = null, IEnumerable<string>? remove = null, string? ifMatch = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ApiRequest request = ApiRequest.Write(HttpMethod.Post, $"/v1/contacts/{contactId}/tags", idempotencyKey)
            .Header("If-Match", ifMatch)
            .Body(new { add, remove });
        return Transport.SendAsync<WrittenContact>(request, cancellationToken);
    }

    /// <summary>Everything that is kept on one person.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<PersonalData> DataAsync(string contactId, CancellationToken cancellationToken = default) =>
        SendGetAsync<PersonalData>($"/v1/contacts/{contactId}/data", cancellationToken);

    /// <summary>The score of a contact, and a page of its changes, newest first.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="cursor"><see cref="ContactScore.NextCursor"/> of the page before.</param>
    /// <param name="pageSize">How many changes a page has, 1 to 100. The default is 50.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ContactScore> ScoreAsync(
        string contactId, string? cursor = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        Transport.SendAsync<ContactScore>(
            ApiRequest.Get($"/v1/contacts/{contactId}/score").Query("limit", pageSize).Query("cursor", cursor),
            cancellationToken);

    /// <summary>Adds points to the score of a contact by hand, or takes some off.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="points">What to add; below 0 to take off.</param>
    /// <param name="note">Why.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ContactScore> AddPointsAsync(
        string contactId, int points, string? note = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<ContactScore>(
            $"/v1/contacts/{contactId}/points", new { points, note }, idempotencyKey, cancellationToken);

    /// <summary>
    /// Exports contacts as they arrive, as UTF-8. Dispose the stream. Reading fails if the export ends too early.
    /// </summary>
    /// <param name="format">The format. The default is CSV.</param>
    /// <param name="search">Part of the name, username or e-mail address.</param>
    /// <param name="tags">Tags that they all have.</param>
    /// <param name="stage">In this stage.</param>
    /// <param name="segment">In this segment.</param>
    /// <param name="updatedSince">Changed at this time or later.</param>
    /// <param name="username">Of exactly this username.</param>
    /// <param name="email">Of exactly this e-mail address.</param>
    /// <param name="phone">Of this telephone number, by its digits.</param>
    /// <param name="ids">Of these ids, 100 at most. Unknown ones are left out.</param>
    /// <param name="filter">For whom this holds.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Stream> ExportAsync(
        ExportFormat? format = null, string? search = null, IEnumerable<string>? tags = null,
        ContactStage? stage = null, string? segment = null, DateTimeOffset? updatedSince = null,
        string? username = null, string? email = null, string? phone = null, IEnumerable<string>? ids = null,
        Condition? filter = null, CancellationToken cancellationToken = default) =>
        GetStreamAsync(
            ApiRequest.Get($"/v1/contacts/export").Query("format", format)
                .Query("search", search)
                .Query("tag", tags)
                .Query("stage", stage)
                .Query("segment", segment)
                .Query("updated_since", updatedSince)
                .Query("username", username)
                .Query("email", email)
                .Query("phone", phone)
                .Query("ids", Joined(ids))
                .Query("filter", Serialized(filter)),
            cancellationToken);

    private static string? Joined(IEnumerable<string>? ids) => ids is null ? null : string.Join(',', ids);

    private static string? Serialized(Condition? filter) =>
        filter is null ? null : JsonSerializer.Serialize(filter, Json.Options);

    /// <summary>
    /// Imports a CSV file whose first line names the fields. Wait for the job (<see cref="JobsClient.WaitAsync"/>), which
    /// lists rows that failed.
    /// </summary>
    /// <param name="file">The file, 50 MiB at most. It is read in parts and not disposed.</param>
    /// <param name="mapping">
    /// Columns to fields; columns that it does not name are left out. By default by their names.
    /// </param>
    /// <param name="dryRun">True: count what the import would do, and change nothing.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<Job> ImportFileAsync(
        Stream file, IReadOnlyDictionary<string, string>? mapping = null, bool dryRun = false,
        string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        await using UploadSource source = await UploadSource.OfAsync(file, cancellationToken).ConfigureAwait(false);
        ApiRequest request = ApiRequest.Write(HttpMethod.Post, $"/v1/contacts/import", idempotencyKey)
            .Query("dry_run", dryRun ? true : null);
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
            request.Content(onPart => Form(request.IdempotencyKey!, source.Content(onPart), mapping));
        }
        return await Transport.SendAsync<Job>(request, cancellationToken).ConfigureAwait(false);
    }

    private static MultipartFormDataContent Form(
        string idempotencyKey, HttpContent file, IReadOnlyDictionary<string, string> mapping) =>
        new(FilesClient.Boundary(idempotencyKey))
        {
            { file, "file", "contacts.csv" },
            { new StringContent(JsonSerializer.Serialize(mapping, Json.Options)), "mapping" },
        };
}
