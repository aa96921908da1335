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
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Note> ListAsync(
        string contactId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Note>(Get($"/v1/contacts/{contactId}/notes", options), cancellationToken);

    /// <summary>Gets one note.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> GetAsync(
        string noteId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Note>(Get($"/v1/notes/{noteId}", options), cancellationToken);

    /// <summary>Writes a note about a contact.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="note">The note.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> CreateAsync(
        string contactId, NoteInput note, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Note>(Post($"/v1/contacts/{contactId}/notes", options).Body(note), cancellationToken);

    /// <summary>Changes a note that the key has written.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="changes">What it says from now on.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the note has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Note> UpdateAsync(
        string noteId, NoteChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Note>(Patch($"/v1/notes/{noteId}", options).Body(changes), cancellationToken);

    /// <summary>Deletes a note that the key has written.</summary>
    /// <param name="noteId">The note.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the note has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        string noteId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/notes/{noteId}", options), cancellationToken);
}
