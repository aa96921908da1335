"""The names of shapes in the OpenAPI document. Generators name types after them, so none is ever changed."""

# Where the rule of `public_name` gives a name that says too little, or one that languages have taken.
_NAMES = {
    "AccountConversationsOut": "AccountConversationFigures",
    "AccountsOut": "AccountReport",
    "AccountsPeriodOut": "AccountReportPeriod",
    "AgeOut": "WaitingAge",
    "AnswerOut": "DeliveryAnswer",
    "AttemptOut": "DeliveryAttempt",
    "BroadcastsOut": "BroadcastReport",
    "BroadcastsPeriodOut": "BroadcastReportPeriod",
    "CanceledOut": "CanceledMessage",
    "ChangeOut": "MessageChange",
    "ContactUpsertedOut": "UpsertedContact",
    "ContactWrittenOut": "WrittenContact",
    "ConversationsOut": "ConversationReport",
    "ConversationsPeriodOut": "ConversationReportPeriod",
    "CustomFieldWrittenOut": "WrittenCustomField",
    "EditIn": "EditMessageInput",
    "EndpointIn": "WebhookInput",
    "EndpointOut": "Webhook",
    "EndpointPatch": "WebhookChanges",
    "EnrollmentsOut": "EnrollmentReport",
    "EnrollmentsPeriodOut": "EnrollmentReportPeriod",
    "EveryoneOut": "EveryoneFigures",
    "ExplanationOut": "SegmentExplanation",
    "FileOut": "UploadedFile",
    "FunnelOut": "FunnelReport",
    "FunnelPeriodOut": "FunnelReportPeriod",
    "IssuedEndpointOut": "IssuedWebhook",
    "KeyOut": "ApiKey",
    "LeafOut": "SegmentLeaf",
    "MemberConversationsOut": "MemberConversationFigures",
    "PreviewOut": "SequencePreview",
    "PreviewStepOut": "SequencePreviewStep",
    "QueuedOut": "QueuedMessage",
    "RateOut": "Ratio",
    "ReactIn": "ReactionInput",
    "ReadOut": "ReadThread",
    "RecipientOut": "BroadcastRecipient",
    "ReplayIn": "ReplayInput",
    "RequestOut": "DeliveryRequest",
    "ResumeIn": "ResumeSequenceInput",
    "RotateIn": "RotateSecretInput",
    "ScoreOut": "ContactScore",
    "SegmentWrittenOut": "WrittenSegment",
    "SendIn": "SendMessageInput",
    "SequenceResultsOut": "EnrollmentFigures",
    "SequencesOut": "SequenceReport",
    "SequencesPeriodOut": "SequenceReportPeriod",
    "StageOut": "FunnelStage",
    "StepOut": "SequenceStep",
    "TagsIn": "TagChanges",
    "TeamOut": "TeamReport",
    "TeamPeriodOut": "TeamReportPeriod",
    "TemplateWrittenOut": "WrittenTemplate",
    "ThreadChangedOut": "ChangedThread",
    "ThreadDetailOut": "ThreadWithMessages",
    "VersionFiguresOut": "SequenceFigures",
    "WindowOut": "SendingWindow",
}
_ENDINGS = {"Out": "", "In": "Input", "Patch": "Changes"}


def public_name(class_name: str) -> str:
    """``Contact`` for ``ContactOut``, ``ContactInput`` for ``ContactIn``, ``ContactChanges`` for ``ContactPatch``."""
    for ending, replacement in _ENDINGS.items():
        if class_name.endswith(ending):
            return _NAMES.get(class_name, class_name.removesuffix(ending) + replacement)
    return class_name
