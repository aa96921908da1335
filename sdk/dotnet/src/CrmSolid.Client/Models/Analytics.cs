namespace CrmSolid.Client;

/// <summary>A share, with the two numbers it comes from.</summary>
public sealed record Ratio : ApiModel
{
    /// <summary>The numerator.</summary>
    public required int Numerator { get; init; }

    /// <summary>The denominator.</summary>
    public required int Denominator { get; init; }

    /// <summary>Numerator by denominator; null while the denominator is 0.</summary>
    public required double? Rate { get; init; }

    /// <summary>What the denominator counts.</summary>
    public required string Of { get; init; }
}

/// <summary>How many contacts reached which stage in a period.</summary>
public sealed record FunnelReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The stages, in their order.</summary>
    public required IReadOnlyList<FunnelStage> Stages { get; init; }

    /// <summary>Now: these figures are complete at once.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<FunnelReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required FunnelReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record FunnelReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The stages, in their order.</summary>
    public required IReadOnlyList<FunnelStage> Stages { get; init; }
}

/// <summary>One stage of the funnel.</summary>
public sealed record FunnelStage : ApiModel
{
    /// <summary>The stage.</summary>
    public required ContactStage Stage { get; init; }

    /// <summary>How many contacts reached it, or a later stage, for the first time in the period.</summary>
    public required int Count { get; init; }

    /// <summary>How many of the contacts added in the period have reached it up to now.</summary>
    public required Ratio Conversion { get; init; }

    /// <summary>From being added to reaching it, of the people in the numerator of <c>conversion</c>.</summary>
    public required double? MedianDays { get; init; }
}

/// <summary>What became of the messages of sequences in a period.</summary>
public sealed record SequenceReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<SequenceFigures> Data { get; init; }

    /// <summary>30 days ago: messages that were sent later may still be answered, so their replies and rates still grow.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<SequenceReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required SequenceReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record SequenceReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<SequenceFigures> Data { get; init; }
}

/// <summary>The figures of one version of a sequence.</summary>
public sealed record SequenceFigures : ApiModel
{
    /// <summary>The sequence.</summary>
    public required string SequenceId { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>The steps, in their order.</summary>
    public required IReadOnlyList<StepFigures> Steps { get; init; }
}

/// <summary>What became of the messages of one step.</summary>
public sealed record StepFigures : ApiModel
{
    /// <summary>Sent.</summary>
    public required int Sent { get; init; }

    /// <summary>Failed.</summary>
    public required int Failed { get; init; }

    /// <summary>How many of those sent a person has answered up to now.</summary>
    public required int Replied { get; init; }

    /// <summary>How many of those sent a machine has answered.</summary>
    public required int AutoReplied { get; init; }

    /// <summary>How many of those sent were answered with an opt-out word.</summary>
    public required int OptedOut { get; init; }

    /// <summary>How many of those sent a person has answered.</summary>
    public required Ratio ReplyRate { get; init; }

    /// <summary>The id of the step.</summary>
    public required string Step { get; init; }
}

/// <summary>What became of the messages of broadcasts in a period.</summary>
public sealed record BroadcastReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<BroadcastFigures> Data { get; init; }

    /// <summary>30 days ago: messages that were sent later may still be answered, so their replies and rates still grow.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<BroadcastReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required BroadcastReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record BroadcastReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<BroadcastFigures> Data { get; init; }
}

/// <summary>What became of the messages of one broadcast.</summary>
public sealed record BroadcastFigures : ApiModel
{
    /// <summary>Sent.</summary>
    public required int Sent { get; init; }

    /// <summary>Failed.</summary>
    public required int Failed { get; init; }

    /// <summary>How many of those sent a person has answered up to now.</summary>
    public required int Replied { get; init; }

    /// <summary>How many of those sent a machine has answered.</summary>
    public required int AutoReplied { get; init; }

    /// <summary>How many of those sent were answered with an opt-out word.</summary>
    public required int OptedOut { get; init; }

    /// <summary>How many of those sent a person has answered.</summary>
    public required Ratio ReplyRate { get; init; }

    /// <summary>The broadcast.</summary>
    public required string BroadcastId { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

/// <summary>What the accounts did in a period.</summary>
public sealed record AccountReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<AccountFigures> Data { get; init; }

    /// <summary>Now: these figures are complete at once.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<AccountReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required AccountReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record AccountReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<AccountFigures> Data { get; init; }
}

/// <summary>What one account did in a period.</summary>
public sealed record AccountFigures : ApiModel
{
    /// <summary>The account that sends or receives.</summary>
    public required long AccountId { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Those typed on its own phone too.</summary>
    public required int Sent { get; init; }

    /// <summary>By the time at which they were to be sent last.</summary>
    public required int Failed { get; init; }

    /// <summary>Messages of people that answer one of the account's.</summary>
    public required int Replies { get; init; }

    /// <summary>The same of machines.</summary>
    public required int AutoReplies { get; init; }

    /// <summary>All messages of people, whether they answer one or not.</summary>
    public required int Received { get; init; }

    /// <summary>Sends in the last 24 hours, whatever the period.</summary>
    public required int UsedToday { get; init; }

    /// <summary>How many messages the account may send in 24 hours.</summary>
    public required int DailyLimit { get; init; }
}

/// <summary>What came of the contacts who were enrolled in a period.</summary>
public sealed record EnrollmentReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<EnrollmentFigures> Data { get; init; }

    /// <summary>14 days ago: who was enrolled later counts in no rate.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<EnrollmentReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required EnrollmentReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record EnrollmentReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<EnrollmentFigures> Data { get; init; }
}

/// <summary>What came of the contacts who were enrolled in one sequence.</summary>
public sealed record EnrollmentFigures : ApiModel
{
    /// <summary>The sequence.</summary>
    public required string SequenceId { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>How many were enrolled.</summary>
    public required int Enrolled { get; init; }

    /// <summary>Got all steps.</summary>
    public required int Completed { get; init; }

    /// <summary>A person answered a message of the sequence up to now.</summary>
    public required int Replied { get; init; }

    /// <summary>Reached the stage <c>won</c> after being enrolled.</summary>
    public required int Won { get; init; }

    /// <summary>Of those enrolled at least 14 days ago.</summary>
    public required Ratio CompletionRate { get; init; }

    /// <summary>Of those enrolled at least 14 days ago.</summary>
    public required Ratio ReplyRate { get; init; }

    /// <summary>Of those enrolled at least 14 days ago.</summary>
    public required Ratio WinRate { get; init; }
}

/// <summary>What people wrote to contacts by hand in a period, and how long contacts had waited for it.</summary>
public sealed record TeamReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<WriterFigures> Data { get; init; }

    /// <summary>All of them together.</summary>
    public required EveryoneFigures Everyone { get; init; }

    /// <summary>Now: these figures are complete at once.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<TeamReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required TeamReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record TeamReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<WriterFigures> Data { get; init; }

    /// <summary>All of them together.</summary>
    public required EveryoneFigures Everyone { get; init; }
}

/// <summary>What everybody wrote to contacts by hand.</summary>
public sealed record EveryoneFigures : ApiModel
{
    /// <summary>Messages, without canceled ones and those that are still planned.</summary>
    public required int Written { get; init; }

    /// <summary>How many of them answered a contact who waited.</summary>
    public required int Answered { get; init; }

    /// <summary>How many of these waits were no longer than the workspace's aim.</summary>
    public required Ratio InTime { get; init; }

    /// <summary>The median of these waits.</summary>
    public required int? MedianSeconds { get; init; }

    /// <summary>A tenth of these waits was longer.</summary>
    public required int? SlowestTenthSeconds { get; init; }
}

/// <summary>What one member wrote to contacts by hand, or all that used one interface.</summary>
public sealed record WriterFigures : ApiModel
{
    /// <summary>Messages, without canceled ones and those that are still planned.</summary>
    public required int Written { get; init; }

    /// <summary>How many of them answered a contact who waited.</summary>
    public required int Answered { get; init; }

    /// <summary>How many of these waits were no longer than the workspace's aim.</summary>
    public required Ratio InTime { get; init; }

    /// <summary>The median of these waits.</summary>
    public required int? MedianSeconds { get; init; }

    /// <summary>A tenth of these waits was longer.</summary>
    public required int? SlowestTenthSeconds { get; init; }

    /// <summary>The e-mail address of the member. Null for anybody else, and for members whose account is gone.</summary>
    public required string? Email { get; init; }

    /// <summary>The name of the member.</summary>
    public required string? Name { get; init; }

    /// <summary>What it was written with.</summary>
    public required WrittenVia Via { get; init; }
}

/// <summary>What became of conversations in a period, and the contacts who wait now.</summary>
public sealed record ConversationsReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The members who wrote, answered or closed, those with the most conversations first.</summary>
    public required IReadOnlyList<MemberConversationFigures> Data { get; init; }

    /// <summary>All of them together.</summary>
    public required ConversationFigures Everyone { get; init; }

    /// <summary>All accounts, oldest first.</summary>
    public required IReadOnlyList<AccountConversationFigures> Accounts { get; init; }

    /// <summary>Now, whatever the period.</summary>
    public required Backlog Backlog { get; init; }

    /// <summary>Conversations that began before it are in none of these figures. Null if all are counted.</summary>
    public required DateTimeOffset? CountedSince { get; init; }

    /// <summary>Now: these figures are complete at once.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<ConversationsReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required ConversationsReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record ConversationsReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The members who wrote, answered or closed, those with the most conversations first.</summary>
    public required IReadOnlyList<MemberConversationFigures> Data { get; init; }

    /// <summary>All of them together.</summary>
    public required ConversationFigures Everyone { get; init; }

    /// <summary>All accounts, oldest first.</summary>
    public required IReadOnlyList<AccountConversationFigures> Accounts { get; init; }
}

/// <summary>What became of conversations. Times are counted in the working hours of the workspace.</summary>
public sealed record ConversationFigures : ApiModel
{
    /// <summary>A contact began them: with the first message, or by writing after the conversation was closed.</summary>
    public required int New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public required int NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public required int Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public required int FirstAnswers { get; init; }

    /// <summary>From their beginning to the first answer.</summary>
    public required int? FirstAnswerMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>They were closed.</summary>
    public required int Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public required int? CloseMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? CloseSlowestTenthSeconds { get; init; }
}

/// <summary>What a member wrote, answered first and closed. Nobody's are <c>new</c>.</summary>
public sealed record MemberConversationFigures : ApiModel
{
    /// <summary>A contact began them: with the first message, or by writing after the conversation was closed.</summary>
    public required int New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public required int NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public required int Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public required int FirstAnswers { get; init; }

    /// <summary>From their beginning to the first answer.</summary>
    public required int? FirstAnswerMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>They were closed.</summary>
    public required int Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public required int? CloseMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? CloseSlowestTenthSeconds { get; init; }

    /// <summary>The member. Null for all who are no members: API keys, assistants, the phone, who has left.</summary>
    public required long? MemberId { get; init; }

    /// <summary>The name of the member.</summary>
    public required string? Name { get; init; }
}

/// <summary>What became of the conversations of an account.</summary>
public sealed record AccountConversationFigures : ApiModel
{
    /// <summary>A contact began them: with the first message, or by writing after the conversation was closed.</summary>
    public required int New { get; init; }

    /// <summary>How many of them with contacts who had never written before.</summary>
    public required int NewPeople { get; init; }

    /// <summary>Somebody wrote to the contact in them, whenever they began.</summary>
    public required int Handled { get; init; }

    /// <summary>They got their first answer from a person.</summary>
    public required int FirstAnswers { get; init; }

    /// <summary>From their beginning to the first answer.</summary>
    public required int? FirstAnswerMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? FirstAnswerSlowestTenthSeconds { get; init; }

    /// <summary>They were closed.</summary>
    public required int Closed { get; init; }

    /// <summary>From their beginning to the closing.</summary>
    public required int? CloseMedianSeconds { get; init; }

    /// <summary>A tenth took longer.</summary>
    public required int? CloseSlowestTenthSeconds { get; init; }

    /// <summary>The account.</summary>
    public required long AccountId { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

/// <summary>The contacts who wait now, without snoozed conversations.</summary>
public sealed record Backlog : ApiModel
{
    /// <summary>How many contacts wait.</summary>
    public required int Waiting { get; init; }

    /// <summary>How many of them in conversations that nobody looks after.</summary>
    public required int Unassigned { get; init; }

    /// <summary>By how long they have waited, the shortest first.</summary>
    public required IReadOnlyList<WaitingAge> Ages { get; init; }
}

/// <summary>Contacts who wait now, by how long they have waited in working hours.</summary>
public sealed record WaitingAge : ApiModel
{
    /// <summary>They have waited for less, and not for less than the age before. Null: for longer.</summary>
    public required int? BelowSeconds { get; init; }

    /// <summary>How many contacts wait.</summary>
    public required int Waiting { get; init; }

    /// <summary>How many of them in conversations that nobody looks after.</summary>
    public required int Unassigned { get; init; }
}

/// <summary>When people wrote.</summary>
public sealed record HourReport : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The weekdays on which anybody wrote, from Monday on.</summary>
    public required IReadOnlyList<WeekdayFigures> Data { get; init; }

    /// <summary>Now: these figures are complete at once.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }

    /// <summary>The same figures of each period. Null unless <c>interval</c> is given.</summary>
    public required IReadOnlyList<HourReportPeriod>? Series { get; init; }

    /// <summary>The same figures of as many days before. Null unless <c>compare</c> is true.</summary>
    public required HourReportPeriod? Before { get; init; }
}

/// <summary>The figures of one day, week or month.</summary>
public sealed record HourReportPeriod : ApiModel
{
    /// <summary>Inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The weekdays on which anybody wrote, from Monday on.</summary>
    public required IReadOnlyList<WeekdayFigures> Data { get; init; }
}

/// <summary>What people wrote on a weekday of the workspace's time zone.</summary>
public sealed record WeekdayFigures : ApiModel
{
    /// <summary>The day.</summary>
    public required Weekday Weekday { get; init; }

    /// <summary>Messages of people, without those of erased contacts.</summary>
    public required int Received { get; init; }

    /// <summary>The same of each of its 24 hours, from midnight on.</summary>
    public required IReadOnlyList<int> Hours { get; init; }
}
