using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Notes about contacts, for the team alone. See <see cref="CrmSolidClient"/>.</summary>
public class NotesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected NotesClient()
        : base(null)
    {
    }

    internal NotesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists the notes about a contact, newest first.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Note> ListAsync(string contactId, CancellationToken cancellationToken = default) =>
        Pages<Note>(() => ApiRequest.Get($"/v1/contacts/{contactId}/notes"), cancellationToken);

    /// <summary>Gets one note.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> GetAsync(string noteId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Note>($"/v1/notes/{noteId}", cancellationToken);

    /// <summary>Writes a note about a contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="text">What it says; <c>@name</c> tells a member.</param>
    /// <param name="threadId">The thread with the contact that it belongs to.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> CreateAsync(
        string contactId, string text, string? threadId = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Note>(
            $"/v1/contacts/{contactId}/notes", new { text, threadId }, idempotencyKey, cancellationToken);

    /// <summary>Changes a note that the key has written.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="text">What it says from now on.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the note has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> UpdateAsync(
        string noteId, string text, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<Note>($"/v1/notes/{noteId}", new { text }, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Deletes a note that the key has written.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if the note has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        string noteId, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/notes/{noteId}", idempotencyKey, ifMatch, cancellationToken);
}
