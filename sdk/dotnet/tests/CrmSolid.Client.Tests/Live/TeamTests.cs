using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class TeamTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_note_is_written_changed_and_deleted_and_mentions_a_member()
    {
        Member? owner = null;
        await foreach (Member member in _client.Members.ListAsync())
        {
            owner = member.Role == MemberRole.Owner ? member : owner;
        }
        UpsertedContact contact = await _client.Contacts.CreateAsync(new() { Username = Product.NewUsername() });
        Note written = await _client.Notes.CreateAsync(contact.Id, $"Möchte 40 Plätze. @{owner!.Name}");
        Assert.Equal(owner.Id, Assert.Single(written.Mentions).Id);
        Assert.Equal(AuthorType.Key, written.Author!.Type);
        List<string> listed = [];
        await foreach (Note each in _client.Notes.ListAsync(contact.Id))
        {
            listed.Add(each.Id);
        }
        Assert.Equal([written.Id], listed);

        Note note = await _client.Notes.GetAsync(written.Id);
        Note changed = await _client.Notes.UpdateAsync(note.Id, "Möchte 50 Plätze.", ifMatch: note.ETag);
        Assert.Equal("Möchte 50 Plätze.", changed.Text);
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Notes.DeleteAsync(note.Id, ifMatch: note.ETag));
        await _client.Notes.DeleteAsync(note.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Notes.GetAsync(note.Id));
    }

    [LiveFact]
    public async Task A_template_is_kept_found_changed_and_deleted()
    {
        string name = $"Grüße {Product.NewUsername()}";
        WrittenTemplate kept = await _client.Templates.CreateAsync(name, "Hi {first_name|there} 🚀");
        List<long> found = [];
        await foreach (Template each in _client.Templates.ListAsync(name))
        {
            found.Add(each.Id);
        }
        Assert.Equal([kept.Id], found);

        Template template = await _client.Templates.GetAsync(kept.Id);
        Assert.Equal("Hi {first_name|there} 🚀", template.Text);
        WrittenTemplate renamed = await _client.Templates.UpdateAsync(
            template.Id, name: $"{name} 2", ifMatch: template.ETag);
        Assert.Equal(($"{name} 2", template.Text), (renamed.Name, renamed.Text));
        await _client.Templates.DeleteAsync(template.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Templates.GetAsync(template.Id));
    }
}
