using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class TeamTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_note_is_written_changed_and_deleted_and_mentions_a_member()
    {
        IReadOnlyList<Member> members = await Product.AllAsync(_client.Members.ListAsync());
        Member owner = Assert.Single(members, each => each.Role == MemberRole.Owner);
        UpsertedContact contact = await Product.NewContactAsync();
        Note written = await _client.Notes.CreateAsync(
            contact.Id, new() { Text = $"Möchte 40 Plätze. @{owner.Name}" });
        Assert.Equal(owner.Id, Assert.Single(written.Mentions).Id);
        Assert.Equal(AuthorType.Key, written.Author!.Type);
        Assert.Equal(written.Id, Assert.Single(await Product.AllAsync(_client.Notes.ListAsync(contact.Id))).Id);

        Note note = await _client.Notes.GetAsync(written.Id);
        Note changed = await _client.Notes.UpdateAsync(
            note.Id, new() { Text = "Möchte 50 Plätze." }, new() { IfMatch = note.ETag });
        Assert.Equal("Möchte 50 Plätze.", changed.Text);
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Notes.DeleteAsync(note.Id, new() { IfMatch = note.ETag }));
        await _client.Notes.DeleteAsync(note.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Notes.GetAsync(note.Id));
    }

    [LiveFact]
    public async Task A_template_is_kept_found_changed_and_deleted()
    {
        string name = $"Grüße {Product.NewUsername()}";
        WrittenTemplate kept = await _client.Templates.CreateAsync(
            new() { Name = name, Text = "Hi {first_name|there} 🚀" });
        Assert.Equal(kept.Id, Assert.Single(await Product.AllAsync(_client.Templates.ListAsync(new() { Search = name }))).Id);

        Template template = await _client.Templates.GetAsync(kept.Id);
        Assert.Equal("Hi {first_name|there} 🚀", template.Text);
        WrittenTemplate renamed = await _client.Templates.UpdateAsync(
            template.Id, new() { Name = $"{name} 2" }, new() { IfMatch = template.ETag });
        Assert.Equal(($"{name} 2", template.Text), (renamed.Name, renamed.Text));
        await _client.Templates.DeleteAsync(template.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Templates.GetAsync(template.Id));
    }

    [LiveFact]
    public async Task A_thread_is_closed_assigned_and_shown_as_unread()
    {
        UpsertedContact contact = await Product.NewContactAsync();
        QueuedMessage queued = await _client.Messages.SendToContactAsync(Product.Account, contact.Id, "Hello");
        Message message = await _client.Messages.GetAsync(queued.Id);
        // Sending it changes the conversation once more.
        await Product.EventuallyAsync(
            () => _client.Messages.GetAsync(queued.Id), sent => sent.Status == MessageStatus.Sent);
        ThreadWithMessages thread = await _client.Threads.GetAsync(message.ThreadId!, new() { Messages = 1 });
        Assert.Equal(queued.Id, Assert.Single(thread.Messages).Id);

        Member owner = (await Product.AllAsync(_client.Members.ListAsync()))[0];
        ChangedThread changed = await _client.Threads.UpdateAsync(
            thread.Id, new() { State = ThreadState.Closed, AssigneeId = owner.Id }, new() { IfMatch = thread.ETag });
        Assert.Equal((ThreadState.Closed, owner.Id), (changed.State, changed.Assignee!.Id));
        List<MessageThread> closed = await Product.AllAsync(
            _client.Threads.ListAsync(new() { ContactId = contact.Id, State = ThreadState.Closed }));
        Assert.Equal(thread.Id, Assert.Single(closed).Id);
        Assert.Equal(thread.Id, (await _client.Threads.UnreadAsync(thread.Id)).Id);
        // Only Telegram has older messages.
        await Assert.ThrowsAsync<ConflictException>(() => _client.Threads.LoadHistoryAsync(thread.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Threads.HistoryAsync(thread.Id));
    }
}
