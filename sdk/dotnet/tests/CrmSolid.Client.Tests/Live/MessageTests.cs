using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class MessageTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_message_is_sent_and_answered()
    {
        QueuedMessage queued = await _client.Messages.SendAsync(
            Product.Account, $"@{Product.NewUsername("reply")}", "Привет, {first_name|друг} 😀");
        Assert.Equal(MessageStatus.Queued, queued.Status);
        Message sent = await Product.EventuallyAsync(
            () => _client.Messages.GetAsync(queued.Id), message => message.Status == MessageStatus.Sent);
        Assert.Equal(MessageDirection.Out, sent.Direction);
        Assert.Contains("😀", sent.Text);

        MessageThread thread = (await Product.EventuallyAsync(
            () => Product.AllAsync(_client.Threads.ListAsync(new() { ContactId = sent.ContactId, Unread = true })),
            threads => threads.Count > 0))[0];
        Assert.Equal((sent.ThreadId, 1), (thread.Id, thread.UnreadCount));
        List<Message> messages = await Product.AllAsync(
            _client.Threads.MessagesAsync(thread.Id, new() { Sort = MessageSort.CreatedAt }));
        Assert.Equal([MessageDirection.Out, MessageDirection.In], messages.Select(message => message.Direction));
        Assert.Equal(sent.Id, messages[1].InReplyTo);
        Assert.Equal(0, (await _client.Threads.ReadAsync(thread.Id)).UnreadCount);
    }

    [LiveFact]
    public async Task A_message_that_waits_for_an_approval_is_an_exception()
    {
        var client = new CrmSolidClient(Product.HeldKey);
        var pending = await Assert.ThrowsAsync<CrmSolidApprovalPendingException>(
            () => client.Messages.SendAsync(Product.Account, $"@{Product.NewUsername("held")}", "Hello"));
        Assert.Equal((ProposalStatus.Pending, "every_write", "send_message"),
            (pending.Proposal.Status, pending.Proposal.Reason, pending.Proposal.Call.Operation));
        Assert.NotNull(pending.IdempotencyKey);
        string id = pending.Proposal.Id;
        List<Proposal> waiting = await Product.AllAsync(
            client.Proposals.ListAsync(new() { Status = ProposalStatus.Pending }));
        Assert.Contains(id, waiting.Select(each => each.Id));
        Assert.Equal(pending.Proposal.ExpiresAt, (await client.Proposals.GetAsync(id)).ExpiresAt);
        Assert.Equal(ProposalStatus.Rejected, (await client.Proposals.CancelAsync(id)).Status);
        Assert.Equal(ProposalStatus.Rejected, (await client.Proposals.WaitAsync(id)).Status);
    }

    [LiveFact]
    public async Task Files_are_sent_and_received()
    {
        using var offer = new MemoryStream("Оферта"u8.ToArray());
        UploadedFile file = await _client.Files.UploadAsync(offer, "оферта 😀.txt");
        Assert.Equal(("оферта 😀.txt", "text/plain", 12), (file.Name, file.Type, file.Size));
        QueuedMessage queued = await _client.Messages.SendAsync(new()
        {
            AccountId = Product.Account,
            To = $"@{Product.NewUsername("photo")}",
            Text = "*Hi*",
            Format = TextFormat.Markdown,
            Attachments = [file.Id],
        });
        Message sent = await Product.EventuallyAsync(
            () => _client.Messages.GetAsync(queued.Id), message => message.Status == MessageStatus.Sent);
        Assert.Equal(("<i>Hi</i>", file.Id), (sent.Html, sent.Attachments[0].Id));
        Pageable<Message> found = _client.Messages.ListAsync(new() { ThreadId = sent.ThreadId, Search = "hi" });
        Assert.Contains(sent.Id, (await Product.AllAsync(found)).Select(message => message.Id));

        Message answer = (await Product.EventuallyAsync(
            () => Product.AllAsync(
                _client.Messages.ListAsync(new() { ThreadId = sent.ThreadId, Direction = MessageDirection.In })),
            messages => messages is [{ Attachments: [{ Thumbnail: not null }] }]))[0];
        Attachment photo = answer.Attachments[0];
        Assert.Equal((FileKind.Photo, AttachmentState.Stored, 640), (photo.Kind, photo.State, photo.Width));
        string path = Path.GetTempFileName();
        Assert.Equal(photo.Size, await _client.Files.DownloadAsync(photo.Id, path));
        Assert.Equal(photo.Size, new FileInfo(path).Length);
        File.Delete(path);
        await using Stream thumbnail = await _client.Files.ThumbnailAsync(photo.Id);
        Assert.NotEqual(-1, thumbnail.ReadByte());

        await _client.Messages.ReactAsync(answer.Id, new() { Emoji = "👍" });
        Assert.Equal("👍", Assert.Single((await _client.Messages.GetAsync(answer.Id)).Reactions).Emoji);
        await _client.Messages.EditAsync(sent.Id, new() { Text = "Hello" }, new() { IfMatch = sent.ETag });
        Assert.Equal("Hello", (await _client.Messages.GetAsync(sent.Id)).Text);
        await _client.Messages.DeleteAsync(sent.Id);
        Assert.NotNull((await _client.Messages.GetAsync(sent.Id)).DeletedAt);
    }

    [LiveFact]
    public async Task A_message_for_later_can_be_moved_and_canceled()
    {
        QueuedMessage queued = await _client.Messages.SendAsync(new()
        {
            AccountId = Product.Account,
            To = Product.NewUsername(),
            Text = "Later",
            SendAt = DateTimeOffset.Now.AddDays(1),
        });
        var time = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(3), TimeSpan.Zero);
        await _client.Messages.EditAsync(queued.Id, new() { Text = "Later still", SendAt = time });
        Message planned = await _client.Messages.GetAsync(queued.Id);
        Assert.Equal("Later still", planned.Text);
        ThreadWithMessages thread = await _client.Threads.GetAsync(planned.ThreadId!);
        Assert.Equal(time, thread.PlannedAt);
        CanceledMessage canceled = await _client.Messages.CancelAsync(queued.Id);
        Assert.Equal(MessageStatus.Canceled, canceled.Status);
        var error = await Assert.ThrowsAsync<ConflictException>(() => _client.Messages.CancelAsync(queued.Id));
        Assert.Equal(ErrorCode.InvalidState, error.Code);
    }

    [LiveFact]
    public async Task A_message_goes_to_a_contact_by_its_id()
    {
        UpsertedContact contact = await Product.NewContactAsync();
        QueuedMessage queued = await _client.Messages.SendToContactAsync(Product.Account, contact.Id, "Now");
        Assert.Equal(contact.Id, (await _client.Messages.GetAsync(queued.Id)).ContactId);
        var error = await Assert.ThrowsAsync<ValidationFailedException>(
            () => _client.Messages.SendAsync(Product.Account, contact.Id, "An id is no username"));
        Assert.Equal(("to", "is_an_id"), (error.Errors[0].Field, error.Errors[0].Code));
    }

    [LiveFact]
    public async Task A_broadcast_is_previewed_started_paused_and_canceled()
    {
        string tag = Product.NewUsername("brd");
        UpsertedContact[] contacts = [await Product.NewContactAsync(tag), await Product.NewContactAsync(tag)];
        var draft = new BroadcastDraft
        {
            Name = $"{tag} 😀",
            Text = "Привет {first_name}",
            AccountIds = [Product.Account],
            Audience = new() { Tags = [tag] },
            PerHour = 1,
        };
        BroadcastPreview preview = await _client.Broadcasts.PreviewAsync(draft);
        Assert.Equal((2, "Привет Мария"), (preview.Eligible, preview.Sample[0].Text));
        draft.AudienceHash = preview.AudienceHash;
        Broadcast started = await _client.Broadcasts.StartAsync(draft);
        Broadcast running = await Product.EventuallyAsync(
            () => _client.Broadcasts.GetAsync(started.Id), broadcast => broadcast.Counts is { Sent: 1, Pending: 1 });
        Assert.Equal((draft.Name, BroadcastStatus.Running), (running.Name, running.Status));
        List<Broadcast> listed = await Product.AllAsync(_client.Broadcasts.ListAsync(new() { Status = BroadcastStatus.Running }));
        Assert.Contains(running.Id, listed.Select(broadcast => broadcast.Id));
        List<BroadcastRecipient> recipients = await Product.AllAsync(_client.Broadcasts.RecipientsAsync(running.Id));
        Assert.Equal(contacts.Select(contact => contact.Id).Order(), recipients.Select(one => one.ContactId!).Order());

        Assert.Equal(BroadcastStatus.Paused, (await _client.Broadcasts.PauseAsync(started.Id)).Status);
        await _client.Broadcasts.ResumeAsync(started.Id);
        Assert.Equal(BroadcastStatus.Canceled, (await _client.Broadcasts.CancelAsync(started.Id)).Status);
        await Assert.ThrowsAsync<ConflictException>(() => _client.Broadcasts.RetryFailedAsync(started.Id));
    }

    [LiveFact]
    public async Task A_start_with_the_hash_of_another_audience_is_refused()
    {
        string tag = Product.NewUsername("brd");
        await Product.NewContactAsync(tag);
        var draft = new BroadcastDraft
        {
            Name = tag,
            Text = "Hello",
            AccountIds = [Product.Account],
            Audience = new() { Tags = [tag] },
        };
        BroadcastPreview preview = await _client.Broadcasts.PreviewAsync(draft);
        await Product.NewContactAsync(tag);
        draft.AudienceHash = preview.AudienceHash;
        var error = await Assert.ThrowsAsync<AudienceChangedException>(() => _client.Broadcasts.StartAsync(draft));
        Assert.Equal(2, error.Problem.AdditionalProperties["eligible"].GetInt32());
    }

    [LiveFact]
    public async Task The_key_accounts_fields_and_figures_are_read()
    {
        Me me = await _client.MeAsync();
        Assert.Equal((WorkspaceMode.Live, Plan.Business), (me.Mode, me.Plan));
        Assert.Equal(7, me.Scopes.Count);
        Account account = await _client.Accounts.GetAsync(Product.Account);
        Assert.Equal(AccountKind.Sandbox, account.Kind);
        Assert.Contains(account.Id, (await Product.AllAsync(_client.Accounts.ListAsync())).Select(each => each.Id));
        Assert.Contains("city", (await Product.AllAsync(_client.CustomFields.ListAsync())).Select(field => field.Key));

        var from = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(-6), TimeSpan.Zero);
        FunnelReport funnel = await _client.Analytics.FunnelAsync(new() { From = from, Interval = AnalyticsInterval.Day });
        Assert.Equal(from, funnel.From);
        Assert.NotNull(funnel.Series);
        Assert.Equal(ContactStage.New, funnel.Stages[0].Stage);
        Assert.Null((await _client.Analytics.SequencesAsync()).Series);
        Assert.Null((await _client.Analytics.BroadcastsAsync()).Series);
        AccountReport accounts = await _client.Analytics.AccountsAsync();
        Assert.Contains(Product.Account, accounts.Data.Select(figures => figures.AccountId));
        TeamReport team = await _client.Analytics.TeamAsync(new() { Compare = true });
        Assert.NotNull(team.Before);
        Assert.Contains(WrittenVia.Rest, team.Data.Select(figures => figures.Via));
        Assert.Null((await _client.Analytics.EnrollmentsAsync()).Before);
        ConversationsReport conversations = await _client.Analytics.ConversationsAsync(
            new() { From = from, Interval = AnalyticsInterval.Day });
        Assert.Contains(Product.Account, conversations.Accounts.Select(figures => figures.AccountId));
        Assert.Equal(conversations.Series![0].From, from);
        HourReport hours = await _client.Analytics.HoursAsync(new() { From = from, Compare = true });
        Assert.NotNull(hours.Before);
        Assert.All(hours.Data, day => Assert.Equal((24, day.Received), (day.Hours.Count, day.Hours.Sum())));
    }
}
