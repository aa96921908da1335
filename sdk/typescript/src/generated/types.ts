// Written by `npm run generate` from docs/openapi.json.

export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

export type Webhooks = OnAccountStateChangedWebhookRequest | OnBroadcastCompletedWebhookRequest | OnBroadcastStartedWebhookRequest | OnContactCreatedWebhookRequest | OnContactErasedWebhookRequest | OnContactOptedInWebhookRequest | OnContactOptedOutWebhookRequest | OnContactStageChangedWebhookRequest | OnContactTaggedWebhookRequest | OnContactUpdatedWebhookRequest | OnJobCompletedWebhookRequest | OnLeadScoredWebhookRequest | OnMessageDeletedWebhookRequest | OnMessageEditedWebhookRequest | OnMessageFailedWebhookRequest | OnMessageReadWebhookRequest | OnMessageReceivedWebhookRequest | OnMessageSentWebhookRequest | OnProposalCreatedWebhookRequest | OnProposalDecidedWebhookRequest | OnProposalEndedWebhookRequest | OnSequenceCompletedWebhookRequest | OnSequencePausedWebhookRequest | OnSequenceStartedWebhookRequest | OnSubscriptionUpgradedWebhookRequest | OnThreadAssignedWebhookRequest | OnThreadClosedWebhookRequest | OnThreadReopenedWebhookRequest | OnPingWebhookRequest;

export type Account = {
    /**
     * The account's id.
     */
    id: number;
    /**
     * What it is called.
     */
    name: string;
    /**
     * `sandbox` accounts reach nobody.
     */
    kind: AccountKind;
    /**
     * Whether it can send, and if not, why.
     */
    state: AccountState;
    /**
     * When it goes on by itself; null unless it is `paused`.
     */
    paused_until: string | null;
    /**
     * Messages that it may send in 24 hours.
     */
    daily_limit: number;
    /**
     * Messages that it has sent in the last 24 hours.
     */
    used_today: number;
    /**
     * Messages that it may still send now.
     */
    left_today: number;
    /**
     * Since when it is connected to Telegram; null for one that is not, or in the sandbox.
     */
    connected_at: string | null;
    /**
     * When Telegram answered last; null as above.
     */
    heard_at: string | null;
    /**
     * What went wrong last; null for nothing.
     */
    last_error: AccountError | null;
    /**
     * Until when Telegram has frozen it; null if it has not, or for an unknown time.
     */
    frozen_until: string | null;
    /**
     * Where to object to the freeze; null if nothing is known.
     */
    appeal_url: string | null;
};

/**
 * The same of an account.
 */
export type AccountConversationFigures = {
    /**
     * A contact began them: with the first message, or by writing after the conversation was closed.
     */
    new: number;
    /**
     * How many of them with contacts who had never written before.
     */
    new_people: number;
    /**
     * Somebody wrote to the contact in them, whenever they began.
     */
    handled: number;
    /**
     * They got their first answer from a person.
     */
    first_answers: number;
    /**
     * From their beginning to it.
     */
    first_answer_median_seconds: number | null;
    /**
     * The 90th percentile: a tenth took longer.
     */
    first_answer_slowest_tenth_seconds: number | null;
    /**
     * Conversations that were closed in the period.
     */
    closed: number;
    /**
     * From their beginning to the closing.
     */
    close_median_seconds: number | null;
    /**
     * The 90th percentile.
     */
    close_slowest_tenth_seconds: number | null;
    /**
     * The account.
     */
    account_id: number;
    /**
     * The account's name.
     */
    name: string;
};

export type AccountError = {
    /**
     * The stable code of the error.
     */
    code: string;
    /**
     * The error in words.
     */
    message: string;
    /**
     * When it happened.
     */
    at: string;
};

/**
 * An account.
 */
export type AccountFigures = {
    /**
     * The account.
     */
    account_id: number;
    /**
     * The account's name.
     */
    name: string;
    /**
     * Those typed on its own phone too.
     */
    sent: number;
    /**
     * By the time at which they were to be sent last.
     */
    failed: number;
    /**
     * Messages of people that answer one of the account's.
     */
    replies: number;
    /**
     * The same of machines.
     */
    auto_replies: number;
    /**
     * All messages of people, whether they answer one or not.
     */
    received: number;
    /**
     * Sends in the last 24 hours, whatever the period.
     */
    used_today: number;
    /**
     * Messages that it may send in 24 hours.
     */
    daily_limit: number;
};

export type AccountKind = 'telegram' | 'sandbox';

/**
 * The account, of which `GET /v1/accounts/{id}` tells more.
 */
export type AccountName = {
    /**
     * The account's id.
     */
    id: number;
    /**
     * The account's name.
     */
    name: string;
};

export type AccountPage = {
    /**
     * The objects of this page.
     */
    data: Array<Account>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * All accounts, oldest first.
 */
export type AccountReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<AccountFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<AccountReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: AccountReportPeriod | null;
};

/**
 * All accounts, oldest first.
 */
export type AccountReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<AccountFigures>;
};

export type AccountState = 'connected' | 'paused' | 'frozen' | 'needs_login' | 'banned';

/**
 * An account was paused, frozen, banned, logged out, or is connected again.
 */
export type AccountStateChangedEvent = {
    /**
     * The type.
     */
    event: 'account.state_changed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The account.
         */
        account: Account;
        /**
         * The old_state.
         */
        old_state: AccountState;
        /**
         * The new_state.
         */
        new_state: AccountState;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Holds if every part holds; without parts for everybody.
 */
export type AllCondition = {
    /**
     * What is combined.
     */
    all: Array<Condition>;
};

export type AnalyticsInterval = 'day' | 'week' | 'month';

/**
 * What a receiver answered to a delivery.
 */
export type AnswerKept = {
    /**
     * When the attempt was made.
     */
    at: string;
    /**
     * The HTTP status; null if there was no answer.
     */
    status: number | null;
    /**
     * What was answered.
     */
    body: string;
};

/**
 * Holds if at least one part holds; without parts for nobody.
 */
export type AnyCondition = {
    /**
     * What is combined.
     */
    any: Array<Condition>;
};

export type ApiKey = {
    /**
     * The key's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * How the key begins.
     */
    prefix: string;
    /**
     * When it ends; null for never.
     */
    expires_at: string | null;
    /**
     * Requests a minute.
     */
    rate_limit: number;
};

export type Approval = 'none' | 'untrusted' | 'all';

/**
 * A file of a message, sent or received as `kind`.
 */
export type Attachment = {
    /**
     * The file's.
     */
    id: string;
    /**
     * How it is sent or was received.
     */
    kind: FileKind;
    /**
     * What the file is called; empty if nobody named it.
     */
    name: string;
    /**
     * The media type.
     */
    type: string;
    /**
     * Bytes.
     */
    size: number;
    /**
     * Pixels.
     */
    width: number | null;
    /**
     * Pixels.
     */
    height: number | null;
    /**
     * Seconds.
     */
    duration: number | null;
    /**
     * Where a picture of at most 320 pixels is; null if there is none, or none yet.
     */
    thumbnail: string | null;
    /**
     * Where the content is.
     */
    url: string;
    /**
     * `on_demand`: the first request for the content has it fetched from Telegram.
     */
    state: AttachmentState;
    /**
     * When either side has deleted it, alone or with the rest of its message; the content stays.
     */
    deleted_at: string | null;
};

export type AttachmentState = 'stored' | 'on_demand' | 'too_large' | 'gone';

/**
 * One of these.
 */
export type AudienceInput = {
    /**
     * The people of a segment.
     */
    segment_id: string;
} | {
    /**
     * The people who have all of these tags, as in `GET /v1/contacts?tag=`.
     */
    tags: Array<string>;
} | {
    /**
     * These people.
     */
    contact_ids: Array<string>;
};

/**
 * Something that was done to the contact.
 */
export type AuditEntry = {
    /**
     * When it was done.
     */
    at: string;
    /**
     * What was done, such as `contact.updated`.
     */
    action: string;
    /**
     * What it was done with, such as `panel`, `rest` or `mcp`.
     */
    surface: string;
};

export type Author = {
    /**
     * `assistant`: a key or an OAuth grant over MCP; `telegram`: on the phone.
     */
    type: AuthorType;
    /**
     * Of the member (that of `GET /v1/members`), key, grant, sequence or broadcast; null where it is not known.
     */
    id: string | null;
    /**
     * As it was then.
     */
    name: string | null;
};

export type AuthorType = 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';

/**
 * The contacts who wait now, without snoozed conversations.
 */
export type Backlog = {
    /**
     * How many contacts.
     */
    waiting: number;
    /**
     * How many of them in conversations that nobody looks after.
     */
    unassigned: number;
    /**
     * They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working hours).
     */
    ages: Array<WaitingAge>;
};

export type BooleanOperator = 'is' | 'is_not' | 'exists';

/**
 * One text to many contacts.
 */
export type Broadcast = {
    /**
     * The broadcast's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * How far it has come.
     */
    status: BroadcastStatus;
    /**
     * Why it was canceled if nobody did that, such as `audience_changed`.
     */
    reason: string | null;
    /**
     * The text as it was given, with its variables.
     */
    text: string;
    /**
     * How `text` is written.
     */
    format: Format;
    /**
     * The ids of the files.
     */
    attachments: Array<string>;
    /**
     * The accounts that send.
     */
    account_ids: Array<number>;
    /**
     * The segment that is its audience; null for another audience.
     */
    segment_id: string | null;
    /**
     * What came of its messages so far.
     */
    counts: BroadcastCounts;
    /**
     * Why nothing is sent at this moment.
     */
    waiting_for: BroadcastWaitingFor | null;
    /**
     * Not before this time; null for at once.
     */
    send_at: string | null;
    /**
     * Messages in any hour at most; null for no such limit.
     */
    per_hour: number | null;
    /**
     * Who got a broadcast within so many days is left out; null for nobody.
     */
    cooldown_days: number | null;
    /**
     * Stands for the people, the text and the rest; null until the people are known.
     */
    audience_hash: string | null;
    /**
     * The job that works on it: `GET /v1/jobs/{id}`.
     */
    job_id: string | null;
    /**
     * When it begins or has begun; null while that is not known.
     */
    starts_at: string | null;
    /**
     * An estimate; once it has ended, when it did.
     */
    finishes_at: string | null;
    /**
     * When it was started or planned.
     */
    created_at: string;
};

/**
 * Every recipient of a broadcast has a final status. One that was canceled is not completed.
 */
export type BroadcastCompletedEvent = {
    /**
     * The type.
     */
    event: 'broadcast.completed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The broadcast.
         */
        broadcast: Broadcast;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * How many recipients have each status. Their sum is the whole audience, those who were excluded too.
 */
export type BroadcastCounts = {
    /**
     * Who has not got the message yet.
     */
    pending: number;
    /**
     * Who has got it.
     */
    sent: number;
    /**
     * To whom sending has failed.
     */
    failed: number;
    /**
     * Who was left out.
     */
    skipped: number;
    /**
     * Nobody knows yet whether their message arrived: the history at Telegram will tell.
     */
    needs_attention: number;
    /**
     * Whose message was canceled.
     */
    canceled: number;
};

/**
 * A broadcast.
 */
export type BroadcastFigures = {
    /**
     * Messages that were sent in the period.
     */
    sent: number;
    /**
     * Messages that have failed in the period.
     */
    failed: number;
    /**
     * How many of those sent a person has answered up to now.
     */
    replied: number;
    /**
     * How many of those sent a machine has answered.
     */
    auto_replied: number;
    /**
     * How many of those sent were answered with an opt-out word.
     */
    opted_out: number;
    /**
     * `replied` of `sent`.
     */
    reply_rate: Ratio;
    /**
     * The broadcast.
     */
    broadcast_id: string;
    /**
     * The broadcast's name.
     */
    name: string;
};

export type BroadcastInput = {
    /**
     * What people call it.
     */
    name: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: Format;
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
    /**
     * The accounts that send. A person stays with the one that wrote first; the others are shared out.
     */
    account_ids: Array<number>;
    /**
     * Who gets the message: exactly one of `segment_id`, `tags` and `contact_ids`.
     */
    audience: AudienceInput;
    /**
     * Not before this time (RFC 3339).
     */
    send_at?: string | null;
    /**
     * At most so many messages in any hour.
     */
    per_hour?: number | null;
    /**
     * Leave out who got a broadcast within so many days.
     */
    cooldown_days?: number | null;
    /**
     * That of a preview. If the people, the text or anything else but the name has changed since, nothing is started: `audience_changed`.
     */
    audience_hash?: string | null;
    /**
     * As `POST /v1/broadcasts/preview`: store and send nothing.
     */
    preview?: boolean;
};

export type BroadcastPage = {
    /**
     * The objects of this page.
     */
    data: Array<Broadcast>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * What a broadcast would do if it were started now.
 */
export type BroadcastPreview = {
    /**
     * Everybody in the audience: `eligible` and all `excluded` together.
     */
    total: number;
    /**
     * How many of them would get the message.
     */
    eligible: number;
    /**
     * How many, by reason.
     */
    excluded: {
        [key: string]: number;
    };
    /**
     * The first ten who would get the message.
     */
    sample: Array<BroadcastSample>;
    /**
     * Start with it to send exactly this to exactly these people.
     */
    audience_hash: string;
    /**
     * An estimate; null if no account can send.
     */
    finishes_at: string | null;
};

export type BroadcastPreviewInput = {
    /**
     * What people call it.
     */
    name: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: Format;
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
    /**
     * The accounts that send. A person stays with the one that wrote first; the others are shared out.
     */
    account_ids: Array<number>;
    /**
     * Who gets the message: exactly one of `segment_id`, `tags` and `contact_ids`.
     */
    audience: AudienceInput;
    /**
     * Not before this time (RFC 3339).
     */
    send_at?: string | null;
    /**
     * At most so many messages in any hour.
     */
    per_hour?: number | null;
    /**
     * Leave out who got a broadcast within so many days.
     */
    cooldown_days?: number | null;
};

/**
 * A contact of the audience of a broadcast.
 */
export type BroadcastRecipient = {
    /**
     * Null once the contact was erased.
     */
    contact_id: string | null;
    /**
     * Null without `read:contacts`, and once erased.
     */
    contact: ContactName | null;
    /**
     * The message; null while there is none.
     */
    message_id: string | null;
    /**
     * The account that sends; null while that is open.
     */
    account_id: number | null;
    /**
     * The same account with its name.
     */
    account: AccountName | null;
    /**
     * What came of the message.
     */
    status: RecipientStatus;
    /**
     * Why they were skipped, or why their message failed.
     */
    reason: string | null;
    /**
     * When the status became final.
     */
    settled_at: string | null;
};

export type BroadcastRecipientPage = {
    /**
     * The objects of this page.
     */
    data: Array<BroadcastRecipient>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * The broadcasts of which a message was sent or has failed in the period, newest first.
 */
export type BroadcastReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<BroadcastFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<BroadcastReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: BroadcastReportPeriod | null;
};

/**
 * The broadcasts of which a message was sent or has failed in the period, newest first.
 */
export type BroadcastReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<BroadcastFigures>;
};

export type BroadcastSample = {
    /**
     * The contact.
     */
    contact_id: string;
    /**
     * Null without `read:contacts`.
     */
    contact: ContactName | null;
    /**
     * As this person gets it; null without `read:contacts`.
     */
    text: string | null;
    /**
     * The text with its formatting, in few and safe tags; null where it is as `text`.
     */
    html: string | null;
};

/**
 * A broadcast begins to send, at its time; also when those that have failed are tried again.
 */
export type BroadcastStartedEvent = {
    /**
     * The type.
     */
    event: 'broadcast.started';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The broadcast.
         */
        broadcast: Broadcast;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type BroadcastStatus = 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'canceled';

export type BroadcastWaitingFor = 'eta' | 'per_hour' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'held';

/**
 * The whole message, or `id` and `status` for a key without read:messages.
 */
export type CanceledMessage = {
    /**
     * The message's id.
     */
    id: string;
    /**
     * `canceled`.
     */
    status: MessageStatus;
};

/**
 * The thread; a key without `read:messages` gets `id` alone.
 */
export type ChangedThread = {
    /**
     * The conversation's id.
     */
    id: string;
    /**
     * The account that has it.
     */
    account_id?: number;
    /**
     * The same account with its name.
     */
    account?: AccountName;
    /**
     * The contact it is with.
     */
    contact_id?: string;
    /**
     * The same contact with its name.
     */
    contact?: ContactName;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     */
    state?: ThreadState;
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until?: string | null;
    /**
     * The member who looks after it.
     */
    assignee?: MemberName | null;
    /**
     * Messages of the contact that nobody has read.
     */
    unread_count?: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since?: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at?: string | null;
    /**
     * The time of its latest message.
     */
    last_message_at?: string;
    /**
     * Its latest message; null if there is none.
     */
    last_message?: Message | null;
    /**
     * When it began.
     */
    created_at?: string;
};

/**
 * A condition on a contact: at most 5 levels and 50 comparisons.
 */
export type Condition = AllCondition | AnyCondition | NotCondition | FieldCondition | CustomFieldCondition;

export type ConditionOperator = 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'before' | 'after' | 'within_days' | 'exists';

/**
 * A contact, here and in events.
 */
export type Contact = {
    /**
     * The contact's id.
     */
    id: string;
    /**
     * The whole name; empty if there is none.
     */
    name: string;
    /**
     * The first name; the first word of `name` where none was given.
     */
    first_name: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name: string | null;
    /**
     * On Telegram, without `@`; null if there is none.
     */
    username: string | null;
    /**
     * The numeric id on Telegram; null while no account knows it.
     */
    telegram_id: number | null;
    /**
     * The e-mail address; null if there is none.
     */
    email: string | null;
    /**
     * The phone number; null if there is none.
     */
    phone: string | null;
    /**
     * IANA name, such as `Europe/Berlin`; null if it is not known.
     */
    time_zone: string | null;
    /**
     * The names of its tags.
     */
    tags: Array<string>;
    /**
     * Where it stands in the funnel.
     */
    stage: ContactStage;
    /**
     * 0 to 100, from the rules of scoring.
     */
    score: number;
    /**
     * Whether the person wants no messages.
     */
    opted_out: boolean;
    /**
     * Values by the keys of the custom fields; a field without a value is missing.
     */
    custom_fields: {
        [key: string]: string | number | boolean | null;
    };
    /**
     * When the contact last wrote.
     */
    last_in_at: string | null;
    /**
     * When the contact was last written to.
     */
    last_out_at: string | null;
    /**
     * When the first message was sent to the contact that none of theirs has followed.
     */
    unanswered_since: string | null;
    /**
     * When it was added.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
};

/**
 * What to replace; absent fields are kept. Null clears a field that takes it, `""` a name.
 */
export type ContactChanges = {
    /**
     * `@name`, `name` or `https://t.me/name`.
     */
    username?: string | null;
    /**
     * The e-mail address; null if there is none.
     */
    email?: string | null;
    /**
     * The whole name; empty if there is none.
     */
    name?: string;
    /**
     * Else the first word of `name`.
     */
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    /**
     * The phone number; null if there is none.
     */
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`.
     */
    time_zone?: string | null;
    /**
     * Where it stands in the funnel.
     */
    stage?: ContactStage;
    /**
     * True: send this person nothing.
     */
    opted_out?: boolean;
    /**
     * All tags the contact shall have.
     */
    tags?: Array<string>;
    /**
     * Values by the keys of the custom fields; null removes one.
     */
    custom_fields?: {
        [key: string]: string | number | boolean | null;
    };
};

/**
 * A person was added: by the API, the panel or a message.
 */
export type ContactCreatedEvent = {
    /**
     * The type.
     */
    event: 'contact.created';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A contact was erased; the id is all that is left. Delete what you keep of the person.
 */
export type ContactErasedEvent = {
    /**
     * The type.
     */
    event: 'contact.erased';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: {
            /**
             * The id that the contact had.
             */
            id: string;
        };
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A contact to create or update. The workspace's custom fields are welcome by their keys as well.
 */
export type ContactInput = {
    /**
     * `@name`, `name` or `https://t.me/name`.
     */
    username?: string | null;
    /**
     * The e-mail address; null if there is none.
     */
    email?: string | null;
    /**
     * The whole name; empty if there is none.
     */
    name?: string;
    /**
     * Else the first word of `name`.
     */
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    /**
     * The phone number; null if there is none.
     */
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`.
     */
    time_zone?: string | null;
    /**
     * Where it stands in the funnel.
     */
    stage?: ContactStage;
    /**
     * True: send this person nothing.
     */
    opted_out?: boolean;
    /**
     * Added to those the contact has.
     */
    tags?: Array<string>;
    /**
     * Values by the keys of the custom fields; null removes one.
     */
    custom_fields?: {
        [key: string]: string | number | boolean | null;
    };
};

/**
 * The contact, of whom `GET /v1/contacts/{id}` tells more.
 */
export type ContactName = {
    /**
     * The contact's id.
     */
    id: string;
    /**
     * The contact's name; empty if there is none.
     */
    name: string;
    /**
     * On Telegram, without `@`; null if there is none.
     */
    username: string | null;
};

/**
 * Messages to this contact are allowed again.
 */
export type ContactOptedInEvent = {
    /**
     * The type.
     */
    event: 'contact.opted_in';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Nothing is sent to this contact any more. Also for one that was added so.
 */
export type ContactOptedOutEvent = {
    /**
     * The type.
     */
    event: 'contact.opted_out';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type ContactPage = {
    /**
     * The objects of this page.
     */
    data: Array<Contact>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
    /**
     * On the last page in ascending order of `created_at` or `updated_at`: none dated before this instant can appear any more. Give it as `updated_since` the next time.
     */
    synced_until?: string;
};

/**
 * A contact's score, and the ledger whose sum, between 0 and 100, it is.
 */
export type ContactScore = {
    /**
     * The score now.
     */
    score: number;
    /**
     * Newest first.
     */
    data: Array<ScoreEntry>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type ContactSort = 'created_at' | '-created_at' | 'updated_at' | '-updated_at' | 'name' | '-name' | 'score' | '-score';

export type ContactStage = 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';

/**
 * A contact came to another stage. `cause` is where it was changed (`rest`, `panel`, `mcp`, `import`, `bulk`), or `message` for one that was sent, `reply`, or `opt_out` for an opt-out word.
 */
export type ContactStageChangedEvent = {
    /**
     * The type.
     */
    event: 'contact.stage_changed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
        /**
         * The stage before.
         */
        old_stage: ContactStage;
        /**
         * The stage now.
         */
        new_stage: ContactStage;
        /**
         * What has changed it.
         */
        cause: string;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Tags were added to a contact; `added` names the new ones.
 */
export type ContactTaggedEvent = {
    /**
     * The type.
     */
    event: 'contact.tagged';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
        /**
         * The names of the new tags.
         */
        added: Array<string>;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Fields of a contact have changed; `changed` has the `old` and the `new` value of each, custom fields as `custom_fields.<key>`. Tags, stage, score and opt-out have events of their own.
 */
export type ContactUpdatedEvent = {
    /**
     * The type.
     */
    event: 'contact.updated';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
        /**
         * The fields that have changed.
         */
        changed: {
            [key: string]: {
                /**
                 * The value before; null if there was none.
                 */
                old: unknown;
                /**
                 * The value now; null if there is none.
                 */
                new: unknown;
            };
        };
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * What became of conversations in the period. Times are counted in the working hours of the workspace.
 */
export type ConversationFigures = {
    /**
     * A contact began them: with the first message, or by writing after the conversation was closed.
     */
    new: number;
    /**
     * How many of them with contacts who had never written before.
     */
    new_people: number;
    /**
     * Somebody wrote to the contact in them, whenever they began.
     */
    handled: number;
    /**
     * They got their first answer from a person.
     */
    first_answers: number;
    /**
     * From their beginning to it.
     */
    first_answer_median_seconds: number | null;
    /**
     * The 90th percentile: a tenth took longer.
     */
    first_answer_slowest_tenth_seconds: number | null;
    /**
     * Conversations that were closed in the period.
     */
    closed: number;
    /**
     * From their beginning to the closing.
     */
    close_median_seconds: number | null;
    /**
     * The 90th percentile.
     */
    close_slowest_tenth_seconds: number | null;
};

/**
 * Each member who wrote, answered or closed in the period, those with the most conversations first.
 */
export type ConversationReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<MemberConversationFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * All of them together.
     */
    everyone: ConversationFigures;
    /**
     * All accounts, oldest first.
     */
    accounts: Array<AccountConversationFigures>;
    /**
     * Now, whatever the period.
     */
    backlog: Backlog;
    /**
     * Conversations that began before it are in none of these figures, because the workspace is older than their counting. Null if all are counted.
     */
    counted_since: string | null;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<ConversationReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: ConversationReportPeriod | null;
};

/**
 * Each member who wrote, answered or closed in the period, those with the most conversations first.
 */
export type ConversationReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<MemberConversationFigures>;
    /**
     * All of them together.
     */
    everyone: ConversationFigures;
    /**
     * All accounts, oldest first.
     */
    accounts: Array<AccountConversationFigures>;
};

export type CreatedAtCondition = {
    /**
     * The field that is compared.
     */
    field: 'created_at';
    /**
     * How it is compared.
     */
    op: TimeOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean;
};

/**
 * A field that the workspace has defined for its contacts.
 */
export type CustomField = {
    /**
     * Its name in `custom_fields`.
     */
    key: string;
    /**
     * What people see.
     */
    label: string;
    /**
     * What its values are.
     */
    type: CustomFieldType;
    /**
     * For type `choice`, else empty.
     */
    choices: Array<string>;
};

/**
 * What to replace; absent members are kept.
 */
export type CustomFieldChanges = {
    /**
     * What the panel calls it.
     */
    label?: string;
    /**
     * The one that it has: it cannot be changed.
     */
    type?: CustomFieldType;
    /**
     * For the type `choice`: the values, of which contacts keep those that are taken away later.
     */
    choices?: Array<string>;
};

/**
 * Compares a custom field. Its type decides which of the ops and values it takes.
 */
export type CustomFieldCondition = {
    /**
     * The field that is compared.
     */
    field: string;
    /**
     * How it is compared.
     */
    op: ConditionOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean | Array<string> | Array<number> | number;
};

export type CustomFieldInput = {
    /**
     * The name in requests and templates.
     */
    key: string;
    /**
     * What the panel calls it.
     */
    label: string;
    /**
     * What its values are.
     */
    type: CustomFieldType;
    /**
     * For the type `choice`: the values, of which contacts keep those that are taken away later.
     */
    choices?: Array<string>;
};

export type CustomFieldPage = {
    /**
     * The objects of this page.
     */
    data: Array<CustomField>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type CustomFieldType = 'text' | 'number' | 'boolean' | 'date' | 'choice';

export type Delivery = {
    /**
     * The delivery's id.
     */
    id: string;
    /**
     * The webhook.
     */
    endpoint_id: string;
    /**
     * The event.
     */
    event_id: string;
    /**
     * The event's type.
     */
    event: EventTypeOrPing;
    /**
     * How far it has come.
     */
    status: DeliveryStatus;
    /**
     * Why it has ended without success; null otherwise.
     */
    reason: string | null;
    /**
     * How often it was tried.
     */
    attempts: number;
    /**
     * The `X-Request-Id` of the call that caused the event; null if no call did.
     */
    request_id: string | null;
    /**
     * When it is tried next; null if it is not.
     */
    next_attempt_at: string | null;
    /**
     * When it was queued.
     */
    created_at: string;
};

export type DeliveryAnswer = {
    /**
     * The headers of the answer.
     */
    headers: {
        [key: string]: string;
    };
    /**
     * The beginning of the answer.
     */
    body: string;
    /**
     * Whether there was more of it.
     */
    truncated: boolean;
};

export type DeliveryAttempt = {
    /**
     * From 1.
     */
    number: number;
    /**
     * When it was made.
     */
    at: string;
    /**
     * The HTTP status; null if there was no answer.
     */
    status: number | null;
    /**
     * Why there was none, as a stable code; null otherwise.
     */
    error: string | null;
    /**
     * How long it took, in milliseconds.
     */
    duration_ms: number;
    /**
     * What was sent.
     */
    request: DeliveryRequest;
    /**
     * What was answered.
     */
    answer: DeliveryAnswer;
};

/**
 * With the bytes that are sent, and every attempt.
 */
export type DeliveryDetail = {
    /**
     * The delivery's id.
     */
    id: string;
    /**
     * The webhook.
     */
    endpoint_id: string;
    /**
     * The event.
     */
    event_id: string;
    /**
     * The event's type.
     */
    event: EventTypeOrPing;
    /**
     * How far it has come.
     */
    status: DeliveryStatus;
    /**
     * Why it has ended without success; null otherwise.
     */
    reason: string | null;
    /**
     * How often it was tried.
     */
    attempts: number;
    /**
     * The `X-Request-Id` of the call that caused the event; null if no call did.
     */
    request_id: string | null;
    /**
     * When it is tried next; null if it is not.
     */
    next_attempt_at: string | null;
    /**
     * When it was queued.
     */
    created_at: string;
    /**
     * The bytes that are sent, as text; null once they are deleted.
     */
    body: string | null;
    /**
     * Every attempt, the first one first.
     */
    attempt_log: Array<DeliveryAttempt>;
};

export type DeliveryPage = {
    /**
     * The objects of this page.
     */
    data: Array<Delivery>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type DeliveryRequest = {
    /**
     * Where it was posted.
     */
    url: string;
    /**
     * The headers that were sent, without signatures.
     */
    headers: {
        [key: string]: string;
    };
    /**
     * The secret that the receiver accepted; null if that is not known.
     */
    signed_with: SecretInUse | null;
};

export type DeliveryStatus = 'pending' | 'sending' | 'succeeded' | 'failed' | 'exhausted' | 'canceled';

export type Direction = 'in' | 'out';

export type DisabledReason = 'manual' | 'gone' | 'failing';

export type EditMessageInput = {
    /**
     * What the message is to say, written as one that is sent; of one with files the caption.
     */
    text: string;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: Format;
    /**
     * The new time of a planned message (RFC 3339).
     */
    send_at?: string;
};

export type EmailCondition = {
    /**
     * The field that is compared.
     */
    field: 'email';
    /**
     * How it is compared.
     */
    op: TextOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | Array<string> | boolean;
};

/**
 * No body, or `{}`.
 */
export type EmptyInput = {
    [key: string]: never;
};

/**
 * Whom to enroll: one contact, or many.
 */
export type EnrollInput = {
    /**
     * This contact: 201, the enrollment.
     */
    contact_id?: string;
    /**
     * These contacts: 202, a job.
     */
    contact_ids?: Array<string>;
    /**
     * Everybody in this segment: 202, a job.
     */
    segment_id?: string;
    /**
     * Everybody who meets it: 202, a job. Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter?: Condition;
};

/**
 * A contact in a sequence.
 */
export type Enrollment = {
    /**
     * The enrollment's id.
     */
    id: string;
    /**
     * The sequence.
     */
    sequence_id: string;
    /**
     * The version of the sequence it is on.
     */
    version: number;
    /**
     * Null once the contact was erased.
     */
    contact_id: string | null;
    /**
     * Null without `read:contacts`, and once erased.
     */
    contact: ContactName | null;
    /**
     * How far it has come.
     */
    status: EnrollmentStatus;
    /**
     * Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its message is on its way.
     */
    reason: EnrollmentReason | null;
    /**
     * The step that is sent next or now; null after the last.
     */
    step: string | null;
    /**
     * When the step is due, or tried again; null while its message is on its way.
     */
    next_run_at: string | null;
    /**
     * When the contact was enrolled.
     */
    created_at: string;
    /**
     * When it ended; null until then.
     */
    ended_at: string | null;
};

/**
 * What came of the contacts who were enrolled in a sequence in the period.
 */
export type EnrollmentFigures = {
    /**
     * The sequence.
     */
    sequence_id: string;
    /**
     * The sequence's name.
     */
    name: string;
    /**
     * Contacts that were enrolled in the period.
     */
    enrolled: number;
    /**
     * Got all steps.
     */
    completed: number;
    /**
     * A person answered a message of the sequence up to now.
     */
    replied: number;
    /**
     * Reached the stage `won` after being enrolled.
     */
    won: number;
    /**
     * Who got all steps.
     */
    completion_rate: Ratio;
    /**
     * Who answered.
     */
    reply_rate: Ratio;
    /**
     * Who reached `won`.
     */
    win_rate: Ratio;
};

export type EnrollmentPage = {
    /**
     * The objects of this page.
     */
    data: Array<Enrollment>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type EnrollmentReason = 'delay' | 'window' | 'daily_limit' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'missing_value' | 'plan' | 'sequence_paused' | 'reply' | 'tag' | 'stage' | 'condition' | 'opted_out' | 'erased' | 'manual' | 'send_failed';

/**
 * The sequences in which contacts were enrolled in the period.
 */
export type EnrollmentReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<EnrollmentFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<EnrollmentReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: EnrollmentReportPeriod | null;
};

/**
 * The sequences in which contacts were enrolled in the period.
 */
export type EnrollmentReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<EnrollmentFigures>;
};

export type EnrollmentStatus = 'active' | 'paused' | 'completed' | 'stopped' | 'failed';

export type ErrorCode = 'account_daily_limit' | 'already_enrolled' | 'approval_needed' | 'audience_changed' | 'bad_request' | 'contact_conflict' | 'contact_opted_out' | 'erased' | 'file_gone' | 'file_quota_exceeded' | 'file_too_large' | 'filter_too_costly' | 'forbidden' | 'headers_too_large' | 'idempotency_in_progress' | 'idempotency_key_invalid' | 'idempotency_key_missing' | 'idempotency_key_reused' | 'internal_error' | 'invalid_cursor' | 'invalid_parameter' | 'invalid_state' | 'ip_not_allowed' | 'key_budget' | 'malformed_json' | 'method_not_allowed' | 'not_acceptable' | 'not_found' | 'not_implemented' | 'origin_not_allowed' | 'outside_limits' | 'payload_too_large' | 'plan_required' | 'precondition_failed' | 'range_not_satisfiable' | 'rate_limited' | 'request_timeout' | 'scope_missing' | 'sequence_not_active' | 'service_unavailable' | 'storage_full' | 'token_expired' | 'token_invalid' | 'token_missing' | 'token_revoked' | 'unsupported_media_type' | 'validation_failed';

/**
 * An event, told from the others by `event`. Within v1 more types are added.
 */
export type Event = ({
    event: 'account.state_changed';
} & AccountStateChangedEvent) | ({
    event: 'broadcast.completed';
} & BroadcastCompletedEvent) | ({
    event: 'broadcast.started';
} & BroadcastStartedEvent) | ({
    event: 'contact.created';
} & ContactCreatedEvent) | ({
    event: 'contact.erased';
} & ContactErasedEvent) | ({
    event: 'contact.opted_in';
} & ContactOptedInEvent) | ({
    event: 'contact.opted_out';
} & ContactOptedOutEvent) | ({
    event: 'contact.stage_changed';
} & ContactStageChangedEvent) | ({
    event: 'contact.tagged';
} & ContactTaggedEvent) | ({
    event: 'contact.updated';
} & ContactUpdatedEvent) | ({
    event: 'job.completed';
} & JobCompletedEvent) | ({
    event: 'lead.scored';
} & LeadScoredEvent) | ({
    event: 'message.deleted';
} & MessageDeletedEvent) | ({
    event: 'message.edited';
} & MessageEditedEvent) | ({
    event: 'message.failed';
} & MessageFailedEvent) | ({
    event: 'message.read';
} & MessageReadEvent) | ({
    event: 'message.received';
} & MessageReceivedEvent) | ({
    event: 'message.sent';
} & MessageSentEvent) | ({
    event: 'proposal.created';
} & ProposalCreatedEvent) | ({
    event: 'proposal.decided';
} & ProposalDecidedEvent) | ({
    event: 'proposal.ended';
} & ProposalEndedEvent) | ({
    event: 'sequence.completed';
} & SequenceCompletedEvent) | ({
    event: 'sequence.paused';
} & SequencePausedEvent) | ({
    event: 'sequence.started';
} & SequenceStartedEvent) | ({
    event: 'subscription.upgraded';
} & SubscriptionUpgradedEvent) | ({
    event: 'thread.assigned';
} & ThreadAssignedEvent) | ({
    event: 'thread.closed';
} & ThreadClosedEvent) | ({
    event: 'thread.reopened';
} & ThreadReopenedEvent) | ({
    event: 'ping';
} & PingEvent);

export type EventKind = {
    /**
     * The type.
     */
    type: EventTypeOrPing;
    /**
     * Counts the changes of its schema that were more than an addition.
     */
    version: number;
    /**
     * What has happened.
     */
    description: string;
    /**
     * The JSON Schema of a delivered event.
     */
    schema: {
        [key: string]: unknown;
    };
};

export type EventKindPage = {
    /**
     * The objects of this page.
     */
    data: Array<EventKind>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type EventPage = {
    /**
     * The objects of this page.
     */
    data: Array<Event>;
    /**
     * Give it as `cursor` to read on, also later; never null.
     */
    next_cursor: string;
};

export type EventType = 'account.state_changed' | 'broadcast.completed' | 'broadcast.started' | 'contact.created' | 'contact.erased' | 'contact.opted_in' | 'contact.opted_out' | 'contact.stage_changed' | 'contact.tagged' | 'contact.updated' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'proposal.created' | 'proposal.decided' | 'proposal.ended' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'thread.assigned' | 'thread.closed' | 'thread.reopened' | 'account.*' | 'broadcast.*' | 'contact.*' | 'job.*' | 'lead.*' | 'message.*' | 'proposal.*' | 'sequence.*' | 'subscription.*' | 'thread.*' | '*';

export type EventTypeFilter = 'account.state_changed' | 'broadcast.completed' | 'broadcast.started' | 'contact.created' | 'contact.erased' | 'contact.opted_in' | 'contact.opted_out' | 'contact.stage_changed' | 'contact.tagged' | 'contact.updated' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'proposal.created' | 'proposal.decided' | 'proposal.ended' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'thread.assigned' | 'thread.closed' | 'thread.reopened' | 'ping' | 'account.*' | 'broadcast.*' | 'contact.*' | 'job.*' | 'lead.*' | 'message.*' | 'proposal.*' | 'sequence.*' | 'subscription.*' | 'thread.*';

export type EventTypeOrPing = 'account.state_changed' | 'broadcast.completed' | 'broadcast.started' | 'contact.created' | 'contact.erased' | 'contact.opted_in' | 'contact.opted_out' | 'contact.stage_changed' | 'contact.tagged' | 'contact.updated' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'proposal.created' | 'proposal.decided' | 'proposal.ended' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'thread.assigned' | 'thread.closed' | 'thread.reopened' | 'ping';

/**
 * What people wrote to contacts by hand in the period, and how long contacts had waited for it.
 */
export type EveryoneFigures = {
    /**
     * Messages, without canceled ones and those that are still planned.
     */
    written: number;
    /**
     * How many of them answered a contact who waited.
     */
    answered: number;
    /**
     * Waits that ended within the aim for answers.
     */
    in_time: Ratio;
    /**
     * The median of these waits.
     */
    median_seconds: number | null;
    /**
     * A tenth of these waits was longer.
     */
    slowest_tenth_seconds: number | null;
};

export type ExportFormat = 'csv' | 'ndjson';

/**
 * A row of an import about the contact that could not be imported.
 */
export type FailedRow = {
    /**
     * When it was tried.
     */
    created_at: string;
    /**
     * Its line in the file, from 1.
     */
    line: number;
    /**
     * What is wrong with it.
     */
    reason: string;
    /**
     * Its cells as they were.
     */
    cells: Array<string>;
};

/**
 * Compares a field that every contact has.
 */
export type FieldCondition = ({
    field: 'tag';
} & TagCondition) | ({
    field: 'stage';
} & StageCondition) | ({
    field: 'score';
} & ScoreCondition) | ({
    field: 'username';
} & UsernameCondition) | ({
    field: 'email';
} & EmailCondition) | ({
    field: 'time_zone';
} & TimeZoneCondition) | ({
    field: 'created_at';
} & CreatedAtCondition) | ({
    field: 'last_in_at';
} & LastInAtCondition) | ({
    field: 'last_out_at';
} & LastOutAtCondition) | ({
    field: 'last_read_at';
} & LastReadAtCondition) | ({
    field: 'unanswered_since';
} & UnansweredSinceCondition) | ({
    field: 'read_unanswered';
} & ReadUnansweredCondition) | ({
    field: 'opted_out';
} & OptedOutCondition);

/**
 * What is wrong with one field or parameter.
 */
export type FieldProblem = {
    /**
     * Path of what is wrong, such as `filter.all[0].value`.
     */
    field: string;
    /**
     * The stable name of what is wrong, such as `required`.
     */
    code: string;
    /**
     * What is wrong, and what to give.
     */
    detail: string;
};

export type FileKind = 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';

/**
 * A file whose content is on its way.
 */
export type FileState = {
    /**
     * The file's id.
     */
    id: string;
    /**
     * Where its content is.
     */
    state: AttachmentState;
};

export type FilterInput = {
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter: Condition;
};

export type Format = 'plain' | 'markdown' | 'html';

/**
 * The stages of the funnel, in their order.
 */
export type FunnelReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    stages: Array<FunnelStage>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<FunnelReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: FunnelReportPeriod | null;
};

/**
 * The stages of the funnel, in their order.
 */
export type FunnelReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    stages: Array<FunnelStage>;
};

/**
 * A stage of the funnel.
 */
export type FunnelStage = {
    /**
     * The stage.
     */
    stage: ContactStage;
    /**
     * How many contacts reached it for the first time in the period. Who reaches a stage reaches the earlier ones with it; `lost` is none of these and implies only `new`.
     */
    count: number;
    /**
     * Of those added in the period, who has reached it up to now.
     */
    conversion: Ratio;
    /**
     * From being added to reaching it, of the people in the numerator of `conversion`.
     */
    median_days: number | null;
};

/**
 * The latest request for older messages of a conversation, which are at Telegram only.
 */
export type HistoryRequest = {
    /**
     * The conversation.
     */
    thread_id: string;
    /**
     * `asked` until the messages are stored (`done`) or cannot be loaded.
     */
    state: HistoryState;
    /**
     * Why it has failed; null if it has not.
     */
    reason: string | null;
    /**
     * Whether Telegram has nothing older.
     */
    is_complete: boolean;
    /**
     * When they were asked for.
     */
    requested_at: string;
};

export type HistoryState = 'asked' | 'done' | 'failed';

/**
 * The weekdays on which anybody wrote in the period, from Monday on.
 */
export type HourReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<WeekdayFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<HourReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: HourReportPeriod | null;
};

/**
 * The weekdays on which anybody wrote in the period, from Monday on.
 */
export type HourReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<WeekdayFigures>;
};

export type IfNot = 'skip' | 'stop';

export type InFlight = 'finish' | 'move';

/**
 * With `secret` if it was generated: it is never shown again.
 */
export type IssuedWebhook = {
    /**
     * The webhook's id.
     */
    id: string;
    /**
     * Where events are posted.
     */
    url: string;
    /**
     * What it is for, in words of yours.
     */
    description: string;
    /**
     * The types that are delivered.
     */
    events: Array<EventType>;
    /**
     * Empty: events of all accounts.
     */
    account_ids: Array<number>;
    /**
     * Of the headers that are sent too.
     */
    header_names: Array<string>;
    /**
     * Whether anything is delivered.
     */
    enabled: boolean;
    /**
     * Why not; null while it is enabled.
     */
    disabled_reason: DisabledReason | null;
    /**
     * Since when not; null while it is enabled.
     */
    disabled_at: string | null;
    /**
     * When deliveries began to fail without a success since; null if they do not.
     */
    failing_since: string | null;
    /**
     * Until when the secret before signs too; null outside of such an overlap.
     */
    previous_secret_until: string | null;
    /**
     * The secret that the receiver was last known to use in the overlap; null if that is not known.
     */
    verified_with: SecretInUse | null;
    /**
     * When it was made.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
    /**
     * Signs the deliveries. Left out if you gave it.
     */
    secret?: string;
};

/**
 * Long work; the event `job.completed` carries the same object.
 */
export type Job = {
    /**
     * The job's id.
     */
    id: string;
    /**
     * What is done, such as `import`.
     */
    kind: string;
    /**
     * What it works on, such as a broadcast.
     */
    object_id: string | null;
    /**
     * How far it has come.
     */
    state: JobState;
    /**
     * How many of `total` are done.
     */
    done: number;
    /**
     * How many there are to do; null while that is not known.
     */
    total: number | null;
    /**
     * What it has done so far.
     */
    result: JobResult;
    /**
     * What went wrong, the first 100.
     */
    errors: Array<JobError>;
    /**
     * When it was begun.
     */
    created_at: string;
    /**
     * When it ended; null until then.
     */
    finished_at: string | null;
    /**
     * Who began it; null for the product itself.
     */
    author: Author | null;
};

/**
 * Long work has ended: done, failed or canceled.
 */
export type JobCompletedEvent = {
    /**
     * The type.
     */
    event: 'job.completed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The job.
         */
        job: Job;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Why a job has failed, or a part of it.
 */
export type JobError = {
    /**
     * What is wrong, in words.
     */
    reason: string;
    /**
     * The stable code of the error; a row of a file has none.
     */
    code?: string;
    /**
     * The contact it is about.
     */
    contact_id?: string;
    /**
     * The line of the file it is about, from 1.
     */
    line?: number;
    /**
     * The column of the file it is about.
     */
    field?: string;
};

export type JobKind = 'broadcast' | 'contacts.bulk' | 'contacts.score' | 'contacts.score_preview' | 'contacts.tag_segment' | 'import' | 'sequences.enroll' | 'webhooks.replay';

export type JobPage = {
    /**
     * The objects of this page.
     */
    data: Array<Job>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * What a job has done. Which of these are there depends on its `kind`; more kinds may bring more.
 */
export type JobResult = {
    /**
     * Contacts that an import has added.
     */
    created?: number;
    /**
     * Contacts that an import has changed.
     */
    updated?: number;
    /**
     * Contacts that were as asked for already.
     */
    unchanged?: number;
    /**
     * Rows of the file that could not be imported.
     */
    invalid?: number;
    /**
     * Whether the import has only counted.
     */
    dry_run?: boolean;
    /**
     * Columns of the file that were left out.
     */
    ignored_columns?: Array<string>;
    /**
     * Where the invalid rows are as a file; null until there are any.
     */
    failed_rows_url?: string | null;
    /**
     * Contacts that were changed.
     */
    changed?: number;
    /**
     * Contacts that could not be changed.
     */
    refused?: number;
    /**
     * Contacts whose score a rule would change.
     */
    moved?: number;
    /**
     * How many of them to a higher score.
     */
    up?: number;
    /**
     * How many of them to a lower score.
     */
    down?: number;
    /**
     * Contacts in the audience of a broadcast.
     */
    audience?: number;
    /**
     * Recipients who have not got the message yet.
     */
    pending?: number;
    /**
     * Recipients who have got the message.
     */
    sent?: number;
    /**
     * Recipients to whom sending has failed.
     */
    failed?: number;
    /**
     * Who was left out: of a broadcast how many, of an enrollment how many by reason.
     */
    skipped?: number | {
        [key: string]: number;
    };
    /**
     * Contacts that were enrolled in a sequence.
     */
    enrolled?: number;
    /**
     * Recipients of whom it is not known whether they have got the message.
     */
    needs_attention?: number;
    /**
     * Recipients whose message was canceled.
     */
    canceled?: number;
};

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'canceled';

/**
 * A broadcast whose audience the contact was in.
 */
export type KeptBroadcast = {
    /**
     * The broadcast.
     */
    broadcast_id: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * What came of the message, as that of a `BroadcastRecipient`.
     */
    status: string;
    /**
     * Why it was not sent; null otherwise.
     */
    reason: string | null;
    /**
     * When that was settled; null until then.
     */
    at: string | null;
};

/**
 * What an assistant or a rule has changed on the contact, while that can be taken back.
 */
export type KeptChange = {
    /**
     * What was changed, such as `stage`.
     */
    field: string;
    /**
     * What it was.
     */
    old: unknown;
    /**
     * What it became.
     */
    new: unknown;
    /**
     * Who changed it.
     */
    author: string;
};

/**
 * An event about the contact on its way to a webhook.
 */
export type KeptDelivery = {
    /**
     * The delivery's id.
     */
    id: string;
    /**
     * The event.
     */
    event_id: string;
    /**
     * Where it went, or will go.
     */
    url: string;
    /**
     * As that of a `Delivery`.
     */
    status: string;
    /**
     * What was answered, the first attempt first.
     */
    answers: Array<AnswerKept>;
};

/**
 * What a member has begun to write to the contact.
 */
export type KeptDraft = {
    /**
     * The member, by the `id` of `GET /v1/members`.
     */
    user_id: number;
    /**
     * When it was changed last.
     */
    updated_at: string;
    /**
     * What is written so far.
     */
    text: string;
};

/**
 * An enrollment of the contact with the steps done: an `Enrollment` with `steps`.
 */
export type KeptEnrollment = {
    /**
     * The enrollment's id.
     */
    id: string;
    /**
     * The sequence.
     */
    sequence_id: string;
    /**
     * The version of the sequence it is on.
     */
    version: number;
    /**
     * The contact.
     */
    contact_id: string | null;
    /**
     * As that of an `Enrollment`.
     */
    status: string;
    /**
     * As that of an `Enrollment`.
     */
    reason: string | null;
    /**
     * The step that is next; null after the last.
     */
    step: string | null;
    /**
     * When that is due; null if nothing is.
     */
    next_run_at: string | null;
    /**
     * When the contact was enrolled.
     */
    created_at: string;
    /**
     * When it ended; null until then.
     */
    ended_at: string | null;
    /**
     * The steps done, in their order.
     */
    steps: Array<StepDone>;
};

/**
 * A file of a message.
 */
export type KeptFile = {
    /**
     * The file's id.
     */
    id: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * Its media type.
     */
    type: string;
    /**
     * Its size in bytes.
     */
    size: number;
    /**
     * The SHA-256 of its content in hex; empty while nothing is stored.
     */
    sha256: string;
    /**
     * When it is deleted; null while it is in use.
     */
    expires_at: string | null;
    /**
     * Where its content is.
     */
    url: string;
    /**
     * Where its content is kept, such as `stored` or `on_demand`.
     */
    state: string;
};

/**
 * A note about the contact.
 */
export type KeptNote = {
    /**
     * The note's id.
     */
    id: string;
    /**
     * The name of who wrote it.
     */
    author: string;
    /**
     * What it says.
     */
    text: string;
    /**
     * The conversation it was written in; null for none.
     */
    thread_id: string | null;
    /**
     * When it was written.
     */
    created_at: string;
    /**
     * When its text was changed last; null for never.
     */
    edited_at: string | null;
};

/**
 * A write of a key or an assistant that waited for an approval.
 */
export type KeptProposal = {
    /**
     * The proposal's id.
     */
    id: string;
    /**
     * The `operationId` of the call.
     */
    operation: string;
    /**
     * Its arguments; null if it is about others, and waits because this text was read.
     */
    arguments: {
        [key: string]: unknown;
    } | null;
    /**
     * As that of a `Proposal`.
     */
    status: string;
    /**
     * When text of the contact had been read before; null if that is no reason.
     */
    read_at: string | null;
    /**
     * When it was asked for.
     */
    created_at: string;
};

export type KeyLimits = {
    /**
     * The only accounts; null for all.
     */
    account_ids: Array<number> | null;
    /**
     * The only contacts; null for all.
     */
    segment_id: string | null;
    /**
     * Messages in 24 hours; null for any number.
     */
    daily_sends: number | null;
    /**
     * Of these, how many are left now.
     */
    daily_sends_left: number | null;
    /**
     * Changes in 24 hours; null for any number.
     */
    daily_changes: number | null;
    /**
     * Of these, how many are left now.
     */
    daily_changes_left: number | null;
    /**
     * Which writes wait for an approval.
     */
    approval: Approval;
};

export type LastInAtCondition = {
    /**
     * The field that is compared.
     */
    field: 'last_in_at';
    /**
     * How it is compared.
     */
    op: TimeOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean;
};

export type LastOutAtCondition = {
    /**
     * The field that is compared.
     */
    field: 'last_out_at';
    /**
     * How it is compared.
     */
    op: TimeOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean;
};

export type LastReadAtCondition = {
    /**
     * The field that is compared.
     */
    field: 'last_read_at';
    /**
     * How it is compared.
     */
    op: TimeOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean;
};

/**
 * The score of a contact has changed; `rules` names what changed it.
 */
export type LeadScoredEvent = {
    /**
     * The type.
     */
    event: 'lead.scored';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The contact.
         */
        contact: Contact;
        /**
         * The score before.
         */
        old_score: number;
        /**
         * The score now.
         */
        new_score: number;
        /**
         * The names of what changed it.
         */
        rules: Array<string>;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type Me = {
    /**
     * The key.
     */
    key: ApiKey;
    /**
     * What the key may do.
     */
    scopes: Array<Scope>;
    /**
     * What narrows it further.
     */
    limits: KeyLimits;
    /**
     * The workspace of the key.
     */
    workspace: Workspace;
    /**
     * `test`: the key works in the test twin.
     */
    mode: Mode;
    /**
     * The plan that is in force.
     */
    plan: Plan;
};

export type Member = {
    /**
     * Of the person, the same in all workspaces.
     */
    id: number;
    /**
     * Without a name, what is before the @ of the e-mail address.
     */
    name: string;
    /**
     * What the member may do.
     */
    role: Role;
    /**
     * Whether the queue gives this member conversations.
     */
    on_duty: boolean;
};

/**
 * The same of a member: what they wrote, answered first and closed. Nobody's are `new`.
 */
export type MemberConversationFigures = {
    /**
     * A contact began them: with the first message, or by writing after the conversation was closed.
     */
    new: number;
    /**
     * How many of them with contacts who had never written before.
     */
    new_people: number;
    /**
     * Somebody wrote to the contact in them, whenever they began.
     */
    handled: number;
    /**
     * They got their first answer from a person.
     */
    first_answers: number;
    /**
     * From their beginning to it.
     */
    first_answer_median_seconds: number | null;
    /**
     * The 90th percentile: a tenth took longer.
     */
    first_answer_slowest_tenth_seconds: number | null;
    /**
     * Conversations that were closed in the period.
     */
    closed: number;
    /**
     * From their beginning to the closing.
     */
    close_median_seconds: number | null;
    /**
     * The 90th percentile.
     */
    close_slowest_tenth_seconds: number | null;
    /**
     * Null for all who are no members: API keys, assistants, the phone, who has left.
     */
    member_id: number | null;
    /**
     * The member's name; null as `member_id`.
     */
    name: string | null;
};

/**
 * A member, of whom `GET /v1/members` tells more.
 */
export type MemberName = {
    /**
     * The member's id.
     */
    id: number;
    /**
     * The member's name.
     */
    name: string;
};

export type MemberPage = {
    /**
     * The objects of this page.
     */
    data: Array<Member>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type Message = {
    /**
     * The message's id.
     */
    id: string;
    /**
     * The account that sends or got it.
     */
    account_id: number;
    /**
     * The same account with its name.
     */
    account: AccountName;
    /**
     * The conversation it is in.
     */
    thread_id: string;
    /**
     * The contact it goes to or comes from.
     */
    contact_id: string;
    /**
     * The same contact with its name.
     */
    contact: ContactName;
    /**
     * Who wrote an outgoing message; null where that is not known.
     */
    author: Author | null;
    /**
     * `in`: received; `out`: sent by the account.
     */
    direction: Direction;
    /**
     * `text`, or the kind of its files.
     */
    kind: string;
    /**
     * How far it has come.
     */
    status: MessageStatus;
    /**
     * The text without its formatting; empty for files without a caption.
     */
    text: string;
    /**
     * The text with its formatting, in few and safe tags; null where it is as `text`.
     */
    html: string | null;
    /**
     * Its files, in their order.
     */
    attachments: Array<Attachment>;
    /**
     * When it is sent, or was to be; null for one that was received.
     */
    eta: string | null;
    /**
     * When it was stored.
     */
    created_at: string;
    /**
     * When Telegram took or delivered it; null until then.
     */
    sent_at: string | null;
    /**
     * When it was changed last on Telegram; null for never.
     */
    edited_at: string | null;
    /**
     * The id of the outgoing message that an incoming one belongs to, else null.
     */
    in_reply_to: string | null;
    /**
     * The id of the message of the same conversation that this one quotes, else null.
     */
    reply_to: string | null;
    /**
     * The part of its text that is quoted, null for all of it.
     */
    quote: string | null;
    /**
     * When Telegram told that the contact has read an outgoing message.
     */
    read_at: string | null;
    /**
     * When either side has deleted the message, of an album its last file; text and files stay.
     */
    deleted_at: string | null;
    /**
     * The reactions to it.
     */
    reactions: Array<Reaction>;
    /**
     * What is asked of Telegram and not done yet, or was refused: the message is shown as it is there.
     */
    change: MessageChange | null;
    /**
     * Whether a machine wrote the message, rather than a person.
     */
    auto_reply: boolean;
    /**
     * Why it was not sent, as a stable code; null otherwise.
     */
    error: string | null;
    /**
     * The `X-Request-Id` of the request that sent the message.
     */
    request_id: string | null;
    /**
     * Why a queued message is not sent yet, else null.
     */
    waiting_for: MessageWaitingFor | null;
};

export type MessageChange = {
    /**
     * What is asked for.
     */
    kind: MessageChangeKind;
    /**
     * `failed`: Telegram has refused it.
     */
    status: MessageChangeStatus;
    /**
     * Why Telegram has refused it, else null.
     */
    error: string | null;
};

export type MessageChangeKind = 'edit' | 'delete' | 'react';

export type MessageChangeStatus = 'queued' | 'failed';

/**
 * A message was deleted, by either side; its text stays.
 */
export type MessageDeletedEvent = {
    /**
     * The type.
     */
    event: 'message.deleted';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * The text or the files of a message were changed, by either side.
 */
export type MessageEditedEvent = {
    /**
     * The type.
     */
    event: 'message.edited';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A message will not be sent; `error` says why.
 */
export type MessageFailedEvent = {
    /**
     * The type.
     */
    event: 'message.failed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type MessagePage = {
    /**
     * The objects of this page.
     */
    data: Array<Message>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * The contact has read a message.
 */
export type MessageReadEvent = {
    /**
     * The type.
     */
    event: 'message.read';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * Somebody has written to one of the accounts.
 */
export type MessageReceivedEvent = {
    /**
     * The type.
     */
    event: 'message.received';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A message has arrived, or was typed on the account's own phone.
 */
export type MessageSentEvent = {
    /**
     * The type.
     */
    event: 'message.sent';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The message.
         */
        message: Message;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type MessageSort = 'created_at' | '-created_at';

export type MessageStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';

export type MessageWaitingFor = 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker';

export type Mode = 'live' | 'test';

/**
 * Something that is kept with conditions that name the person.
 */
export type Naming = {
    /**
     * What it is, such as `segment`.
     */
    kind: string;
    /**
     * Its id.
     */
    id: string;
    /**
     * The parts of its conditions that name the person.
     */
    named_by: Array<unknown>;
};

/**
 * Holds if its part does not.
 */
export type NotCondition = {
    /**
     * What is combined.
     */
    not: Condition;
};

/**
 * What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody.
 */
export type Note = {
    /**
     * The note's id.
     */
    id: string;
    /**
     * What it says.
     */
    text: string;
    /**
     * A member, a key or an assistant.
     */
    author: Author | null;
    /**
     * The contact it is about.
     */
    contact_id: string;
    /**
     * Null without `read:contacts`.
     */
    contact: ContactName | null;
    /**
     * The conversation that it was written in, if any.
     */
    thread_id: string | null;
    /**
     * When it was written.
     */
    created_at: string;
    /**
     * When its text was changed last; null for never.
     */
    edited_at: string | null;
    /**
     * The members whom `@name` in the text means.
     */
    mentions: Array<MemberName>;
};

export type NoteChanges = {
    /**
     * What it says from now on.
     */
    text: string;
};

export type NoteInput = {
    /**
     * `@name` mentions a member of the workspace.
     */
    text: string;
    /**
     * The conversation with the contact that it belongs to.
     */
    thread_id?: string;
};

export type NotePage = {
    /**
     * The objects of this page.
     */
    data: Array<Note>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type NumberOperator = 'is' | 'is_not' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'exists';

export type OptedOutCondition = {
    /**
     * The field that is compared.
     */
    field: 'opted_out';
    /**
     * How it is compared.
     */
    op: BooleanOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: boolean;
};

/**
 * `contact`, and a section for each kind of thing that is kept about the person.
 */
export type PersonalData = {
    /**
     * The contact.
     */
    contact: Contact;
    /**
     * What was done to the contact.
     */
    audit_log: Array<AuditEntry>;
    /**
     * Segments, steps and the like whose conditions name the person.
     */
    named_in: Array<Naming>;
    /**
     * What accounts address the person by on Telegram.
     */
    telegram_addresses: Array<TelegramAddress>;
    /**
     * The ledger of the score, oldest first.
     */
    scores: Array<ScoreEntry>;
    /**
     * Stages that it came to, oldest first.
     */
    stages: Array<StageChange>;
    /**
     * What members noted, oldest first.
     */
    notes: Array<KeptNote>;
    /**
     * Oldest first, as GET answers them.
     */
    messages: Array<Message>;
    /**
     * What members have begun to write to the person and not sent.
     */
    drafts: Array<KeptDraft>;
    /**
     * Those of the messages, each once.
     */
    files: Array<KeptFile>;
    /**
     * In sequences, with the steps done.
     */
    enrollments: Array<KeptEnrollment>;
    /**
     * The events about the contact, oldest first.
     */
    events: Array<Event>;
    /**
     * To which webhooks they went.
     */
    deliveries: Array<KeptDelivery>;
    /**
     * Whose audience the person was in.
     */
    broadcasts: Array<KeptBroadcast>;
    /**
     * Rows of imports about the person that failed.
     */
    failed_imports: Array<FailedRow>;
    /**
     * Answers to writes of the last 24 hours.
     */
    stored_answers: Array<StoredAnswer>;
    /**
     * Writes that waited for an approval, oldest first.
     */
    proposals: Array<KeptProposal>;
    /**
     * Changes that can be taken back, oldest first.
     */
    assistant_changes: Array<KeptChange>;
};

/**
 * Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.
 */
export type PingEvent = {
    /**
     * The type.
     */
    event: 'ping';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The webhook.
         */
        webhook: {
            /**
             * The webhook's id.
             */
            id: string;
            /**
             * Where the event is posted.
             */
            url: string;
        };
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type Plan = 'trial' | 'pro' | 'business' | 'expired';

export type PointsInput = {
    /**
     * What to add; below 0 to take off. Not 0.
     */
    points: number;
    /**
     * Why; it is in `cause`.
     */
    note?: string;
};

export type PreviewReason = 'condition' | 'missing_value';

/**
 * RFC 9457. Branch on `code`: it is stable. An error may add members, such as `required_scope`, and `accounts` (`[{id, name}]`, at most 20) for an account that is `not_found`.
 */
export type Problem = {
    /**
     * An address that explains the code.
     */
    type: string;
    /**
     * The code in words.
     */
    title: string;
    /**
     * The HTTP status.
     */
    status: number;
    /**
     * What is wrong with this request, and what to do.
     */
    detail: string;
    /**
     * The stable name of the error.
     */
    code: ErrorCode;
    /**
     * The path that was asked.
     */
    instance: string;
    /**
     * The `X-Request-Id` of the request.
     */
    request_id: string;
    /**
     * With `scope_missing`: the scope that the key lacks.
     */
    required_scope?: Scope;
    /**
     * Each field or parameter that is wrong.
     */
    errors?: Array<FieldProblem>;
};

/**
 * A write that waits until a member approves it.
 */
export type Proposal = {
    /**
     * The proposal's id.
     */
    id: string;
    /**
     * `approved` is carried out as soon as a worker can, once `run_at` is set it was; `stale`: what it was made for has changed meanwhile, and nothing was done.
     */
    status: ProposalStatus;
    /**
     * What would be done, in words.
     */
    summary: string;
    /**
     * What would be done.
     */
    call: ProposedCall;
    /**
     * The contact it is about, if that is one alone.
     */
    contact: ContactName | null;
    /**
     * Why it waits: a code, such as `read_somebody_else`.
     */
    reason: string;
    /**
     * Whose text was read before, the latest first.
     */
    because: Array<ReadText>;
    /**
     * The key or assistant that asked.
     */
    requested_by: Author | null;
    /**
     * When it was asked for.
     */
    created_at: string;
    /**
     * Until when it can be approved.
     */
    expires_at: string;
    /**
     * Who approved or rejected it; null until then.
     */
    decided_by: MemberName | null;
    /**
     * When; null until then.
     */
    decided_at: string | null;
    /**
     * What whoever decided says to whoever asked.
     */
    note: string | null;
    /**
     * Why it is `stale` or `failed`.
     */
    problem: string | null;
    /**
     * When it was carried out, or could not be.
     */
    run_at: string | null;
    /**
     * What the call has answered.
     */
    result: {
        [key: string]: unknown;
    } | null;
    /**
     * The proposal that a member edited into this one.
     */
    edited_from: string | null;
};

/**
 * A write of a key or an assistant waits for an approval.
 */
export type ProposalCreatedEvent = {
    /**
     * The type.
     */
    event: 'proposal.created';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The proposal.
         */
        proposal: Proposal;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A proposal does not wait any more: a member has approved or rejected it, who asked has taken it back (`rejected`), or nobody has decided in time (`expired`).
 */
export type ProposalDecidedEvent = {
    /**
     * The type.
     */
    event: 'proposal.decided';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The proposal.
         */
        proposal: Proposal;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A proposal that was approved was carried out (`approved`), or could not be (`stale`, `failed`), as `problem` says.
 */
export type ProposalEndedEvent = {
    /**
     * The type.
     */
    event: 'proposal.ended';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The proposal.
         */
        proposal: Proposal;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type ProposalPage = {
    /**
     * The objects of this page.
     */
    data: Array<Proposal>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type ProposalStatus = 'pending' | 'approved' | 'rejected' | 'expired' | 'stale' | 'failed';

export type ProposedCall = {
    /**
     * The `operationId` of the call.
     */
    operation: string;
    /**
     * Its arguments, those of the path included; times are absolute.
     */
    arguments: {
        [key: string]: unknown;
    };
};

export type QueuedMessage = {
    /**
     * The message's id.
     */
    id: string;
    /**
     * Always `queued`.
     */
    status: 'queued';
    /**
     * When it will be sent, as far as is known now.
     */
    eta: string;
};

/**
 * A part of a whole, with both numbers.
 */
export type Ratio = {
    /**
     * The part.
     */
    numerator: number;
    /**
     * The whole.
     */
    denominator: number;
    /**
     * Numerator by denominator; null while the denominator is 0.
     */
    rate: number | null;
    /**
     * What the denominator counts.
     */
    of: string;
};

export type Reaction = {
    /**
     * The emoji.
     */
    emoji: string;
    /**
     * Whose it is: the contact's, or the account's.
     */
    by: ReactionBy;
};

export type ReactionBy = 'contact' | 'account';

export type ReactionInput = {
    /**
     * One that Telegram has as a reaction, in place of an earlier one; null takes it back.
     */
    emoji: string | null;
};

export type ReadText = {
    /**
     * Whose text was read; null: of somebody that is not known.
     */
    contact: ContactName | null;
    /**
     * When it was answered the last time.
     */
    read_at: string;
};

export type ReadThread = {
    /**
     * The conversation's id.
     */
    id: string;
    /**
     * Messages of the contact that nobody has read, now.
     */
    unread_count: number;
};

export type ReadUnansweredCondition = {
    /**
     * The field that is compared.
     */
    field: 'read_unanswered';
    /**
     * How it is compared.
     */
    op: BooleanOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: boolean;
};

export type RecipientStatus = 'pending' | 'sent' | 'failed' | 'skipped' | 'needs_attention' | 'canceled';

export type RenameTagInput = {
    /**
     * The new name; that of another tag merges them.
     */
    name: string;
};

export type ReplayInput = {
    /**
     * Deliveries made from this time on (RFC 3339).
     */
    since: string;
    /**
     * … and before this one; now, if left out.
     */
    until?: string;
};

export type ResumeMode = 'keep_dates' | 'restart_delay' | 'only_active_time';

/**
 * When the steps that wait are due after the pause.
 */
export type ResumeSequenceInput = {
    /**
     * `keep_dates`: as planned, at once if that has passed. `restart_delay`: the delay begins now. `only_active_time`: the pause does not count.
     */
    mode?: ResumeMode;
};

export type Role = 'viewer' | 'agent' | 'admin' | 'owner';

export type RotateSecretInput = {
    /**
     * 1 to 255 visible characters. Left out: one is generated and answered, this once.
     */
    secret?: string;
    /**
     * How long the old secret stays in force beside the new one.
     */
    overlap_seconds?: number;
};

export type Scope = 'read:contacts' | 'read:messages' | 'read:analytics' | 'write:messages' | 'write:contacts' | 'manage:sequences' | 'manage:webhooks';

export type ScoreCondition = {
    /**
     * The field that is compared.
     */
    field: 'score';
    /**
     * How it is compared.
     */
    op: NumberOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: number | Array<number> | boolean;
};

/**
 * One change of a contact's points. Entries are only added.
 */
export type ScoreEntry = {
    /**
     * Null for a change by hand.
     */
    rule: string | null;
    /**
     * What was added; below 0 for what was taken off.
     */
    points: number;
    /**
     * When that happened.
     */
    at: string;
    /**
     * What happened, such as `tag vip`.
     */
    cause: string;
};

export type SecretInUse = 'current' | 'previous';

/**
 * A saved filter of contacts.
 */
export type Segment = {
    /**
     * The segment's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * What a contact must fulfil.
     */
    filter: Condition;
    /**
     * Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also if counting those before it took two seconds.
     */
    count: number | null;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate: boolean;
    /**
     * When it was saved.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
};

/**
 * What to replace; absent fields are kept.
 */
export type SegmentChanges = {
    /**
     * What people call it.
     */
    name?: string;
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter?: Condition;
};

export type SegmentExplanation = {
    /**
     * The contact.
     */
    contact_id: string;
    /**
     * The same contact with its name.
     */
    contact: ContactName;
    /**
     * Whether the contact is in the segment.
     */
    matches: boolean;
    /**
     * Each comparison of the filter.
     */
    leaves: Array<SegmentLeaf>;
};

export type SegmentInput = {
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter: Condition;
    /**
     * What people call it.
     */
    name: string;
};

/**
 * One comparison of the filter, for one contact.
 */
export type SegmentLeaf = {
    /**
     * Where it stands in the filter, such as `all[1].any[0]`; empty for the whole.
     */
    path: string;
    /**
     * The field that is compared.
     */
    field: string;
    /**
     * How it is compared.
     */
    op: string;
    /**
     * What it compares with.
     */
    value: unknown;
    /**
     * What the contact has; null if there is no value.
     */
    actual: unknown;
    /**
     * Whether it holds for the contact.
     */
    holds: boolean;
};

export type SegmentPage = {
    /**
     * The objects of this page.
     */
    data: Array<Segment>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type SegmentPreview = {
    /**
     * Contacts that fulfil the filter.
     */
    count: number;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate: boolean;
    /**
     * The ten newest.
     */
    sample: Array<Contact>;
};

export type SendAs = 'auto' | 'document' | 'voice';

export type SendMessageInput = {
    /**
     * The account to send from.
     */
    account_id: number;
    /**
     * `@name`, `name`, `https://t.me/name` or a numeric Telegram id.
     */
    to?: string | number;
    /**
     * In place of `to`.
     */
    contact_id?: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: Format;
    /**
     * Whether Telegram shows a preview of an address in the text.
     */
    link_preview?: boolean;
    /**
     * Not before this time (RFC 3339).
     */
    send_at?: string | null;
    /**
     * The message of the same conversation that it quotes.
     */
    reply_to?: string;
    /**
     * The part of its text that is quoted, as it stands there.
     */
    quote?: string;
    /**
     * How the files are sent: `auto` by what they are, `document` unchanged, `voice` as a voice message.
     */
    as?: SendAs;
};

/**
 * When messages may be sent, in the contact's time zone. A window that ends before it begins runs over midnight.
 */
export type SendingWindow = {
    /**
     * `mon` to `sun`.
     */
    days: Array<string>;
    /**
     * Such as `09:00`.
     */
    from: string;
    /**
     * Such as `18:00`, exclusive.
     */
    to: string;
};

/**
 * When messages may be sent, in the contact's time zone. It may end after midnight.
 */
export type SendingWindowInput = {
    /**
     * The days on which it begins.
     */
    days: Array<Weekday>;
    /**
     * Such as `09:00`.
     */
    from: string;
    /**
     * Such as `18:00`, exclusive.
     */
    to: string;
};

/**
 * A sequence, in lists and in events.
 */
export type Sequence = {
    /**
     * The sequence's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * Only an `active` one sends.
     */
    status: SequenceStatus;
    /**
     * The number of its latest version, with which new contacts begin.
     */
    version: number;
    /**
     * When it was made.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
};

/**
 * What to replace; absent members are kept. `steps` replaces all of them.
 */
export type SequenceChanges = {
    /**
     * No two sequences have the same name.
     */
    name?: string;
    /**
     * The accounts that send; a draft needs none.
     */
    account_ids?: Array<number>;
    /**
     * For contacts without their own; by default that of the workspace.
     */
    time_zone?: string;
    /**
     * When it sends; null: always.
     */
    window?: SendingWindowInput | null;
    /**
     * Each step is later by a random part of it; at most 7 days.
     */
    jitter?: string;
    /**
     * `reply`, `tag:NAME`, `stage:NAME`.
     */
    stop_on?: Array<string>;
    /**
     * What machines answer does not stop it.
     */
    ignore_auto_replies?: boolean;
    /**
     * Contacts who were not written to yet go to another account while theirs cannot send.
     */
    pass_on?: boolean;
    /**
     * The messages, in their order.
     */
    steps?: Array<SequenceStepInput>;
    /**
     * What those who are in it do: `finish` on the version that they began with, or `move` to this one, where a step that they got is never sent again.
     */
    in_flight?: InFlight;
};

/**
 * A contact has got the last step of a sequence.
 */
export type SequenceCompletedEvent = {
    /**
     * The type.
     */
    event: 'sequence.completed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The sequence.
         */
        sequence: Sequence;
        /**
         * The enrollment.
         */
        enrollment: Enrollment;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * The contact to preview the sequence for.
 */
export type SequenceContactInput = {
    /**
     * Null once the contact was erased.
     */
    contact_id: string;
};

/**
 * A sequence with what its latest version says.
 */
export type SequenceDetail = {
    /**
     * The sequence's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * Only an `active` one sends.
     */
    status: SequenceStatus;
    /**
     * The number of its latest version, with which new contacts begin.
     */
    version: number;
    /**
     * When it was made.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
    /**
     * The accounts that send.
     */
    account_ids: Array<number>;
    /**
     * For contacts without a time zone of their own.
     */
    time_zone: string;
    /**
     * When messages may be sent; null for at any time.
     */
    window: SendingWindow | null;
    /**
     * ISO 8601. Each step is later by a random part of it.
     */
    jitter: string;
    /**
     * `reply`, `tag:NAME`, `stage:NAME`.
     */
    stop_on: Array<string>;
    /**
     * Whether what a machine answers stops nothing.
     */
    ignore_auto_replies: boolean;
    /**
     * Contacts who were not written to yet go to another account while theirs cannot send.
     */
    pass_on: boolean;
    /**
     * Its messages, in their order.
     */
    steps: Array<SequenceStep>;
};

/**
 * A version of a sequence.
 */
export type SequenceFigures = {
    /**
     * The sequence.
     */
    sequence_id: string;
    /**
     * The sequence's name.
     */
    name: string;
    /**
     * The version's number.
     */
    version: number;
    /**
     * Its steps, in their order.
     */
    steps: Array<StepFigures>;
};

/**
 * A sequence: what it sends, when, from where, and what stops it.
 */
export type SequenceInput = {
    /**
     * No two sequences have the same name.
     */
    name: string;
    /**
     * The accounts that send; needed to start it.
     */
    account_ids?: Array<number>;
    /**
     * For contacts without their own; by default that of the workspace.
     */
    time_zone?: string;
    /**
     * When it sends; null: always.
     */
    window?: SendingWindowInput | null;
    /**
     * Each step is later by a random part of it; at most 7 days.
     */
    jitter?: string;
    /**
     * `reply`, `tag:NAME`, `stage:NAME`.
     */
    stop_on?: Array<string>;
    /**
     * What machines answer does not stop it.
     */
    ignore_auto_replies?: boolean;
    /**
     * Contacts who were not written to yet go to another account while theirs cannot send.
     */
    pass_on?: boolean;
    /**
     * The messages, in their order.
     */
    steps: Array<SequenceStepInput>;
};

export type SequencePage = {
    /**
     * The objects of this page.
     */
    data: Array<Sequence>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * A sequence was paused (`enrollment` is null), or one enrollment in it.
 */
export type SequencePausedEvent = {
    /**
     * The type.
     */
    event: 'sequence.paused';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The sequence.
         */
        sequence: Sequence;
        /**
         * The enrollment; null if the whole sequence was paused.
         */
        enrollment: Enrollment | null;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type SequencePreview = {
    /**
     * The steps, in their order.
     */
    steps: Array<SequencePreviewStep>;
};

/**
 * A step as one contact would get it.
 */
export type SequencePreviewStep = {
    /**
     * The step's id.
     */
    step: string;
    /**
     * Null for a step that would be left out.
     */
    planned_at: string | null;
    /**
     * `condition`: it does not hold. `missing_value`: the text has a variable without value and fallback, or the contact has neither username nor Telegram id.
     */
    reason: PreviewReason | null;
    /**
     * Null without `read:contacts`, for a step that would be left out, and if a variable has no value.
     */
    text: string | null;
    /**
     * The text with its formatting, in few and safe tags; null where it is as `text`.
     */
    html: string | null;
};

/**
 * The whole sequence; absent members have their defaults. What GET answers can be changed and sent back.
 */
export type SequenceReplacementInput = {
    /**
     * No two sequences have the same name.
     */
    name: string;
    /**
     * The accounts that send; needed to start it.
     */
    account_ids?: Array<number>;
    /**
     * For contacts without their own; by default that of the workspace.
     */
    time_zone?: string;
    /**
     * When it sends; null: always.
     */
    window?: SendingWindowInput | null;
    /**
     * Each step is later by a random part of it; at most 7 days.
     */
    jitter?: string;
    /**
     * `reply`, `tag:NAME`, `stage:NAME`.
     */
    stop_on?: Array<string>;
    /**
     * What machines answer does not stop it.
     */
    ignore_auto_replies?: boolean;
    /**
     * Contacts who were not written to yet go to another account while theirs cannot send.
     */
    pass_on?: boolean;
    /**
     * The messages, in their order.
     */
    steps: Array<SequenceStepInput>;
    /**
     * What those who are in it do: `finish` on the version that they began with, or `move` to this one, where a step that they got is never sent again.
     */
    in_flight?: InFlight;
    /**
     * As GET answers it.
     */
    created_at?: string;
    /**
     * As GET answers it.
     */
    id?: string;
    /**
     * As GET answers it.
     */
    status?: string;
    /**
     * As GET answers it.
     */
    updated_at?: string;
    /**
     * As GET answers it.
     */
    version?: number;
};

/**
 * The versions of sequences of which a message was sent or has failed in the period.
 */
export type SequenceReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<SequenceFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<SequenceReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: SequenceReportPeriod | null;
};

/**
 * The versions of sequences of which a message was sent or has failed in the period.
 */
export type SequenceReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<SequenceFigures>;
};

/**
 * A contact was enrolled in a sequence.
 */
export type SequenceStartedEvent = {
    /**
     * The type.
     */
    event: 'sequence.started';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The sequence.
         */
        sequence: Sequence;
        /**
         * The enrollment.
         */
        enrollment: Enrollment;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type SequenceStatus = 'draft' | 'active' | 'paused';

/**
 * A message of a sequence.
 */
export type SequenceStep = {
    /**
     * The step's name within the sequence.
     */
    id: string;
    /**
     * ISO 8601, since the step before or the enrollment.
     */
    delay: string;
    /**
     * The text with its variables.
     */
    text: string;
    /**
     * How `text` is written.
     */
    format: Format;
    /**
     * The ids of the files.
     */
    attachments: Array<string>;
    /**
     * The step is for those for whom this holds.
     */
    condition: Condition | null;
    /**
     * For the others: skip the step, or stop.
     */
    if_not: IfNot;
};

/**
 * A message of a sequence.
 */
export type SequenceStepInput = {
    /**
     * What the step keeps through all versions. One without gets that of the step that was at its place, or a new one.
     */
    id?: string;
    /**
     * ISO 8601, since the step before or the enrollment.
     */
    delay?: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * How `text` is written; `plain`.
     */
    format?: Format;
    /**
     * Files of `POST /v1/files`.
     */
    attachments?: Array<string>;
    /**
     * The step is for those for whom this holds; null: for everybody.
     */
    condition?: Condition | null;
    /**
     * For the others: `skip` the step, or `stop`.
     */
    if_not?: IfNot;
};

/**
 * A stage that the contact came to.
 */
export type StageChange = {
    /**
     * The stage.
     */
    stage: ContactStage;
    /**
     * When the contact came to it.
     */
    at: string;
    /**
     * What moved the contact.
     */
    cause: string;
};

export type StageCondition = {
    /**
     * The field that is compared.
     */
    field: 'stage';
    /**
     * How it is compared.
     */
    op: StageOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: ContactStage | Array<ContactStage> | boolean;
};

export type StageOperator = 'is' | 'is_not' | 'in' | 'exists';

/**
 * A step of a sequence that was done for the contact.
 */
export type StepDone = {
    /**
     * The id of the step.
     */
    step: string;
    /**
     * What came of it; null while its message is on its way.
     */
    outcome: string | null;
    /**
     * When it was begun.
     */
    at: string;
};

/**
 * A step of a version of a sequence.
 */
export type StepFigures = {
    /**
     * Messages that were sent in the period.
     */
    sent: number;
    /**
     * Messages that have failed in the period.
     */
    failed: number;
    /**
     * How many of those sent a person has answered up to now.
     */
    replied: number;
    /**
     * How many of those sent a machine has answered.
     */
    auto_replied: number;
    /**
     * How many of those sent were answered with an opt-out word.
     */
    opted_out: number;
    /**
     * `replied` of `sent`.
     */
    reply_rate: Ratio;
    /**
     * The id of the step.
     */
    step: string;
};

/**
 * The answer to a write about the contact, kept for its Idempotency-Key.
 */
export type StoredAnswer = {
    /**
     * When it was answered.
     */
    created_at: string;
    /**
     * The HTTP status.
     */
    status: number;
    /**
     * What was answered; null for an answer with a secret.
     */
    body: unknown;
};

/**
 * An owner has moved the workspace to a higher plan.
 */
export type SubscriptionUpgradedEvent = {
    /**
     * The type.
     */
    event: 'subscription.upgraded';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The plan before.
         */
        old_plan: Plan;
        /**
         * The plan now.
         */
        plan: Plan;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

/**
 * A tag. It exists for as long as a contact has it.
 */
export type Tag = {
    /**
     * The tag itself.
     */
    name: string;
    /**
     * How many contacts have it; counting stops at 10,000.
     */
    contacts: number;
    /**
     * Whether more contacts than that have it.
     */
    contacts_is_minimum: boolean;
};

export type TagChanges = {
    /**
     * Tags to add.
     */
    add?: Array<string>;
    /**
     * Tags to take away.
     */
    remove?: Array<string>;
};

export type TagCondition = {
    /**
     * The field that is compared.
     */
    field: 'tag';
    /**
     * How it is compared.
     */
    op: TextOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | Array<string> | boolean;
};

export type TagPage = {
    /**
     * The objects of this page.
     */
    data: Array<Tag>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * Everybody who wrote to contacts in the period, those with the most answers first.
 */
export type TeamReport = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<WriterFigures>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts, hours and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * All of them together.
     */
    everyone: EveryoneFigures;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<TeamReportPeriod> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: TeamReportPeriod | null;
};

/**
 * Everybody who wrote to contacts in the period, those with the most answers first.
 */
export type TeamReportPeriod = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    /**
     * The figures, one object each.
     */
    data: Array<WriterFigures>;
    /**
     * All of them together.
     */
    everyone: EveryoneFigures;
};

/**
 * What an account addresses the person by on Telegram.
 */
export type TelegramAddress = {
    /**
     * The account.
     */
    account_id: number;
    /**
     * The person's Telegram id.
     */
    peer_id: number;
    /**
     * The username that the account knows; empty if it knows none.
     */
    username: string;
};

/**
 * A text that the workspace keeps for messages. Give `text`, `format` and `attachments` to `POST
 * /v1/messages/send`, which fills in the variables.
 */
export type Template = {
    /**
     * The template's id.
     */
    id: number;
    /**
     * What people call it.
     */
    name: string;
    /**
     * The text with its variables.
     */
    text: string;
    /**
     * How `text` is written.
     */
    format: Format;
    /**
     * The ids of its files.
     */
    attachments: Array<string>;
    /**
     * When it was made.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
};

/**
 * What to replace; what is absent stays.
 */
export type TemplateChanges = {
    /**
     * Unique among those that are shared.
     */
    name?: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * How `text` is written.
     */
    format?: Format;
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
};

export type TemplateInput = {
    /**
     * Unique among those that are shared.
     */
    name: string;
    /**
     * 1 to 4096 UTF-16 units once `{variables}` are filled in. With `attachments` it is their caption: at most 1024 units, and it may be left out.
     */
    text?: string;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: Format;
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
};

export type TemplatePage = {
    /**
     * The objects of this page.
     */
    data: Array<Template>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type TextOperator = 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'exists';

export type Thread = {
    /**
     * The conversation's id.
     */
    id: string;
    /**
     * The account that has it.
     */
    account_id: number;
    /**
     * The same account with its name.
     */
    account: AccountName;
    /**
     * The contact it is with.
     */
    contact_id: string;
    /**
     * The same contact with its name.
     */
    contact: ContactName;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     */
    state: ThreadState;
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until: string | null;
    /**
     * The member who looks after it.
     */
    assignee: MemberName | null;
    /**
     * Messages of the contact that nobody has read.
     */
    unread_count: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at: string | null;
    /**
     * The time of its latest message.
     */
    last_message_at: string;
    /**
     * Its latest message; null if there is none.
     */
    last_message: Message | null;
    /**
     * When it began.
     */
    created_at: string;
};

/**
 * Another member looks after a conversation, or nobody does any more.
 */
export type ThreadAssignedEvent = {
    /**
     * The type.
     */
    event: 'thread.assigned';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The thread.
         */
        thread: Thread;
        /**
         * The old_assignee.
         */
        old_assignee: MemberName | null;
        /**
         * The new_assignee.
         */
        new_assignee: MemberName | null;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type ThreadChanges = {
    /**
     * Closed: nothing remains to be done.
     */
    state?: ThreadState;
    /**
     * With the state `snoozed`: until when.
     */
    snoozed_until?: string | null;
    /**
     * A member who may write messages; null: nobody.
     */
    assignee_id?: number | null;
};

/**
 * An open or snoozed conversation was closed.
 */
export type ThreadClosedEvent = {
    /**
     * The type.
     */
    event: 'thread.closed';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The thread.
         */
        thread: Thread;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type ThreadPage = {
    /**
     * The objects of this page.
     */
    data: Array<Thread>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * A closed conversation was opened or snoozed, or the contact has written in it.
 */
export type ThreadReopenedEvent = {
    /**
     * The type.
     */
    event: 'thread.reopened';
    /**
     * The event's id: the same on every retry and replay.
     */
    id: string;
    /**
     * When it happened.
     */
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: Author | null;
    /**
     * What it is about.
     */
    data: {
        /**
         * The thread.
         */
        thread: Thread;
    };
    /**
     * In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.
     */
    request_id?: string | null;
};

export type ThreadSort = '-last_message_at' | 'waiting_since';

export type ThreadState = 'open' | 'snoozed' | 'closed';

export type ThreadWithMessages = {
    /**
     * The conversation's id.
     */
    id: string;
    /**
     * The account that has it.
     */
    account_id: number;
    /**
     * The same account with its name.
     */
    account: AccountName;
    /**
     * The contact it is with.
     */
    contact_id: string;
    /**
     * The same contact with its name.
     */
    contact: ContactName;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     */
    state: ThreadState;
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until: string | null;
    /**
     * The member who looks after it.
     */
    assignee: MemberName | null;
    /**
     * Messages of the contact that nobody has read.
     */
    unread_count: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at: string | null;
    /**
     * The time of its latest message.
     */
    last_message_at: string;
    /**
     * Its latest message; null if there is none.
     */
    last_message: Message | null;
    /**
     * When it began.
     */
    created_at: string;
    /**
     * The latest, newest first, if `messages` asks for them.
     */
    messages?: Array<Message>;
};

export type TimeOperator = 'before' | 'after' | 'within_days' | 'exists';

export type TimeZoneCondition = {
    /**
     * The field that is compared.
     */
    field: 'time_zone';
    /**
     * How it is compared.
     */
    op: TextOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | Array<string> | boolean;
};

export type UnansweredSinceCondition = {
    /**
     * The field that is compared.
     */
    field: 'unanswered_since';
    /**
     * How it is compared.
     */
    op: TimeOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | number | boolean;
};

/**
 * A file that was uploaded, until something uses it.
 */
export type UploadedFile = {
    /**
     * The file's id.
     */
    id: string;
    /**
     * What the file is called.
     */
    name: string;
    /**
     * The media type that the content shows.
     */
    type: string;
    /**
     * Bytes.
     */
    size: number;
    /**
     * The SHA-256 of the content in hex.
     */
    sha256: string;
    /**
     * When the file is deleted unless something uses it by then; null once something does.
     */
    expires_at: string | null;
};

/**
 * As for every write, with `created`.
 */
export type UpsertedContact = {
    /**
     * The contact's id.
     */
    id: string;
    /**
     * The whole name; empty if there is none.
     */
    name?: string;
    /**
     * The first name; the first word of `name` where none was given.
     */
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    /**
     * On Telegram, without `@`; null if there is none.
     */
    username?: string | null;
    /**
     * The numeric id on Telegram; null while no account knows it.
     */
    telegram_id?: number | null;
    /**
     * The e-mail address; null if there is none.
     */
    email?: string | null;
    /**
     * The phone number; null if there is none.
     */
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`; null if it is not known.
     */
    time_zone?: string | null;
    /**
     * The names of its tags.
     */
    tags?: Array<string>;
    /**
     * Where it stands in the funnel.
     */
    stage?: ContactStage;
    /**
     * 0 to 100, from the rules of scoring.
     */
    score?: number;
    /**
     * Whether the person wants no messages.
     */
    opted_out?: boolean;
    /**
     * Values by the keys of the custom fields; a field without a value is missing.
     */
    custom_fields?: {
        [key: string]: string | number | boolean | null;
    };
    /**
     * When the contact last wrote.
     */
    last_in_at?: string | null;
    /**
     * When the contact was last written to.
     */
    last_out_at?: string | null;
    /**
     * When the first message was sent to the contact that none of theirs has followed.
     */
    unanswered_since?: string | null;
    /**
     * When it was added.
     */
    created_at?: string;
    /**
     * When it was changed last.
     */
    updated_at?: string;
    /**
     * Whether it was added rather than updated.
     */
    created: boolean;
};

export type UsernameCondition = {
    /**
     * The field that is compared.
     */
    field: 'username';
    /**
     * How it is compared.
     */
    op: TextOperator;
    /**
     * What it is compared with. `exists` takes true or false, `in` a list.
     */
    value: string | Array<string> | boolean;
};

/**
 * Contacts who wait now, by how long they have waited in working hours.
 */
export type WaitingAge = {
    /**
     * They have waited for less, and not for less than the age before. Null: for longer.
     */
    below_seconds: number | null;
    /**
     * How many contacts.
     */
    waiting: number;
    /**
     * How many of them in conversations that nobody looks after.
     */
    unassigned: number;
};

export type Webhook = {
    /**
     * The webhook's id.
     */
    id: string;
    /**
     * Where events are posted.
     */
    url: string;
    /**
     * What it is for, in words of yours.
     */
    description: string;
    /**
     * The types that are delivered.
     */
    events: Array<EventType>;
    /**
     * Empty: events of all accounts.
     */
    account_ids: Array<number>;
    /**
     * Of the headers that are sent too.
     */
    header_names: Array<string>;
    /**
     * Whether anything is delivered.
     */
    enabled: boolean;
    /**
     * Why not; null while it is enabled.
     */
    disabled_reason: DisabledReason | null;
    /**
     * Since when not; null while it is enabled.
     */
    disabled_at: string | null;
    /**
     * When deliveries began to fail without a success since; null if they do not.
     */
    failing_since: string | null;
    /**
     * Until when the secret before signs too; null outside of such an overlap.
     */
    previous_secret_until: string | null;
    /**
     * The secret that the receiver was last known to use in the overlap; null if that is not known.
     */
    verified_with: SecretInUse | null;
    /**
     * When it was made.
     */
    created_at: string;
    /**
     * When it was changed last.
     */
    updated_at: string;
};

export type WebhookChanges = {
    /**
     * Where to POST: a URI with https and a public host, at port 443 or from 1024 on.
     */
    url?: string;
    /**
     * Types of GET /v1/webhooks/events, `contact.*` and the like, or `*`; these bring later types too.
     */
    events?: Array<EventType>;
    /**
     * What it is for.
     */
    description?: string;
    /**
     * Events about other accounts than these are not delivered. Empty: those of all accounts.
     */
    account_ids?: Array<number>;
    /**
     * Headers that are sent too, such as `Authorization`. Their values are never answered.
     */
    headers?: {
        [key: string]: string | null;
    };
    /**
     * False cancels what is queued.
     */
    enabled?: boolean;
};

export type WebhookInput = {
    /**
     * Where to POST: a URI with https and a public host, at port 443 or from 1024 on.
     */
    url: string;
    /**
     * Types of GET /v1/webhooks/events, `contact.*` and the like, or `*`; these bring later types too.
     */
    events: Array<EventType>;
    /**
     * What it is for.
     */
    description?: string;
    /**
     * Events about other accounts than these are not delivered. Empty: those of all accounts.
     */
    account_ids?: Array<number>;
    /**
     * Headers that are sent too, such as `Authorization`. Their values are never answered.
     */
    headers?: {
        [key: string]: string;
    };
    /**
     * 1 to 255 visible characters. Left out: one is generated and answered, this once.
     */
    secret?: string;
};

export type WebhookPage = {
    /**
     * The objects of this page.
     */
    data: Array<Webhook>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/**
 * What people wrote on a weekday of the workspace's time zone.
 */
export type WeekdayFigures = {
    /**
     * The day.
     */
    weekday: Weekday;
    /**
     * Messages of people, without those of erased contacts.
     */
    received: number;
    /**
     * The same of each of its 24 hours, from midnight on.
     */
    hours: Array<number>;
};

export type Workspace = {
    /**
     * Its name in addresses.
     */
    slug: string;
    /**
     * What people call it.
     */
    name: string;
    /**
     * Its days are those of analytics.
     */
    time_zone: string;
};

/**
 * The same of one who wrote.
 */
export type WriterFigures = {
    /**
     * Messages, without canceled ones and those that are still planned.
     */
    written: number;
    /**
     * How many of them answered a contact who waited.
     */
    answered: number;
    /**
     * Waits that ended within the aim for answers.
     */
    in_time: Ratio;
    /**
     * The median of these waits.
     */
    median_seconds: number | null;
    /**
     * A tenth of these waits was longer.
     */
    slowest_tenth_seconds: number | null;
    /**
     * Of the member. Null for anybody else, and for members whose account is gone.
     */
    email: string | null;
    /**
     * Of the member.
     */
    name: string | null;
    /**
     * What it was written with.
     */
    via: WrittenVia;
};

/**
 * The contact; a key without `read:contacts` gets `id` and the fields it sent.
 */
export type WrittenContact = {
    /**
     * The contact's id.
     */
    id: string;
    /**
     * The whole name; empty if there is none.
     */
    name?: string;
    /**
     * The first name; the first word of `name` where none was given.
     */
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    /**
     * On Telegram, without `@`; null if there is none.
     */
    username?: string | null;
    /**
     * The numeric id on Telegram; null while no account knows it.
     */
    telegram_id?: number | null;
    /**
     * The e-mail address; null if there is none.
     */
    email?: string | null;
    /**
     * The phone number; null if there is none.
     */
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`; null if it is not known.
     */
    time_zone?: string | null;
    /**
     * The names of its tags.
     */
    tags?: Array<string>;
    /**
     * Where it stands in the funnel.
     */
    stage?: ContactStage;
    /**
     * 0 to 100, from the rules of scoring.
     */
    score?: number;
    /**
     * Whether the person wants no messages.
     */
    opted_out?: boolean;
    /**
     * Values by the keys of the custom fields; a field without a value is missing.
     */
    custom_fields?: {
        [key: string]: string | number | boolean | null;
    };
    /**
     * When the contact last wrote.
     */
    last_in_at?: string | null;
    /**
     * When the contact was last written to.
     */
    last_out_at?: string | null;
    /**
     * When the first message was sent to the contact that none of theirs has followed.
     */
    unanswered_since?: string | null;
    /**
     * When it was added.
     */
    created_at?: string;
    /**
     * When it was changed last.
     */
    updated_at?: string;
};

/**
 * The custom field; a key without `read:contacts` gets `key` and the members it sent.
 */
export type WrittenCustomField = {
    /**
     * Its name in `custom_fields`.
     */
    key: string;
    /**
     * What people see.
     */
    label?: string;
    /**
     * What its values are.
     */
    type?: CustomFieldType;
    /**
     * For type `choice`, else empty.
     */
    choices?: Array<string>;
};

/**
 * The segment; a key without `read:contacts` gets `id` and the fields it sent.
 */
export type WrittenSegment = {
    /**
     * The segment's id.
     */
    id: string;
    /**
     * What people call it.
     */
    name?: string;
    /**
     * What a contact must fulfil.
     */
    filter?: Condition;
    /**
     * Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also if counting those before it took two seconds.
     */
    count?: number | null;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate?: boolean;
    /**
     * When it was saved.
     */
    created_at?: string;
    /**
     * When it was changed last.
     */
    updated_at?: string;
};

/**
 * The template; a key without `read:messages` gets `id` and the fields it sent.
 */
export type WrittenTemplate = {
    /**
     * The template's id.
     */
    id: number;
    /**
     * What people call it.
     */
    name?: string;
    /**
     * The text with its variables.
     */
    text?: string;
    /**
     * How `text` is written.
     */
    format?: Format;
    /**
     * The ids of its files.
     */
    attachments?: Array<string>;
    /**
     * When it was made.
     */
    created_at?: string;
    /**
     * When it was changed last.
     */
    updated_at?: string;
};

export type WrittenVia = 'panel' | 'rest' | 'mcp' | 'phone' | 'command' | 'system';

export type ListAccountsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/accounts';
};

export type ListAccountsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListAccountsError = ListAccountsErrors[keyof ListAccountsErrors];

export type ListAccountsResponses = {
    /**
     * OK
     */
    200: AccountPage;
};

export type ListAccountsResponse = ListAccountsResponses[keyof ListAccountsResponses];

export type GetAccountData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the account.
         */
        account_id: number;
    };
    query?: never;
    url: '/v1/accounts/{account_id}';
};

export type GetAccountErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAccountError = GetAccountErrors[keyof GetAccountErrors];

export type GetAccountResponses = {
    /**
     * OK
     */
    200: Account;
};

export type GetAccountResponse = GetAccountResponses[keyof GetAccountResponses];

export type GetAnalyticsAccountsData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/accounts';
};

export type GetAnalyticsAccountsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsAccountsError = GetAnalyticsAccountsErrors[keyof GetAnalyticsAccountsErrors];

export type GetAnalyticsAccountsResponses = {
    /**
     * OK
     */
    200: AccountReport;
};

export type GetAnalyticsAccountsResponse = GetAnalyticsAccountsResponses[keyof GetAnalyticsAccountsResponses];

export type GetAnalyticsBroadcastsData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/broadcasts';
};

export type GetAnalyticsBroadcastsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsBroadcastsError = GetAnalyticsBroadcastsErrors[keyof GetAnalyticsBroadcastsErrors];

export type GetAnalyticsBroadcastsResponses = {
    /**
     * OK
     */
    200: BroadcastReport;
};

export type GetAnalyticsBroadcastsResponse = GetAnalyticsBroadcastsResponses[keyof GetAnalyticsBroadcastsResponses];

export type GetAnalyticsConversationsData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/conversations';
};

export type GetAnalyticsConversationsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsConversationsError = GetAnalyticsConversationsErrors[keyof GetAnalyticsConversationsErrors];

export type GetAnalyticsConversationsResponses = {
    /**
     * OK
     */
    200: ConversationReport;
};

export type GetAnalyticsConversationsResponse = GetAnalyticsConversationsResponses[keyof GetAnalyticsConversationsResponses];

export type GetAnalyticsEnrollmentsData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/enrollments';
};

export type GetAnalyticsEnrollmentsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsEnrollmentsError = GetAnalyticsEnrollmentsErrors[keyof GetAnalyticsEnrollmentsErrors];

export type GetAnalyticsEnrollmentsResponses = {
    /**
     * OK
     */
    200: EnrollmentReport;
};

export type GetAnalyticsEnrollmentsResponse = GetAnalyticsEnrollmentsResponses[keyof GetAnalyticsEnrollmentsResponses];

export type GetAnalyticsFunnelData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/funnel';
};

export type GetAnalyticsFunnelErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsFunnelError = GetAnalyticsFunnelErrors[keyof GetAnalyticsFunnelErrors];

export type GetAnalyticsFunnelResponses = {
    /**
     * OK
     */
    200: FunnelReport;
};

export type GetAnalyticsFunnelResponse = GetAnalyticsFunnelResponses[keyof GetAnalyticsFunnelResponses];

export type GetAnalyticsHoursData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/hours';
};

export type GetAnalyticsHoursErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsHoursError = GetAnalyticsHoursErrors[keyof GetAnalyticsHoursErrors];

export type GetAnalyticsHoursResponses = {
    /**
     * OK
     */
    200: HourReport;
};

export type GetAnalyticsHoursResponse = GetAnalyticsHoursResponses[keyof GetAnalyticsHoursResponses];

export type GetAnalyticsSequencesData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/sequences';
};

export type GetAnalyticsSequencesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsSequencesError = GetAnalyticsSequencesErrors[keyof GetAnalyticsSequencesErrors];

export type GetAnalyticsSequencesResponses = {
    /**
     * OK
     */
    200: SequenceReport;
};

export type GetAnalyticsSequencesResponse = GetAnalyticsSequencesResponses[keyof GetAnalyticsSequencesResponses];

export type GetAnalyticsTeamData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * A date in the workspace's time zone, or RFC 3339. Default: the last 30 days.
         */
        from?: string | string;
        /**
         * A date, which is included, or RFC 3339, exclusive. Default: now.
         */
        to?: string | string;
        /**
         * Adds a `series`.
         */
        interval?: AnalyticsInterval;
        /**
         * Adds `before`: the same of as many days before.
         */
        compare?: boolean;
    };
    url: '/v1/analytics/team';
};

export type GetAnalyticsTeamErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetAnalyticsTeamError = GetAnalyticsTeamErrors[keyof GetAnalyticsTeamErrors];

export type GetAnalyticsTeamResponses = {
    /**
     * OK
     */
    200: TeamReport;
};

export type GetAnalyticsTeamResponse = GetAnalyticsTeamResponses[keyof GetAnalyticsTeamResponses];

export type ListBroadcastsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * With this status alone.
         */
        status?: BroadcastStatus;
    };
    url: '/v1/broadcasts';
};

export type ListBroadcastsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListBroadcastsError = ListBroadcastsErrors[keyof ListBroadcastsErrors];

export type ListBroadcastsResponses = {
    /**
     * OK
     */
    200: BroadcastPage;
};

export type ListBroadcastsResponse = ListBroadcastsResponses[keyof ListBroadcastsResponses];

export type StartBroadcastData = {
    body: BroadcastInput;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again. Required unless `preview` is true.
         */
        'Idempotency-Key'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/broadcasts';
};

export type StartBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `audience_changed`: `changed` says what is not as in the preview, such as `audience` (`previewed` people then, `eligible` now) or `text`. Look at the preview again and start with its `audience_hash`.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `filter_too_costly`: Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, tag the contacts in it by a job, and filter by that tag.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type StartBroadcastError = StartBroadcastErrors[keyof StartBroadcastErrors];

export type StartBroadcastResponses = {
    /**
     * OK
     */
    200: BroadcastPreview;
    /**
     * Created
     */
    201: Broadcast;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type StartBroadcastResponse = StartBroadcastResponses[keyof StartBroadcastResponses];

export type GetBroadcastData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: never;
    url: '/v1/broadcasts/{broadcast_id}';
};

export type GetBroadcastErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetBroadcastError = GetBroadcastErrors[keyof GetBroadcastErrors];

export type GetBroadcastResponses = {
    /**
     * OK
     */
    200: Broadcast;
};

export type GetBroadcastResponse = GetBroadcastResponses[keyof GetBroadcastResponses];

export type CancelBroadcastData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: never;
    url: '/v1/broadcasts/{broadcast_id}/cancel';
};

export type CancelBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CancelBroadcastError = CancelBroadcastErrors[keyof CancelBroadcastErrors];

export type CancelBroadcastResponses = {
    /**
     * OK
     */
    200: Broadcast;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CancelBroadcastResponse = CancelBroadcastResponses[keyof CancelBroadcastResponses];

export type PauseBroadcastData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: never;
    url: '/v1/broadcasts/{broadcast_id}/pause';
};

export type PauseBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PauseBroadcastError = PauseBroadcastErrors[keyof PauseBroadcastErrors];

export type PauseBroadcastResponses = {
    /**
     * OK
     */
    200: Broadcast;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type PauseBroadcastResponse = PauseBroadcastResponses[keyof PauseBroadcastResponses];

export type ListBroadcastRecipientsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * With this status alone.
         */
        status?: RecipientStatus;
    };
    url: '/v1/broadcasts/{broadcast_id}/recipients';
};

export type ListBroadcastRecipientsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListBroadcastRecipientsError = ListBroadcastRecipientsErrors[keyof ListBroadcastRecipientsErrors];

export type ListBroadcastRecipientsResponses = {
    /**
     * OK
     */
    200: BroadcastRecipientPage;
};

export type ListBroadcastRecipientsResponse = ListBroadcastRecipientsResponses[keyof ListBroadcastRecipientsResponses];

export type ResumeBroadcastData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: never;
    url: '/v1/broadcasts/{broadcast_id}/resume';
};

export type ResumeBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ResumeBroadcastError = ResumeBroadcastErrors[keyof ResumeBroadcastErrors];

export type ResumeBroadcastResponses = {
    /**
     * OK
     */
    200: Broadcast;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ResumeBroadcastResponse = ResumeBroadcastResponses[keyof ResumeBroadcastResponses];

export type RetryFailedBroadcastData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the broadcast.
         */
        broadcast_id: string;
    };
    query?: never;
    url: '/v1/broadcasts/{broadcast_id}/retry-failed';
};

export type RetryFailedBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type RetryFailedBroadcastError = RetryFailedBroadcastErrors[keyof RetryFailedBroadcastErrors];

export type RetryFailedBroadcastResponses = {
    /**
     * OK
     */
    200: Broadcast;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type RetryFailedBroadcastResponse = RetryFailedBroadcastResponses[keyof RetryFailedBroadcastResponses];

export type PreviewBroadcastData = {
    body: BroadcastPreviewInput;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/broadcasts/preview';
};

export type PreviewBroadcastErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `filter_too_costly`: Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, tag the contacts in it by a job, and filter by that tag.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PreviewBroadcastError = PreviewBroadcastErrors[keyof PreviewBroadcastErrors];

export type PreviewBroadcastResponses = {
    /**
     * OK
     */
    200: BroadcastPreview;
};

export type PreviewBroadcastResponse = PreviewBroadcastResponses[keyof PreviewBroadcastResponses];

export type ListContactsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * `@name`, `name` or `https://t.me/name`.
         */
        username?: string;
        /**
         * The whole address.
         */
        email?: string;
        /**
         * By its digits.
         */
        phone?: string;
        /**
         * Separated by commas. Unknown ones are left out.
         */
        ids?: Array<string>;
        /**
         * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
         */
        filter?: Condition;
        /**
         * Part of the name, username or e-mail address, case-blind.
         */
        search?: string;
        /**
         * Tags that the contact must have, all of them.
         */
        tag?: Array<string>;
        /**
         * In this stage alone.
         */
        stage?: ContactStage;
        /**
         * Contacts in this segment.
         */
        segment?: string;
        /**
         * Changed at this time or later (RFC 3339).
         */
        updated_since?: string;
        /**
         * `-` is the other way round.
         */
        sort?: ContactSort;
    };
    url: '/v1/contacts';
};

export type ListContactsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `filter_too_costly`: Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, tag the contacts in it by a job, and filter by that tag.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListContactsError = ListContactsErrors[keyof ListContactsErrors];

export type ListContactsResponses = {
    /**
     * OK
     */
    200: ContactPage;
};

export type ListContactsResponse = ListContactsResponses[keyof ListContactsResponses];

export type CreateContactData = {
    body: ContactInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/contacts';
};

export type CreateContactErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `contact_conflict`: Username, email or Telegram id belong to different contacts. Nothing was changed.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateContactError = CreateContactErrors[keyof CreateContactErrors];

export type CreateContactResponses = {
    /**
     * OK
     */
    200: UpsertedContact;
    /**
     * Created
     */
    201: UpsertedContact;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateContactResponse = CreateContactResponses[keyof CreateContactResponses];

export type DeleteContactData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}';
};

export type DeleteContactErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteContactError = DeleteContactErrors[keyof DeleteContactErrors];

export type DeleteContactResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteContactResponse = DeleteContactResponses[keyof DeleteContactResponses];

export type GetContactData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}';
};

export type GetContactErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetContactError = GetContactErrors[keyof GetContactErrors];

export type GetContactResponses = {
    /**
     * OK
     */
    200: Contact;
};

export type GetContactResponse = GetContactResponses[keyof GetContactResponses];

export type UpdateContactData = {
    body: ContactChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}';
};

export type UpdateContactErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `contact_conflict`: Username, email or Telegram id belong to different contacts. Nothing was changed.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateContactError = UpdateContactErrors[keyof UpdateContactErrors];

export type UpdateContactResponses = {
    /**
     * OK
     */
    200: WrittenContact;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateContactResponse = UpdateContactResponses[keyof UpdateContactResponses];

export type GetContactDataData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}/data';
};

export type GetContactDataErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetContactDataError = GetContactDataErrors[keyof GetContactDataErrors];

export type GetContactDataResponses = {
    /**
     * OK
     */
    200: PersonalData;
};

export type GetContactDataResponse = GetContactDataResponses[keyof GetContactDataResponses];

export type ListNotesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/contacts/{contact_id}/notes';
};

export type ListNotesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListNotesError = ListNotesErrors[keyof ListNotesErrors];

export type ListNotesResponses = {
    /**
     * OK
     */
    200: NotePage;
};

export type ListNotesResponse = ListNotesResponses[keyof ListNotesResponses];

export type CreateNoteData = {
    body: NoteInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}/notes';
};

export type CreateNoteErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateNoteError = CreateNoteErrors[keyof CreateNoteErrors];

export type CreateNoteResponses = {
    /**
     * Created
     */
    201: Note;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateNoteResponse = CreateNoteResponses[keyof CreateNoteResponses];

export type AddPointsData = {
    body: PointsInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}/points';
};

export type AddPointsErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type AddPointsError = AddPointsErrors[keyof AddPointsErrors];

export type AddPointsResponses = {
    /**
     * OK
     */
    200: ContactScore;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type AddPointsResponse = AddPointsResponses[keyof AddPointsResponses];

export type GetContactScoreData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/contacts/{contact_id}/score';
};

export type GetContactScoreErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetContactScoreError = GetContactScoreErrors[keyof GetContactScoreErrors];

export type GetContactScoreResponses = {
    /**
     * OK
     */
    200: ContactScore;
};

export type GetContactScoreResponse = GetContactScoreResponses[keyof GetContactScoreResponses];

export type TagContactData = {
    body: TagChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the contact.
         */
        contact_id: string;
    };
    query?: never;
    url: '/v1/contacts/{contact_id}/tags';
};

export type TagContactErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type TagContactError = TagContactErrors[keyof TagContactErrors];

export type TagContactResponses = {
    /**
     * OK
     */
    200: WrittenContact;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type TagContactResponse = TagContactResponses[keyof TagContactResponses];

export type ExportContactsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * `@name`, `name` or `https://t.me/name`.
         */
        username?: string;
        /**
         * The whole address.
         */
        email?: string;
        /**
         * By its digits.
         */
        phone?: string;
        /**
         * Separated by commas. Unknown ones are left out.
         */
        ids?: Array<string>;
        /**
         * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
         */
        filter?: Condition;
        /**
         * Part of the name, username or e-mail address, case-blind.
         */
        search?: string;
        /**
         * Tags that the contact must have, all of them.
         */
        tag?: Array<string>;
        /**
         * In this stage alone.
         */
        stage?: ContactStage;
        /**
         * Contacts in this segment.
         */
        segment?: string;
        /**
         * Changed at this time or later (RFC 3339).
         */
        updated_since?: string;
        /**
         * The format of the file.
         */
        format?: ExportFormat;
    };
    url: '/v1/contacts/export';
};

export type ExportContactsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ExportContactsError = ExportContactsErrors[keyof ExportContactsErrors];

export type ExportContactsResponses = {
    /**
     * OK
     */
    200: string;
};

export type ExportContactsResponse = ExportContactsResponses[keyof ExportContactsResponses];

export type ImportContactsData = {
    body: Blob | File;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * True: count what the import would do, and change nothing. A form may have it as a part instead.
         */
        dry_run?: boolean;
    };
    url: '/v1/contacts/import';
};

export type ImportContactsErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ImportContactsError = ImportContactsErrors[keyof ImportContactsErrors];

export type ImportContactsResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type ImportContactsResponse = ImportContactsResponses[keyof ImportContactsResponses];

export type ListCustomFieldsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/custom-fields';
};

export type ListCustomFieldsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListCustomFieldsError = ListCustomFieldsErrors[keyof ListCustomFieldsErrors];

export type ListCustomFieldsResponses = {
    /**
     * OK
     */
    200: CustomFieldPage;
};

export type ListCustomFieldsResponse = ListCustomFieldsResponses[keyof ListCustomFieldsResponses];

export type CreateCustomFieldData = {
    body: CustomFieldInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/custom-fields';
};

export type CreateCustomFieldErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateCustomFieldError = CreateCustomFieldErrors[keyof CreateCustomFieldErrors];

export type CreateCustomFieldResponses = {
    /**
     * Created
     */
    201: WrittenCustomField;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateCustomFieldResponse = CreateCustomFieldResponses[keyof CreateCustomFieldResponses];

export type GetCustomFieldData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The key of the custom field.
         */
        key: string;
    };
    query?: never;
    url: '/v1/custom-fields/{key}';
};

export type GetCustomFieldErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetCustomFieldError = GetCustomFieldErrors[keyof GetCustomFieldErrors];

export type GetCustomFieldResponses = {
    /**
     * OK
     */
    200: CustomField;
};

export type GetCustomFieldResponse = GetCustomFieldResponses[keyof GetCustomFieldResponses];

export type UpdateCustomFieldData = {
    body: CustomFieldChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The key of the custom field.
         */
        key: string;
    };
    query?: never;
    url: '/v1/custom-fields/{key}';
};

export type UpdateCustomFieldErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateCustomFieldError = UpdateCustomFieldErrors[keyof UpdateCustomFieldErrors];

export type UpdateCustomFieldResponses = {
    /**
     * OK
     */
    200: WrittenCustomField;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateCustomFieldResponse = UpdateCustomFieldResponses[keyof UpdateCustomFieldResponses];

export type GetDeliveryData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the delivery.
         */
        delivery_id: string;
    };
    query?: never;
    url: '/v1/deliveries/{delivery_id}';
};

export type GetDeliveryErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetDeliveryError = GetDeliveryErrors[keyof GetDeliveryErrors];

export type GetDeliveryResponses = {
    /**
     * OK
     */
    200: DeliveryDetail;
};

export type GetDeliveryResponse = GetDeliveryResponses[keyof GetDeliveryResponses];

export type ReplayDeliveryData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the delivery.
         */
        delivery_id: string;
    };
    query?: never;
    url: '/v1/deliveries/{delivery_id}/replay';
};

export type ReplayDeliveryErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ReplayDeliveryError = ReplayDeliveryErrors[keyof ReplayDeliveryErrors];

export type ReplayDeliveryResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Delivery | Proposal;
};

export type ReplayDeliveryResponse = ReplayDeliveryResponses[keyof ReplayDeliveryResponses];

export type ListEnrollmentsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * With this status alone.
         */
        status?: EnrollmentStatus;
        /**
         * Of this contact.
         */
        contact_id?: string;
        /**
         * In this sequence.
         */
        sequence_id?: string;
    };
    url: '/v1/enrollments';
};

export type ListEnrollmentsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListEnrollmentsError = ListEnrollmentsErrors[keyof ListEnrollmentsErrors];

export type ListEnrollmentsResponses = {
    /**
     * OK
     */
    200: EnrollmentPage;
};

export type ListEnrollmentsResponse = ListEnrollmentsResponses[keyof ListEnrollmentsResponses];

export type GetEnrollmentData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the enrollment.
         */
        enrollment_id: string;
    };
    query?: never;
    url: '/v1/enrollments/{enrollment_id}';
};

export type GetEnrollmentErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetEnrollmentError = GetEnrollmentErrors[keyof GetEnrollmentErrors];

export type GetEnrollmentResponses = {
    /**
     * OK
     */
    200: Enrollment;
};

export type GetEnrollmentResponse = GetEnrollmentResponses[keyof GetEnrollmentResponses];

export type PauseEnrollmentData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the enrollment.
         */
        enrollment_id: string;
    };
    query?: never;
    url: '/v1/enrollments/{enrollment_id}/pause';
};

export type PauseEnrollmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PauseEnrollmentError = PauseEnrollmentErrors[keyof PauseEnrollmentErrors];

export type PauseEnrollmentResponses = {
    /**
     * OK
     */
    200: Enrollment;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type PauseEnrollmentResponse = PauseEnrollmentResponses[keyof PauseEnrollmentResponses];

export type ResumeEnrollmentData = {
    body?: ResumeSequenceInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the enrollment.
         */
        enrollment_id: string;
    };
    query?: never;
    url: '/v1/enrollments/{enrollment_id}/resume';
};

export type ResumeEnrollmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ResumeEnrollmentError = ResumeEnrollmentErrors[keyof ResumeEnrollmentErrors];

export type ResumeEnrollmentResponses = {
    /**
     * OK
     */
    200: Enrollment;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ResumeEnrollmentResponse = ResumeEnrollmentResponses[keyof ResumeEnrollmentResponses];

export type StopEnrollmentData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the enrollment.
         */
        enrollment_id: string;
    };
    query?: never;
    url: '/v1/enrollments/{enrollment_id}/stop';
};

export type StopEnrollmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type StopEnrollmentError = StopEnrollmentErrors[keyof StopEnrollmentErrors];

export type StopEnrollmentResponses = {
    /**
     * OK
     */
    200: Enrollment;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type StopEnrollmentResponse = StopEnrollmentResponses[keyof StopEnrollmentResponses];

export type ListEventsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * Of this type, or of `contact.*` and the like.
         */
        type?: EventTypeFilter;
        /**
         * The log from the first event made at this time or later (RFC 3339).
         */
        since?: string;
    };
    url: '/v1/events';
};

export type ListEventsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListEventsError = ListEventsErrors[keyof ListEventsErrors];

export type ListEventsResponses = {
    /**
     * OK
     */
    200: EventPage;
};

export type ListEventsResponse = ListEventsResponses[keyof ListEventsResponses];

export type GetEventData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the event.
         */
        event_id: string;
    };
    query?: never;
    url: '/v1/events/{event_id}';
};

export type GetEventErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetEventError = GetEventErrors[keyof GetEventErrors];

export type GetEventResponses = {
    /**
     * OK
     */
    200: Event;
};

export type GetEventResponse = GetEventResponses[keyof GetEventResponses];

export type CreateFileData = {
    body: {
        /**
         * The file, with its filename.
         */
        file: Blob | File;
    };
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/files';
};

export type CreateFileErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `file_quota_exceeded`: The files of this workspace take all the space it has. Delete contacts or templates that have files, or ask whoever runs the server for more.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
    /**
     * - `storage_full`: The server has no space left for files. Nothing was kept. Retry later with the same Idempotency-Key.
     */
    507: Problem;
};

export type CreateFileError = CreateFileErrors[keyof CreateFileErrors];

export type CreateFileResponses = {
    /**
     * Created
     */
    201: UploadedFile;
};

export type CreateFileResponse = CreateFileResponses[keyof CreateFileResponses];

export type GetFileData = {
    body?: never;
    headers?: {
        /**
         * One range of bytes, such as `bytes=0-1023`; with If-Range for the entity tag it belongs to.
         */
        Range?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the file.
         */
        file_id: string;
    };
    query?: never;
    url: '/v1/files/{file_id}';
};

export type GetFileErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `file_too_large`: This installation does not fetch files of this size from Telegram. Open it on the account's phone.
     */
    409: Problem;
    /**
     * - `file_gone`: Nobody has the content of this file any more. Ask for it to be sent again.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `range_not_satisfiable`: The file ends before this range. Its size is in Content-Range.
     */
    416: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetFileError = GetFileErrors[keyof GetFileErrors];

export type GetFileResponses = {
    /**
     * The content, in its media type.
     */
    200: string;
    /**
     * Accepted
     */
    202: FileState;
    /**
     * The part that Range asks for.
     */
    206: string;
};

export type GetFileResponse = GetFileResponses[keyof GetFileResponses];

export type GetFileThumbnailData = {
    body?: never;
    headers?: {
        /**
         * One range of bytes, such as `bytes=0-1023`; with If-Range for the entity tag it belongs to.
         */
        Range?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the file.
         */
        file_id: string;
    };
    query?: never;
    url: '/v1/files/{file_id}/thumbnail';
};

export type GetFileThumbnailErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `file_gone`: Nobody has the content of this file any more. Ask for it to be sent again.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `range_not_satisfiable`: The file ends before this range. Its size is in Content-Range.
     */
    416: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetFileThumbnailError = GetFileThumbnailErrors[keyof GetFileThumbnailErrors];

export type GetFileThumbnailResponses = {
    /**
     * A picture of at most 320 pixels.
     */
    200: string;
    /**
     * The part that Range asks for.
     */
    206: string;
};

export type GetFileThumbnailResponse = GetFileThumbnailResponses[keyof GetFileThumbnailResponses];

export type ListJobsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * What it does.
         */
        kind?: JobKind;
        /**
         * In this state alone.
         */
        state?: JobState;
    };
    url: '/v1/jobs';
};

export type ListJobsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListJobsError = ListJobsErrors[keyof ListJobsErrors];

export type ListJobsResponses = {
    /**
     * OK
     */
    200: JobPage;
};

export type ListJobsResponse = ListJobsResponses[keyof ListJobsResponses];

export type GetJobData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the job.
         */
        job_id: string;
    };
    query?: never;
    url: '/v1/jobs/{job_id}';
};

export type GetJobErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetJobError = GetJobErrors[keyof GetJobErrors];

export type GetJobResponses = {
    /**
     * OK
     */
    200: Job;
};

export type GetJobResponse = GetJobResponses[keyof GetJobResponses];

export type CancelJobData = {
    body?: never;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the job.
         */
        job_id: string;
    };
    query?: never;
    url: '/v1/jobs/{job_id}/cancel';
};

export type CancelJobErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CancelJobError = CancelJobErrors[keyof CancelJobErrors];

export type CancelJobResponses = {
    /**
     * OK
     */
    200: Job;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CancelJobResponse = CancelJobResponses[keyof CancelJobResponses];

export type GetFailedRowsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the job.
         */
        job_id: string;
    };
    query?: never;
    url: '/v1/jobs/{job_id}/failed-rows';
};

export type GetFailedRowsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetFailedRowsError = GetFailedRowsErrors[keyof GetFailedRowsErrors];

export type GetFailedRowsResponses = {
    /**
     * OK
     */
    200: string;
};

export type GetFailedRowsResponse = GetFailedRowsResponses[keyof GetFailedRowsResponses];

export type GetMeData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/me';
};

export type GetMeErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetMeError = GetMeErrors[keyof GetMeErrors];

export type GetMeResponses = {
    /**
     * OK
     */
    200: Me;
};

export type GetMeResponse = GetMeResponses[keyof GetMeResponses];

export type ListMembersData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/members';
};

export type ListMembersErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListMembersError = ListMembersErrors[keyof ListMembersErrors];

export type ListMembersResponses = {
    /**
     * OK
     */
    200: MemberPage;
};

export type ListMembersResponse = ListMembersResponses[keyof ListMembersResponses];

export type ListMessagesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * From or to this account.
         */
        account_id?: number;
        /**
         * From or to this contact.
         */
        contact_id?: string;
        /**
         * Of this thread.
         */
        thread_id?: string;
        /**
         * `in`: received, `out`: sent by an account.
         */
        direction?: Direction;
        /**
         * With this status alone.
         */
        status?: MessageStatus;
        /**
         * Created at or after this time (RFC 3339).
         */
        since?: string;
        /**
         * Created before this time (RFC 3339).
         */
        until?: string;
        /**
         * Beginnings of words of the text, all of them, case-blind; of what was sent or received.
         */
        search?: string;
        /**
         * The order; `-` is the other way round.
         */
        sort?: MessageSort;
    };
    url: '/v1/messages';
};

export type ListMessagesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `filter_too_costly`: Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, tag the contacts in it by a job, and filter by that tag.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListMessagesError = ListMessagesErrors[keyof ListMessagesErrors];

export type ListMessagesResponses = {
    /**
     * OK
     */
    200: MessagePage;
};

export type ListMessagesResponse = ListMessagesResponses[keyof ListMessagesResponses];

export type DeleteMessageData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the message.
         */
        message_id: string;
    };
    query?: never;
    url: '/v1/messages/{message_id}';
};

export type DeleteMessageErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteMessageError = DeleteMessageErrors[keyof DeleteMessageErrors];

export type DeleteMessageResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteMessageResponse = DeleteMessageResponses[keyof DeleteMessageResponses];

export type GetMessageData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the message.
         */
        message_id: string;
    };
    query?: never;
    url: '/v1/messages/{message_id}';
};

export type GetMessageErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetMessageError = GetMessageErrors[keyof GetMessageErrors];

export type GetMessageResponses = {
    /**
     * OK
     */
    200: Message;
};

export type GetMessageResponse = GetMessageResponses[keyof GetMessageResponses];

export type UpdateMessageData = {
    body: EditMessageInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the message.
         */
        message_id: string;
    };
    query?: never;
    url: '/v1/messages/{message_id}';
};

export type UpdateMessageErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     * - `account_daily_limit`: The account has no send left in 24 hours. Wait `Retry-After` seconds, give a later `send_at`, or use another account.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateMessageError = UpdateMessageErrors[keyof UpdateMessageErrors];

export type UpdateMessageResponses = {
    /**
     * OK
     */
    200: CanceledMessage;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateMessageResponse = UpdateMessageResponses[keyof UpdateMessageResponses];

export type CancelMessageData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the message.
         */
        message_id: string;
    };
    query?: never;
    url: '/v1/messages/{message_id}/cancel';
};

export type CancelMessageErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CancelMessageError = CancelMessageErrors[keyof CancelMessageErrors];

export type CancelMessageResponses = {
    /**
     * OK
     */
    200: CanceledMessage;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CancelMessageResponse = CancelMessageResponses[keyof CancelMessageResponses];

export type ReactionsMessageData = {
    body: ReactionInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the message.
         */
        message_id: string;
    };
    query?: never;
    url: '/v1/messages/{message_id}/reactions';
};

export type ReactionsMessageErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ReactionsMessageError = ReactionsMessageErrors[keyof ReactionsMessageErrors];

export type ReactionsMessageResponses = {
    /**
     * OK
     */
    200: CanceledMessage;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ReactionsMessageResponse = ReactionsMessageResponses[keyof ReactionsMessageResponses];

export type SendMessageData = {
    body: SendMessageInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/messages/send';
};

export type SendMessageErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `contact_opted_out`: This person asked for no more messages.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     * - `account_daily_limit`: The account has no send left in 24 hours. Wait `Retry-After` seconds, give a later `send_at`, or use another account.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type SendMessageError = SendMessageErrors[keyof SendMessageErrors];

export type SendMessageResponses = {
    /**
     * OK
     */
    200: QueuedMessage;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type SendMessageResponse = SendMessageResponses[keyof SendMessageResponses];

export type StreamMessagesData = {
    body?: never;
    headers?: {
        /**
         * The `id` of the last event you saw; the stream goes on right after it.
         */
        'Last-Event-ID'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/messages/stream';
};

export type StreamMessagesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type StreamMessagesError = StreamMessagesErrors[keyof StreamMessagesErrors];

export type StreamMessagesResponses = {
    /**
     * `message.sent`, `message.failed`, `message.received`, `message.read`, `message.edited`, `message.deleted`; the data is the body that webhooks get.
     */
    200: string;
};

export type StreamMessagesResponse = StreamMessagesResponses[keyof StreamMessagesResponses];

export type DeleteNoteData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the note.
         */
        note_id: string;
    };
    query?: never;
    url: '/v1/notes/{note_id}';
};

export type DeleteNoteErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `forbidden`: Your role in this workspace does not allow it. Ask an admin or owner.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteNoteError = DeleteNoteErrors[keyof DeleteNoteErrors];

export type DeleteNoteResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteNoteResponse = DeleteNoteResponses[keyof DeleteNoteResponses];

export type GetNoteData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the note.
         */
        note_id: string;
    };
    query?: never;
    url: '/v1/notes/{note_id}';
};

export type GetNoteErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetNoteError = GetNoteErrors[keyof GetNoteErrors];

export type GetNoteResponses = {
    /**
     * OK
     */
    200: Note;
};

export type GetNoteResponse = GetNoteResponses[keyof GetNoteResponses];

export type UpdateNoteData = {
    body: NoteChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the note.
         */
        note_id: string;
    };
    query?: never;
    url: '/v1/notes/{note_id}';
};

export type UpdateNoteErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `forbidden`: Your role in this workspace does not allow it. Ask an admin or owner.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateNoteError = UpdateNoteErrors[keyof UpdateNoteErrors];

export type UpdateNoteResponses = {
    /**
     * OK
     */
    200: Note;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateNoteResponse = UpdateNoteResponses[keyof UpdateNoteResponses];

export type ListProposalsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * Those in this state.
         */
        status?: ProposalStatus;
    };
    url: '/v1/proposals';
};

export type ListProposalsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListProposalsError = ListProposalsErrors[keyof ListProposalsErrors];

export type ListProposalsResponses = {
    /**
     * OK
     */
    200: ProposalPage;
};

export type ListProposalsResponse = ListProposalsResponses[keyof ListProposalsResponses];

export type GetProposalData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the proposal.
         */
        proposal_id: string;
    };
    query?: never;
    url: '/v1/proposals/{proposal_id}';
};

export type GetProposalErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetProposalError = GetProposalErrors[keyof GetProposalErrors];

export type GetProposalResponses = {
    /**
     * OK
     */
    200: Proposal;
};

export type GetProposalResponse = GetProposalResponses[keyof GetProposalResponses];

export type CancelProposalData = {
    body?: never;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the proposal.
         */
        proposal_id: string;
    };
    query?: never;
    url: '/v1/proposals/{proposal_id}/cancel';
};

export type CancelProposalErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CancelProposalError = CancelProposalErrors[keyof CancelProposalErrors];

export type CancelProposalResponses = {
    /**
     * OK
     */
    200: Proposal;
};

export type CancelProposalResponse = CancelProposalResponses[keyof CancelProposalResponses];

export type ListSegmentsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/segments';
};

export type ListSegmentsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListSegmentsError = ListSegmentsErrors[keyof ListSegmentsErrors];

export type ListSegmentsResponses = {
    /**
     * OK
     */
    200: SegmentPage;
};

export type ListSegmentsResponse = ListSegmentsResponses[keyof ListSegmentsResponses];

export type CreateSegmentData = {
    body: SegmentInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/segments';
};

export type CreateSegmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateSegmentError = CreateSegmentErrors[keyof CreateSegmentErrors];

export type CreateSegmentResponses = {
    /**
     * Created
     */
    201: WrittenSegment;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateSegmentResponse = CreateSegmentResponses[keyof CreateSegmentResponses];

export type DeleteSegmentData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the segment.
         */
        segment_id: string;
    };
    query?: never;
    url: '/v1/segments/{segment_id}';
};

export type DeleteSegmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteSegmentError = DeleteSegmentErrors[keyof DeleteSegmentErrors];

export type DeleteSegmentResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteSegmentResponse = DeleteSegmentResponses[keyof DeleteSegmentResponses];

export type GetSegmentData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the segment.
         */
        segment_id: string;
    };
    query?: never;
    url: '/v1/segments/{segment_id}';
};

export type GetSegmentErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetSegmentError = GetSegmentErrors[keyof GetSegmentErrors];

export type GetSegmentResponses = {
    /**
     * OK
     */
    200: Segment;
};

export type GetSegmentResponse = GetSegmentResponses[keyof GetSegmentResponses];

export type UpdateSegmentData = {
    body: SegmentChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the segment.
         */
        segment_id: string;
    };
    query?: never;
    url: '/v1/segments/{segment_id}';
};

export type UpdateSegmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateSegmentError = UpdateSegmentErrors[keyof UpdateSegmentErrors];

export type UpdateSegmentResponses = {
    /**
     * OK
     */
    200: WrittenSegment;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateSegmentResponse = UpdateSegmentResponses[keyof UpdateSegmentResponses];

export type GetSegmentExplainData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the segment.
         */
        segment_id: string;
    };
    query: {
        /**
         * The contact to explain.
         */
        contact_id: string;
    };
    url: '/v1/segments/{segment_id}/explain';
};

export type GetSegmentExplainErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetSegmentExplainError = GetSegmentExplainErrors[keyof GetSegmentExplainErrors];

export type GetSegmentExplainResponses = {
    /**
     * OK
     */
    200: SegmentExplanation;
};

export type GetSegmentExplainResponse = GetSegmentExplainResponses[keyof GetSegmentExplainResponses];

export type TagSegmentData = {
    body: TagChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the segment.
         */
        segment_id: string;
    };
    query?: never;
    url: '/v1/segments/{segment_id}/tags';
};

export type TagSegmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type TagSegmentError = TagSegmentErrors[keyof TagSegmentErrors];

export type TagSegmentResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type TagSegmentResponse = TagSegmentResponses[keyof TagSegmentResponses];

export type PreviewSegmentData = {
    body: FilterInput;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/segments/preview';
};

export type PreviewSegmentErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `filter_too_costly`: Finding the contacts that meet this filter takes too long. Use fewer comparisons, or make a segment of it, tag the contacts in it by a job, and filter by that tag.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PreviewSegmentError = PreviewSegmentErrors[keyof PreviewSegmentErrors];

export type PreviewSegmentResponses = {
    /**
     * OK
     */
    200: SegmentPreview;
};

export type PreviewSegmentResponse = PreviewSegmentResponses[keyof PreviewSegmentResponses];

export type ListSequencesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/sequences';
};

export type ListSequencesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListSequencesError = ListSequencesErrors[keyof ListSequencesErrors];

export type ListSequencesResponses = {
    /**
     * OK
     */
    200: SequencePage;
};

export type ListSequencesResponse = ListSequencesResponses[keyof ListSequencesResponses];

export type CreateSequenceData = {
    body: SequenceInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/sequences';
};

export type CreateSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateSequenceError = CreateSequenceErrors[keyof CreateSequenceErrors];

export type CreateSequenceResponses = {
    /**
     * Created
     */
    201: SequenceDetail;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateSequenceResponse = CreateSequenceResponses[keyof CreateSequenceResponses];

export type GetSequenceData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}';
};

export type GetSequenceErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetSequenceError = GetSequenceErrors[keyof GetSequenceErrors];

export type GetSequenceResponses = {
    /**
     * OK
     */
    200: SequenceDetail;
};

export type GetSequenceResponse = GetSequenceResponses[keyof GetSequenceResponses];

export type UpdateSequenceData = {
    body: SequenceChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}';
};

export type UpdateSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateSequenceError = UpdateSequenceErrors[keyof UpdateSequenceErrors];

export type UpdateSequenceResponses = {
    /**
     * OK
     */
    200: SequenceDetail;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateSequenceResponse = UpdateSequenceResponses[keyof UpdateSequenceResponses];

export type ReplaceSequenceData = {
    body: SequenceReplacementInput;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}';
};

export type ReplaceSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ReplaceSequenceError = ReplaceSequenceErrors[keyof ReplaceSequenceErrors];

export type ReplaceSequenceResponses = {
    /**
     * OK
     */
    200: SequenceDetail;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ReplaceSequenceResponse = ReplaceSequenceResponses[keyof ReplaceSequenceResponses];

export type EnrollContactData = {
    body: EnrollInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}/enroll';
};

export type EnrollContactErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `contact_opted_out`: This person asked for no more messages.
     * - `already_enrolled`: The contact is in this sequence already. Stop that enrollment first to begin again.
     * - `sequence_not_active`: Start the sequence before enrolling contacts.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type EnrollContactError = EnrollContactErrors[keyof EnrollContactErrors];

export type EnrollContactResponses = {
    /**
     * Created
     */
    201: Enrollment;
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type EnrollContactResponse = EnrollContactResponses[keyof EnrollContactResponses];

export type ListSequenceEnrollmentsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * With this status alone.
         */
        status?: EnrollmentStatus;
        /**
         * Of this contact.
         */
        contact_id?: string;
    };
    url: '/v1/sequences/{sequence_id}/enrollments';
};

export type ListSequenceEnrollmentsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListSequenceEnrollmentsError = ListSequenceEnrollmentsErrors[keyof ListSequenceEnrollmentsErrors];

export type ListSequenceEnrollmentsResponses = {
    /**
     * OK
     */
    200: EnrollmentPage;
};

export type ListSequenceEnrollmentsResponse = ListSequenceEnrollmentsResponses[keyof ListSequenceEnrollmentsResponses];

export type PauseSequenceData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}/pause';
};

export type PauseSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PauseSequenceError = PauseSequenceErrors[keyof PauseSequenceErrors];

export type PauseSequenceResponses = {
    /**
     * OK
     */
    200: Sequence;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type PauseSequenceResponse = PauseSequenceResponses[keyof PauseSequenceResponses];

export type PreviewSequenceData = {
    body: SequenceContactInput;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}/preview';
};

export type PreviewSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `contact_opted_out`: This person asked for no more messages.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type PreviewSequenceError = PreviewSequenceErrors[keyof PreviewSequenceErrors];

export type PreviewSequenceResponses = {
    /**
     * OK
     */
    200: SequencePreview;
};

export type PreviewSequenceResponse = PreviewSequenceResponses[keyof PreviewSequenceResponses];

export type ResumeSequenceData = {
    body?: ResumeSequenceInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}/resume';
};

export type ResumeSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ResumeSequenceError = ResumeSequenceErrors[keyof ResumeSequenceErrors];

export type ResumeSequenceResponses = {
    /**
     * OK
     */
    200: Sequence;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ResumeSequenceResponse = ResumeSequenceResponses[keyof ResumeSequenceResponses];

export type StartSequenceData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the sequence.
         */
        sequence_id: string;
    };
    query?: never;
    url: '/v1/sequences/{sequence_id}/start';
};

export type StartSequenceErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type StartSequenceError = StartSequenceErrors[keyof StartSequenceErrors];

export type StartSequenceResponses = {
    /**
     * OK
     */
    200: Sequence;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type StartSequenceResponse = StartSequenceResponses[keyof StartSequenceResponses];

export type ListTagsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/tags';
};

export type ListTagsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListTagsError = ListTagsErrors[keyof ListTagsErrors];

export type ListTagsResponses = {
    /**
     * OK
     */
    200: TagPage;
};

export type ListTagsResponse = ListTagsResponses[keyof ListTagsResponses];

export type DeleteTagData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The tag.
         */
        tag: string;
    };
    query?: never;
    url: '/v1/tags/{tag}';
};

export type DeleteTagErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteTagError = DeleteTagErrors[keyof DeleteTagErrors];

export type DeleteTagResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type DeleteTagResponse = DeleteTagResponses[keyof DeleteTagResponses];

export type GetTagData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The tag.
         */
        tag: string;
    };
    query?: never;
    url: '/v1/tags/{tag}';
};

export type GetTagErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetTagError = GetTagErrors[keyof GetTagErrors];

export type GetTagResponses = {
    /**
     * OK
     */
    200: Tag;
};

export type GetTagResponse = GetTagResponses[keyof GetTagResponses];

export type RenameTagData = {
    body: RenameTagInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The tag.
         */
        tag: string;
    };
    query?: never;
    url: '/v1/tags/{tag}';
};

export type RenameTagErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type RenameTagError = RenameTagErrors[keyof RenameTagErrors];

export type RenameTagResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type RenameTagResponse = RenameTagResponses[keyof RenameTagResponses];

export type ListTemplatesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * Part of the name or text, case-blind.
         */
        search?: string;
    };
    url: '/v1/templates';
};

export type ListTemplatesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListTemplatesError = ListTemplatesErrors[keyof ListTemplatesErrors];

export type ListTemplatesResponses = {
    /**
     * OK
     */
    200: TemplatePage;
};

export type ListTemplatesResponse = ListTemplatesResponses[keyof ListTemplatesResponses];

export type CreateTemplateData = {
    body: TemplateInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/templates';
};

export type CreateTemplateErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateTemplateError = CreateTemplateErrors[keyof CreateTemplateErrors];

export type CreateTemplateResponses = {
    /**
     * Created
     */
    201: WrittenTemplate;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type CreateTemplateResponse = CreateTemplateResponses[keyof CreateTemplateResponses];

export type DeleteTemplateData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the template.
         */
        template_id: number;
    };
    query?: never;
    url: '/v1/templates/{template_id}';
};

export type DeleteTemplateErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteTemplateError = DeleteTemplateErrors[keyof DeleteTemplateErrors];

export type DeleteTemplateResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteTemplateResponse = DeleteTemplateResponses[keyof DeleteTemplateResponses];

export type GetTemplateData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the template.
         */
        template_id: number;
    };
    query?: never;
    url: '/v1/templates/{template_id}';
};

export type GetTemplateErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetTemplateError = GetTemplateErrors[keyof GetTemplateErrors];

export type GetTemplateResponses = {
    /**
     * OK
     */
    200: Template;
};

export type GetTemplateResponse = GetTemplateResponses[keyof GetTemplateResponses];

export type UpdateTemplateData = {
    body: TemplateChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the template.
         */
        template_id: number;
    };
    query?: never;
    url: '/v1/templates/{template_id}';
};

export type UpdateTemplateErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateTemplateError = UpdateTemplateErrors[keyof UpdateTemplateErrors];

export type UpdateTemplateResponses = {
    /**
     * OK
     */
    200: WrittenTemplate;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateTemplateResponse = UpdateTemplateResponses[keyof UpdateTemplateResponses];

export type ListThreadsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * Any without it.
         */
        state?: ThreadState;
        /**
         * The id of a member, or `none`.
         */
        assignee?: string;
        /**
         * True: whose contact waits for an answer; false: does not.
         */
        waiting?: boolean;
        /**
         * Waits for so many hours, or longer.
         */
        waiting_hours?: number;
        /**
         * True: with unread messages; false: without.
         */
        unread?: boolean;
        /**
         * Of this account.
         */
        account_id?: number;
        /**
         * With this contact.
         */
        contact_id?: string;
        /**
         * Part of the contact's name, username or e-mail address, or words of a message.
         */
        search?: string;
        /**
         * `waiting_since`: only those who wait, the longest wait first.
         */
        sort?: ThreadSort;
    };
    url: '/v1/threads';
};

export type ListThreadsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListThreadsError = ListThreadsErrors[keyof ListThreadsErrors];

export type ListThreadsResponses = {
    /**
     * OK
     */
    200: ThreadPage;
};

export type ListThreadsResponse = ListThreadsResponses[keyof ListThreadsResponses];

export type GetThreadData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: {
        /**
         * So many of the latest messages with it.
         */
        messages?: number;
    };
    url: '/v1/threads/{thread_id}';
};

export type GetThreadErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetThreadError = GetThreadErrors[keyof GetThreadErrors];

export type GetThreadResponses = {
    /**
     * OK
     */
    200: ThreadWithMessages;
};

export type GetThreadResponse = GetThreadResponses[keyof GetThreadResponses];

export type UpdateThreadData = {
    body: ThreadChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: never;
    url: '/v1/threads/{thread_id}';
};

export type UpdateThreadErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateThreadError = UpdateThreadErrors[keyof UpdateThreadErrors];

export type UpdateThreadResponses = {
    /**
     * OK
     */
    200: ChangedThread;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type UpdateThreadResponse = UpdateThreadResponses[keyof UpdateThreadResponses];

export type GetThreadHistoryData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: never;
    url: '/v1/threads/{thread_id}/history';
};

export type GetThreadHistoryErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetThreadHistoryError = GetThreadHistoryErrors[keyof GetThreadHistoryErrors];

export type GetThreadHistoryResponses = {
    /**
     * OK
     */
    200: HistoryRequest;
};

export type GetThreadHistoryResponse = GetThreadHistoryResponses[keyof GetThreadHistoryResponses];

export type LoadThreadHistoryData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: never;
    url: '/v1/threads/{thread_id}/history';
};

export type LoadThreadHistoryErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type LoadThreadHistoryError = LoadThreadHistoryErrors[keyof LoadThreadHistoryErrors];

export type LoadThreadHistoryResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: HistoryRequest | Proposal;
};

export type LoadThreadHistoryResponse = LoadThreadHistoryResponses[keyof LoadThreadHistoryResponses];

export type ListThreadMessagesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * The order; `-` is the other way round.
         */
        sort?: MessageSort;
    };
    url: '/v1/threads/{thread_id}/messages';
};

export type ListThreadMessagesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListThreadMessagesError = ListThreadMessagesErrors[keyof ListThreadMessagesErrors];

export type ListThreadMessagesResponses = {
    /**
     * OK
     */
    200: MessagePage;
};

export type ListThreadMessagesResponse = ListThreadMessagesResponses[keyof ListThreadMessagesResponses];

export type ReadThreadData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: never;
    url: '/v1/threads/{thread_id}/read';
};

export type ReadThreadErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ReadThreadError = ReadThreadErrors[keyof ReadThreadErrors];

export type ReadThreadResponses = {
    /**
     * OK
     */
    200: ReadThread;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type ReadThreadResponse = ReadThreadResponses[keyof ReadThreadResponses];

export type MarkThreadUnreadData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the thread.
         */
        thread_id: string;
    };
    query?: never;
    url: '/v1/threads/{thread_id}/unread';
};

export type MarkThreadUnreadErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type MarkThreadUnreadError = MarkThreadUnreadErrors[keyof MarkThreadUnreadErrors];

export type MarkThreadUnreadResponses = {
    /**
     * OK
     */
    200: ReadThread;
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
};

export type MarkThreadUnreadResponse = MarkThreadUnreadResponses[keyof MarkThreadUnreadResponses];

export type ListWebhooksData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
    };
    url: '/v1/webhooks';
};

export type ListWebhooksErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListWebhooksError = ListWebhooksErrors[keyof ListWebhooksErrors];

export type ListWebhooksResponses = {
    /**
     * OK
     */
    200: WebhookPage;
};

export type ListWebhooksResponse = ListWebhooksResponses[keyof ListWebhooksResponses];

export type CreateWebhookData = {
    body: WebhookInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/webhooks';
};

export type CreateWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type CreateWebhookError = CreateWebhookErrors[keyof CreateWebhookErrors];

export type CreateWebhookResponses = {
    /**
     * Created
     */
    201: IssuedWebhook;
};

export type CreateWebhookResponse = CreateWebhookResponses[keyof CreateWebhookResponses];

export type DeleteWebhookData = {
    body?: never;
    headers?: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key'?: string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}';
};

export type DeleteWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type DeleteWebhookError = DeleteWebhookErrors[keyof DeleteWebhookErrors];

export type DeleteWebhookResponses = {
    /**
     * The write waits for an approval, because the key's `approval` asks for one, and nothing was done yet. The proposal says why, and `GET /v1/proposals/{proposal_id}` what became of it.
     */
    202: Proposal;
    /**
     * No Content
     */
    204: void;
};

export type DeleteWebhookResponse = DeleteWebhookResponses[keyof DeleteWebhookResponses];

export type GetWebhookData = {
    body?: never;
    headers?: {
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}';
};

export type GetWebhookErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type GetWebhookError = GetWebhookErrors[keyof GetWebhookErrors];

export type GetWebhookResponses = {
    /**
     * OK
     */
    200: Webhook;
};

export type GetWebhookResponse = GetWebhookResponses[keyof GetWebhookResponses];

export type UpdateWebhookData = {
    body: WebhookChanges;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * The ETag of the object as you read it: `precondition_failed` (412) if it has changed since.
         */
        'If-Match'?: string;
        /**
         * ETags that you have: a read is answered 304 if one of them is the object's, a write 412. `*` stands for any: with it, a write that creates or updates only creates.
         */
        'If-None-Match'?: string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}';
};

export type UpdateWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `precondition_failed`: The object changed since you read it. Read it again, then retry.
     */
    412: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type UpdateWebhookError = UpdateWebhookErrors[keyof UpdateWebhookErrors];

export type UpdateWebhookResponses = {
    /**
     * OK
     */
    200: Webhook;
};

export type UpdateWebhookResponse = UpdateWebhookResponses[keyof UpdateWebhookResponses];

export type ListWebhookDeliveriesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: {
        /**
         * Rows a page.
         */
        limit?: number;
        /**
         * From `next_cursor`.
         */
        cursor?: string;
        /**
         * Of this type alone.
         */
        event?: EventTypeOrPing;
        /**
         * In this state alone.
         */
        status?: DeliveryStatus;
        /**
         * Made from this time on.
         */
        since?: string;
        /**
         * Made before this time.
         */
        until?: string;
    };
    url: '/v1/webhooks/{endpoint_id}/deliveries';
};

export type ListWebhookDeliveriesErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `invalid_cursor`: A cursor belongs to the list, sort and filters it came from. Start again without it.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListWebhookDeliveriesError = ListWebhookDeliveriesErrors[keyof ListWebhookDeliveriesErrors];

export type ListWebhookDeliveriesResponses = {
    /**
     * OK
     */
    200: DeliveryPage;
};

export type ListWebhookDeliveriesResponse = ListWebhookDeliveriesResponses[keyof ListWebhookDeliveriesResponses];

export type ReplayWebhookData = {
    body: ReplayInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}/replay';
};

export type ReplayWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ReplayWebhookError = ReplayWebhookErrors[keyof ReplayWebhookErrors];

export type ReplayWebhookResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Job | Proposal;
};

export type ReplayWebhookResponse = ReplayWebhookResponses[keyof ReplayWebhookResponses];

export type RotateSecretWebhookData = {
    body?: RotateSecretInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}/rotate-secret';
};

export type RotateSecretWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type RotateSecretWebhookError = RotateSecretWebhookErrors[keyof RotateSecretWebhookErrors];

export type RotateSecretWebhookResponses = {
    /**
     * OK
     */
    200: IssuedWebhook;
};

export type RotateSecretWebhookResponse = RotateSecretWebhookResponses[keyof RotateSecretWebhookResponses];

export type TestWebhookData = {
    body?: EmptyInput;
    headers: {
        /**
         * 1 to 255 printable ASCII characters, a new UUID for each logical operation. A retry with the same key gets the first answer back, for 24 h at least, and does nothing again.
         */
        'Idempotency-Key': string;
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
        /**
         * The id of the webhook endpoint.
         */
        endpoint_id: string;
    };
    query?: never;
    url: '/v1/webhooks/{endpoint_id}/test';
};

export type TestWebhookErrors = {
    /**
     * - `malformed_json`: Send one JSON object in UTF-8: no duplicate names, no NaN, at most 10,000 values and 500 names in an object.
     * - `idempotency_key_missing`: Send an Idempotency-Key header, a new UUID for each logical operation.
     * - `idempotency_key_invalid`: An Idempotency-Key is 1 to 255 printable ASCII characters, sent once.
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     * - `approval_needed`: A member has to approve this. Send it in a way that can wait, or ask a member to do it in the panel.
     * - `outside_limits`: The key or assistant is narrowed to a segment or to some accounts, and this is not done within those. Use a key without that limit.
     */
    403: Problem;
    /**
     * - `not_found`: Nothing in the key's workspace has this address or id.
     */
    404: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `idempotency_in_progress`: A request with this Idempotency-Key is still running. Retry in a moment.
     * - `invalid_state`: The object is not in a state that allows this.
     */
    409: Problem;
    /**
     * - `erased`: The person this answer was about has been erased.
     */
    410: Problem;
    /**
     * - `payload_too_large`: A request body may have at most 1 MiB (1,048,576 bytes), a file to import 50 MiB, a file to send 100 MiB.
     */
    413: Problem;
    /**
     * - `unsupported_media_type`: Send `Content-Type: application/json`, an import `text/csv` or a form, uncompressed.
     */
    415: Problem;
    /**
     * - `validation_failed`: Correct the fields that `errors` names, then retry.
     * - `idempotency_key_reused`: This Idempotency-Key was used for another request. Use a new key.
     */
    422: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     * - `key_budget`: Wait `Retry-After` seconds, or ask an admin for a larger budget.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type TestWebhookError = TestWebhookErrors[keyof TestWebhookErrors];

export type TestWebhookResponses = {
    /**
     * Accepted, or the write waits for an approval: a proposal, and nothing was done yet
     */
    202: Delivery | Proposal;
};

export type TestWebhookResponse = TestWebhookResponses[keyof TestWebhookResponses];

export type ListWebhooksEventsData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path?: never;
    query?: never;
    url: '/v1/webhooks/events';
};

export type ListWebhooksEventsErrors = {
    /**
     * - `invalid_parameter`: Correct or remove the query parameters that `errors` names.
     * - `bad_request`: The request line or a header cannot be understood.
     */
    400: Problem;
    /**
     * - `token_missing`: Send `Authorization: Bearer cs_live_...`.
     * - `token_invalid`: The token is mistyped, truncated or unknown. Copy it again.
     * - `token_revoked`: This key was revoked. Use its replacement or make a new key.
     * - `token_expired`: This key has expired. Make a new key in Settings > API Keys.
     */
    401: Problem;
    /**
     * - `scope_missing`: The key lacks `required_scope`. Make a key that has it; scopes of a key never change.
     * - `ip_not_allowed`: The key may be used only from its allowed networks.
     * - `plan_required`: The trial has ended. An owner can choose a plan in the panel.
     */
    403: Problem;
    /**
     * - `method_not_allowed`: The `Allow` header lists the methods that work here.
     */
    405: Problem;
    /**
     * - `not_acceptable`: Answers are JSON. Send `Accept: application/json`.
     */
    406: Problem;
    /**
     * - `request_timeout`: Send headers within 10 s, and the body within 120 s after them, at 1 KiB a second or more.
     */
    408: Problem;
    /**
     * - `rate_limited`: Wait `Retry-After` seconds. Read X-RateLimit-Remaining to pace.
     */
    429: Problem;
    /**
     * - `headers_too_large`: Send at most 64 KiB of request line and headers, and at most 100 headers.
     */
    431: Problem;
    /**
     * - `internal_error`: Retry with the same Idempotency-Key; it cannot double.
     */
    500: Problem;
    /**
     * - `service_unavailable`: Retry in a moment with the same Idempotency-Key.
     */
    503: Problem;
};

export type ListWebhooksEventsError = ListWebhooksEventsErrors[keyof ListWebhooksEventsErrors];

export type ListWebhooksEventsResponses = {
    /**
     * OK
     */
    200: EventKindPage;
};

export type ListWebhooksEventsResponse = ListWebhooksEventsResponses[keyof ListWebhooksEventsResponses];

export type OnAccountStateChangedWebhookPayload = AccountStateChangedEvent;

export type OnAccountStateChangedWebhookRequest = {
    body: OnAccountStateChangedWebhookPayload;
    key: 'account.state_changed';
    path?: never;
    query?: never;
};

export type OnBroadcastCompletedWebhookPayload = BroadcastCompletedEvent;

export type OnBroadcastCompletedWebhookRequest = {
    body: OnBroadcastCompletedWebhookPayload;
    key: 'broadcast.completed';
    path?: never;
    query?: never;
};

export type OnBroadcastStartedWebhookPayload = BroadcastStartedEvent;

export type OnBroadcastStartedWebhookRequest = {
    body: OnBroadcastStartedWebhookPayload;
    key: 'broadcast.started';
    path?: never;
    query?: never;
};

export type OnContactCreatedWebhookPayload = ContactCreatedEvent;

export type OnContactCreatedWebhookRequest = {
    body: OnContactCreatedWebhookPayload;
    key: 'contact.created';
    path?: never;
    query?: never;
};

export type OnContactErasedWebhookPayload = ContactErasedEvent;

export type OnContactErasedWebhookRequest = {
    body: OnContactErasedWebhookPayload;
    key: 'contact.erased';
    path?: never;
    query?: never;
};

export type OnContactOptedInWebhookPayload = ContactOptedInEvent;

export type OnContactOptedInWebhookRequest = {
    body: OnContactOptedInWebhookPayload;
    key: 'contact.opted_in';
    path?: never;
    query?: never;
};

export type OnContactOptedOutWebhookPayload = ContactOptedOutEvent;

export type OnContactOptedOutWebhookRequest = {
    body: OnContactOptedOutWebhookPayload;
    key: 'contact.opted_out';
    path?: never;
    query?: never;
};

export type OnContactStageChangedWebhookPayload = ContactStageChangedEvent;

export type OnContactStageChangedWebhookRequest = {
    body: OnContactStageChangedWebhookPayload;
    key: 'contact.stage_changed';
    path?: never;
    query?: never;
};

export type OnContactTaggedWebhookPayload = ContactTaggedEvent;

export type OnContactTaggedWebhookRequest = {
    body: OnContactTaggedWebhookPayload;
    key: 'contact.tagged';
    path?: never;
    query?: never;
};

export type OnContactUpdatedWebhookPayload = ContactUpdatedEvent;

export type OnContactUpdatedWebhookRequest = {
    body: OnContactUpdatedWebhookPayload;
    key: 'contact.updated';
    path?: never;
    query?: never;
};

export type OnJobCompletedWebhookPayload = JobCompletedEvent;

export type OnJobCompletedWebhookRequest = {
    body: OnJobCompletedWebhookPayload;
    key: 'job.completed';
    path?: never;
    query?: never;
};

export type OnLeadScoredWebhookPayload = LeadScoredEvent;

export type OnLeadScoredWebhookRequest = {
    body: OnLeadScoredWebhookPayload;
    key: 'lead.scored';
    path?: never;
    query?: never;
};

export type OnMessageDeletedWebhookPayload = MessageDeletedEvent;

export type OnMessageDeletedWebhookRequest = {
    body: OnMessageDeletedWebhookPayload;
    key: 'message.deleted';
    path?: never;
    query?: never;
};

export type OnMessageEditedWebhookPayload = MessageEditedEvent;

export type OnMessageEditedWebhookRequest = {
    body: OnMessageEditedWebhookPayload;
    key: 'message.edited';
    path?: never;
    query?: never;
};

export type OnMessageFailedWebhookPayload = MessageFailedEvent;

export type OnMessageFailedWebhookRequest = {
    body: OnMessageFailedWebhookPayload;
    key: 'message.failed';
    path?: never;
    query?: never;
};

export type OnMessageReadWebhookPayload = MessageReadEvent;

export type OnMessageReadWebhookRequest = {
    body: OnMessageReadWebhookPayload;
    key: 'message.read';
    path?: never;
    query?: never;
};

export type OnMessageReceivedWebhookPayload = MessageReceivedEvent;

export type OnMessageReceivedWebhookRequest = {
    body: OnMessageReceivedWebhookPayload;
    key: 'message.received';
    path?: never;
    query?: never;
};

export type OnMessageSentWebhookPayload = MessageSentEvent;

export type OnMessageSentWebhookRequest = {
    body: OnMessageSentWebhookPayload;
    key: 'message.sent';
    path?: never;
    query?: never;
};

export type OnProposalCreatedWebhookPayload = ProposalCreatedEvent;

export type OnProposalCreatedWebhookRequest = {
    body: OnProposalCreatedWebhookPayload;
    key: 'proposal.created';
    path?: never;
    query?: never;
};

export type OnProposalDecidedWebhookPayload = ProposalDecidedEvent;

export type OnProposalDecidedWebhookRequest = {
    body: OnProposalDecidedWebhookPayload;
    key: 'proposal.decided';
    path?: never;
    query?: never;
};

export type OnProposalEndedWebhookPayload = ProposalEndedEvent;

export type OnProposalEndedWebhookRequest = {
    body: OnProposalEndedWebhookPayload;
    key: 'proposal.ended';
    path?: never;
    query?: never;
};

export type OnSequenceCompletedWebhookPayload = SequenceCompletedEvent;

export type OnSequenceCompletedWebhookRequest = {
    body: OnSequenceCompletedWebhookPayload;
    key: 'sequence.completed';
    path?: never;
    query?: never;
};

export type OnSequencePausedWebhookPayload = SequencePausedEvent;

export type OnSequencePausedWebhookRequest = {
    body: OnSequencePausedWebhookPayload;
    key: 'sequence.paused';
    path?: never;
    query?: never;
};

export type OnSequenceStartedWebhookPayload = SequenceStartedEvent;

export type OnSequenceStartedWebhookRequest = {
    body: OnSequenceStartedWebhookPayload;
    key: 'sequence.started';
    path?: never;
    query?: never;
};

export type OnSubscriptionUpgradedWebhookPayload = SubscriptionUpgradedEvent;

export type OnSubscriptionUpgradedWebhookRequest = {
    body: OnSubscriptionUpgradedWebhookPayload;
    key: 'subscription.upgraded';
    path?: never;
    query?: never;
};

export type OnThreadAssignedWebhookPayload = ThreadAssignedEvent;

export type OnThreadAssignedWebhookRequest = {
    body: OnThreadAssignedWebhookPayload;
    key: 'thread.assigned';
    path?: never;
    query?: never;
};

export type OnThreadClosedWebhookPayload = ThreadClosedEvent;

export type OnThreadClosedWebhookRequest = {
    body: OnThreadClosedWebhookPayload;
    key: 'thread.closed';
    path?: never;
    query?: never;
};

export type OnThreadReopenedWebhookPayload = ThreadReopenedEvent;

export type OnThreadReopenedWebhookRequest = {
    body: OnThreadReopenedWebhookPayload;
    key: 'thread.reopened';
    path?: never;
    query?: never;
};

export type OnPingWebhookPayload = PingEvent;

export type OnPingWebhookRequest = {
    body: OnPingWebhookPayload;
    key: 'ping';
    path?: never;
    query?: never;
};
