/** The fields of the node. Which operation shows which is said by `shown`. */

import type { INodeProperties, INodePropertyOptions } from "n8n-workflow";

function shown(resource: string, operations: string[], fields: INodeProperties[]): INodeProperties[] {
  const show = { resource: [resource], operation: operations };
  return fields.map((field) => ({ ...field, displayOptions: { show: { ...field.displayOptions?.show, ...show } } }));
}

function operation(resource: string, fallback: string, options: INodePropertyOptions[]): INodeProperties {
  return {
    displayName: "Operation",
    name: "operation",
    type: "options",
    noDataExpression: true,
    displayOptions: { show: { resource: [resource] } },
    options,
    default: fallback,
  };
}

const contact: INodeProperties = {
  displayName: "Contact",
  name: "contact",
  type: "string",
  required: true,
  default: "",
  placeholder: "@sarah_miller",
  description: "The ID (con_…), @username or email of the contact",
};

const conversation: INodeProperties = {
  displayName: "Conversation ID",
  name: "conversation",
  type: "string",
  required: true,
  default: "",
  description: "The thread_id of a message or an event, or the ID of a conversation",
};

const account: INodeProperties = {
  displayName: "Account Name or ID",
  name: "account",
  type: "options",
  typeOptions: { loadOptionsMethod: "getAccounts" },
  required: true,
  default: "",
  description:
    'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
};

const stage: INodeProperties = {
  displayName: "Stage",
  name: "stage",
  type: "options",
  options: [
    { name: "Contacted", value: "contacted" },
    { name: "Lost", value: "lost" },
    { name: "New", value: "new" },
    { name: "Qualified", value: "qualified" },
    { name: "Replied", value: "replied" },
    { name: "Won", value: "won" },
  ],
  default: "new",
};

function contactFields(description: string): INodeProperties {
  return {
    displayName: "Fields",
    name: "fields",
    type: "collection",
    placeholder: "Add Field",
    default: {},
    description,
    options: [
      {
        displayName: "Custom Fields",
        name: "custom_fields",
        type: "json",
        default: "{}",
        description: 'By their keys, such as {"city": "Porto"}',
      },
      { displayName: "First Name", name: "first_name", type: "string", default: "" },
      { displayName: "Last Name", name: "last_name", type: "string", default: "" },
      { displayName: "Name", name: "name", type: "string", default: "", description: "First and last name in one" },
      {
        displayName: "Opted Out",
        name: "opted_out",
        type: "boolean",
        default: false,
        description: "Whether the contact wants no messages",
      },
      { displayName: "Phone", name: "phone", type: "string", default: "" },
      stage,
      { displayName: "Tags", name: "tags", type: "string", default: "", description: "Separated by commas" },
      {
        displayName: "Time Zone",
        name: "time_zone",
        type: "string",
        default: "",
        placeholder: "Europe/Lisbon",
      },
    ],
  };
}

const many: INodeProperties[] = [
  {
    displayName: "Return All",
    name: "returnAll",
    type: "boolean",
    default: false,
    description: "Whether to return all results or only up to a given limit",
  },
  {
    displayName: "Limit",
    name: "limit",
    type: "number",
    displayOptions: { show: { returnAll: [false] } },
    typeOptions: { minValue: 1 },
    default: 50,
    description: "Max number of results to return",
  },
];

function filters(options: INodeProperties[]): INodeProperties {
  return {
    displayName: "Filters",
    name: "filters",
    type: "collection",
    placeholder: "Add Filter",
    default: {},
    options,
  };
}

const accountFilter: INodeProperties = {
  displayName: "Account Name or ID",
  name: "account_id",
  type: "options",
  typeOptions: { loadOptionsMethod: "getAccounts" },
  default: "",
  description:
    'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
};

const idempotencyKey: INodeProperties = {
  displayName: "Idempotency Key",
  name: "idempotencyKey",
  type: "string",
  default: "",
  placeholder: "lead-1042",
  description:
    "With the same key nothing happens twice. Left empty, it is made of workflow, execution, node and item, so a retry of the node is safe. Take it from your data, and another execution is safe too.",
};

const contactFieldsOf = [
  ...shown("contact", ["upsert"], [
    { displayName: "Username", name: "username", type: "string", default: "", placeholder: "@sarah_miller" },
    {
      displayName: "Email",
      name: "email",
      type: "string",
      default: "",
      placeholder: "name@email.com",
      description: "This or the username is needed: the contact that has it is updated",
    },
    contactFields("Tags are added, other fields are replaced"),
  ]),
  ...shown("contact", ["get", "update", "tag"], [contact]),
  ...shown("contact", ["update"], [contactFields("What is given replaces what the contact has, tags too")]),
  ...shown("contact", ["tag"], [
    { displayName: "Add", name: "addTags", type: "string", default: "", description: "Tags separated by commas" },
    { displayName: "Remove", name: "removeTags", type: "string", default: "", description: "Tags separated by commas" },
  ]),
  ...shown("contact", ["getAll"], [
    ...many,
    filters([
      {
        displayName: "Filter",
        name: "filter",
        type: "json",
        default: "",
        placeholder: '{"all": [{"field": "tag", "op": "is", "value": "vip"}]}',
        description: "The conditions of a segment",
      },
      {
        displayName: "Search",
        name: "search",
        type: "string",
        default: "",
        description: "Part of the name, username or email",
      },
      {
        displayName: "Segment Name or ID",
        name: "segment",
        type: "options",
        typeOptions: { loadOptionsMethod: "getSegments" },
        default: "",
        description:
          'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
      },
      {
        displayName: "Sort",
        name: "sort",
        type: "options",
        options: [
          { name: "Best Score First", value: "-score" },
          { name: "Last Changed First", value: "-updated_at" },
          { name: "Name", value: "name" },
          { name: "Newest First", value: "-created_at" },
          { name: "Oldest First", value: "created_at" },
        ],
        default: "-created_at",
      },
      stage,
      {
        displayName: "Tags",
        name: "tag",
        type: "string",
        default: "",
        description: "All that the contact must have, separated by commas",
      },
      {
        displayName: "Updated Since",
        name: "updated_since",
        type: "dateTime",
        default: "",
      },
    ]),
  ]),
];

const messageFields = [
  ...shown("message", ["send"], [
    account,
    {
      displayName: "To",
      name: "to",
      type: "string",
      required: true,
      default: "",
      placeholder: "@sarah_miller",
      description: "The ID of a contact (con_…), a @username or a numeric Telegram ID",
    },
    {
      displayName: "Text",
      name: "text",
      type: "string",
      typeOptions: { rows: 4 },
      default: "",
      placeholder: "Hi {first_name|there}",
      description: "May have variables such as {first_name|there}",
    },
    {
      displayName: "Format",
      name: "format",
      type: "options",
      options: [
        { name: "HTML", value: "html" },
        { name: "Markdown", value: "markdown" },
        { name: "Plain", value: "plain" },
      ],
      default: "plain",
      description: "How the text is written",
    },
    {
      displayName: "Attachments",
      name: "binaryProperties",
      type: "string",
      default: "",
      placeholder: "data",
      description: "The binary fields of the item that are sent as files, separated by commas",
    },
    {
      displayName: "Options",
      name: "options",
      type: "collection",
      placeholder: "Add Option",
      default: {},
      options: [
        {
          displayName: "Link Preview",
          name: "link_preview",
          type: "boolean",
          default: true,
          description: "Whether Telegram shows a preview of the first link",
        },
        {
          displayName: "Reply To",
          name: "reply_to",
          type: "string",
          default: "",
          description: "The ID of the message that is answered",
        },
        { displayName: "Send At", name: "send_at", type: "dateTime", default: "", description: "With a time zone" },
      ],
    },
  ]),
  ...shown("message", ["download"], [
    {
      displayName: "Message ID",
      name: "message",
      type: "string",
      required: true,
      default: "",
      placeholder: "msg_…",
      description: "The binary fields attachment_0, attachment_1 and so on get its files",
    },
  ]),
  ...shown("message", ["getAll"], [
    ...many,
    filters([
      accountFilter,
      { ...contact, required: false },
      {
        displayName: "Conversation ID",
        name: "thread_id",
        type: "string",
        default: "",
      },
      {
        displayName: "Direction",
        name: "direction",
        type: "options",
        options: [
          { name: "Received", value: "in" },
          { name: "Sent", value: "out" },
        ],
        default: "in",
      },
      { displayName: "Since", name: "since", type: "dateTime", default: "" },
      { displayName: "Until", name: "until", type: "dateTime", default: "" },
    ]),
  ]),
];

const conversationFields = [
  ...shown("conversation", ["getAll"], [
    {
      displayName: "Only Waiting",
      name: "onlyWaiting",
      type: "boolean",
      default: true,
      description: "Whether to return only those whose contact waits for an answer, the longest wait first",
    },
    ...many,
    filters([
      accountFilter,
      {
        displayName: "Assignee Name or ID",
        name: "assignee",
        type: "options",
        typeOptions: { loadOptionsMethod: "getMembers" },
        default: "",
        description:
          'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
      },
      { displayName: "Search", name: "search", type: "string", default: "" },
      {
        displayName: "State",
        name: "state",
        type: "options",
        options: [
          { name: "Closed", value: "closed" },
          { name: "Open", value: "open" },
          { name: "Snoozed", value: "snoozed" },
        ],
        default: "open",
      },
      {
        displayName: "Waiting Hours",
        name: "waiting_hours",
        type: "number",
        default: 24,
        description: "Waiting for so long, or longer",
      },
    ]),
  ]),
  ...shown("conversation", ["assign", "close"], [conversation]),
  ...shown("conversation", ["assign"], [
    {
      displayName: "Member Name or ID",
      name: "member",
      type: "options",
      typeOptions: { loadOptionsMethod: "getMembers" },
      default: "",
      description:
        'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
      hint: "Empty: nobody",
    },
  ]),
];

const sequenceFields = shown("sequence", ["enroll"], [
  {
    displayName: "Sequence Name or ID",
    name: "sequence",
    type: "options",
    typeOptions: { loadOptionsMethod: "getSequences" },
    required: true,
    default: "",
    description:
      'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
  },
  contact,
]);

const apiFields = shown("api", ["call"], [
  {
    displayName: "Method",
    name: "method",
    type: "options",
    options: [
      { name: "DELETE", value: "DELETE" },
      { name: "GET", value: "GET" },
      { name: "PATCH", value: "PATCH" },
      { name: "POST", value: "POST" },
      { name: "PUT", value: "PUT" },
    ],
    default: "GET",
  },
  { displayName: "Path", name: "path", type: "string", required: true, default: "", placeholder: "/v1/templates" },
  { displayName: "Query", name: "query", type: "json", default: "{}" },
  {
    displayName: "Body",
    name: "body",
    type: "json",
    default: "{}",
    displayOptions: { show: { method: ["PATCH", "POST", "PUT"] } },
  },
]);

export const fields: INodeProperties[] = [
  {
    displayName: "Resource",
    name: "resource",
    type: "options",
    noDataExpression: true,
    options: [
      { name: "API", value: "api" },
      { name: "Contact", value: "contact" },
      { name: "Conversation", value: "conversation" },
      { name: "Message", value: "message" },
      { name: "Sequence", value: "sequence" },
    ],
    default: "message",
  },
  operation("api", "call", [{
    name: "Call",
    value: "call",
    action: "Call the API",
    description: "Make any call of the API",
  }]),
  operation("contact", "upsert", [
    {
      name: "Create or Update",
      value: "upsert",
      action: "Create or update a contact",
      description: "Create a new record, or update the current one if it already exists (upsert)",
    },
    { name: "Get", value: "get", action: "Get a contact", description: "Get a contact by ID, username or email" },
    { name: "Get Many", value: "getAll", action: "Get many contacts", description: "Get contacts that match" },
    { name: "Tag", value: "tag", action: "Tag a contact", description: "Add and remove tags" },
    { name: "Update", value: "update", action: "Update a contact", description: "Replace fields of a contact" },
  ]),
  operation("conversation", "getAll", [
    { name: "Assign", value: "assign", action: "Assign a conversation", description: "Assign it to a member" },
    { name: "Close", value: "close", action: "Close a conversation", description: "Close it until the contact writes" },
    {
      name: "Get Many",
      value: "getAll",
      action: "Get many conversations",
      description: "Get conversations, such as those that wait for an answer",
    },
  ]),
  operation("message", "send", [
    {
      name: "Download Attachments",
      value: "download",
      action: "Download the attachments of a message",
      description: "Get a message with its files, such as a voice message or photos",
    },
    { name: "Get Many", value: "getAll", action: "Get many messages", description: "Get messages, newest first" },
    { name: "Send", value: "send", action: "Send a message", description: "Send a direct message on Telegram" },
  ]),
  operation("sequence", "enroll", [
    { name: "Enroll", value: "enroll", action: "Enroll a contact in a sequence", description: "Enroll a contact" },
  ]),
  ...contactFieldsOf,
  ...messageFields,
  ...conversationFields,
  ...sequenceFields,
  ...apiFields,
  ...shown("contact", ["upsert", "update", "tag"], [idempotencyKey]),
  ...shown("message", ["send"], [idempotencyKey]),
  ...shown("conversation", ["assign", "close"], [idempotencyKey]),
  ...shown("sequence", ["enroll"], [idempotencyKey]),
  ...shown("api", ["call"], [idempotencyKey]),
];
