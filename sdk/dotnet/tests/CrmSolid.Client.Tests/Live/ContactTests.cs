using System.Text;
using System.Text.Json;
using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class ContactTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_contact_is_written_read_tagged_and_erased()
    {
        string username = Product.NewUsername();
        UpsertedContact created = await _client.Contacts.CreateAsync(new()
        {
            Username = $"@{username}",
            Name = "Мария Müller 😀",
            Email = $"{username}@example.com",
            Tags = ["trial"],
            CustomFields = new Dictionary<string, object?> { ["city"] = "Köln 🏰" },
        });
        Assert.True(created.Created);
        Contact contact = await _client.Contacts.GetAsync(created.Id);
        Assert.Equal("Мария Müller 😀", contact.Name);
        Assert.Equal("Köln 🏰", contact.CustomFields["city"].GetString());

        WrittenContact written = await _client.Contacts.UpdateAsync(
            contact.Id, new() { Email = null, Stage = ContactStage.Qualified }, new() { IfMatch = contact.ETag });
        Assert.Null(written.Email);
        Assert.Equal(ContactStage.Qualified, written.Stage);
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Contacts.UpdateAsync(contact.Id, new() { Name = "Late" }, new() { IfMatch = contact.ETag }));

        WrittenContact tagged = await _client.Contacts.TagAsync(contact.Id, new() { Add = ["vip"], Remove = ["trial"] });
        Assert.Equal(["vip"], tagged.Tags);
        PersonalData data = await _client.Contacts.DataAsync(contact.Id);
        Assert.Equal(contact.Id, data.Contact?.Id);
        Assert.Equal(0, (await _client.Contacts.ScoreAsync(contact.Id)).Score);
        ContactScore score = await _client.Contacts.AddPointsAsync(
            contact.Id, new() { Points = 15, Note = "met at a fair" });
        Assert.Equal((15, "manual: met at a fair"), (score.Score, score.Data[0].Cause));

        await _client.Contacts.DeleteAsync(contact.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Contacts.GetAsync(contact.Id));
    }

    [LiveFact]
    public async Task Creating_again_updates_and_the_same_key_gets_the_first_answer()
    {
        string username = Product.NewUsername();
        var options = new RequestOptions { IdempotencyKey = username };
        UpsertedContact first = await _client.Contacts.CreateAsync(new() { Username = username }, options);
        UpsertedContact replayed = await _client.Contacts.CreateAsync(new() { Username = username }, options);
        UpsertedContact second = await _client.Contacts.CreateAsync(new() { Username = username });
        Assert.Equal((first.Id, true, true, false), (second.Id, first.Created, replayed.Created, second.Created));
        await Assert.ThrowsAsync<IdempotencyKeyReusedException>(
            () => _client.Contacts.CreateAsync(new() { Username = Product.NewUsername() }, options));
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Contacts.CreateAsync(new() { Username = username }, new() { IfNoneMatch = "*" }));
    }

    [LiveFact]
    public async Task A_custom_field_is_defined_read_and_changed()
    {
        string key = Product.NewUsername("field");
        WrittenCustomField made = await _client.CustomFields.CreateAsync(
            new() { Key = key, Label = "Size", Type = CustomFieldType.Choice, Choices = ["S", "L"] });
        CustomField field = await _client.CustomFields.GetAsync(key);
        Assert.Equal(("Size", made.ETag), (field.Label, field.ETag));
        WrittenCustomField changed = await _client.CustomFields.UpdateAsync(
            key, new() { Choices = ["S", "M", "L"] });
        Assert.Equal(["S", "M", "L"], changed.Choices);
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.CustomFields.UpdateAsync(key, new() { Label = "Measure" }, new() { IfMatch = made.ETag }));
        await Assert.ThrowsAsync<ValidationFailedException>(
            () => _client.CustomFields.UpdateAsync(key, new() { Type = CustomFieldType.Text }));
    }

    [LiveFact]
    public async Task A_wrong_field_is_named()
    {
        var error = await Assert.ThrowsAsync<ValidationFailedException>(
            () => _client.Contacts.CreateAsync(new() { Username = Product.NewUsername(), Stage = "astronaut" }));
        Assert.Equal("stage", Assert.Single(error.Errors).Field);
    }

    [LiveFact]
    public async Task A_list_goes_through_all_pages()
    {
        string tag = Product.NewUsername("tag");
        var ids = new List<string>();
        for (int number = 0; number < 3; number++)
        {
            ids.Add((await Product.NewContactAsync(tag)).Id);
        }
        Condition filter = Condition.Where("tag", ConditionOperator.Is, tag);
        Pageable<Contact> found = _client.Contacts.ListAsync(new() { Ids = [ids[0]], Filter = filter });
        Assert.Equal(ids[0], Assert.Single(await Product.AllAsync(found)).Id);
        Pageable<Contact> list = _client.Contacts.ListAsync(new() { Tags = [tag], Sort = ContactSort.CreatedAt });
        Assert.Equal(ids, (await Product.AllAsync(list)).Select(contact => contact.Id));
        List<Page<Contact>> pages = await Product.AllAsync(list.AsPages(pageSize: 2));
        Assert.Equal([2, 1], pages.Select(page => page.Data.Count));
        Assert.Equal(ids[2], Assert.Single((await Product.AllAsync(list.AsPages(pages[0].NextCursor)))[0].Data).Id);
    }

    [LiveFact]
    public async Task Contacts_are_imported_and_exported()
    {
        string tag = Product.NewUsername("import");
        string csv = $"username,name,tags\n{Product.NewUsername()},Мария 😀,{tag}\n!,Nobody,{tag}\n";
        Job job = await _client.Contacts.ImportFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        job = await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100));
        Assert.Equal(JobState.Done, job.State);
        Assert.Equal((1, 1), (job.Result["created"].GetInt32(), job.Result["invalid"].GetInt32()));
        Assert.Contains("Nobody", await TextAsync(await _client.Jobs.FailedRowsAsync(job.Id)));
        List<Job> jobs = await Product.AllAsync(_client.Jobs.ListAsync(new() { Kind = "import", State = JobState.Done }));
        Assert.Contains(job.Id, jobs.Select(each => each.Id));
        await Assert.ThrowsAsync<ConflictException>(() => _client.Jobs.CancelAsync(job.Id));

        Assert.Contains("Мария 😀", await TextAsync(await _client.Contacts.ExportAsync(new() { Tags = [tag] })));
        string line = await TextAsync(
            await _client.Contacts.ExportAsync(new() { Format = ExportFormat.Ndjson, Tags = [tag] }));
        using JsonDocument exported = JsonDocument.Parse(line.Trim());
        Assert.Equal("Мария 😀", exported.RootElement.GetProperty("name").GetString());
    }

    [LiveFact]
    public async Task An_import_can_map_columns_and_only_count()
    {
        string username = Product.NewUsername();
        byte[] csv = Encoding.UTF8.GetBytes($"Telegram,Whole name\n{username},Sarah\n");
        var mapping = new Dictionary<string, string> { ["Telegram"] = "username", ["Whole name"] = "name" };
        Job job = await _client.Contacts.ImportFileAsync(
            new MemoryStream(csv), new() { Mapping = mapping, DryRun = true });
        job = await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, job.Result["created"].GetInt32());
        Assert.Empty(await Product.AllAsync(_client.Contacts.ListAsync(new() { Search = username })));

        // The answer of the first attempt is lost: the second sends the same bytes, and the import runs once.
        await Product.DropAnswersAsync("POST /v1/contacts/import", times: 1);
        job = await _client.Contacts.ImportFileAsync(new MemoryStream(csv), new() { Mapping = mapping });
        job = await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, job.Result["created"].GetInt32());
        Assert.Equal("Sarah", Assert.Single(await Product.AllAsync(_client.Contacts.ListAsync(new() { Search = username }))).Name);
    }

    [LiveFact]
    public async Task Segments_find_contacts_and_tag_them()
    {
        string tag = Product.NewUsername("seg");
        UpsertedContact contact = await Product.NewContactAsync(tag);
        Condition filter = Condition.AllOf(
            Condition.Where("tag", ConditionOperator.Is, tag),
            Condition.NotOf(Condition.Where("stage", ConditionOperator.In, new[] { "won", "lost" })));
        SegmentPreview preview = await _client.Segments.PreviewAsync(new() { Filter = filter });
        Assert.Equal((1, contact.Id), (preview.Count, Assert.Single(preview.Sample).Id));

        WrittenSegment created = await _client.Segments.CreateAsync(new() { Name = tag, Filter = filter });
        WrittenSegment renamed = await _client.Segments.UpdateAsync(
            created.Id, new() { Name = $"{tag} 😀" }, new() { IfMatch = created.ETag });
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Segments.DeleteAsync(created.Id, new() { IfMatch = created.ETag }));
        Segment segment = await _client.Segments.GetAsync(created.Id);
        Assert.Equal(($"{tag} 😀", renamed.Name), (segment.Name, segment.Name));
        Assert.Equal(tag, segment.Filter.All![0].Value!.Value.GetString());
        Assert.Contains(segment.Id, (await Product.AllAsync(_client.Segments.ListAsync())).Select(each => each.Id));
        SegmentExplanation explanation = await _client.Segments.ExplainAsync(segment.Id, contact.Id);
        Assert.True(explanation.Matches);
        Assert.Equal(2, explanation.Leaves.Count);

        Job job = await _client.Segments.TagAsync(segment.Id, new() { Add = [$"{tag}2"] });
        await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100));
        Assert.Equal([tag, $"{tag}2"], (await _client.Contacts.GetAsync(contact.Id)).Tags.Order().ToList());
        await _client.Segments.DeleteAsync(segment.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Segments.GetAsync(segment.Id));
    }

    [LiveFact]
    public async Task A_tag_is_counted_renamed_and_deleted()
    {
        string name = $"a/b {Product.NewUsername("tag")} 🚀?";
        await Product.NewContactAsync(name);
        Assert.Contains(name, (await Product.AllAsync(_client.Tags.ListAsync())).Select(each => each.Name));
        Tag tag = await _client.Tags.GetAsync(name);
        Assert.Equal((name, 1, false), (tag.Name, tag.Contacts, tag.ContactsIsMinimum));
        Job job = await _client.Tags.RenameAsync(name, new() { Name = $"{name}2" }, new() { IfMatch = tag.ETag });
        Assert.Equal(1, (await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100))).Done);
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Tags.GetAsync(name));
        await Assert.ThrowsAsync<PreconditionFailedException>(
            () => _client.Tags.DeleteAsync($"{name}2", new() { IfMatch = tag.ETag }));
        job = await _client.Tags.DeleteAsync($"{name}2");
        Assert.Equal(1, (await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100))).Done);
    }

    private static async Task<string> TextAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
