// Written by `npm run generate` from docs/openapi.json.

import type * as types from "./types.js";

type None = Record<string, never>;

/** What each operation takes and answers. */
export interface Operations {
  list_accounts: { query: NonNullable<types.ListAccountsData["query"]>; body: None; answer: types.ListAccountsResponses[200] };
  get_account: { query: None; body: None; answer: types.GetAccountResponses[200] };
  get_analytics_accounts: { query: NonNullable<types.GetAnalyticsAccountsData["query"]>; body: None; answer: types.GetAnalyticsAccountsResponses[200] };
  get_analytics_broadcasts: { query: NonNullable<types.GetAnalyticsBroadcastsData["query"]>; body: None; answer: types.GetAnalyticsBroadcastsResponses[200] };
  get_analytics_conversations: { query: NonNullable<types.GetAnalyticsConversationsData["query"]>; body: None; answer: types.GetAnalyticsConversationsResponses[200] };
  get_analytics_enrollments: { query: NonNullable<types.GetAnalyticsEnrollmentsData["query"]>; body: None; answer: types.GetAnalyticsEnrollmentsResponses[200] };
  get_analytics_funnel: { query: NonNullable<types.GetAnalyticsFunnelData["query"]>; body: None; answer: types.GetAnalyticsFunnelResponses[200] };
  get_analytics_sequences: { query: NonNullable<types.GetAnalyticsSequencesData["query"]>; body: None; answer: types.GetAnalyticsSequencesResponses[200] };
  get_analytics_team: { query: NonNullable<types.GetAnalyticsTeamData["query"]>; body: None; answer: types.GetAnalyticsTeamResponses[200] };
  list_broadcasts: { query: NonNullable<types.ListBroadcastsData["query"]>; body: None; answer: types.ListBroadcastsResponses[200] };
  start_broadcast: { query: None; body: NonNullable<types.StartBroadcastData["body"]>; answer: types.StartBroadcastResponses[201] };
  get_broadcast: { query: None; body: None; answer: types.GetBroadcastResponses[200] };
  cancel_broadcast: { query: None; body: NonNullable<types.CancelBroadcastData["body"]>; answer: types.CancelBroadcastResponses[200] };
  pause_broadcast: { query: None; body: NonNullable<types.PauseBroadcastData["body"]>; answer: types.PauseBroadcastResponses[200] };
  list_broadcast_recipients: { query: NonNullable<types.ListBroadcastRecipientsData["query"]>; body: None; answer: types.ListBroadcastRecipientsResponses[200] };
  resume_broadcast: { query: None; body: NonNullable<types.ResumeBroadcastData["body"]>; answer: types.ResumeBroadcastResponses[200] };
  retry_failed_broadcast: { query: None; body: NonNullable<types.RetryFailedBroadcastData["body"]>; answer: types.RetryFailedBroadcastResponses[200] };
  preview_broadcast: { query: None; body: NonNullable<types.PreviewBroadcastData["body"]>; answer: types.PreviewBroadcastResponses[200] };
  list_contacts: { query: NonNullable<types.ListContactsData["query"]>; body: None; answer: types.ListContactsResponses[200] };
  create_contact: { query: None; body: NonNullable<types.CreateContactData["body"]>; answer: types.CreateContactResponses[201] };
  get_contact: { query: None; body: None; answer: types.GetContactResponses[200] };
  update_contact: { query: None; body: NonNullable<types.UpdateContactData["body"]>; answer: types.UpdateContactResponses[200] };
  delete_contact: { query: None; body: None; answer: void };
  get_contact_data: { query: None; body: None; answer: types.GetContactDataResponses[200] };
  list_notes: { query: NonNullable<types.ListNotesData["query"]>; body: None; answer: types.ListNotesResponses[200] };
  create_note: { query: None; body: NonNullable<types.CreateNoteData["body"]>; answer: types.CreateNoteResponses[201] };
  get_contact_score: { query: NonNullable<types.GetContactScoreData["query"]>; body: None; answer: types.GetContactScoreResponses[200] };
  tag_contact: { query: None; body: NonNullable<types.TagContactData["body"]>; answer: types.TagContactResponses[200] };
  export_contacts: { query: NonNullable<types.ExportContactsData["query"]>; body: None; answer: void };
  import_contacts: { query: NonNullable<types.ImportContactsData["query"]>; body: NonNullable<types.ImportContactsData["body"]>; answer: types.ImportContactsResponses[202] };
  list_custom_fields: { query: NonNullable<types.ListCustomFieldsData["query"]>; body: None; answer: types.ListCustomFieldsResponses[200] };
  get_delivery: { query: None; body: None; answer: types.GetDeliveryResponses[200] };
  replay_delivery: { query: None; body: NonNullable<types.ReplayDeliveryData["body"]>; answer: types.ReplayDeliveryResponses[202] };
  list_enrollments: { query: NonNullable<types.ListEnrollmentsData["query"]>; body: None; answer: types.ListEnrollmentsResponses[200] };
  get_enrollment: { query: None; body: None; answer: types.GetEnrollmentResponses[200] };
  pause_enrollment: { query: None; body: NonNullable<types.PauseEnrollmentData["body"]>; answer: types.PauseEnrollmentResponses[200] };
  resume_enrollment: { query: None; body: NonNullable<types.ResumeEnrollmentData["body"]>; answer: types.ResumeEnrollmentResponses[200] };
  stop_enrollment: { query: None; body: NonNullable<types.StopEnrollmentData["body"]>; answer: types.StopEnrollmentResponses[200] };
  list_events: { query: NonNullable<types.ListEventsData["query"]>; body: None; answer: types.ListEventsResponses[200] };
  get_event: { query: None; body: None; answer: types.GetEventResponses[200] };
  create_file: { query: None; body: NonNullable<types.CreateFileData["body"]>; answer: types.CreateFileResponses[201] };
  get_file: { query: None; body: None; answer: void };
  get_file_thumbnail: { query: None; body: None; answer: void };
  get_job: { query: None; body: None; answer: types.GetJobResponses[200] };
  cancel_job: { query: None; body: None; answer: types.CancelJobResponses[200] };
  get_failed_rows: { query: None; body: None; answer: void };
  get_me: { query: None; body: None; answer: types.GetMeResponses[200] };
  list_members: { query: NonNullable<types.ListMembersData["query"]>; body: None; answer: types.ListMembersResponses[200] };
  list_messages: { query: NonNullable<types.ListMessagesData["query"]>; body: None; answer: types.ListMessagesResponses[200] };
  get_message: { query: None; body: None; answer: types.GetMessageResponses[200] };
  update_message: { query: None; body: NonNullable<types.UpdateMessageData["body"]>; answer: types.UpdateMessageResponses[200] };
  delete_message: { query: None; body: None; answer: void };
  cancel_message: { query: None; body: NonNullable<types.CancelMessageData["body"]>; answer: types.CancelMessageResponses[200] };
  reactions_message: { query: None; body: NonNullable<types.ReactionsMessageData["body"]>; answer: types.ReactionsMessageResponses[200] };
  send_message: { query: None; body: NonNullable<types.SendMessageData["body"]>; answer: types.SendMessageResponses[200] };
  stream_messages: { query: None; body: None; answer: void };
  get_note: { query: None; body: None; answer: types.GetNoteResponses[200] };
  update_note: { query: None; body: NonNullable<types.UpdateNoteData["body"]>; answer: types.UpdateNoteResponses[200] };
  delete_note: { query: None; body: None; answer: void };
  list_segments: { query: NonNullable<types.ListSegmentsData["query"]>; body: None; answer: types.ListSegmentsResponses[200] };
  create_segment: { query: None; body: NonNullable<types.CreateSegmentData["body"]>; answer: types.CreateSegmentResponses[201] };
  get_segment: { query: None; body: None; answer: types.GetSegmentResponses[200] };
  update_segment: { query: None; body: NonNullable<types.UpdateSegmentData["body"]>; answer: types.UpdateSegmentResponses[200] };
  delete_segment: { query: None; body: None; answer: void };
  get_segment_explain: { query: NonNullable<types.GetSegmentExplainData["query"]>; body: None; answer: types.GetSegmentExplainResponses[200] };
  tag_segment: { query: None; body: NonNullable<types.TagSegmentData["body"]>; answer: types.TagSegmentResponses[202] };
  preview_segment: { query: None; body: NonNullable<types.PreviewSegmentData["body"]>; answer: types.PreviewSegmentResponses[200] };
  list_sequences: { query: NonNullable<types.ListSequencesData["query"]>; body: None; answer: types.ListSequencesResponses[200] };
  get_sequence: { query: None; body: None; answer: types.GetSequenceResponses[200] };
  enroll_contact: { query: None; body: NonNullable<types.EnrollContactData["body"]>; answer: types.EnrollContactResponses[201] };
  list_sequence_enrollments: { query: NonNullable<types.ListSequenceEnrollmentsData["query"]>; body: None; answer: types.ListSequenceEnrollmentsResponses[200] };
  pause_sequence: { query: None; body: NonNullable<types.PauseSequenceData["body"]>; answer: types.PauseSequenceResponses[200] };
  preview_sequence: { query: None; body: NonNullable<types.PreviewSequenceData["body"]>; answer: types.PreviewSequenceResponses[200] };
  resume_sequence: { query: None; body: NonNullable<types.ResumeSequenceData["body"]>; answer: types.ResumeSequenceResponses[200] };
  start_sequence: { query: None; body: NonNullable<types.StartSequenceData["body"]>; answer: types.StartSequenceResponses[200] };
  list_templates: { query: NonNullable<types.ListTemplatesData["query"]>; body: None; answer: types.ListTemplatesResponses[200] };
  create_template: { query: None; body: NonNullable<types.CreateTemplateData["body"]>; answer: types.CreateTemplateResponses[201] };
  get_template: { query: None; body: None; answer: types.GetTemplateResponses[200] };
  update_template: { query: None; body: NonNullable<types.UpdateTemplateData["body"]>; answer: types.UpdateTemplateResponses[200] };
  delete_template: { query: None; body: None; answer: void };
  list_threads: { query: NonNullable<types.ListThreadsData["query"]>; body: None; answer: types.ListThreadsResponses[200] };
  get_thread: { query: NonNullable<types.GetThreadData["query"]>; body: None; answer: types.GetThreadResponses[200] };
  update_thread: { query: None; body: NonNullable<types.UpdateThreadData["body"]>; answer: types.UpdateThreadResponses[200] };
  list_thread_messages: { query: NonNullable<types.ListThreadMessagesData["query"]>; body: None; answer: types.ListThreadMessagesResponses[200] };
  read_thread: { query: None; body: NonNullable<types.ReadThreadData["body"]>; answer: types.ReadThreadResponses[200] };
  mark_thread_unread: { query: None; body: NonNullable<types.MarkThreadUnreadData["body"]>; answer: types.MarkThreadUnreadResponses[200] };
  list_webhooks: { query: NonNullable<types.ListWebhooksData["query"]>; body: None; answer: types.ListWebhooksResponses[200] };
  create_webhook: { query: None; body: NonNullable<types.CreateWebhookData["body"]>; answer: types.CreateWebhookResponses[201] };
  get_webhook: { query: None; body: None; answer: types.GetWebhookResponses[200] };
  update_webhook: { query: None; body: NonNullable<types.UpdateWebhookData["body"]>; answer: types.UpdateWebhookResponses[200] };
  delete_webhook: { query: None; body: None; answer: void };
  list_webhook_deliveries: { query: NonNullable<types.ListWebhookDeliveriesData["query"]>; body: None; answer: types.ListWebhookDeliveriesResponses[200] };
  replay_webhook: { query: None; body: NonNullable<types.ReplayWebhookData["body"]>; answer: types.ReplayWebhookResponses[202] };
  rotate_secret_webhook: { query: None; body: NonNullable<types.RotateSecretWebhookData["body"]>; answer: types.RotateSecretWebhookResponses[200] };
  test_webhook: { query: None; body: NonNullable<types.TestWebhookData["body"]>; answer: types.TestWebhookResponses[202] };
  list_webhooks_events: { query: None; body: None; answer: types.ListWebhooksEventsResponses[200] };
}

/** Method, path, and the shape of the answer; `[]` before it: of the objects of a page. */
export const operations: Record<keyof Operations, readonly [method: string, path: string, shape: string]> = {
  list_accounts: ["GET", "/v1/accounts", "[]AccountOut"],
  get_account: ["GET", "/v1/accounts/{account_id}", "AccountOut"],
  get_analytics_accounts: ["GET", "/v1/analytics/accounts", "AccountsOut"],
  get_analytics_broadcasts: ["GET", "/v1/analytics/broadcasts", "BroadcastsOut"],
  get_analytics_conversations: ["GET", "/v1/analytics/conversations", "ConversationsOut"],
  get_analytics_enrollments: ["GET", "/v1/analytics/enrollments", "EnrollmentsOut"],
  get_analytics_funnel: ["GET", "/v1/analytics/funnel", "FunnelOut"],
  get_analytics_sequences: ["GET", "/v1/analytics/sequences", "SequencesOut"],
  get_analytics_team: ["GET", "/v1/analytics/team", "TeamOut"],
  list_broadcasts: ["GET", "/v1/broadcasts", "[]BroadcastOut"],
  start_broadcast: ["POST", "/v1/broadcasts", "BroadcastOut"],
  get_broadcast: ["GET", "/v1/broadcasts/{broadcast_id}", "BroadcastOut"],
  cancel_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/cancel", "BroadcastOut"],
  pause_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/pause", "BroadcastOut"],
  list_broadcast_recipients: ["GET", "/v1/broadcasts/{broadcast_id}/recipients", "[]RecipientOut"],
  resume_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/resume", "BroadcastOut"],
  retry_failed_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/retry-failed", "BroadcastOut"],
  preview_broadcast: ["POST", "/v1/broadcasts/preview", "BroadcastPreviewOut"],
  list_contacts: ["GET", "/v1/contacts", "[]ContactOut"],
  create_contact: ["POST", "/v1/contacts", "ContactUpsertedOut"],
  get_contact: ["GET", "/v1/contacts/{contact_id}", "ContactOut"],
  update_contact: ["PATCH", "/v1/contacts/{contact_id}", "ContactWrittenOut"],
  delete_contact: ["DELETE", "/v1/contacts/{contact_id}", ""],
  get_contact_data: ["GET", "/v1/contacts/{contact_id}/data", "PersonalDataOut"],
  list_notes: ["GET", "/v1/contacts/{contact_id}/notes", "[]NoteOut"],
  create_note: ["POST", "/v1/contacts/{contact_id}/notes", "NoteOut"],
  get_contact_score: ["GET", "/v1/contacts/{contact_id}/score", "[]ScoreEntryOut"],
  tag_contact: ["POST", "/v1/contacts/{contact_id}/tags", "ContactWrittenOut"],
  export_contacts: ["GET", "/v1/contacts/export", ""],
  import_contacts: ["POST", "/v1/contacts/import", "JobOut"],
  list_custom_fields: ["GET", "/v1/custom-fields", "[]CustomFieldOut"],
  get_delivery: ["GET", "/v1/deliveries/{delivery_id}", "DeliveryDetailOut"],
  replay_delivery: ["POST", "/v1/deliveries/{delivery_id}/replay", "DeliveryOut"],
  list_enrollments: ["GET", "/v1/enrollments", "[]EnrollmentOut"],
  get_enrollment: ["GET", "/v1/enrollments/{enrollment_id}", "EnrollmentOut"],
  pause_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/pause", "EnrollmentOut"],
  resume_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/resume", "EnrollmentOut"],
  stop_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/stop", "EnrollmentOut"],
  list_events: ["GET", "/v1/events", "[]EventOut"],
  get_event: ["GET", "/v1/events/{event_id}", "EventOut"],
  create_file: ["POST", "/v1/files", "FileOut"],
  get_file: ["GET", "/v1/files/{file_id}", ""],
  get_file_thumbnail: ["GET", "/v1/files/{file_id}/thumbnail", ""],
  get_job: ["GET", "/v1/jobs/{job_id}", "JobOut"],
  cancel_job: ["POST", "/v1/jobs/{job_id}/cancel", "JobOut"],
  get_failed_rows: ["GET", "/v1/jobs/{job_id}/failed-rows", ""],
  get_me: ["GET", "/v1/me", "MeOut"],
  list_members: ["GET", "/v1/members", "[]MemberOut"],
  list_messages: ["GET", "/v1/messages", "[]MessageOut"],
  get_message: ["GET", "/v1/messages/{message_id}", "MessageOut"],
  update_message: ["PATCH", "/v1/messages/{message_id}", "CanceledOut"],
  delete_message: ["DELETE", "/v1/messages/{message_id}", ""],
  cancel_message: ["POST", "/v1/messages/{message_id}/cancel", "CanceledOut"],
  reactions_message: ["POST", "/v1/messages/{message_id}/reactions", "CanceledOut"],
  send_message: ["POST", "/v1/messages/send", "QueuedOut"],
  stream_messages: ["GET", "/v1/messages/stream", ""],
  get_note: ["GET", "/v1/notes/{note_id}", "NoteOut"],
  update_note: ["PATCH", "/v1/notes/{note_id}", "NoteOut"],
  delete_note: ["DELETE", "/v1/notes/{note_id}", ""],
  list_segments: ["GET", "/v1/segments", "[]SegmentOut"],
  create_segment: ["POST", "/v1/segments", "SegmentWrittenOut"],
  get_segment: ["GET", "/v1/segments/{segment_id}", "SegmentOut"],
  update_segment: ["PATCH", "/v1/segments/{segment_id}", "SegmentWrittenOut"],
  delete_segment: ["DELETE", "/v1/segments/{segment_id}", ""],
  get_segment_explain: ["GET", "/v1/segments/{segment_id}/explain", "ExplanationOut"],
  tag_segment: ["POST", "/v1/segments/{segment_id}/tags", "JobOut"],
  preview_segment: ["POST", "/v1/segments/preview", "SegmentPreviewOut"],
  list_sequences: ["GET", "/v1/sequences", "[]SequenceOut"],
  get_sequence: ["GET", "/v1/sequences/{sequence_id}", "SequenceDetailOut"],
  enroll_contact: ["POST", "/v1/sequences/{sequence_id}/enroll", "EnrollmentOut"],
  list_sequence_enrollments: ["GET", "/v1/sequences/{sequence_id}/enrollments", "[]EnrollmentOut"],
  pause_sequence: ["POST", "/v1/sequences/{sequence_id}/pause", "SequenceOut"],
  preview_sequence: ["POST", "/v1/sequences/{sequence_id}/preview", "PreviewOut"],
  resume_sequence: ["POST", "/v1/sequences/{sequence_id}/resume", "SequenceOut"],
  start_sequence: ["POST", "/v1/sequences/{sequence_id}/start", "SequenceOut"],
  list_templates: ["GET", "/v1/templates", "[]TemplateOut"],
  create_template: ["POST", "/v1/templates", "TemplateWrittenOut"],
  get_template: ["GET", "/v1/templates/{template_id}", "TemplateOut"],
  update_template: ["PATCH", "/v1/templates/{template_id}", "TemplateWrittenOut"],
  delete_template: ["DELETE", "/v1/templates/{template_id}", ""],
  list_threads: ["GET", "/v1/threads", "[]ThreadOut"],
  get_thread: ["GET", "/v1/threads/{thread_id}", "ThreadDetailOut"],
  update_thread: ["PATCH", "/v1/threads/{thread_id}", "ThreadChangedOut"],
  list_thread_messages: ["GET", "/v1/threads/{thread_id}/messages", "[]MessageOut"],
  read_thread: ["POST", "/v1/threads/{thread_id}/read", "ReadOut"],
  mark_thread_unread: ["POST", "/v1/threads/{thread_id}/unread", "ReadOut"],
  list_webhooks: ["GET", "/v1/webhooks", "[]EndpointOut"],
  create_webhook: ["POST", "/v1/webhooks", "IssuedEndpointOut"],
  get_webhook: ["GET", "/v1/webhooks/{endpoint_id}", "EndpointOut"],
  update_webhook: ["PATCH", "/v1/webhooks/{endpoint_id}", "EndpointOut"],
  delete_webhook: ["DELETE", "/v1/webhooks/{endpoint_id}", ""],
  list_webhook_deliveries: ["GET", "/v1/webhooks/{endpoint_id}/deliveries", "[]DeliveryOut"],
  replay_webhook: ["POST", "/v1/webhooks/{endpoint_id}/replay", "JobOut"],
  rotate_secret_webhook: ["POST", "/v1/webhooks/{endpoint_id}/rotate-secret", "IssuedEndpointOut"],
  test_webhook: ["POST", "/v1/webhooks/{endpoint_id}/test", "DeliveryOut"],
  list_webhooks_events: ["GET", "/v1/webhooks/events", "[]EventKindOut"],
};

/** How the members of an object are read: `[]` a list, `{}` a map, a name an object, `[]` and a name a list of them. */
export const shapes: Record<string, Readonly<Record<string, string>>> = {
  "AccountOut": {"id":"","name":"","kind":"","state":"","paused_until":"","daily_limit":"","used_today":"","left_today":"","connected_at":"","heard_at":"","last_error":"AccountErrorOut","frozen_until":"","appeal_url":""},
  "AccountErrorOut": {"code":"","message":"","at":""},
  "AccountsOut": {"from":"","to":"","data":"[]AccountFiguresOut","complete_until":"","series":"","before":"AccountsPeriodOut"},
  "AccountFiguresOut": {"account_id":"","name":"","sent":"","failed":"","replies":"","auto_replies":"","received":"","used_today":"","daily_limit":""},
  "AccountsPeriodOut": {"from":"","to":"","data":"[]AccountFiguresOut"},
  "BroadcastsOut": {"from":"","to":"","data":"[]BroadcastFiguresOut","complete_until":"","series":"","before":"BroadcastsPeriodOut"},
  "BroadcastFiguresOut": {"sent":"","failed":"","replied":"","auto_replied":"","opted_out":"","reply_rate":"RateOut","broadcast_id":"","name":""},
  "RateOut": {"numerator":"","denominator":"","rate":"","of":""},
  "BroadcastsPeriodOut": {"from":"","to":"","data":"[]BroadcastFiguresOut"},
  "ConversationsOut": {"from":"","to":"","data":"[]MemberConversationsOut","complete_until":"","everyone":"ConversationFiguresOut","accounts":"[]AccountConversationsOut","backlog":"BacklogOut","counted_since":"","series":"","before":"ConversationsPeriodOut"},
  "MemberConversationsOut": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":"","member_id":"","name":""},
  "ConversationFiguresOut": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":""},
  "AccountConversationsOut": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":"","account_id":"","name":""},
  "BacklogOut": {"waiting":"","unassigned":"","ages":"[]AgeOut"},
  "AgeOut": {"below_seconds":"","waiting":"","unassigned":""},
  "ConversationsPeriodOut": {"from":"","to":"","data":"[]MemberConversationsOut","everyone":"ConversationFiguresOut","accounts":"[]AccountConversationsOut"},
  "EnrollmentsOut": {"from":"","to":"","data":"[]SequenceResultsOut","complete_until":"","series":"","before":"EnrollmentsPeriodOut"},
  "SequenceResultsOut": {"sequence_id":"","name":"","enrolled":"","completed":"","replied":"","won":"","completion_rate":"RateOut","reply_rate":"RateOut","win_rate":"RateOut"},
  "EnrollmentsPeriodOut": {"from":"","to":"","data":"[]SequenceResultsOut"},
  "FunnelOut": {"from":"","to":"","stages":"[]StageOut","complete_until":"","series":"","before":"FunnelPeriodOut"},
  "StageOut": {"stage":"","count":"","conversion":"RateOut","median_days":""},
  "FunnelPeriodOut": {"from":"","to":"","stages":"[]StageOut"},
  "SequencesOut": {"from":"","to":"","data":"[]VersionFiguresOut","complete_until":"","series":"","before":"SequencesPeriodOut"},
  "VersionFiguresOut": {"sequence_id":"","name":"","version":"","steps":"[]StepFiguresOut"},
  "StepFiguresOut": {"sent":"","failed":"","replied":"","auto_replied":"","opted_out":"","reply_rate":"RateOut","step":""},
  "SequencesPeriodOut": {"from":"","to":"","data":"[]VersionFiguresOut"},
  "TeamOut": {"from":"","to":"","data":"[]WriterFiguresOut","complete_until":"","everyone":"EveryoneOut","series":"","before":"TeamPeriodOut"},
  "WriterFiguresOut": {"written":"","answered":"","in_time":"RateOut","median_seconds":"","slowest_tenth_seconds":"","email":"","name":"","via":""},
  "EveryoneOut": {"written":"","answered":"","in_time":"RateOut","median_seconds":"","slowest_tenth_seconds":""},
  "TeamPeriodOut": {"from":"","to":"","data":"[]WriterFiguresOut","everyone":"EveryoneOut"},
  "BroadcastOut": {"id":"","name":"","status":"","reason":"","text":"","format":"","attachments":"[]","account_ids":"[]","segment_id":"","counts":"BroadcastCountsOut","waiting_for":"","send_at":"","per_hour":"","cooldown_days":"","audience_hash":"","job_id":"","starts_at":"","finishes_at":"","created_at":""},
  "BroadcastCountsOut": {"pending":"","sent":"","failed":"","skipped":"","needs_attention":"","canceled":""},
  "RecipientOut": {"contact_id":"","message_id":"","account_id":"","status":"","reason":"","settled_at":""},
  "BroadcastPreviewOut": {"total":"","eligible":"","excluded":"{}","sample":"[]BroadcastSampleOut","audience_hash":"","finishes_at":""},
  "BroadcastSampleOut": {"contact_id":"","text":"","html":""},
  "ContactOut": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":""},
  "ContactUpsertedOut": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":"","created":""},
  "ContactWrittenOut": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":""},
  "PersonalDataOut": {"contact":"ContactOut","audit_log":"[]","named_in":"[]","telegram_addresses":"[]","scores":"[]","stages":"[]","notes":"[]","messages":"[]","drafts":"[]","files":"[]","enrollments":"[]","events":"[]","deliveries":"[]","broadcasts":"[]","failed_imports":"[]","stored_answers":"[]"},
  "NoteOut": {"id":"","text":"","author":"AuthorOut","contact_id":"","thread_id":"","created_at":"","edited_at":"","mentions":"[]MemberNameOut"},
  "AuthorOut": {"type":"","id":"","name":""},
  "MemberNameOut": {"id":"","name":""},
  "ScoreEntryOut": {"rule":"","points":"","at":"","cause":""},
  "JobOut": {"id":"","kind":"","object_id":"","state":"","done":"","total":"","result":"{}","errors":"[]","created_at":"","finished_at":""},
  "CustomFieldOut": {"key":"","label":"","type":"","choices":"[]"},
  "DeliveryDetailOut": {"id":"","endpoint_id":"","event_id":"","event":"","status":"","reason":"","attempts":"","request_id":"","next_attempt_at":"","created_at":"","body":"","attempt_log":"[]AttemptOut"},
  "AttemptOut": {"number":"","at":"","status":"","error":"","duration_ms":"","request":"RequestOut","answer":"AnswerOut"},
  "RequestOut": {"url":"","headers":"{}","signed_with":""},
  "AnswerOut": {"headers":"{}","body":"","truncated":""},
  "DeliveryOut": {"id":"","endpoint_id":"","event_id":"","event":"","status":"","reason":"","attempts":"","request_id":"","next_attempt_at":"","created_at":""},
  "EnrollmentOut": {"id":"","sequence_id":"","version":"","contact_id":"","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":""},
  "EventOut": {"event":"","id":"","created_at":"","actor":"AuthorOut","data":"{}","request_id":""},
  "FileOut": {"id":"","name":"","type":"","size":"","sha256":"","expires_at":""},
  "MeOut": {"key":"KeyOut","scopes":"[]","workspace":"WorkspaceOut","mode":"","plan":""},
  "KeyOut": {"id":"","name":"","prefix":"","expires_at":"","rate_limit":""},
  "WorkspaceOut": {"slug":"","name":"","time_zone":""},
  "MemberOut": {"id":"","name":"","role":"","on_duty":""},
  "MessageOut": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"ContactNameOut","author":"AuthorOut","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]AttachmentOut","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]ReactionOut","change":"ChangeOut","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "ContactNameOut": {"id":"","name":"","username":""},
  "AttachmentOut": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "ReactionOut": {"emoji":"","by":""},
  "ChangeOut": {"kind":"","status":"","error":""},
  "CanceledOut": {"id":"","status":""},
  "QueuedOut": {"id":"","status":"","eta":""},
  "SegmentOut": {"id":"","name":"","filter":"","count":"","count_is_estimate":"","created_at":"","updated_at":""},
  "SegmentWrittenOut": {"id":"","name":"","filter":"","count":"","count_is_estimate":"","created_at":"","updated_at":""},
  "ExplanationOut": {"contact_id":"","matches":"","leaves":"[]LeafOut"},
  "LeafOut": {"path":"","field":"","op":"","value":"","actual":"","holds":""},
  "SegmentPreviewOut": {"count":"","count_is_estimate":"","sample":"[]ContactOut"},
  "SequenceOut": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":""},
  "SequenceDetailOut": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":"","account_ids":"[]","time_zone":"","window":"WindowOut","jitter":"","stop_on":"[]","ignore_auto_replies":"","pass_on":"","steps":"[]StepOut"},
  "WindowOut": {"days":"[]","from":"","to":""},
  "StepOut": {"id":"","delay":"","text":"","format":"","attachments":"[]","condition":"","if_not":""},
  "PreviewOut": {"steps":"[]PreviewStepOut"},
  "PreviewStepOut": {"step":"","planned_at":"","reason":"","text":"","html":""},
  "TemplateOut": {"id":"","name":"","text":"","format":"","attachments":"[]","created_at":"","updated_at":""},
  "TemplateWrittenOut": {"id":"","name":"","text":"","format":"","attachments":"[]","created_at":"","updated_at":""},
  "ThreadOut": {"id":"","account_id":"","account":"AccountNameOut","contact_id":"","contact":"ContactNameOut","state":"","snoozed_until":"","assignee":"MemberNameOut","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"MessageOut","created_at":""},
  "AccountNameOut": {"id":"","name":""},
  "ThreadDetailOut": {"id":"","account_id":"","account":"AccountNameOut","contact_id":"","contact":"ContactNameOut","state":"","snoozed_until":"","assignee":"MemberNameOut","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"MessageOut","created_at":"","messages":"[]MessageOut"},
  "ThreadChangedOut": {"id":"","account_id":"","account":"AccountNameOut","contact_id":"","contact":"ContactNameOut","state":"","snoozed_until":"","assignee":"MemberNameOut","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"MessageOut","created_at":""},
  "ReadOut": {"id":"","unread_count":""},
  "EndpointOut": {"id":"","url":"","events":"[]","enabled":"","disabled_reason":"","disabled_at":"","failing_since":"","previous_secret_until":"","verified_with":"","created_at":"","updated_at":""},
  "IssuedEndpointOut": {"id":"","url":"","events":"[]","enabled":"","disabled_reason":"","disabled_at":"","failing_since":"","previous_secret_until":"","verified_with":"","created_at":"","updated_at":"","secret":""},
  "EventKindOut": {"type":"","version":"","description":"","schema":"{}"},
  "ContactCreatedEvent": {"event":"","id":"","created_at":"","actor":"ContactCreatedEvent.actor","data":"ContactCreatedEvent.data"},
  "ContactCreatedEvent.actor": {"type":"","id":"","name":""},
  "ContactCreatedEvent.data": {"contact":"ContactCreatedEvent.data.contact"},
  "ContactCreatedEvent.data.contact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":""},
  "ContactTaggedEvent": {"event":"","id":"","created_at":"","actor":"ContactTaggedEvent.actor","data":"ContactTaggedEvent.data"},
  "ContactTaggedEvent.actor": {"type":"","id":"","name":""},
  "ContactTaggedEvent.data": {"contact":"ContactTaggedEvent.data.contact","added":"[]"},
  "ContactTaggedEvent.data.contact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":""},
  "JobCompletedEvent": {"event":"","id":"","created_at":"","actor":"JobCompletedEvent.actor","data":"JobCompletedEvent.data"},
  "JobCompletedEvent.actor": {"type":"","id":"","name":""},
  "JobCompletedEvent.data": {"job":"JobCompletedEvent.data.job"},
  "JobCompletedEvent.data.job": {"id":"","kind":"","object_id":"","state":"","done":"","total":"","result":"{}","errors":"[]","created_at":"","finished_at":""},
  "LeadScoredEvent": {"event":"","id":"","created_at":"","actor":"LeadScoredEvent.actor","data":"LeadScoredEvent.data"},
  "LeadScoredEvent.actor": {"type":"","id":"","name":""},
  "LeadScoredEvent.data": {"contact":"LeadScoredEvent.data.contact","old_score":"","new_score":"","rules":"[]"},
  "LeadScoredEvent.data.contact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","created_at":"","updated_at":""},
  "MessageDeletedEvent": {"event":"","id":"","created_at":"","actor":"MessageDeletedEvent.actor","data":"MessageDeletedEvent.data"},
  "MessageDeletedEvent.actor": {"type":"","id":"","name":""},
  "MessageDeletedEvent.data": {"message":"MessageDeletedEvent.data.message"},
  "MessageDeletedEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageDeletedEvent.data.message.contact","author":"MessageDeletedEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageDeletedEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageDeletedEvent.data.message.reactions[]","change":"MessageDeletedEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageDeletedEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageDeletedEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageDeletedEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageDeletedEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageDeletedEvent.data.message.change": {"kind":"","status":"","error":""},
  "MessageEditedEvent": {"event":"","id":"","created_at":"","actor":"MessageEditedEvent.actor","data":"MessageEditedEvent.data"},
  "MessageEditedEvent.actor": {"type":"","id":"","name":""},
  "MessageEditedEvent.data": {"message":"MessageEditedEvent.data.message"},
  "MessageEditedEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageEditedEvent.data.message.contact","author":"MessageEditedEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageEditedEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageEditedEvent.data.message.reactions[]","change":"MessageEditedEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageEditedEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageEditedEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageEditedEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageEditedEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageEditedEvent.data.message.change": {"kind":"","status":"","error":""},
  "MessageFailedEvent": {"event":"","id":"","created_at":"","actor":"MessageFailedEvent.actor","data":"MessageFailedEvent.data"},
  "MessageFailedEvent.actor": {"type":"","id":"","name":""},
  "MessageFailedEvent.data": {"message":"MessageFailedEvent.data.message"},
  "MessageFailedEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageFailedEvent.data.message.contact","author":"MessageFailedEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageFailedEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageFailedEvent.data.message.reactions[]","change":"MessageFailedEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageFailedEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageFailedEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageFailedEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageFailedEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageFailedEvent.data.message.change": {"kind":"","status":"","error":""},
  "MessageReadEvent": {"event":"","id":"","created_at":"","actor":"MessageReadEvent.actor","data":"MessageReadEvent.data"},
  "MessageReadEvent.actor": {"type":"","id":"","name":""},
  "MessageReadEvent.data": {"message":"MessageReadEvent.data.message"},
  "MessageReadEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageReadEvent.data.message.contact","author":"MessageReadEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageReadEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageReadEvent.data.message.reactions[]","change":"MessageReadEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageReadEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageReadEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageReadEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageReadEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageReadEvent.data.message.change": {"kind":"","status":"","error":""},
  "MessageReceivedEvent": {"event":"","id":"","created_at":"","actor":"MessageReceivedEvent.actor","data":"MessageReceivedEvent.data"},
  "MessageReceivedEvent.actor": {"type":"","id":"","name":""},
  "MessageReceivedEvent.data": {"message":"MessageReceivedEvent.data.message"},
  "MessageReceivedEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageReceivedEvent.data.message.contact","author":"MessageReceivedEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageReceivedEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageReceivedEvent.data.message.reactions[]","change":"MessageReceivedEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageReceivedEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageReceivedEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageReceivedEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageReceivedEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageReceivedEvent.data.message.change": {"kind":"","status":"","error":""},
  "MessageSentEvent": {"event":"","id":"","created_at":"","actor":"MessageSentEvent.actor","data":"MessageSentEvent.data"},
  "MessageSentEvent.actor": {"type":"","id":"","name":""},
  "MessageSentEvent.data": {"message":"MessageSentEvent.data.message"},
  "MessageSentEvent.data.message": {"id":"","account_id":"","thread_id":"","contact_id":"","contact":"MessageSentEvent.data.message.contact","author":"MessageSentEvent.data.message.author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]MessageSentEvent.data.message.attachments[]","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]MessageSentEvent.data.message.reactions[]","change":"MessageSentEvent.data.message.change","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "MessageSentEvent.data.message.contact": {"id":"","name":"","username":""},
  "MessageSentEvent.data.message.author": {"type":"","id":"","name":""},
  "MessageSentEvent.data.message.attachments[]": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "MessageSentEvent.data.message.reactions[]": {"emoji":"","by":""},
  "MessageSentEvent.data.message.change": {"kind":"","status":"","error":""},
  "SequenceCompletedEvent": {"event":"","id":"","created_at":"","actor":"SequenceCompletedEvent.actor","data":"SequenceCompletedEvent.data"},
  "SequenceCompletedEvent.actor": {"type":"","id":"","name":""},
  "SequenceCompletedEvent.data": {"sequence":"SequenceCompletedEvent.data.sequence","enrollment":"SequenceCompletedEvent.data.enrollment"},
  "SequenceCompletedEvent.data.sequence": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":""},
  "SequenceCompletedEvent.data.enrollment": {"id":"","sequence_id":"","version":"","contact_id":"","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":""},
  "SequencePausedEvent": {"event":"","id":"","created_at":"","actor":"SequencePausedEvent.actor","data":"SequencePausedEvent.data"},
  "SequencePausedEvent.actor": {"type":"","id":"","name":""},
  "SequencePausedEvent.data": {"sequence":"SequencePausedEvent.data.sequence","enrollment":"SequencePausedEvent.data.enrollment"},
  "SequencePausedEvent.data.sequence": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":""},
  "SequencePausedEvent.data.enrollment": {"id":"","sequence_id":"","version":"","contact_id":"","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":""},
  "SequenceStartedEvent": {"event":"","id":"","created_at":"","actor":"SequenceStartedEvent.actor","data":"SequenceStartedEvent.data"},
  "SequenceStartedEvent.actor": {"type":"","id":"","name":""},
  "SequenceStartedEvent.data": {"sequence":"SequenceStartedEvent.data.sequence","enrollment":"SequenceStartedEvent.data.enrollment"},
  "SequenceStartedEvent.data.sequence": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":""},
  "SequenceStartedEvent.data.enrollment": {"id":"","sequence_id":"","version":"","contact_id":"","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":""},
  "SubscriptionUpgradedEvent": {"event":"","id":"","created_at":"","actor":"SubscriptionUpgradedEvent.actor","data":"SubscriptionUpgradedEvent.data"},
  "SubscriptionUpgradedEvent.actor": {"type":"","id":"","name":""},
  "SubscriptionUpgradedEvent.data": {"old_plan":"","plan":""},
  "PingEvent": {"event":"","id":"","created_at":"","actor":"PingEvent.actor","data":"PingEvent.data"},
  "PingEvent.actor": {"type":"","id":"","name":""},
  "PingEvent.data": {"webhook":"PingEvent.data.webhook"},
  "PingEvent.data.webhook": {"id":"","url":""},
};

/** The shape of each type of event. */
export const events: Record<string, string> = {
  "contact.created": "ContactCreatedEvent",
  "contact.tagged": "ContactTaggedEvent",
  "job.completed": "JobCompletedEvent",
  "lead.scored": "LeadScoredEvent",
  "message.deleted": "MessageDeletedEvent",
  "message.edited": "MessageEditedEvent",
  "message.failed": "MessageFailedEvent",
  "message.read": "MessageReadEvent",
  "message.received": "MessageReceivedEvent",
  "message.sent": "MessageSentEvent",
  "sequence.completed": "SequenceCompletedEvent",
  "sequence.paused": "SequencePausedEvent",
  "sequence.started": "SequenceStartedEvent",
  "subscription.upgraded": "SubscriptionUpgradedEvent",
  "ping": "PingEvent",
};
