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
  get_analytics_hours: { query: NonNullable<types.GetAnalyticsHoursData["query"]>; body: None; answer: types.GetAnalyticsHoursResponses[200] };
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
  add_points: { query: None; body: NonNullable<types.AddPointsData["body"]>; answer: types.AddPointsResponses[200] };
  get_contact_score: { query: NonNullable<types.GetContactScoreData["query"]>; body: None; answer: types.GetContactScoreResponses[200] };
  tag_contact: { query: None; body: NonNullable<types.TagContactData["body"]>; answer: types.TagContactResponses[200] };
  export_contacts: { query: NonNullable<types.ExportContactsData["query"]>; body: None; answer: void };
  import_contacts: { query: NonNullable<types.ImportContactsData["query"]>; body: NonNullable<types.ImportContactsData["body"]>; answer: types.Job };
  list_custom_fields: { query: NonNullable<types.ListCustomFieldsData["query"]>; body: None; answer: types.ListCustomFieldsResponses[200] };
  create_custom_field: { query: None; body: NonNullable<types.CreateCustomFieldData["body"]>; answer: types.CreateCustomFieldResponses[201] };
  get_custom_field: { query: None; body: None; answer: types.GetCustomFieldResponses[200] };
  update_custom_field: { query: None; body: NonNullable<types.UpdateCustomFieldData["body"]>; answer: types.UpdateCustomFieldResponses[200] };
  get_delivery: { query: None; body: None; answer: types.GetDeliveryResponses[200] };
  replay_delivery: { query: None; body: NonNullable<types.ReplayDeliveryData["body"]>; answer: types.Delivery };
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
  list_jobs: { query: NonNullable<types.ListJobsData["query"]>; body: None; answer: types.ListJobsResponses[200] };
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
  list_proposals: { query: NonNullable<types.ListProposalsData["query"]>; body: None; answer: types.ListProposalsResponses[200] };
  get_proposal: { query: None; body: None; answer: types.GetProposalResponses[200] };
  cancel_proposal: { query: None; body: None; answer: types.CancelProposalResponses[200] };
  list_segments: { query: NonNullable<types.ListSegmentsData["query"]>; body: None; answer: types.ListSegmentsResponses[200] };
  create_segment: { query: None; body: NonNullable<types.CreateSegmentData["body"]>; answer: types.CreateSegmentResponses[201] };
  get_segment: { query: None; body: None; answer: types.GetSegmentResponses[200] };
  update_segment: { query: None; body: NonNullable<types.UpdateSegmentData["body"]>; answer: types.UpdateSegmentResponses[200] };
  delete_segment: { query: None; body: None; answer: void };
  get_segment_explain: { query: NonNullable<types.GetSegmentExplainData["query"]>; body: None; answer: types.GetSegmentExplainResponses[200] };
  tag_segment: { query: None; body: NonNullable<types.TagSegmentData["body"]>; answer: types.Job };
  preview_segment: { query: None; body: NonNullable<types.PreviewSegmentData["body"]>; answer: types.PreviewSegmentResponses[200] };
  list_sequences: { query: NonNullable<types.ListSequencesData["query"]>; body: None; answer: types.ListSequencesResponses[200] };
  create_sequence: { query: None; body: NonNullable<types.CreateSequenceData["body"]>; answer: types.CreateSequenceResponses[201] };
  get_sequence: { query: None; body: None; answer: types.GetSequenceResponses[200] };
  replace_sequence: { query: None; body: NonNullable<types.ReplaceSequenceData["body"]>; answer: types.ReplaceSequenceResponses[200] };
  update_sequence: { query: None; body: NonNullable<types.UpdateSequenceData["body"]>; answer: types.UpdateSequenceResponses[200] };
  enroll_contact: { query: None; body: NonNullable<types.EnrollContactData["body"]>; answer: types.EnrollContactResponses[201] };
  list_sequence_enrollments: { query: NonNullable<types.ListSequenceEnrollmentsData["query"]>; body: None; answer: types.ListSequenceEnrollmentsResponses[200] };
  pause_sequence: { query: None; body: NonNullable<types.PauseSequenceData["body"]>; answer: types.PauseSequenceResponses[200] };
  preview_sequence: { query: None; body: NonNullable<types.PreviewSequenceData["body"]>; answer: types.PreviewSequenceResponses[200] };
  resume_sequence: { query: None; body: NonNullable<types.ResumeSequenceData["body"]>; answer: types.ResumeSequenceResponses[200] };
  start_sequence: { query: None; body: NonNullable<types.StartSequenceData["body"]>; answer: types.StartSequenceResponses[200] };
  list_tags: { query: NonNullable<types.ListTagsData["query"]>; body: None; answer: types.ListTagsResponses[200] };
  get_tag: { query: None; body: None; answer: types.GetTagResponses[200] };
  rename_tag: { query: None; body: NonNullable<types.RenameTagData["body"]>; answer: types.Job };
  delete_tag: { query: None; body: None; answer: types.Job };
  list_templates: { query: NonNullable<types.ListTemplatesData["query"]>; body: None; answer: types.ListTemplatesResponses[200] };
  create_template: { query: None; body: NonNullable<types.CreateTemplateData["body"]>; answer: types.CreateTemplateResponses[201] };
  get_template: { query: None; body: None; answer: types.GetTemplateResponses[200] };
  update_template: { query: None; body: NonNullable<types.UpdateTemplateData["body"]>; answer: types.UpdateTemplateResponses[200] };
  delete_template: { query: None; body: None; answer: void };
  list_threads: { query: NonNullable<types.ListThreadsData["query"]>; body: None; answer: types.ListThreadsResponses[200] };
  get_thread: { query: NonNullable<types.GetThreadData["query"]>; body: None; answer: types.GetThreadResponses[200] };
  update_thread: { query: None; body: NonNullable<types.UpdateThreadData["body"]>; answer: types.UpdateThreadResponses[200] };
  get_thread_history: { query: None; body: None; answer: types.GetThreadHistoryResponses[200] };
  load_thread_history: { query: None; body: NonNullable<types.LoadThreadHistoryData["body"]>; answer: types.HistoryRequest };
  list_thread_messages: { query: NonNullable<types.ListThreadMessagesData["query"]>; body: None; answer: types.ListThreadMessagesResponses[200] };
  read_thread: { query: None; body: NonNullable<types.ReadThreadData["body"]>; answer: types.ReadThreadResponses[200] };
  mark_thread_unread: { query: None; body: NonNullable<types.MarkThreadUnreadData["body"]>; answer: types.MarkThreadUnreadResponses[200] };
  list_webhooks: { query: NonNullable<types.ListWebhooksData["query"]>; body: None; answer: types.ListWebhooksResponses[200] };
  create_webhook: { query: None; body: NonNullable<types.CreateWebhookData["body"]>; answer: types.CreateWebhookResponses[201] };
  get_webhook: { query: None; body: None; answer: types.GetWebhookResponses[200] };
  update_webhook: { query: None; body: NonNullable<types.UpdateWebhookData["body"]>; answer: types.UpdateWebhookResponses[200] };
  delete_webhook: { query: None; body: None; answer: void };
  list_webhook_deliveries: { query: NonNullable<types.ListWebhookDeliveriesData["query"]>; body: None; answer: types.ListWebhookDeliveriesResponses[200] };
  replay_webhook: { query: None; body: NonNullable<types.ReplayWebhookData["body"]>; answer: types.Job };
  rotate_secret_webhook: { query: None; body: NonNullable<types.RotateSecretWebhookData["body"]>; answer: types.RotateSecretWebhookResponses[200] };
  test_webhook: { query: None; body: NonNullable<types.TestWebhookData["body"]>; answer: types.Delivery };
  list_webhooks_events: { query: None; body: None; answer: types.ListWebhooksEventsResponses[200] };
}

/** Method, path, and the shape of the answer; `[]` before it: of the objects of a page. */
export const operations: Record<keyof Operations, readonly [method: string, path: string, shape: string]> = {
  list_accounts: ["GET", "/v1/accounts", "[]Account"],
  get_account: ["GET", "/v1/accounts/{account_id}", "Account"],
  get_analytics_accounts: ["GET", "/v1/analytics/accounts", "AccountReport"],
  get_analytics_broadcasts: ["GET", "/v1/analytics/broadcasts", "BroadcastReport"],
  get_analytics_conversations: ["GET", "/v1/analytics/conversations", "ConversationReport"],
  get_analytics_enrollments: ["GET", "/v1/analytics/enrollments", "EnrollmentReport"],
  get_analytics_funnel: ["GET", "/v1/analytics/funnel", "FunnelReport"],
  get_analytics_hours: ["GET", "/v1/analytics/hours", "HourReport"],
  get_analytics_sequences: ["GET", "/v1/analytics/sequences", "SequenceReport"],
  get_analytics_team: ["GET", "/v1/analytics/team", "TeamReport"],
  list_broadcasts: ["GET", "/v1/broadcasts", "[]Broadcast"],
  start_broadcast: ["POST", "/v1/broadcasts", "Broadcast"],
  get_broadcast: ["GET", "/v1/broadcasts/{broadcast_id}", "Broadcast"],
  cancel_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/cancel", "Broadcast"],
  pause_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/pause", "Broadcast"],
  list_broadcast_recipients: ["GET", "/v1/broadcasts/{broadcast_id}/recipients", "[]BroadcastRecipient"],
  resume_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/resume", "Broadcast"],
  retry_failed_broadcast: ["POST", "/v1/broadcasts/{broadcast_id}/retry-failed", "Broadcast"],
  preview_broadcast: ["POST", "/v1/broadcasts/preview", "BroadcastPreview"],
  list_contacts: ["GET", "/v1/contacts", "[]Contact"],
  create_contact: ["POST", "/v1/contacts", "UpsertedContact"],
  get_contact: ["GET", "/v1/contacts/{contact_id}", "Contact"],
  update_contact: ["PATCH", "/v1/contacts/{contact_id}", "WrittenContact"],
  delete_contact: ["DELETE", "/v1/contacts/{contact_id}", ""],
  get_contact_data: ["GET", "/v1/contacts/{contact_id}/data", "PersonalData"],
  list_notes: ["GET", "/v1/contacts/{contact_id}/notes", "[]Note"],
  create_note: ["POST", "/v1/contacts/{contact_id}/notes", "Note"],
  add_points: ["POST", "/v1/contacts/{contact_id}/points", "[]ScoreEntry"],
  get_contact_score: ["GET", "/v1/contacts/{contact_id}/score", "[]ScoreEntry"],
  tag_contact: ["POST", "/v1/contacts/{contact_id}/tags", "WrittenContact"],
  export_contacts: ["GET", "/v1/contacts/export", ""],
  import_contacts: ["POST", "/v1/contacts/import", "Job"],
  list_custom_fields: ["GET", "/v1/custom-fields", "[]CustomField"],
  create_custom_field: ["POST", "/v1/custom-fields", "WrittenCustomField"],
  get_custom_field: ["GET", "/v1/custom-fields/{key}", "CustomField"],
  update_custom_field: ["PATCH", "/v1/custom-fields/{key}", "WrittenCustomField"],
  get_delivery: ["GET", "/v1/deliveries/{delivery_id}", "DeliveryDetail"],
  replay_delivery: ["POST", "/v1/deliveries/{delivery_id}/replay", "Delivery"],
  list_enrollments: ["GET", "/v1/enrollments", "[]Enrollment"],
  get_enrollment: ["GET", "/v1/enrollments/{enrollment_id}", "Enrollment"],
  pause_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/pause", "Enrollment"],
  resume_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/resume", "Enrollment"],
  stop_enrollment: ["POST", "/v1/enrollments/{enrollment_id}/stop", "Enrollment"],
  list_events: ["GET", "/v1/events", "[]"],
  get_event: ["GET", "/v1/events/{event_id}", ""],
  create_file: ["POST", "/v1/files", "UploadedFile"],
  get_file: ["GET", "/v1/files/{file_id}", ""],
  get_file_thumbnail: ["GET", "/v1/files/{file_id}/thumbnail", ""],
  list_jobs: ["GET", "/v1/jobs", "[]Job"],
  get_job: ["GET", "/v1/jobs/{job_id}", "Job"],
  cancel_job: ["POST", "/v1/jobs/{job_id}/cancel", "Job"],
  get_failed_rows: ["GET", "/v1/jobs/{job_id}/failed-rows", ""],
  get_me: ["GET", "/v1/me", "Me"],
  list_members: ["GET", "/v1/members", "[]Member"],
  list_messages: ["GET", "/v1/messages", "[]Message"],
  get_message: ["GET", "/v1/messages/{message_id}", "Message"],
  update_message: ["PATCH", "/v1/messages/{message_id}", "CanceledMessage"],
  delete_message: ["DELETE", "/v1/messages/{message_id}", ""],
  cancel_message: ["POST", "/v1/messages/{message_id}/cancel", "CanceledMessage"],
  reactions_message: ["POST", "/v1/messages/{message_id}/reactions", "CanceledMessage"],
  send_message: ["POST", "/v1/messages/send", "QueuedMessage"],
  stream_messages: ["GET", "/v1/messages/stream", ""],
  get_note: ["GET", "/v1/notes/{note_id}", "Note"],
  update_note: ["PATCH", "/v1/notes/{note_id}", "Note"],
  delete_note: ["DELETE", "/v1/notes/{note_id}", ""],
  list_proposals: ["GET", "/v1/proposals", "[]Proposal"],
  get_proposal: ["GET", "/v1/proposals/{proposal_id}", "Proposal"],
  cancel_proposal: ["POST", "/v1/proposals/{proposal_id}/cancel", "Proposal"],
  list_segments: ["GET", "/v1/segments", "[]Segment"],
  create_segment: ["POST", "/v1/segments", "WrittenSegment"],
  get_segment: ["GET", "/v1/segments/{segment_id}", "Segment"],
  update_segment: ["PATCH", "/v1/segments/{segment_id}", "WrittenSegment"],
  delete_segment: ["DELETE", "/v1/segments/{segment_id}", ""],
  get_segment_explain: ["GET", "/v1/segments/{segment_id}/explain", "SegmentExplanation"],
  tag_segment: ["POST", "/v1/segments/{segment_id}/tags", "Job"],
  preview_segment: ["POST", "/v1/segments/preview", "SegmentPreview"],
  list_sequences: ["GET", "/v1/sequences", "[]Sequence"],
  create_sequence: ["POST", "/v1/sequences", "SequenceDetail"],
  get_sequence: ["GET", "/v1/sequences/{sequence_id}", "SequenceDetail"],
  replace_sequence: ["PUT", "/v1/sequences/{sequence_id}", "SequenceDetail"],
  update_sequence: ["PATCH", "/v1/sequences/{sequence_id}", "SequenceDetail"],
  enroll_contact: ["POST", "/v1/sequences/{sequence_id}/enroll", "Enrollment"],
  list_sequence_enrollments: ["GET", "/v1/sequences/{sequence_id}/enrollments", "[]Enrollment"],
  pause_sequence: ["POST", "/v1/sequences/{sequence_id}/pause", "Sequence"],
  preview_sequence: ["POST", "/v1/sequences/{sequence_id}/preview", "SequencePreview"],
  resume_sequence: ["POST", "/v1/sequences/{sequence_id}/resume", "Sequence"],
  start_sequence: ["POST", "/v1/sequences/{sequence_id}/start", "Sequence"],
  list_tags: ["GET", "/v1/tags", "[]Tag"],
  get_tag: ["GET", "/v1/tags/{tag}", "Tag"],
  rename_tag: ["PATCH", "/v1/tags/{tag}", "Job"],
  delete_tag: ["DELETE", "/v1/tags/{tag}", "Job"],
  list_templates: ["GET", "/v1/templates", "[]Template"],
  create_template: ["POST", "/v1/templates", "WrittenTemplate"],
  get_template: ["GET", "/v1/templates/{template_id}", "Template"],
  update_template: ["PATCH", "/v1/templates/{template_id}", "WrittenTemplate"],
  delete_template: ["DELETE", "/v1/templates/{template_id}", ""],
  list_threads: ["GET", "/v1/threads", "[]Thread"],
  get_thread: ["GET", "/v1/threads/{thread_id}", "ThreadWithMessages"],
  update_thread: ["PATCH", "/v1/threads/{thread_id}", "ChangedThread"],
  get_thread_history: ["GET", "/v1/threads/{thread_id}/history", "HistoryRequest"],
  load_thread_history: ["POST", "/v1/threads/{thread_id}/history", "HistoryRequest"],
  list_thread_messages: ["GET", "/v1/threads/{thread_id}/messages", "[]Message"],
  read_thread: ["POST", "/v1/threads/{thread_id}/read", "ReadThread"],
  mark_thread_unread: ["POST", "/v1/threads/{thread_id}/unread", "ReadThread"],
  list_webhooks: ["GET", "/v1/webhooks", "[]Webhook"],
  create_webhook: ["POST", "/v1/webhooks", "IssuedWebhook"],
  get_webhook: ["GET", "/v1/webhooks/{endpoint_id}", "Webhook"],
  update_webhook: ["PATCH", "/v1/webhooks/{endpoint_id}", "Webhook"],
  delete_webhook: ["DELETE", "/v1/webhooks/{endpoint_id}", ""],
  list_webhook_deliveries: ["GET", "/v1/webhooks/{endpoint_id}/deliveries", "[]Delivery"],
  replay_webhook: ["POST", "/v1/webhooks/{endpoint_id}/replay", "Job"],
  rotate_secret_webhook: ["POST", "/v1/webhooks/{endpoint_id}/rotate-secret", "IssuedWebhook"],
  test_webhook: ["POST", "/v1/webhooks/{endpoint_id}/test", "Delivery"],
  list_webhooks_events: ["GET", "/v1/webhooks/events", "[]EventKind"],
};

/** How the members of an object are read: `[]` a list, `{}` a map, a name an object, `[]` and a name a list of them,
 * `?` before it: or null. */
export const shapes: Record<string, Readonly<Record<string, string>>> = {
  "Account": {"id":"","name":"","kind":"","state":"","paused_until":"","daily_limit":"","used_today":"","left_today":"","connected_at":"","heard_at":"","last_error":"AccountError","frozen_until":"","appeal_url":""},
  "AccountError": {"code":"","message":"","at":""},
  "AccountReport": {"from":"","to":"","data":"[]AccountFigures","complete_until":"","series":"?[]AccountReportPeriod","before":"AccountReportPeriod"},
  "AccountFigures": {"account_id":"","name":"","sent":"","failed":"","replies":"","auto_replies":"","received":"","used_today":"","daily_limit":""},
  "AccountReportPeriod": {"from":"","to":"","data":"[]AccountFigures"},
  "BroadcastReport": {"from":"","to":"","data":"[]BroadcastFigures","complete_until":"","series":"?[]BroadcastReportPeriod","before":"BroadcastReportPeriod"},
  "BroadcastFigures": {"sent":"","failed":"","replied":"","auto_replied":"","opted_out":"","reply_rate":"Ratio","broadcast_id":"","name":""},
  "Ratio": {"numerator":"","denominator":"","rate":"","of":""},
  "BroadcastReportPeriod": {"from":"","to":"","data":"[]BroadcastFigures"},
  "ConversationReport": {"from":"","to":"","data":"[]MemberConversationFigures","complete_until":"","everyone":"ConversationFigures","accounts":"[]AccountConversationFigures","backlog":"Backlog","counted_since":"","series":"?[]ConversationReportPeriod","before":"ConversationReportPeriod"},
  "MemberConversationFigures": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":"","member_id":"","name":""},
  "ConversationFigures": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":""},
  "AccountConversationFigures": {"new":"","new_people":"","handled":"","first_answers":"","first_answer_median_seconds":"","first_answer_slowest_tenth_seconds":"","closed":"","close_median_seconds":"","close_slowest_tenth_seconds":"","account_id":"","name":""},
  "Backlog": {"waiting":"","unassigned":"","ages":"[]WaitingAge"},
  "WaitingAge": {"below_seconds":"","waiting":"","unassigned":""},
  "ConversationReportPeriod": {"from":"","to":"","data":"[]MemberConversationFigures","everyone":"ConversationFigures","accounts":"[]AccountConversationFigures"},
  "EnrollmentReport": {"from":"","to":"","data":"[]EnrollmentFigures","complete_until":"","series":"?[]EnrollmentReportPeriod","before":"EnrollmentReportPeriod"},
  "EnrollmentFigures": {"sequence_id":"","name":"","enrolled":"","completed":"","replied":"","won":"","completion_rate":"Ratio","reply_rate":"Ratio","win_rate":"Ratio"},
  "EnrollmentReportPeriod": {"from":"","to":"","data":"[]EnrollmentFigures"},
  "FunnelReport": {"from":"","to":"","stages":"[]FunnelStage","complete_until":"","series":"?[]FunnelReportPeriod","before":"FunnelReportPeriod"},
  "FunnelStage": {"stage":"","count":"","conversion":"Ratio","median_days":""},
  "FunnelReportPeriod": {"from":"","to":"","stages":"[]FunnelStage"},
  "HourReport": {"from":"","to":"","data":"[]WeekdayFigures","complete_until":"","series":"?[]HourReportPeriod","before":"HourReportPeriod"},
  "WeekdayFigures": {"weekday":"","received":"","hours":"[]"},
  "HourReportPeriod": {"from":"","to":"","data":"[]WeekdayFigures"},
  "SequenceReport": {"from":"","to":"","data":"[]SequenceFigures","complete_until":"","series":"?[]SequenceReportPeriod","before":"SequenceReportPeriod"},
  "SequenceFigures": {"sequence_id":"","name":"","version":"","steps":"[]StepFigures"},
  "StepFigures": {"sent":"","failed":"","replied":"","auto_replied":"","opted_out":"","reply_rate":"Ratio","step":""},
  "SequenceReportPeriod": {"from":"","to":"","data":"[]SequenceFigures"},
  "TeamReport": {"from":"","to":"","data":"[]WriterFigures","complete_until":"","everyone":"EveryoneFigures","series":"?[]TeamReportPeriod","before":"TeamReportPeriod"},
  "WriterFigures": {"written":"","answered":"","in_time":"Ratio","median_seconds":"","slowest_tenth_seconds":"","email":"","name":"","via":""},
  "EveryoneFigures": {"written":"","answered":"","in_time":"Ratio","median_seconds":"","slowest_tenth_seconds":""},
  "TeamReportPeriod": {"from":"","to":"","data":"[]WriterFigures","everyone":"EveryoneFigures"},
  "Broadcast": {"id":"","name":"","status":"","reason":"","text":"","format":"","attachments":"[]","account_ids":"[]","segment_id":"","counts":"BroadcastCounts","waiting_for":"","send_at":"","per_hour":"","cooldown_days":"","audience_hash":"","job_id":"","starts_at":"","finishes_at":"","created_at":""},
  "BroadcastCounts": {"pending":"","sent":"","failed":"","skipped":"","needs_attention":"","canceled":""},
  "BroadcastRecipient": {"contact_id":"","contact":"ContactName","message_id":"","account_id":"","account":"AccountName","status":"","reason":"","settled_at":""},
  "ContactName": {"id":"","name":"","username":""},
  "AccountName": {"id":"","name":""},
  "BroadcastPreview": {"total":"","eligible":"","excluded":"{}","sample":"[]BroadcastSample","audience_hash":"","finishes_at":""},
  "BroadcastSample": {"contact_id":"","contact":"ContactName","text":"","html":""},
  "Contact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","last_in_at":"","last_out_at":"","unanswered_since":"","created_at":"","updated_at":""},
  "UpsertedContact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","last_in_at":"","last_out_at":"","unanswered_since":"","created_at":"","updated_at":"","created":""},
  "WrittenContact": {"id":"","name":"","first_name":"","last_name":"","username":"","telegram_id":"","email":"","phone":"","time_zone":"","tags":"[]","stage":"","score":"","opted_out":"","custom_fields":"{}","last_in_at":"","last_out_at":"","unanswered_since":"","created_at":"","updated_at":""},
  "PersonalData": {"contact":"Contact","audit_log":"[]AuditEntry","named_in":"[]Naming","telegram_addresses":"[]TelegramAddress","scores":"[]ScoreEntry","stages":"[]StageChange","notes":"[]KeptNote","messages":"[]Message","drafts":"[]KeptDraft","files":"[]KeptFile","enrollments":"[]KeptEnrollment","events":"[]","deliveries":"[]KeptDelivery","broadcasts":"[]KeptBroadcast","failed_imports":"[]FailedRow","stored_answers":"[]StoredAnswer","proposals":"[]KeptProposal","assistant_changes":"[]KeptChange"},
  "AuditEntry": {"at":"","action":"","surface":""},
  "Naming": {"kind":"","id":"","named_by":"[]"},
  "TelegramAddress": {"account_id":"","peer_id":"","username":""},
  "ScoreEntry": {"rule":"","points":"","at":"","cause":""},
  "StageChange": {"stage":"","at":"","cause":""},
  "KeptNote": {"id":"","author":"","text":"","thread_id":"","created_at":"","edited_at":""},
  "Message": {"id":"","account_id":"","account":"AccountName","thread_id":"","contact_id":"","contact":"ContactName","author":"Author","direction":"","kind":"","status":"","text":"","html":"","attachments":"[]Attachment","eta":"","created_at":"","sent_at":"","edited_at":"","in_reply_to":"","reply_to":"","quote":"","read_at":"","deleted_at":"","reactions":"[]Reaction","change":"MessageChange","auto_reply":"","error":"","request_id":"","waiting_for":""},
  "Author": {"type":"","id":"","name":""},
  "Attachment": {"id":"","kind":"","name":"","type":"","size":"","width":"","height":"","duration":"","thumbnail":"","url":"","state":"","deleted_at":""},
  "Reaction": {"emoji":"","by":""},
  "MessageChange": {"kind":"","status":"","error":""},
  "KeptDraft": {"user_id":"","updated_at":"","text":""},
  "KeptFile": {"id":"","name":"","type":"","size":"","sha256":"","expires_at":"","url":"","state":""},
  "KeptEnrollment": {"id":"","sequence_id":"","version":"","contact_id":"","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":"","steps":"[]StepDone"},
  "StepDone": {"step":"","outcome":"","at":""},
  "KeptDelivery": {"id":"","event_id":"","url":"","status":"","answers":"[]AnswerKept"},
  "AnswerKept": {"at":"","status":"","body":""},
  "KeptBroadcast": {"broadcast_id":"","name":"","status":"","reason":"","at":""},
  "FailedRow": {"created_at":"","line":"","reason":"","cells":"[]"},
  "StoredAnswer": {"created_at":"","status":"","body":""},
  "KeptProposal": {"id":"","operation":"","arguments":"","status":"","read_at":"","created_at":""},
  "KeptChange": {"field":"","old":"","new":"","author":""},
  "Note": {"id":"","text":"","author":"Author","contact_id":"","contact":"ContactName","thread_id":"","created_at":"","edited_at":"","mentions":"[]MemberName"},
  "MemberName": {"id":"","name":""},
  "Job": {"id":"","kind":"","object_id":"","state":"","done":"","total":"","result":"JobResult","errors":"[]JobError","created_at":"","finished_at":"","author":"Author"},
  "JobResult": {"created":"","updated":"","unchanged":"","invalid":"","dry_run":"","ignored_columns":"[]","failed_rows_url":"","changed":"","refused":"","moved":"","up":"","down":"","audience":"","pending":"","sent":"","failed":"","skipped":"","enrolled":"","needs_attention":"","canceled":""},
  "JobError": {"reason":"","code":"","contact_id":"","line":"","field":""},
  "CustomField": {"key":"","label":"","type":"","choices":"[]"},
  "WrittenCustomField": {"key":"","label":"","type":"","choices":"[]"},
  "DeliveryDetail": {"id":"","endpoint_id":"","event_id":"","event":"","status":"","reason":"","attempts":"","request_id":"","next_attempt_at":"","created_at":"","body":"","attempt_log":"[]DeliveryAttempt"},
  "DeliveryAttempt": {"number":"","at":"","status":"","error":"","duration_ms":"","request":"DeliveryRequest","answer":"DeliveryAnswer"},
  "DeliveryRequest": {"url":"","headers":"{}","signed_with":""},
  "DeliveryAnswer": {"headers":"{}","body":"","truncated":""},
  "Delivery": {"id":"","endpoint_id":"","event_id":"","event":"","status":"","reason":"","attempts":"","request_id":"","next_attempt_at":"","created_at":""},
  "Enrollment": {"id":"","sequence_id":"","version":"","contact_id":"","contact":"ContactName","status":"","reason":"","step":"","next_run_at":"","created_at":"","ended_at":""},
  "UploadedFile": {"id":"","name":"","type":"","size":"","sha256":"","expires_at":""},
  "Me": {"key":"ApiKey","scopes":"[]","limits":"KeyLimits","workspace":"Workspace","mode":"","plan":""},
  "ApiKey": {"id":"","name":"","prefix":"","expires_at":"","rate_limit":""},
  "KeyLimits": {"account_ids":"","segment_id":"","daily_sends":"","daily_sends_left":"","daily_changes":"","daily_changes_left":"","approval":""},
  "Workspace": {"slug":"","name":"","time_zone":""},
  "Member": {"id":"","name":"","role":"","on_duty":""},
  "CanceledMessage": {"id":"","status":""},
  "QueuedMessage": {"id":"","status":"","eta":""},
  "Proposal": {"id":"","status":"","summary":"","call":"ProposedCall","contact":"ContactName","reason":"","because":"[]ReadText","requested_by":"Author","created_at":"","expires_at":"","decided_by":"MemberName","decided_at":"","note":"","problem":"","run_at":"","result":"","edited_from":""},
  "ProposedCall": {"operation":"","arguments":"{}"},
  "ReadText": {"contact":"ContactName","read_at":""},
  "Segment": {"id":"","name":"","filter":"","count":"","count_is_estimate":"","created_at":"","updated_at":""},
  "WrittenSegment": {"id":"","name":"","filter":"","count":"","count_is_estimate":"","created_at":"","updated_at":""},
  "SegmentExplanation": {"contact_id":"","contact":"ContactName","matches":"","leaves":"[]SegmentLeaf"},
  "SegmentLeaf": {"path":"","field":"","op":"","value":"","actual":"","holds":""},
  "SegmentPreview": {"count":"","count_is_estimate":"","sample":"[]Contact"},
  "Sequence": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":""},
  "SequenceDetail": {"id":"","name":"","status":"","version":"","created_at":"","updated_at":"","account_ids":"[]","time_zone":"","window":"SendingWindow","jitter":"","stop_on":"[]","ignore_auto_replies":"","pass_on":"","steps":"[]SequenceStep"},
  "SendingWindow": {"days":"[]","from":"","to":""},
  "SequenceStep": {"id":"","delay":"","text":"","format":"","attachments":"[]","condition":"","if_not":""},
  "SequencePreview": {"steps":"[]SequencePreviewStep"},
  "SequencePreviewStep": {"step":"","planned_at":"","reason":"","text":"","html":""},
  "Tag": {"name":"","contacts":"","contacts_is_minimum":""},
  "Template": {"id":"","name":"","text":"","format":"","attachments":"[]","created_at":"","updated_at":""},
  "WrittenTemplate": {"id":"","name":"","text":"","format":"","attachments":"[]","created_at":"","updated_at":""},
  "Thread": {"id":"","account_id":"","account":"AccountName","contact_id":"","contact":"ContactName","state":"","snoozed_until":"","assignee":"MemberName","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"Message","created_at":""},
  "ThreadWithMessages": {"id":"","account_id":"","account":"AccountName","contact_id":"","contact":"ContactName","state":"","snoozed_until":"","assignee":"MemberName","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"Message","created_at":"","messages":"[]Message"},
  "ChangedThread": {"id":"","account_id":"","account":"AccountName","contact_id":"","contact":"ContactName","state":"","snoozed_until":"","assignee":"MemberName","unread_count":"","waiting_since":"","planned_at":"","last_message_at":"","last_message":"Message","created_at":""},
  "HistoryRequest": {"thread_id":"","state":"","reason":"","is_complete":"","requested_at":""},
  "ReadThread": {"id":"","unread_count":""},
  "Webhook": {"id":"","url":"","description":"","events":"[]","account_ids":"[]","header_names":"[]","enabled":"","disabled_reason":"","disabled_at":"","failing_since":"","previous_secret_until":"","verified_with":"","created_at":"","updated_at":""},
  "IssuedWebhook": {"id":"","url":"","description":"","events":"[]","account_ids":"[]","header_names":"[]","enabled":"","disabled_reason":"","disabled_at":"","failing_since":"","previous_secret_until":"","verified_with":"","created_at":"","updated_at":"","secret":""},
  "EventKind": {"type":"","version":"","description":"","schema":"{}"},
  "AccountStateChangedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"AccountStateChangedEvent.data","request_id":""},
  "AccountStateChangedEvent.data": {"account":"Account","old_state":"","new_state":""},
  "BroadcastCompletedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"BroadcastCompletedEvent.data","request_id":""},
  "BroadcastCompletedEvent.data": {"broadcast":"Broadcast"},
  "BroadcastStartedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"BroadcastStartedEvent.data","request_id":""},
  "BroadcastStartedEvent.data": {"broadcast":"Broadcast"},
  "ContactCreatedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactCreatedEvent.data","request_id":""},
  "ContactCreatedEvent.data": {"contact":"Contact"},
  "ContactErasedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactErasedEvent.data","request_id":""},
  "ContactErasedEvent.data": {"contact":"ContactErasedEvent.data.contact"},
  "ContactErasedEvent.data.contact": {"id":""},
  "ContactOptedInEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactOptedInEvent.data","request_id":""},
  "ContactOptedInEvent.data": {"contact":"Contact"},
  "ContactOptedOutEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactOptedOutEvent.data","request_id":""},
  "ContactOptedOutEvent.data": {"contact":"Contact"},
  "ContactStageChangedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactStageChangedEvent.data","request_id":""},
  "ContactStageChangedEvent.data": {"contact":"Contact","old_stage":"","new_stage":"","cause":""},
  "ContactTaggedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactTaggedEvent.data","request_id":""},
  "ContactTaggedEvent.data": {"contact":"Contact","added":"[]"},
  "ContactUpdatedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ContactUpdatedEvent.data","request_id":""},
  "ContactUpdatedEvent.data": {"contact":"Contact","changed":"{}"},
  "JobCompletedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"JobCompletedEvent.data","request_id":""},
  "JobCompletedEvent.data": {"job":"Job"},
  "LeadScoredEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"LeadScoredEvent.data","request_id":""},
  "LeadScoredEvent.data": {"contact":"Contact","old_score":"","new_score":"","rules":"[]"},
  "MessageDeletedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageDeletedEvent.data","request_id":""},
  "MessageDeletedEvent.data": {"message":"Message"},
  "MessageEditedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageEditedEvent.data","request_id":""},
  "MessageEditedEvent.data": {"message":"Message"},
  "MessageFailedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageFailedEvent.data","request_id":""},
  "MessageFailedEvent.data": {"message":"Message"},
  "MessageReadEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageReadEvent.data","request_id":""},
  "MessageReadEvent.data": {"message":"Message"},
  "MessageReceivedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageReceivedEvent.data","request_id":""},
  "MessageReceivedEvent.data": {"message":"Message"},
  "MessageSentEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"MessageSentEvent.data","request_id":""},
  "MessageSentEvent.data": {"message":"Message"},
  "ProposalCreatedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ProposalCreatedEvent.data","request_id":""},
  "ProposalCreatedEvent.data": {"proposal":"Proposal"},
  "ProposalDecidedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ProposalDecidedEvent.data","request_id":""},
  "ProposalDecidedEvent.data": {"proposal":"Proposal"},
  "ProposalEndedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ProposalEndedEvent.data","request_id":""},
  "ProposalEndedEvent.data": {"proposal":"Proposal"},
  "SequenceCompletedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"SequenceCompletedEvent.data","request_id":""},
  "SequenceCompletedEvent.data": {"sequence":"Sequence","enrollment":"Enrollment"},
  "SequencePausedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"SequencePausedEvent.data","request_id":""},
  "SequencePausedEvent.data": {"sequence":"Sequence","enrollment":"Enrollment"},
  "SequenceStartedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"SequenceStartedEvent.data","request_id":""},
  "SequenceStartedEvent.data": {"sequence":"Sequence","enrollment":"Enrollment"},
  "SubscriptionUpgradedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"SubscriptionUpgradedEvent.data","request_id":""},
  "SubscriptionUpgradedEvent.data": {"old_plan":"","plan":""},
  "ThreadAssignedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ThreadAssignedEvent.data","request_id":""},
  "ThreadAssignedEvent.data": {"thread":"Thread","old_assignee":"MemberName","new_assignee":"MemberName"},
  "ThreadClosedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ThreadClosedEvent.data","request_id":""},
  "ThreadClosedEvent.data": {"thread":"Thread"},
  "ThreadReopenedEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"ThreadReopenedEvent.data","request_id":""},
  "ThreadReopenedEvent.data": {"thread":"Thread"},
  "PingEvent": {"event":"","id":"","created_at":"","actor":"Author","data":"PingEvent.data","request_id":""},
  "PingEvent.data": {"webhook":"PingEvent.data.webhook"},
  "PingEvent.data.webhook": {"id":"","url":""},
};

/** The shape of each type of event. */
export const events: Record<string, string> = {
  "account.state_changed": "AccountStateChangedEvent",
  "broadcast.completed": "BroadcastCompletedEvent",
  "broadcast.started": "BroadcastStartedEvent",
  "contact.created": "ContactCreatedEvent",
  "contact.erased": "ContactErasedEvent",
  "contact.opted_in": "ContactOptedInEvent",
  "contact.opted_out": "ContactOptedOutEvent",
  "contact.stage_changed": "ContactStageChangedEvent",
  "contact.tagged": "ContactTaggedEvent",
  "contact.updated": "ContactUpdatedEvent",
  "job.completed": "JobCompletedEvent",
  "lead.scored": "LeadScoredEvent",
  "message.deleted": "MessageDeletedEvent",
  "message.edited": "MessageEditedEvent",
  "message.failed": "MessageFailedEvent",
  "message.read": "MessageReadEvent",
  "message.received": "MessageReceivedEvent",
  "message.sent": "MessageSentEvent",
  "proposal.created": "ProposalCreatedEvent",
  "proposal.decided": "ProposalDecidedEvent",
  "proposal.ended": "ProposalEndedEvent",
  "sequence.completed": "SequenceCompletedEvent",
  "sequence.paused": "SequencePausedEvent",
  "sequence.started": "SequenceStartedEvent",
  "subscription.upgraded": "SubscriptionUpgradedEvent",
  "thread.assigned": "ThreadAssignedEvent",
  "thread.closed": "ThreadClosedEvent",
  "thread.reopened": "ThreadReopenedEvent",
  "ping": "PingEvent",
};
