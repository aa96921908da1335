// Written by `npm run generate` from docs/openapi.json.

export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

export type Webhooks = OnContactCreatedWebhookRequest | OnContactTaggedWebhookRequest | OnJobCompletedWebhookRequest | OnLeadScoredWebhookRequest | OnMessageDeletedWebhookRequest | OnMessageEditedWebhookRequest | OnMessageFailedWebhookRequest | OnMessageReadWebhookRequest | OnMessageReceivedWebhookRequest | OnMessageSentWebhookRequest | OnSequenceCompletedWebhookRequest | OnSequencePausedWebhookRequest | OnSequenceStartedWebhookRequest | OnSubscriptionUpgradedWebhookRequest | OnPingWebhookRequest;

/**
 * The same of an account.
 */
export type AccountConversationsOut = {
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
    closed: number;
    /**
     * From their beginning to the closing.
     */
    close_median_seconds: number | null;
    /**
     * The 90th percentile.
     */
    close_slowest_tenth_seconds: number | null;
    account_id: number;
    name: string;
};

export type AccountErrorOut = {
    code: string;
    message: string;
    at: string;
};

/**
 * An account.
 */
export type AccountFiguresOut = {
    account_id: number;
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
    daily_limit: number;
};

/**
 * The account, of which `GET /v1/accounts/{id}` tells more.
 */
export type AccountNameOut = {
    id: number;
    name: string;
};

export type AccountOut = {
    id: number;
    name: string;
    /**
     * * `telegram` - telegram
     * * `sandbox` - sandbox
     */
    kind: 'telegram' | 'sandbox';
    /**
     * * `connected` - connected
     * * `paused` - paused
     * * `frozen` - frozen
     * * `needs_login` - needs_login
     * * `banned` - banned
     */
    state: 'connected' | 'paused' | 'frozen' | 'needs_login' | 'banned';
    paused_until: string | null;
    daily_limit: number;
    used_today: number;
    left_today: number;
    connected_at: string | null;
    heard_at: string | null;
    last_error: AccountErrorOut | null;
    frozen_until: string | null;
    appeal_url: string | null;
};

export type AccountPage = {
    data: Array<AccountOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * All accounts, oldest first.
 */
export type AccountsOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<AccountFiguresOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<AccountsPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: AccountsPeriodOut | null;
};

/**
 * All accounts, oldest first.
 */
export type AccountsPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<AccountFiguresOut>;
};

/**
 * Contacts who wait now, by how long they have waited in working hours.
 */
export type AgeOut = {
    /**
     * They have waited for less, and not for less than the age before. Null: for longer.
     */
    below_seconds: number | null;
    waiting: number;
    /**
     * How many of them in conversations that nobody looks after.
     */
    unassigned: number;
};

/**
 * Holds if every part holds; without parts for everybody.
 */
export type AllCondition = {
    all: Array<Condition>;
};

export type AnswerOut = {
    headers: {
        [key: string]: string;
    };
    body: string;
    truncated: boolean;
};

/**
 * Holds if at least one part holds; without parts for nobody.
 */
export type AnyCondition = {
    any: Array<Condition>;
};

/**
 * A file of a message, sent or received as `kind`.
 */
export type AttachmentOut = {
    /**
     * The file's.
     */
    id: string;
    /**
     * * `photo` - photo
     * * `video` - video
     * * `voice` - voice
     * * `video_note` - video_note
     * * `audio` - audio
     * * `document` - document
     * * `sticker` - sticker
     * * `animation` - animation
     */
    kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
    name: string;
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
     *
     * * `stored` - stored
     * * `on_demand` - on_demand
     * * `too_large` - too_large
     * * `gone` - gone
     */
    state: 'stored' | 'on_demand' | 'too_large' | 'gone';
    /**
     * When either side has deleted it, alone or with the rest of its message; the content stays.
     */
    deleted_at: string | null;
};

export type AttemptOut = {
    number: number;
    at: string;
    status: number | null;
    error: string | null;
    duration_ms: number;
    request: RequestOut;
    answer: AnswerOut;
};

/**
 * One of these.
 */
export type AudienceIn = {
    /**
     * The people of a segment.
     */
    segment_id?: string;
    /**
     * The people who have all of these tags, as in `GET /v1/contacts?tag=`.
     */
    tags?: Array<string>;
    /**
     * These people.
     */
    contact_ids?: Array<string>;
};

export type AuthorOut = {
    /**
     * `assistant`: a key or an OAuth grant over MCP; `telegram`: on the phone.
     *
     * * `member` - member
     * * `key` - key
     * * `assistant` - assistant
     * * `sequence` - sequence
     * * `broadcast` - broadcast
     * * `rule` - rule
     * * `telegram` - telegram
     */
    type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
    /**
     * Of the member (that of `GET /v1/members`), key, grant, sequence or broadcast; null where it is not known.
     */
    id: string | null;
    /**
     * As it was then.
     */
    name: string | null;
};

/**
 * The contacts who wait now, without snoozed conversations.
 */
export type BacklogOut = {
    waiting: number;
    /**
     * How many of them in conversations that nobody looks after.
     */
    unassigned: number;
    /**
     * They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working hours).
     */
    ages: Array<AgeOut>;
};

/**
 * How many recipients have each status. Their sum is the whole audience, those who were excluded too.
 */
export type BroadcastCountsOut = {
    pending: number;
    sent: number;
    failed: number;
    skipped: number;
    /**
     * Nobody knows yet whether their message arrived: the history at Telegram will tell.
     */
    needs_attention: number;
    canceled: number;
};

/**
 * A broadcast.
 */
export type BroadcastFiguresOut = {
    sent: number;
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
    reply_rate: RateOut;
    broadcast_id: string;
    name: string;
};

export type BroadcastIn = ({
    text: unknown;
} | {
    attachments: unknown;
}) & {
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
    format?: 'plain' | 'markdown' | 'html';
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
    audience: AudienceIn;
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

/**
 * One text to many contacts.
 */
export type BroadcastOut = {
    id: string;
    name: string;
    /**
     * * `draft` - draft
     * * `scheduled` - scheduled
     * * `running` - running
     * * `paused` - paused
     * * `done` - done
     * * `canceled` - canceled
     */
    status: 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'canceled';
    /**
     * Why it was canceled if nobody did that, such as `audience_changed`.
     */
    reason: string | null;
    text: string;
    /**
     * How `text` is written.
     *
     * * `plain` - plain
     * * `markdown` - markdown
     * * `html` - html
     */
    format: 'plain' | 'markdown' | 'html';
    /**
     * The ids of the files.
     */
    attachments: Array<string>;
    account_ids: Array<number>;
    segment_id: string | null;
    counts: BroadcastCountsOut;
    /**
     * Why nothing is sent at this moment.
     *
     * * `eta` - eta
     * * `per_hour` - per_hour
     * * `daily_limit` - daily_limit
     * * `gap` - gap
     * * `account_paused` - account_paused
     * * `account_frozen` - account_frozen
     * * `account_needs_login` - account_needs_login
     * * `account_banned` - account_banned
     * * `plan` - plan
     * * `held` - held
     */
    waiting_for: 'eta' | 'per_hour' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'held' | null;
    send_at: string | null;
    per_hour: number | null;
    cooldown_days: number | null;
    audience_hash: string | null;
    /**
     * The job that works on it: `GET /v1/jobs/{id}`.
     */
    job_id: string | null;
    starts_at: string | null;
    /**
     * An estimate; once it has ended, when it did.
     */
    finishes_at: string | null;
    created_at: string;
};

export type BroadcastPage = {
    data: Array<BroadcastOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type BroadcastPreviewIn = ({
    text: unknown;
} | {
    attachments: unknown;
}) & {
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
    format?: 'plain' | 'markdown' | 'html';
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
    audience: AudienceIn;
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
 * What a broadcast would do if it were started now.
 */
export type BroadcastPreviewOut = {
    /**
     * Everybody in the audience: `eligible` and all `excluded` together.
     */
    total: number;
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
    sample: Array<BroadcastSampleOut>;
    /**
     * Start with it to send exactly this to exactly these people.
     */
    audience_hash: string;
    /**
     * An estimate; null if no account can send.
     */
    finishes_at: string | null;
};

export type BroadcastSampleOut = {
    contact_id: string;
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
 * The broadcasts of which a message was sent or has failed in the period, newest first.
 */
export type BroadcastsOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<BroadcastFiguresOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<BroadcastsPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: BroadcastsPeriodOut | null;
};

/**
 * The broadcasts of which a message was sent or has failed in the period, newest first.
 */
export type BroadcastsPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<BroadcastFiguresOut>;
};

/**
 * The whole message, or `id` and `status` for a key without read:messages.
 */
export type CanceledOut = {
    id: string;
    /**
     * * `queued` - queued
     * * `sending` - sending
     * * `sent` - sent
     * * `failed` - failed
     * * `canceled` - canceled
     * * `received` - received
     */
    status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
};

export type ChangeOut = {
    /**
     * * `edit` - edit
     * * `delete` - delete
     * * `react` - react
     */
    kind: 'edit' | 'delete' | 'react';
    /**
     * * `queued` - queued
     * * `failed` - failed
     */
    status: 'queued' | 'failed';
    /**
     * Why Telegram has refused it, else null.
     */
    error: string | null;
};

/**
 * A condition on a contact: at most 5 levels and 50 comparisons.
 */
export type Condition = AllCondition | AnyCondition | NotCondition | FieldCondition | CustomFieldCondition;

/**
 * A person was added: by the API, the panel or a message.
 */
export type ContactCreatedEvent = {
    event: 'contact.created';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        contact: {
            id: string;
            name: string;
            first_name: string;
            last_name: string | null;
            username: string | null;
            telegram_id: number | null;
            email: string | null;
            phone: string | null;
            time_zone: string | null;
            tags: Array<string>;
            stage: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
            score: number;
            opted_out: boolean;
            custom_fields: {
                [key: string]: unknown;
            };
            created_at: string;
            updated_at: string;
        };
    };
};

export type ContactIn = ({
    username: unknown;
} | {
    email: unknown;
}) & {
    /**
     * `@name`, `name` or `https://t.me/name`.
     */
    username?: string | null;
    email?: string | null;
    name?: string;
    /**
     * Else the first word of `name`.
     */
    first_name?: string;
    last_name?: string | null;
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`.
     */
    time_zone?: string | null;
    stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
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
    [key: string]: string | number | boolean | null | string | null | string | null | string | string | string | null | string | null | string | null | 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost' | boolean | Array<string> | {
        [key: string]: string | number | boolean | null;
    } | undefined;
};

/**
 * The contact, of whom `GET /v1/contacts/{id}` tells more.
 */
export type ContactNameOut = {
    id: string;
    name: string;
    username: string | null;
};

/**
 * A contact, here and in events.
 */
export type ContactOut = {
    id: string;
    name: string;
    first_name: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name: string | null;
    username: string | null;
    telegram_id: number | null;
    email: string | null;
    phone: string | null;
    time_zone: string | null;
    tags: Array<string>;
    /**
     * * `new` - new
     * * `contacted` - contacted
     * * `replied` - replied
     * * `qualified` - qualified
     * * `won` - won
     * * `lost` - lost
     */
    stage: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
    score: number;
    opted_out: boolean;
    custom_fields: {
        [key: string]: unknown;
    };
    created_at: string;
    updated_at: string;
};

/**
 * What to replace; absent fields are kept. Null clears a field that takes it, `""` a name.
 */
export type ContactPatch = {
    /**
     * `@name`, `name` or `https://t.me/name`.
     */
    username?: string | null;
    email?: string | null;
    name?: string;
    /**
     * Else the first word of `name`.
     */
    first_name?: string;
    last_name?: string | null;
    phone?: string | null;
    /**
     * IANA name, such as `Europe/Berlin`.
     */
    time_zone?: string | null;
    stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
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
    [key: string]: string | number | boolean | null | string | null | string | null | string | string | string | null | string | null | string | null | 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost' | boolean | Array<string> | {
        [key: string]: string | number | boolean | null;
    } | undefined;
};

/**
 * Tags were added to a contact; `added` names the new ones.
 */
export type ContactTaggedEvent = {
    event: 'contact.tagged';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        contact: {
            id: string;
            name: string;
            first_name: string;
            last_name: string | null;
            username: string | null;
            telegram_id: number | null;
            email: string | null;
            phone: string | null;
            time_zone: string | null;
            tags: Array<string>;
            stage: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
            score: number;
            opted_out: boolean;
            custom_fields: {
                [key: string]: unknown;
            };
            created_at: string;
            updated_at: string;
        };
        added: Array<string>;
    };
};

/**
 * As for every write, with `created`.
 */
export type ContactUpsertedOut = {
    id: string;
    name?: string;
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    username?: string | null;
    telegram_id?: number | null;
    email?: string | null;
    phone?: string | null;
    time_zone?: string | null;
    tags?: Array<string>;
    /**
     * * `new` - new
     * * `contacted` - contacted
     * * `replied` - replied
     * * `qualified` - qualified
     * * `won` - won
     * * `lost` - lost
     */
    stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
    score?: number;
    opted_out?: boolean;
    custom_fields?: {
        [key: string]: unknown;
    };
    created_at?: string;
    updated_at?: string;
    created: boolean;
};

/**
 * The contact; a key without `read:contacts` gets `id` and the fields it sent.
 */
export type ContactWrittenOut = {
    id: string;
    name?: string;
    first_name?: string;
    /**
     * `""` if there is none, as `name` and `first_name`; null in older events.
     */
    last_name?: string | null;
    username?: string | null;
    telegram_id?: number | null;
    email?: string | null;
    phone?: string | null;
    time_zone?: string | null;
    tags?: Array<string>;
    /**
     * * `new` - new
     * * `contacted` - contacted
     * * `replied` - replied
     * * `qualified` - qualified
     * * `won` - won
     * * `lost` - lost
     */
    stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
    score?: number;
    opted_out?: boolean;
    custom_fields?: {
        [key: string]: unknown;
    };
    created_at?: string;
    updated_at?: string;
};

/**
 * What became of conversations in the period. Times are counted in the working hours of the workspace.
 */
export type ConversationFiguresOut = {
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
export type ConversationsOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<MemberConversationsOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * All of them together.
     */
    everyone: ConversationFiguresOut;
    /**
     * All accounts, oldest first.
     */
    accounts: Array<AccountConversationsOut>;
    /**
     * Now, whatever the period.
     */
    backlog: BacklogOut;
    /**
     * Conversations that began before it are in none of these figures, because the workspace is older than their counting. Null if all are counted.
     */
    counted_since: string | null;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<ConversationsPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: ConversationsPeriodOut | null;
};

/**
 * Each member who wrote, answered or closed in the period, those with the most conversations first.
 */
export type ConversationsPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<MemberConversationsOut>;
    /**
     * All of them together.
     */
    everyone: ConversationFiguresOut;
    /**
     * All accounts, oldest first.
     */
    accounts: Array<AccountConversationsOut>;
};

export type CreatedAtCondition = {
    field: 'created_at';
    op: 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean;
};

/**
 * Compares a custom field. Its type decides which of the ops and values it takes.
 */
export type CustomFieldCondition = {
    field: string;
    op: 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean | Array<string> | Array<number> | number;
};

export type CustomFieldOut = {
    key: string;
    label: string;
    /**
     * * `text` - text
     * * `number` - number
     * * `boolean` - boolean
     * * `date` - date
     * * `choice` - choice
     */
    type: 'text' | 'number' | 'boolean' | 'date' | 'choice';
    /**
     * For type `choice`, else empty.
     */
    choices: Array<string>;
};

export type CustomFieldPage = {
    data: Array<CustomFieldOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * With the bytes that are sent, and every attempt.
 */
export type DeliveryDetailOut = {
    id: string;
    endpoint_id: string;
    event_id: string;
    /**
     * * `contact.created` - contact.created
     * * `contact.tagged` - contact.tagged
     * * `job.completed` - job.completed
     * * `lead.scored` - lead.scored
     * * `message.deleted` - message.deleted
     * * `message.edited` - message.edited
     * * `message.failed` - message.failed
     * * `message.read` - message.read
     * * `message.received` - message.received
     * * `message.sent` - message.sent
     * * `sequence.completed` - sequence.completed
     * * `sequence.paused` - sequence.paused
     * * `sequence.started` - sequence.started
     * * `subscription.upgraded` - subscription.upgraded
     * * `ping` - ping
     */
    event: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
    /**
     * * `pending` - pending
     * * `sending` - sending
     * * `succeeded` - succeeded
     * * `failed` - failed
     * * `exhausted` - exhausted
     * * `canceled` - canceled
     */
    status: 'pending' | 'sending' | 'succeeded' | 'failed' | 'exhausted' | 'canceled';
    reason: string | null;
    attempts: number;
    request_id: string | null;
    next_attempt_at: string | null;
    created_at: string;
    body: string | null;
    attempt_log: Array<AttemptOut>;
};

export type DeliveryOut = {
    id: string;
    endpoint_id: string;
    event_id: string;
    /**
     * * `contact.created` - contact.created
     * * `contact.tagged` - contact.tagged
     * * `job.completed` - job.completed
     * * `lead.scored` - lead.scored
     * * `message.deleted` - message.deleted
     * * `message.edited` - message.edited
     * * `message.failed` - message.failed
     * * `message.read` - message.read
     * * `message.received` - message.received
     * * `message.sent` - message.sent
     * * `sequence.completed` - sequence.completed
     * * `sequence.paused` - sequence.paused
     * * `sequence.started` - sequence.started
     * * `subscription.upgraded` - subscription.upgraded
     * * `ping` - ping
     */
    event: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
    /**
     * * `pending` - pending
     * * `sending` - sending
     * * `succeeded` - succeeded
     * * `failed` - failed
     * * `exhausted` - exhausted
     * * `canceled` - canceled
     */
    status: 'pending' | 'sending' | 'succeeded' | 'failed' | 'exhausted' | 'canceled';
    reason: string | null;
    attempts: number;
    request_id: string | null;
    next_attempt_at: string | null;
    created_at: string;
};

export type DeliveryPage = {
    data: Array<DeliveryOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type EditIn = {
    /**
     * What the message is to say, written as one that is sent; of one with files the caption.
     */
    text: string;
    /**
     * How `text` is written: as plain text, in Markdown, or in HTML.
     */
    format?: 'plain' | 'markdown' | 'html';
    /**
     * The new time of a planned message (RFC 3339).
     */
    send_at?: string;
};

export type EmailCondition = {
    field: 'email';
    op: 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'exists';
    value: string | Array<string> | boolean;
};

/**
 * No body, or `{}`.
 */
export type EmptyIn = {
    [key: string]: never;
};

export type EndpointIn = {
    /**
     * Where to POST: a URI with https and a public host, at port 443 or from 1024 on.
     */
    url: string;
    /**
     * Event types to deliver here; GET /v1/webhooks/events lists them.
     */
    events: Array<'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded'>;
    /**
     * 1 to 255 visible characters. Left out: one is generated and answered, this once.
     */
    secret?: string;
};

export type EndpointOut = {
    id: string;
    url: string;
    events: Array<'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded'>;
    enabled: boolean;
    /**
     * * `manual` - manual
     * * `gone` - gone
     * * `failing` - failing
     */
    disabled_reason: 'manual' | 'gone' | 'failing' | null;
    disabled_at: string | null;
    failing_since: string | null;
    previous_secret_until: string | null;
    /**
     * * `current` - current
     * * `previous` - previous
     */
    verified_with: 'current' | 'previous' | null;
    created_at: string;
    updated_at: string;
};

export type EndpointPage = {
    data: Array<EndpointOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type EndpointPatch = {
    /**
     * Where to POST: a URI with https and a public host, at port 443 or from 1024 on.
     */
    url?: string;
    /**
     * Event types to deliver here; GET /v1/webhooks/events lists them.
     */
    events?: Array<'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded'>;
    /**
     * False cancels what is queued.
     */
    enabled?: boolean;
};

/**
 * A contact in a sequence.
 */
export type EnrollmentOut = {
    id: string;
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
     * * `active` - active
     * * `paused` - paused
     * * `completed` - completed
     * * `stopped` - stopped
     * * `failed` - failed
     */
    status: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
    /**
     * Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its message is on its way.
     *
     * * `delay` - delay
     * * `window` - window
     * * `daily_limit` - daily_limit
     * * `account_paused` - account_paused
     * * `account_frozen` - account_frozen
     * * `account_needs_login` - account_needs_login
     * * `account_banned` - account_banned
     * * `missing_value` - missing_value
     * * `plan` - plan
     * * `sequence_paused` - sequence_paused
     * * `reply` - reply
     * * `tag` - tag
     * * `stage` - stage
     * * `condition` - condition
     * * `opted_out` - opted_out
     * * `erased` - erased
     * * `manual` - manual
     * * `send_failed` - send_failed
     */
    reason: 'delay' | 'window' | 'daily_limit' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'missing_value' | 'plan' | 'sequence_paused' | 'reply' | 'tag' | 'stage' | 'condition' | 'opted_out' | 'erased' | 'manual' | 'send_failed' | null;
    /**
     * The step that is sent next or now; null after the last.
     */
    step: string | null;
    /**
     * When the step is due, or tried again; null while its message is on its way.
     */
    next_run_at: string | null;
    created_at: string;
    ended_at: string | null;
};

export type EnrollmentPage = {
    data: Array<EnrollmentOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * The sequences in which contacts were enrolled in the period.
 */
export type EnrollmentsOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<SequenceResultsOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<EnrollmentsPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: EnrollmentsPeriodOut | null;
};

/**
 * The sequences in which contacts were enrolled in the period.
 */
export type EnrollmentsPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<SequenceResultsOut>;
};

export type EventKindOut = {
    /**
     * * `contact.created` - contact.created
     * * `contact.tagged` - contact.tagged
     * * `job.completed` - job.completed
     * * `lead.scored` - lead.scored
     * * `message.deleted` - message.deleted
     * * `message.edited` - message.edited
     * * `message.failed` - message.failed
     * * `message.read` - message.read
     * * `message.received` - message.received
     * * `message.sent` - message.sent
     * * `sequence.completed` - sequence.completed
     * * `sequence.paused` - sequence.paused
     * * `sequence.started` - sequence.started
     * * `subscription.upgraded` - subscription.upgraded
     * * `ping` - ping
     */
    type: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
    version: number;
    description: string;
    schema: {
        [key: string]: unknown;
    };
};

export type EventKindPage = {
    data: Array<EventKindOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * An event as it is delivered, and the `X-Request-Id` of the call that caused it.
 */
export type EventOut = {
    /**
     * * `contact.created` - contact.created
     * * `contact.tagged` - contact.tagged
     * * `job.completed` - job.completed
     * * `lead.scored` - lead.scored
     * * `message.deleted` - message.deleted
     * * `message.edited` - message.edited
     * * `message.failed` - message.failed
     * * `message.read` - message.read
     * * `message.received` - message.received
     * * `message.sent` - message.sent
     * * `sequence.completed` - sequence.completed
     * * `sequence.paused` - sequence.paused
     * * `sequence.started` - sequence.started
     * * `subscription.upgraded` - subscription.upgraded
     * * `ping` - ping
     */
    event: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
    id: string;
    created_at: string;
    /**
     * Who caused it; null for the product and for people on Telegram.
     */
    actor: AuthorOut | null;
    data: {
        [key: string]: unknown;
    };
    request_id: string | null;
};

export type EventPage = {
    data: Array<EventOut>;
    /**
     * Give it as `cursor` to read on, also later; never null.
     */
    next_cursor: string;
};

/**
 * What people wrote to contacts by hand in the period, and how long contacts had waited for it.
 */
export type EveryoneOut = {
    /**
     * Messages, without canceled ones and those that are still planned.
     */
    written: number;
    /**
     * How many of them answered a contact who waited.
     */
    answered: number;
    in_time: RateOut;
    /**
     * The median of these waits.
     */
    median_seconds: number | null;
    /**
     * A tenth of these waits was longer.
     */
    slowest_tenth_seconds: number | null;
};

export type ExplanationOut = {
    contact_id: string;
    /**
     * Whether the contact is in the segment.
     */
    matches: boolean;
    leaves: Array<LeafOut>;
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

export type FieldProblem = {
    /**
     * Path of what is wrong, such as `filter.all[0].value`.
     */
    field: string;
    code: string;
    detail: string;
};

/**
 * A file that was uploaded, until something uses it.
 */
export type FileOut = {
    id: string;
    name: string;
    /**
     * The media type that the content shows.
     */
    type: string;
    /**
     * Bytes.
     */
    size: number;
    sha256: string;
    /**
     * When the file is deleted unless something uses it by then; null once something does.
     */
    expires_at: string | null;
};

/**
 * A file whose content is on its way.
 */
export type FileStateOut = {
    id: string;
    /**
     * * `stored` - stored
     * * `on_demand` - on_demand
     * * `too_large` - too_large
     * * `gone` - gone
     */
    state: 'stored' | 'on_demand' | 'too_large' | 'gone';
};

export type FilterIn = {
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter: Condition;
};

/**
 * The stages of the funnel, in their order.
 */
export type FunnelOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    stages: Array<StageOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<FunnelPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: FunnelPeriodOut | null;
};

/**
 * The stages of the funnel, in their order.
 */
export type FunnelPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    stages: Array<StageOut>;
};

/**
 * With `secret` if it was generated: it is never shown again.
 */
export type IssuedEndpointOut = {
    id: string;
    url: string;
    events: Array<'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded'>;
    enabled: boolean;
    /**
     * * `manual` - manual
     * * `gone` - gone
     * * `failing` - failing
     */
    disabled_reason: 'manual' | 'gone' | 'failing' | null;
    disabled_at: string | null;
    failing_since: string | null;
    previous_secret_until: string | null;
    /**
     * * `current` - current
     * * `previous` - previous
     */
    verified_with: 'current' | 'previous' | null;
    created_at: string;
    updated_at: string;
    secret?: string;
};

/**
 * Long work has ended: done, failed or canceled.
 */
export type JobCompletedEvent = {
    event: 'job.completed';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        job: {
            id: string;
            kind: string;
            object_id: string | null;
            state: 'queued' | 'running' | 'done' | 'failed' | 'canceled';
            done: number;
            total: number | null;
            result: {
                [key: string]: unknown;
            };
            errors: Array<{
                [key: string]: unknown;
            }>;
            created_at: string;
            finished_at: string | null;
        };
    };
};

/**
 * Long work; the event `job.completed` carries the same object.
 */
export type JobOut = {
    id: string;
    kind: string;
    /**
     * What it works on, such as a broadcast.
     */
    object_id: string | null;
    /**
     * * `queued` - queued
     * * `running` - running
     * * `done` - done
     * * `failed` - failed
     * * `canceled` - canceled
     */
    state: 'queued' | 'running' | 'done' | 'failed' | 'canceled';
    done: number;
    total: number | null;
    result: {
        [key: string]: unknown;
    };
    errors: Array<{
        [key: string]: unknown;
    }>;
    created_at: string;
    finished_at: string | null;
};

export type KeyOut = {
    id: string;
    name: string;
    prefix: string;
    expires_at: string | null;
    rate_limit: number;
};

export type LastInAtCondition = {
    field: 'last_in_at';
    op: 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean;
};

export type LastOutAtCondition = {
    field: 'last_out_at';
    op: 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean;
};

export type LastReadAtCondition = {
    field: 'last_read_at';
    op: 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean;
};

/**
 * The score of a contact has changed; `rules` names what changed it.
 */
export type LeadScoredEvent = {
    event: 'lead.scored';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        contact: {
            id: string;
            name: string;
            first_name: string;
            last_name: string | null;
            username: string | null;
            telegram_id: number | null;
            email: string | null;
            phone: string | null;
            time_zone: string | null;
            tags: Array<string>;
            stage: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
            score: number;
            opted_out: boolean;
            custom_fields: {
                [key: string]: unknown;
            };
            created_at: string;
            updated_at: string;
        };
        old_score: number;
        new_score: number;
        rules: Array<string>;
    };
};

/**
 * One comparison of the filter, for one contact.
 */
export type LeafOut = {
    /**
     * Where it stands in the filter, such as `all[1].any[0]`; empty for the whole.
     */
    path: string;
    field: string;
    op: string;
    /**
     * What it compares with.
     */
    value: unknown;
    /**
     * What the contact has; null if there is no value.
     */
    actual: unknown;
    holds: boolean;
};

export type MeOut = {
    key: KeyOut;
    scopes: Array<'read:contacts' | 'read:messages' | 'read:analytics' | 'write:messages' | 'write:contacts' | 'manage:sequences' | 'manage:webhooks'>;
    workspace: WorkspaceOut;
    /**
     * * `live` - live
     * * `test` - test
     */
    mode: 'live' | 'test';
    /**
     * * `trial` - trial
     * * `pro` - pro
     * * `business` - business
     * * `expired` - expired
     */
    plan: 'trial' | 'pro' | 'business' | 'expired';
};

/**
 * The same of a member: what they wrote, answered first and closed. Nobody's are `new`.
 */
export type MemberConversationsOut = {
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
    name: string | null;
};

/**
 * A member, of whom `GET /v1/members` tells more.
 */
export type MemberNameOut = {
    id: number;
    name: string;
};

export type MemberOut = {
    /**
     * Of the person, the same in all workspaces.
     */
    id: number;
    /**
     * Without a name, what is before the @ of the e-mail address.
     */
    name: string;
    /**
     * * `viewer` - viewer
     * * `agent` - agent
     * * `admin` - admin
     * * `owner` - owner
     */
    role: 'viewer' | 'agent' | 'admin' | 'owner';
    /**
     * Whether the queue gives this member conversations.
     */
    on_duty: boolean;
};

export type MemberPage = {
    data: Array<MemberOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * A message was deleted, by either side; its text stays.
 */
export type MessageDeletedEvent = {
    event: 'message.deleted';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

/**
 * The text or the files of a message were changed, by either side.
 */
export type MessageEditedEvent = {
    event: 'message.edited';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

/**
 * A message will not be sent; `error` says why.
 */
export type MessageFailedEvent = {
    event: 'message.failed';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

export type MessageOut = {
    id: string;
    account_id: number;
    thread_id: string;
    contact_id: string;
    contact: ContactNameOut;
    /**
     * Who wrote an outgoing message; null where that is not known.
     */
    author: AuthorOut | null;
    /**
     * * `in` - in
     * * `out` - out
     */
    direction: 'in' | 'out';
    kind: string;
    /**
     * * `queued` - queued
     * * `sending` - sending
     * * `sent` - sent
     * * `failed` - failed
     * * `canceled` - canceled
     * * `received` - received
     */
    status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
    text: string;
    /**
     * The text with its formatting, in few and safe tags; null where it is as `text`.
     */
    html: string | null;
    attachments: Array<AttachmentOut>;
    eta: string | null;
    created_at: string;
    sent_at: string | null;
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
    reactions: Array<ReactionOut>;
    /**
     * What is asked of Telegram and not done yet, or was refused: the message is shown as it is there.
     */
    change: ChangeOut | null;
    /**
     * Whether a machine wrote the message, rather than a person.
     */
    auto_reply: boolean;
    error: string | null;
    /**
     * The `X-Request-Id` of the request that sent the message.
     */
    request_id: string | null;
    /**
     * Why a queued message is not sent yet, else null.
     *
     * * `eta` - eta
     * * `daily_limit` - daily_limit
     * * `gap` - gap
     * * `account_paused` - account_paused
     * * `account_frozen` - account_frozen
     * * `account_needs_login` - account_needs_login
     * * `account_banned` - account_banned
     * * `plan` - plan
     * * `window` - window
     * * `held` - held
     * * `earlier_message` - earlier_message
     * * `upload` - upload
     * * `worker` - worker
     */
    waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
};

export type MessagePage = {
    data: Array<MessageOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * The contact has read a message.
 */
export type MessageReadEvent = {
    event: 'message.read';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

/**
 * Somebody has written to one of the accounts.
 */
export type MessageReceivedEvent = {
    event: 'message.received';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

/**
 * A message has arrived, or was typed on the account's own phone.
 */
export type MessageSentEvent = {
    event: 'message.sent';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        message: {
            id: string;
            account_id: number;
            thread_id: string;
            contact_id: string;
            contact: {
                id: string;
                name: string;
                username: string | null;
            };
            author: {
                type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
                id: string | null;
                name: string | null;
            } | null;
            direction: 'in' | 'out';
            kind: string;
            status: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
            text: string;
            html: string | null;
            attachments: Array<{
                id: string;
                kind: 'photo' | 'video' | 'voice' | 'video_note' | 'audio' | 'document' | 'sticker' | 'animation';
                name: string;
                type: string;
                size: number;
                width: number | null;
                height: number | null;
                duration: number | null;
                thumbnail: string | null;
                url: string;
                state: 'stored' | 'on_demand' | 'too_large' | 'gone';
                deleted_at: string | null;
            }>;
            eta: string | null;
            created_at: string;
            sent_at: string | null;
            edited_at: string | null;
            in_reply_to: string | null;
            reply_to: string | null;
            quote: string | null;
            read_at: string | null;
            deleted_at: string | null;
            reactions: Array<{
                emoji: string;
                by: 'contact' | 'account';
            }>;
            change: {
                kind: 'edit' | 'delete' | 'react';
                status: 'queued' | 'failed';
                error: string | null;
            } | null;
            auto_reply: boolean;
            error: string | null;
            request_id: string | null;
            waiting_for: 'eta' | 'daily_limit' | 'gap' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'plan' | 'window' | 'held' | 'earlier_message' | 'upload' | 'worker' | null;
        };
    };
};

/**
 * Holds if its part does not.
 */
export type NotCondition = {
    not: Condition;
};

export type NoteIn = {
    /**
     * `@name` mentions a member of the workspace.
     */
    text: string;
    /**
     * The conversation with the contact that it belongs to.
     */
    thread_id?: string;
};

/**
 * What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody.
 */
export type NoteOut = {
    id: string;
    text: string;
    /**
     * A member, a key or an assistant.
     */
    author: AuthorOut | null;
    contact_id: string;
    /**
     * The conversation that it was written in, if any.
     */
    thread_id: string | null;
    created_at: string;
    edited_at: string | null;
    /**
     * The members whom `@name` in the text means.
     */
    mentions: Array<MemberNameOut>;
};

export type NotePage = {
    data: Array<NoteOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type NotePatch = {
    /**
     * What it says from now on.
     */
    text: string;
};

/**
 * No body, or an empty object.
 */
export type NothingIn = {
    [key: string]: never;
};

export type OptedOutCondition = {
    field: 'opted_out';
    op: 'is' | 'is_not' | 'exists';
    value: boolean;
};

/**
 * `contact`, and a section for each kind of thing that is kept about the person.
 */
export type PersonalDataOut = {
    contact: ContactOut;
    /**
     * What was done to the contact.
     */
    audit_log: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Segments, steps and the like whose conditions name the person.
     */
    named_in: Array<{
        [key: string]: unknown;
    }>;
    /**
     * What accounts address the person by on Telegram.
     */
    telegram_addresses: Array<{
        [key: string]: unknown;
    }>;
    /**
     * The ledger of the score, oldest first.
     */
    scores: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Stages that it came to, oldest first.
     */
    stages: Array<{
        [key: string]: unknown;
    }>;
    /**
     * What members noted, oldest first.
     */
    notes: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Oldest first, as GET answers them.
     */
    messages: Array<{
        [key: string]: unknown;
    }>;
    /**
     * What members have begun to write to the person and not sent.
     */
    drafts: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Those of the messages, each once.
     */
    files: Array<{
        [key: string]: unknown;
    }>;
    /**
     * In sequences, with the steps done.
     */
    enrollments: Array<{
        [key: string]: unknown;
    }>;
    events: Array<{
        [key: string]: unknown;
    }>;
    /**
     * To which webhooks they went.
     */
    deliveries: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Whose audience the person was in.
     */
    broadcasts: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Rows of imports about the person that failed.
     */
    failed_imports: Array<{
        [key: string]: unknown;
    }>;
    stored_answers: Array<{
        [key: string]: unknown;
    }>;
};

/**
 * Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.
 */
export type PingEvent = {
    event: 'ping';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        webhook: {
            id: string;
            url: string;
        };
    };
};

export type PreviewOut = {
    steps: Array<PreviewStepOut>;
};

/**
 * A step as one contact would get it.
 */
export type PreviewStepOut = {
    step: string;
    /**
     * Null for a step that would be left out.
     */
    planned_at: string | null;
    /**
     * `condition`: it does not hold. `missing_value`: the text has a variable without value and fallback, or the contact has neither username nor Telegram id.
     *
     * * `condition` - condition
     * * `missing_value` - missing_value
     */
    reason: 'condition' | 'missing_value' | null;
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
 * RFC 9457. Branch on `code`: it is stable. An error may add members, such as `required_scope`, and `accounts` (`[{id, name}]`, at most 10) for an account that is `not_found`.
 */
export type Problem = {
    /**
     * An address that explains the code.
     */
    type: string;
    title: string;
    status: number;
    /**
     * What is wrong with this request, and what to do.
     */
    detail: string;
    code: 'account_daily_limit' | 'already_enrolled' | 'audience_changed' | 'bad_request' | 'contact_conflict' | 'contact_opted_out' | 'erased' | 'file_gone' | 'file_quota_exceeded' | 'file_too_large' | 'filter_too_costly' | 'forbidden' | 'headers_too_large' | 'idempotency_in_progress' | 'idempotency_key_invalid' | 'idempotency_key_missing' | 'idempotency_key_reused' | 'internal_error' | 'invalid_cursor' | 'invalid_parameter' | 'invalid_state' | 'ip_not_allowed' | 'malformed_json' | 'method_not_allowed' | 'not_acceptable' | 'not_found' | 'not_implemented' | 'origin_not_allowed' | 'payload_too_large' | 'plan_required' | 'precondition_failed' | 'range_not_satisfiable' | 'rate_limited' | 'request_timeout' | 'scope_missing' | 'sequence_not_active' | 'service_unavailable' | 'storage_full' | 'token_expired' | 'token_invalid' | 'token_missing' | 'token_revoked' | 'unsupported_media_type' | 'validation_failed';
    /**
     * The path that was asked.
     */
    instance: string;
    request_id: string;
    required_scope?: 'read:contacts' | 'read:messages' | 'read:analytics' | 'write:messages' | 'write:contacts' | 'manage:sequences' | 'manage:webhooks';
    errors?: Array<FieldProblem>;
};

export type QueuedOut = {
    id: string;
    /**
     * * `queued` - queued
     */
    status: 'queued';
    eta: string;
};

/**
 * A part of a whole, with both numbers.
 */
export type RateOut = {
    numerator: number;
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

export type ReactIn = {
    /**
     * One that Telegram has as a reaction, in place of an earlier one; null takes it back.
     */
    emoji: string | null;
};

export type ReactionOut = {
    emoji: string;
    /**
     * * `contact` - contact
     * * `account` - account
     */
    by: 'contact' | 'account';
};

export type ReadOut = {
    id: string;
    unread_count: number;
};

export type ReadUnansweredCondition = {
    field: 'read_unanswered';
    op: 'is' | 'is_not' | 'exists';
    value: boolean;
};

/**
 * A contact of the audience of a broadcast.
 */
export type RecipientOut = {
    /**
     * Null once the contact was erased.
     */
    contact_id: string | null;
    message_id: string | null;
    account_id: number | null;
    /**
     * * `pending` - pending
     * * `sent` - sent
     * * `failed` - failed
     * * `skipped` - skipped
     * * `needs_attention` - needs_attention
     * * `canceled` - canceled
     */
    status: 'pending' | 'sent' | 'failed' | 'skipped' | 'needs_attention' | 'canceled';
    /**
     * Why they were skipped, or why their message failed.
     */
    reason: string | null;
    /**
     * When the status became final.
     */
    settled_at: string | null;
};

export type RecipientPage = {
    data: Array<RecipientOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type ReplayIn = {
    /**
     * Deliveries made from this time on (RFC 3339).
     */
    since: string;
    /**
     * … and before this one; now, if left out.
     */
    until?: string;
};

export type RequestOut = {
    url: string;
    headers: {
        [key: string]: string;
    };
    /**
     * * `current` - current
     * * `previous` - previous
     */
    signed_with: 'current' | 'previous' | null;
};

/**
 * When the steps that wait are due after the pause.
 */
export type ResumeIn = {
    /**
     * `keep_dates`: as planned, at once if that has passed. `restart_delay`: the delay begins now. `only_active_time`: the pause does not count.
     */
    mode?: 'keep_dates' | 'restart_delay' | 'only_active_time';
};

export type RotateIn = {
    /**
     * 1 to 255 visible characters. Left out: one is generated and answered, this once.
     */
    secret?: string;
    /**
     * How long the old secret stays in force beside the new one.
     */
    overlap_seconds?: number;
};

export type ScoreCondition = {
    field: 'score';
    op: 'is' | 'is_not' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'exists';
    value: number | Array<number> | boolean;
};

/**
 * One change of a contact's points. Entries are only added.
 */
export type ScoreEntryOut = {
    /**
     * Null for a change by hand.
     */
    rule: string | null;
    points: number;
    at: string;
    /**
     * What happened, such as `tag vip`.
     */
    cause: string;
};

/**
 * A contact's score, and the ledger whose sum, between 0 and 100, it is.
 */
export type ScoreOut = {
    score: number;
    /**
     * Newest first.
     */
    data: Array<ScoreEntryOut>;
    next_cursor: string | null;
};

export type SegmentIn = {
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter: Condition;
    name: string;
};

/**
 * A saved filter of contacts.
 */
export type SegmentOut = {
    id: string;
    name: string;
    filter: Condition;
    /**
     * Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also if counting those before it took two seconds.
     */
    count: number | null;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate: boolean;
    created_at: string;
    updated_at: string;
};

export type SegmentPage = {
    data: Array<SegmentOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * What to replace; absent fields are kept.
 */
export type SegmentPatch = {
    name?: string;
    /**
     * Such as `{"all": [{"field": "tag", "op": "is", "value": "vip"}]}`. Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since read_unanswered opted_out custom.<key>. Ops: is is_not contains starts_with in gt gte lt lte before after within_days exists.
     */
    filter?: Condition;
};

export type SegmentPreviewOut = {
    count: number;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate: boolean;
    /**
     * The ten newest.
     */
    sample: Array<ContactOut>;
};

/**
 * The segment; a key without `read:contacts` gets `id` and the fields it sent.
 */
export type SegmentWrittenOut = {
    id: string;
    name?: string;
    filter?: Condition;
    /**
     * Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also if counting those before it took two seconds.
     */
    count?: number | null;
    /**
     * Whether `count` was estimated from a sample, because counting takes more than a second.
     */
    count_is_estimate?: boolean;
    created_at?: string;
    updated_at?: string;
};

export type SendIn = ({
    text: unknown;
} | {
    attachments: unknown;
}) & {
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
    format?: 'plain' | 'markdown' | 'html';
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
    as?: 'auto' | 'document' | 'voice';
};

/**
 * A contact has got the last step of a sequence.
 */
export type SequenceCompletedEvent = {
    event: 'sequence.completed';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        sequence: {
            id: string;
            name: string;
            status: 'draft' | 'active' | 'paused';
            version: number;
            created_at: string;
            updated_at: string;
        };
        enrollment: {
            id: string;
            sequence_id: string;
            version: number;
            contact_id: string | null;
            status: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
            reason: 'delay' | 'window' | 'daily_limit' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'missing_value' | 'plan' | 'sequence_paused' | 'reply' | 'tag' | 'stage' | 'condition' | 'opted_out' | 'erased' | 'manual' | 'send_failed' | null;
            step: string | null;
            next_run_at: string | null;
            created_at: string;
            ended_at: string | null;
        };
    };
};

/**
 * The contact to enroll, or to preview the sequence for.
 */
export type SequenceContactIn = {
    contact_id: string;
};

/**
 * A sequence with what its latest version says.
 */
export type SequenceDetailOut = {
    id: string;
    name: string;
    /**
     * * `draft` - draft
     * * `active` - active
     * * `paused` - paused
     */
    status: 'draft' | 'active' | 'paused';
    /**
     * The number of its latest version, with which new contacts begin.
     */
    version: number;
    created_at: string;
    updated_at: string;
    account_ids: Array<number>;
    /**
     * For contacts without a time zone of their own.
     */
    time_zone: string;
    window: WindowOut | null;
    /**
     * ISO 8601. Each step is later by a random part of it.
     */
    jitter: string;
    /**
     * `reply`, `tag:NAME`, `stage:NAME`.
     */
    stop_on: Array<string>;
    ignore_auto_replies: boolean;
    /**
     * Contacts who were not written to yet go to another account while theirs cannot send.
     */
    pass_on: boolean;
    steps: Array<StepOut>;
};

/**
 * A sequence, in lists and in events.
 */
export type SequenceOut = {
    id: string;
    name: string;
    /**
     * * `draft` - draft
     * * `active` - active
     * * `paused` - paused
     */
    status: 'draft' | 'active' | 'paused';
    /**
     * The number of its latest version, with which new contacts begin.
     */
    version: number;
    created_at: string;
    updated_at: string;
};

export type SequencePage = {
    data: Array<SequenceOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * A sequence was paused (`enrollment` is null), or one enrollment in it.
 */
export type SequencePausedEvent = {
    event: 'sequence.paused';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        sequence: {
            id: string;
            name: string;
            status: 'draft' | 'active' | 'paused';
            version: number;
            created_at: string;
            updated_at: string;
        };
        enrollment: {
            id: string;
            sequence_id: string;
            version: number;
            contact_id: string | null;
            status: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
            reason: 'delay' | 'window' | 'daily_limit' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'missing_value' | 'plan' | 'sequence_paused' | 'reply' | 'tag' | 'stage' | 'condition' | 'opted_out' | 'erased' | 'manual' | 'send_failed' | null;
            step: string | null;
            next_run_at: string | null;
            created_at: string;
            ended_at: string | null;
        } | null;
    };
};

/**
 * What came of the contacts who were enrolled in a sequence in the period.
 */
export type SequenceResultsOut = {
    sequence_id: string;
    name: string;
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
    completion_rate: RateOut;
    reply_rate: RateOut;
    win_rate: RateOut;
};

/**
 * A contact was enrolled in a sequence.
 */
export type SequenceStartedEvent = {
    event: 'sequence.started';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        sequence: {
            id: string;
            name: string;
            status: 'draft' | 'active' | 'paused';
            version: number;
            created_at: string;
            updated_at: string;
        };
        enrollment: {
            id: string;
            sequence_id: string;
            version: number;
            contact_id: string | null;
            status: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
            reason: 'delay' | 'window' | 'daily_limit' | 'account_paused' | 'account_frozen' | 'account_needs_login' | 'account_banned' | 'missing_value' | 'plan' | 'sequence_paused' | 'reply' | 'tag' | 'stage' | 'condition' | 'opted_out' | 'erased' | 'manual' | 'send_failed' | null;
            step: string | null;
            next_run_at: string | null;
            created_at: string;
            ended_at: string | null;
        };
    };
};

/**
 * The versions of sequences of which a message was sent or has failed in the period.
 */
export type SequencesOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<VersionFiguresOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<SequencesPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: SequencesPeriodOut | null;
};

/**
 * The versions of sequences of which a message was sent or has failed in the period.
 */
export type SequencesPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<VersionFiguresOut>;
};

export type StageCondition = {
    field: 'stage';
    op: 'is' | 'is_not' | 'in' | 'exists';
    value: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost' | Array<'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost'> | boolean;
};

/**
 * A stage of the funnel.
 */
export type StageOut = {
    /**
     * * `new` - new
     * * `contacted` - contacted
     * * `replied` - replied
     * * `qualified` - qualified
     * * `won` - won
     * * `lost` - lost
     */
    stage: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
    /**
     * How many contacts reached it for the first time in the period. Who reaches a stage reaches the earlier ones with it; `lost` is none of these and implies only `new`.
     */
    count: number;
    conversion: RateOut;
    /**
     * From being added to reaching it, of the people in the numerator of `conversion`.
     */
    median_days: number | null;
};

/**
 * A step of a version of a sequence.
 */
export type StepFiguresOut = {
    sent: number;
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
    reply_rate: RateOut;
    /**
     * The id of the step.
     */
    step: string;
};

/**
 * A message of a sequence.
 */
export type StepOut = {
    id: string;
    /**
     * ISO 8601, since the step before or the enrollment.
     */
    delay: string;
    text: string;
    /**
     * How `text` is written.
     *
     * * `plain` - plain
     * * `markdown` - markdown
     * * `html` - html
     */
    format: 'plain' | 'markdown' | 'html';
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
     *
     * * `skip` - skip
     * * `stop` - stop
     */
    if_not: 'skip' | 'stop';
};

/**
 * An owner has moved the workspace to a higher plan.
 */
export type SubscriptionUpgradedEvent = {
    event: 'subscription.upgraded';
    id: string;
    created_at: string;
    actor: {
        type: 'member' | 'key' | 'assistant' | 'sequence' | 'broadcast' | 'rule' | 'telegram';
        id: string | null;
        name: string | null;
    } | null;
    data: {
        old_plan: 'trial' | 'pro' | 'business' | 'expired';
        plan: 'trial' | 'pro' | 'business' | 'expired';
    };
};

export type SyncedContactPage = {
    data: Array<ContactOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
    /**
     * On the last page in ascending order of `created_at` or `updated_at`: none dated before this instant can appear any more. Give it as `updated_since` the next time.
     */
    synced_until?: string;
};

export type TagCondition = {
    field: 'tag';
    op: 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'exists';
    value: string | Array<string> | boolean;
};

export type TagsIn = {
    add?: Array<string>;
    remove?: Array<string>;
};

/**
 * Everybody who wrote to contacts in the period, those with the most answers first.
 */
export type TeamOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<WriterFiguresOut>;
    /**
     * What happened before this time is counted for good. For the funnel, accounts and the team it is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered, so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow. For enrollments it is 14 days ago: who was enrolled later counts in no rate.
     */
    complete_until: string;
    /**
     * All of them together.
     */
    everyone: EveryoneOut;
    /**
     * The same figures of each period. Null unless `interval` is given.
     */
    series: Array<TeamPeriodOut> | null;
    /**
     * The same figures of as many days before. Null unless `compare` is true.
     */
    before: TeamPeriodOut | null;
};

/**
 * Everybody who wrote to contacts in the period, those with the most answers first.
 */
export type TeamPeriodOut = {
    /**
     * Inclusive.
     */
    from: string;
    /**
     * Exclusive.
     */
    to: string;
    data: Array<WriterFiguresOut>;
    /**
     * All of them together.
     */
    everyone: EveryoneOut;
};

export type TemplateIn = ({
    text: unknown;
} | {
    attachments: unknown;
}) & {
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
    format?: 'plain' | 'markdown' | 'html';
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
};

/**
 * A text that the workspace keeps for messages. Give `text`, `format` and `attachments` to `POST
 * /v1/messages/send`, which fills in the variables.
 */
export type TemplateOut = {
    id: number;
    name: string;
    text: string;
    /**
     * * `plain` - plain
     * * `markdown` - markdown
     * * `html` - html
     */
    format: 'plain' | 'markdown' | 'html';
    /**
     * The ids of its files.
     */
    attachments: Array<string>;
    created_at: string;
    updated_at: string;
};

export type TemplatePage = {
    data: Array<TemplateOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

/**
 * What to replace; what is absent stays.
 */
export type TemplatePatch = {
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
    format?: 'plain' | 'markdown' | 'html';
    /**
     * Files of `POST /v1/files`, sent as one message; several photos and videos are an album.
     */
    attachments?: Array<string>;
};

/**
 * The template; a key without `read:messages` gets `id` and the fields it sent.
 */
export type TemplateWrittenOut = {
    id: number;
    name?: string;
    text?: string;
    /**
     * * `plain` - plain
     * * `markdown` - markdown
     * * `html` - html
     */
    format?: 'plain' | 'markdown' | 'html';
    /**
     * The ids of its files.
     */
    attachments?: Array<string>;
    created_at?: string;
    updated_at?: string;
};

/**
 * The thread; a key without `read:messages` gets `id` alone.
 */
export type ThreadChangedOut = {
    id: string;
    account_id?: number;
    account?: AccountNameOut;
    contact_id?: string;
    contact?: ContactNameOut;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     *
     * * `open` - open
     * * `snoozed` - snoozed
     * * `closed` - closed
     */
    state?: 'open' | 'snoozed' | 'closed';
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until?: string | null;
    /**
     * The member who looks after it.
     */
    assignee?: MemberNameOut | null;
    unread_count?: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since?: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at?: string | null;
    last_message_at?: string;
    last_message?: MessageOut | null;
    created_at?: string;
};

export type ThreadDetailOut = {
    id: string;
    account_id: number;
    account: AccountNameOut;
    contact_id: string;
    contact: ContactNameOut;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     *
     * * `open` - open
     * * `snoozed` - snoozed
     * * `closed` - closed
     */
    state: 'open' | 'snoozed' | 'closed';
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until: string | null;
    /**
     * The member who looks after it.
     */
    assignee: MemberNameOut | null;
    unread_count: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at: string | null;
    last_message_at: string;
    last_message: MessageOut | null;
    created_at: string;
    /**
     * The latest, newest first, if `messages` asks for them.
     */
    messages?: Array<MessageOut>;
};

export type ThreadOut = {
    id: string;
    account_id: number;
    account: AccountNameOut;
    contact_id: string;
    contact: ContactNameOut;
    /**
     * A message of the contact opens a closed or snoozed thread again.
     *
     * * `open` - open
     * * `snoozed` - snoozed
     * * `closed` - closed
     */
    state: 'open' | 'snoozed' | 'closed';
    /**
     * Null unless the thread is snoozed.
     */
    snoozed_until: string | null;
    /**
     * The member who looks after it.
     */
    assignee: MemberNameOut | null;
    unread_count: number;
    /**
     * The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no answer.
     */
    waiting_since: string | null;
    /**
     * When the first planned answer is due.
     */
    planned_at: string | null;
    last_message_at: string;
    last_message: MessageOut | null;
    created_at: string;
};

export type ThreadPage = {
    data: Array<ThreadOut>;
    /**
     * Give it as `cursor`; null on the last page.
     */
    next_cursor: string | null;
};

export type ThreadPatch = {
    /**
     * Closed: nothing remains to be done.
     */
    state?: 'open' | 'snoozed' | 'closed';
    /**
     * With the state `snoozed`: until when.
     */
    snoozed_until?: string | null;
    /**
     * A member who may write messages; null: nobody.
     */
    assignee_id?: number | null;
};

export type TimeZoneCondition = {
    field: 'time_zone';
    op: 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'exists';
    value: string | Array<string> | boolean;
};

export type UnansweredSinceCondition = {
    field: 'unanswered_since';
    op: 'before' | 'after' | 'within_days' | 'exists';
    value: string | number | boolean;
};

export type UsernameCondition = {
    field: 'username';
    op: 'is' | 'is_not' | 'contains' | 'starts_with' | 'in' | 'exists';
    value: string | Array<string> | boolean;
};

/**
 * A version of a sequence.
 */
export type VersionFiguresOut = {
    sequence_id: string;
    name: string;
    version: number;
    steps: Array<StepFiguresOut>;
};

/**
 * When messages may be sent, in the contact's time zone. A window that ends before it begins runs over midnight.
 */
export type WindowOut = {
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

export type WorkspaceOut = {
    slug: string;
    name: string;
    /**
     * Its days are those of analytics.
     */
    time_zone: string;
};

/**
 * The same of one who wrote.
 */
export type WriterFiguresOut = {
    /**
     * Messages, without canceled ones and those that are still planned.
     */
    written: number;
    /**
     * How many of them answered a contact who waited.
     */
    answered: number;
    in_time: RateOut;
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
     *
     * * `panel` - panel
     * * `rest` - rest
     * * `mcp` - mcp
     * * `phone` - phone
     * * `command` - command
     * * `system` - system
     */
    via: 'panel' | 'rest' | 'mcp' | 'phone' | 'command' | 'system';
};

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
    200: AccountOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: AccountsOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: BroadcastsOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: ConversationsOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: EnrollmentsOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: FunnelOut;
};

export type GetAnalyticsFunnelResponse = GetAnalyticsFunnelResponses[keyof GetAnalyticsFunnelResponses];

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
        interval?: 'day' | 'week' | 'month';
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
    200: SequencesOut;
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
        interval?: 'day' | 'week' | 'month';
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
    200: TeamOut;
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
        status?: 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'canceled';
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
    body: BroadcastIn;
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
    200: BroadcastPreviewOut;
    /**
     * Created
     */
    201: BroadcastOut;
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
    200: BroadcastOut;
};

export type GetBroadcastResponse = GetBroadcastResponses[keyof GetBroadcastResponses];

export type CancelBroadcastData = {
    body?: EmptyIn;
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
    200: BroadcastOut;
};

export type CancelBroadcastResponse = CancelBroadcastResponses[keyof CancelBroadcastResponses];

export type PauseBroadcastData = {
    body?: EmptyIn;
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
    200: BroadcastOut;
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
        status?: 'pending' | 'sent' | 'failed' | 'skipped' | 'needs_attention' | 'canceled';
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
    200: RecipientPage;
};

export type ListBroadcastRecipientsResponse = ListBroadcastRecipientsResponses[keyof ListBroadcastRecipientsResponses];

export type ResumeBroadcastData = {
    body?: EmptyIn;
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
    200: BroadcastOut;
};

export type ResumeBroadcastResponse = ResumeBroadcastResponses[keyof ResumeBroadcastResponses];

export type RetryFailedBroadcastData = {
    body?: EmptyIn;
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
    200: BroadcastOut;
};

export type RetryFailedBroadcastResponse = RetryFailedBroadcastResponses[keyof RetryFailedBroadcastResponses];

export type PreviewBroadcastData = {
    body: BroadcastPreviewIn;
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
    200: BroadcastPreviewOut;
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
         * Part of the name, username or e-mail address, case-blind.
         */
        search?: string;
        /**
         * Tags that the contact must have, all of them.
         */
        tag?: Array<string>;
        stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
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
        sort?: 'created_at' | '-created_at' | 'updated_at' | '-updated_at' | 'name' | '-name' | 'score' | '-score';
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
    200: SyncedContactPage;
};

export type ListContactsResponse = ListContactsResponses[keyof ListContactsResponses];

export type CreateContactData = {
    body: ContactIn;
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
    200: ContactUpsertedOut;
    /**
     * Created
     */
    201: ContactUpsertedOut;
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
    200: ContactOut;
};

export type GetContactResponse = GetContactResponses[keyof GetContactResponses];

export type UpdateContactData = {
    body: ContactPatch;
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
    200: ContactWrittenOut;
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
    200: PersonalDataOut;
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
    body: NoteIn;
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
    201: NoteOut;
};

export type CreateNoteResponse = CreateNoteResponses[keyof CreateNoteResponses];

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
    200: ScoreOut;
};

export type GetContactScoreResponse = GetContactScoreResponses[keyof GetContactScoreResponses];

export type TagContactData = {
    body: TagsIn;
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
    200: ContactWrittenOut;
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
         * Part of the name, username or e-mail address, case-blind.
         */
        search?: string;
        /**
         * Tags that the contact must have, all of them.
         */
        tag?: Array<string>;
        stage?: 'new' | 'contacted' | 'replied' | 'qualified' | 'won' | 'lost';
        /**
         * Contacts in this segment.
         */
        segment?: string;
        /**
         * Changed at this time or later (RFC 3339).
         */
        updated_since?: string;
        format?: 'csv' | 'ndjson';
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
         * True: count what the import would do, and change nothing.
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
     * Accepted
     */
    202: JobOut;
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
    200: DeliveryDetailOut;
};

export type GetDeliveryResponse = GetDeliveryResponses[keyof GetDeliveryResponses];

export type ReplayDeliveryData = {
    body?: NothingIn;
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
     * Accepted
     */
    202: DeliveryOut;
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
        status?: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
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
    200: EnrollmentOut;
};

export type GetEnrollmentResponse = GetEnrollmentResponses[keyof GetEnrollmentResponses];

export type PauseEnrollmentData = {
    body?: EmptyIn;
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
    200: EnrollmentOut;
};

export type PauseEnrollmentResponse = PauseEnrollmentResponses[keyof PauseEnrollmentResponses];

export type ResumeEnrollmentData = {
    body?: ResumeIn;
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
    200: EnrollmentOut;
};

export type ResumeEnrollmentResponse = ResumeEnrollmentResponses[keyof ResumeEnrollmentResponses];

export type StopEnrollmentData = {
    body?: EmptyIn;
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
    200: EnrollmentOut;
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
         * Of this type alone.
         */
        type?: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
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
    200: EventOut;
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
    201: FileOut;
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
    202: FileStateOut;
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
    200: JobOut;
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
    200: JobOut;
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
    200: MeOut;
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
        direction?: 'in' | 'out';
        status?: 'queued' | 'sending' | 'sent' | 'failed' | 'canceled' | 'received';
        /**
         * Created at or after this time (RFC 3339).
         */
        since?: string;
        /**
         * Created before this time (RFC 3339).
         */
        until?: string;
        sort?: 'created_at' | '-created_at';
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
    200: MessageOut;
};

export type GetMessageResponse = GetMessageResponses[keyof GetMessageResponses];

export type UpdateMessageData = {
    body: EditIn;
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
    200: CanceledOut;
};

export type UpdateMessageResponse = UpdateMessageResponses[keyof UpdateMessageResponses];

export type CancelMessageData = {
    body?: EmptyIn;
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
    200: CanceledOut;
};

export type CancelMessageResponse = CancelMessageResponses[keyof CancelMessageResponses];

export type ReactionsMessageData = {
    body: ReactIn;
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
    200: CanceledOut;
};

export type ReactionsMessageResponse = ReactionsMessageResponses[keyof ReactionsMessageResponses];

export type SendMessageData = {
    body: SendIn;
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
    200: QueuedOut;
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
    200: NoteOut;
};

export type GetNoteResponse = GetNoteResponses[keyof GetNoteResponses];

export type UpdateNoteData = {
    body: NotePatch;
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
    200: NoteOut;
};

export type UpdateNoteResponse = UpdateNoteResponses[keyof UpdateNoteResponses];

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
    body: SegmentIn;
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
    201: SegmentWrittenOut;
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
    200: SegmentOut;
};

export type GetSegmentResponse = GetSegmentResponses[keyof GetSegmentResponses];

export type UpdateSegmentData = {
    body: SegmentPatch;
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
    200: SegmentWrittenOut;
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
    200: ExplanationOut;
};

export type GetSegmentExplainResponse = GetSegmentExplainResponses[keyof GetSegmentExplainResponses];

export type TagSegmentData = {
    body: TagsIn;
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
     * Accepted
     */
    202: JobOut;
};

export type TagSegmentResponse = TagSegmentResponses[keyof TagSegmentResponses];

export type PreviewSegmentData = {
    body: FilterIn;
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
    200: SegmentPreviewOut;
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
    200: SequenceDetailOut;
};

export type GetSequenceResponse = GetSequenceResponses[keyof GetSequenceResponses];

export type EnrollContactData = {
    body: SequenceContactIn;
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
    201: EnrollmentOut;
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
        status?: 'active' | 'paused' | 'completed' | 'stopped' | 'failed';
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
    body?: EmptyIn;
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
    200: SequenceOut;
};

export type PauseSequenceResponse = PauseSequenceResponses[keyof PauseSequenceResponses];

export type PreviewSequenceData = {
    body: SequenceContactIn;
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
    200: PreviewOut;
};

export type PreviewSequenceResponse = PreviewSequenceResponses[keyof PreviewSequenceResponses];

export type ResumeSequenceData = {
    body?: ResumeIn;
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
    200: SequenceOut;
};

export type ResumeSequenceResponse = ResumeSequenceResponses[keyof ResumeSequenceResponses];

export type StartSequenceData = {
    body?: EmptyIn;
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
    200: SequenceOut;
};

export type StartSequenceResponse = StartSequenceResponses[keyof StartSequenceResponses];

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
    body: TemplateIn;
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
    201: TemplateWrittenOut;
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
    200: TemplateOut;
};

export type GetTemplateResponse = GetTemplateResponses[keyof GetTemplateResponses];

export type UpdateTemplateData = {
    body: TemplatePatch;
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
    200: TemplateWrittenOut;
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
        state?: 'open' | 'snoozed' | 'closed';
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
        sort?: '-last_message_at' | 'waiting_since';
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
    200: ThreadDetailOut;
};

export type GetThreadResponse = GetThreadResponses[keyof GetThreadResponses];

export type UpdateThreadData = {
    body: ThreadPatch;
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
    200: ThreadChangedOut;
};

export type UpdateThreadResponse = UpdateThreadResponses[keyof UpdateThreadResponses];

export type ListThreadMessagesData = {
    body?: never;
    headers?: {
        /**
         * Your id of the request, answered and logged if it is 1 to 128 of `[A-Za-z0-9._-]`.
         */
        'X-Request-Id'?: string;
    };
    path: {
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
        sort?: 'created_at' | '-created_at';
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
    body?: EmptyIn;
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
    200: ReadOut;
};

export type ReadThreadResponse = ReadThreadResponses[keyof ReadThreadResponses];

export type MarkThreadUnreadData = {
    body?: EmptyIn;
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
    200: ReadOut;
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
    200: EndpointPage;
};

export type ListWebhooksResponse = ListWebhooksResponses[keyof ListWebhooksResponses];

export type CreateWebhookData = {
    body: EndpointIn;
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
    201: IssuedEndpointOut;
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
    200: EndpointOut;
};

export type GetWebhookResponse = GetWebhookResponses[keyof GetWebhookResponses];

export type UpdateWebhookData = {
    body: EndpointPatch;
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
    200: EndpointOut;
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
        event?: 'contact.created' | 'contact.tagged' | 'job.completed' | 'lead.scored' | 'message.deleted' | 'message.edited' | 'message.failed' | 'message.read' | 'message.received' | 'message.sent' | 'sequence.completed' | 'sequence.paused' | 'sequence.started' | 'subscription.upgraded' | 'ping';
        /**
         * In this state alone.
         */
        status?: 'pending' | 'sending' | 'succeeded' | 'failed' | 'exhausted' | 'canceled';
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
    body: ReplayIn;
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
     * Accepted
     */
    202: JobOut;
};

export type ReplayWebhookResponse = ReplayWebhookResponses[keyof ReplayWebhookResponses];

export type RotateSecretWebhookData = {
    body?: RotateIn;
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
    200: IssuedEndpointOut;
};

export type RotateSecretWebhookResponse = RotateSecretWebhookResponses[keyof RotateSecretWebhookResponses];

export type TestWebhookData = {
    body?: NothingIn;
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
     * Accepted
     */
    202: DeliveryOut;
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

export type OnContactCreatedWebhookPayload = ContactCreatedEvent;

export type OnContactCreatedWebhookRequest = {
    body: OnContactCreatedWebhookPayload;
    key: 'contact.created';
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

export type OnPingWebhookPayload = PingEvent;

export type OnPingWebhookRequest = {
    body: OnPingWebhookPayload;
    key: 'ping';
    path?: never;
    query?: never;
};
