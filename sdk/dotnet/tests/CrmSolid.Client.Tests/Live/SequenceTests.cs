using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class SequenceTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_contact_goes_into_a_sequence_and_out_again()
    {
        UpsertedContact contact = await Product.NewContactAsync();
        SequencePreview preview = await _client.Sequences.PreviewAsync(Product.Sequence, contact.Id);
        Assert.Equal("Hello Мария", preview.Steps[0].Text);
        Enrollment enrollment = await _client.Sequences.EnrollAsync(Product.Sequence, contact.Id);
        Assert.Equal((EnrollmentStatus.Active, EnrollmentReason.Delay), (enrollment.Status, enrollment.Reason));
        await Assert.ThrowsAsync<AlreadyEnrolledException>(() => _client.Sequences.EnrollAsync(Product.Sequence, contact.Id));

        Pageable<Enrollment> ofSequence = _client.Sequences.EnrollmentsAsync(
            Product.Sequence, new() { ContactId = contact.Id });
        Pageable<Enrollment> ofContact = _client.Enrollments.ListAsync(
            new() { Status = EnrollmentStatus.Active, ContactId = contact.Id });
        Assert.Equal(enrollment.Id, Assert.Single(await Product.AllAsync(ofSequence)).Id);
        Assert.Equal(enrollment.Id, Assert.Single(await Product.AllAsync(ofContact)).Id);

        Assert.Equal(EnrollmentStatus.Paused, (await _client.Enrollments.PauseAsync(enrollment.Id)).Status);
        Enrollment resumed = await _client.Enrollments.ResumeAsync(enrollment.Id, new() { Mode = ResumeMode.RestartDelay });
        Assert.Equal(EnrollmentStatus.Active, resumed.Status);
        Assert.Equal(EnrollmentStatus.Stopped, (await _client.Enrollments.StopAsync(enrollment.Id)).Status);
        Assert.Equal(EnrollmentReason.Manual, (await _client.Enrollments.GetAsync(enrollment.Id)).Reason);

        Job job = await _client.Sequences.EnrollManyAsync(Product.Sequence, new() { ContactIds = [contact.Id] });
        Assert.Equal("1", (await _client.Jobs.WaitAsync(job.Id)).Result["enrolled"].ToString());
    }

    [LiveFact]
    public async Task A_sequence_is_paused_and_resumed()
    {
        SequenceDetail sequence = await _client.Sequences.GetAsync(Product.Sequence);
        Assert.Equal((SequenceStatus.Active, "hello"), (sequence.Status, sequence.Steps[0].Id));
        Assert.Contains(sequence.Id, (await Product.AllAsync(_client.Sequences.ListAsync())).Select(each => each.Id));

        Assert.Equal(SequenceStatus.Paused, (await _client.Sequences.PauseAsync(sequence.Id)).Status);
        UpsertedContact contact = await Product.NewContactAsync();
        await Assert.ThrowsAsync<SequenceNotActiveException>(() => _client.Sequences.EnrollAsync(sequence.Id, contact.Id));
        Assert.Equal(SequenceStatus.Active, (await _client.Sequences.ResumeAsync(sequence.Id)).Status);
        var error = await Assert.ThrowsAsync<ConflictException>(() => _client.Sequences.StartAsync(sequence.Id));
        Assert.Equal(ErrorCode.InvalidState, error.Code);
    }

    [LiveFact]
    public async Task A_sequence_is_made_and_its_next_version_published()
    {
        string name = $"Made {Guid.NewGuid()}";
        var window = new SendingWindow { Days = ["mon"], From = "09:00", To = "24:00" };
        SequenceFields fields = new() { Name = name, Steps = [new StepFields { Text = "Hello" }], Window = window };
        SequenceDetail made = await _client.Sequences.CreateAsync(fields);
        Assert.Equal((SequenceStatus.Draft, 1, "24:00"), (made.Status, made.Version, made.Window?.To));
        SequenceDetail changed = await _client.Sequences.UpdateAsync(
            made.Id, new() { Window = null, PassOn = true, InFlight = InFlight.Move }, new() { IfMatch = made.ETag });
        Assert.Equal((2, null), (changed.Version, changed.Window));
        SequenceDetail same = await _client.Sequences.ReplaceAsync(
            made.Id, new() { Name = name, PassOn = true, Steps = [.. changed.Steps.Select(each => (StepFields)each)] });
        Assert.Equal((2, "step-1"), (same.Version, same.Steps[0].Id));
    }
}
