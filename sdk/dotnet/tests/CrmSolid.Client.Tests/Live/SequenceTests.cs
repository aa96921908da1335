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

        Pageable<Enrollment> ofSequence = _client.Sequences.EnrollmentsAsync(Product.Sequence, contactId: contact.Id);
        Pageable<Enrollment> ofContact = _client.Enrollments.ListAsync(EnrollmentStatus.Active, contact.Id);
        Assert.Equal(enrollment.Id, Assert.Single(await Product.AllAsync(ofSequence)).Id);
        Assert.Equal(enrollment.Id, Assert.Single(await Product.AllAsync(ofContact)).Id);

        Assert.Equal(EnrollmentStatus.Paused, (await _client.Enrollments.PauseAsync(enrollment.Id)).Status);
        Enrollment resumed = await _client.Enrollments.ResumeAsync(enrollment.Id, ResumeMode.RestartDelay);
        Assert.Equal(EnrollmentStatus.Active, resumed.Status);
        Assert.Equal(EnrollmentStatus.Stopped, (await _client.Enrollments.StopAsync(enrollment.Id)).Status);
        Assert.Equal(EnrollmentReason.Manual, (await _client.Enrollments.GetAsync(enrollment.Id)).Reason);
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
}
