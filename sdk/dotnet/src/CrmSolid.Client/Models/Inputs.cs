namespace CrmSolid.Client;

public sealed partial class StepFields
{
    /// <summary>The step as it was read.</summary>
    /// <param name="step">The step.</param>
    public static implicit operator StepFields(SequenceStep step) => new()
    {
        Id = step.Id,
        Delay = step.Delay,
        Text = step.Text,
        Format = step.Format,
        Attachments = step.Attachments,
        Condition = step.Condition,
        IfNot = step.IfNot,
    };
}

public sealed partial class BroadcastDraft
{
    /// <summary>The draft as a preview takes it: a hash of an earlier preview means nothing to it.</summary>
    internal BroadcastDraft ForPreview() => new()
    {
        Name = Name,
        Text = Text,
        Format = Format,
        Attachments = Attachments,
        AccountIds = AccountIds,
        Audience = Audience,
        SendAt = SendAt,
        PerHour = PerHour,
        CooldownDays = CooldownDays,
    };
}
