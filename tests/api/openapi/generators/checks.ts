// What the types that a generator makes of the OpenAPI document accept and refuse. `tsc --strict` compiles it against
// those of each generator: a line below `@ts-expect-error` that compiles is an error as well.
import type {
  AudienceInput,
  Contact,
  ContactChanges,
  ContactInput,
  ContactPage,
  ContactStage,
  Event,
  Job,
  Message,
  MessageStatus,
  PersonalData,
  Problem,
  SendMessageInput,
  SequenceStep,
  Webhook,
} from "./types";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

// --- Inputs
export const contact: ContactInput = { email: "sarah@example.com", stage: "qualified", custom_fields: { seats: 40 } };
export const changes: ContactChanges = { tags: ["vip"], last_name: null };
// @ts-expect-error a number is no e-mail address
export const wrongType: ContactInput = { email: 5 };
// @ts-expect-error it is first_name
export const typo: ContactInput = { email: "sarah@example.com", first_nam: "Sarah" };
// @ts-expect-error there is no such stage
export const wrongStage: ContactChanges = { stage: "qualifed" };

export const message: SendMessageInput = { account_id: 7421, contact_id: "con_1", text: "Hi" };
// @ts-expect-error the account is needed
export const noAccount: SendMessageInput = { to: "@sarah_miller", text: "Hi" };
// @ts-expect-error it is reply_to
export const wrongMember: SendMessageInput = { account_id: 7421, to: "@sarah_miller", text: "Hi", replyTo: "msg_1" };

export const people: AudienceInput[] = [{ segment_id: "seg_1" }, { tags: ["vip"] }, { contact_ids: ["con_1"] }];
// @ts-expect-error an audience is one of three
export const nobody: AudienceInput = {};
// @ts-expect-error tags are a list
export const oneTag: AudienceInput = { tags: "vip" };

// --- Events
export function read(event: Event): Contact | Message | Job | string {
  // @ts-expect-error only some events are about a contact
  event.data.contact;
  switch (event.event) {
    case "contact.created":
      return event.data.contact;
    case "message.received":
      same<typeof event.data.message, Message>(true);
      return event.data.message;
    case "job.completed":
      return event.data.job;
    case "sequence.paused":
      return event.data.enrollment?.status ?? event.data.sequence.name;
    // @ts-expect-error there is no such type
    case "contact.exploded":
      return "";
    default:
      return event.actor?.name ?? event.id;
  }
}

// --- Enumerations, pages, objects
export const stages: ContactStage[] = ["new", "contacted", "replied", "qualified", "won", "lost"];
same<Contact["stage"], ContactStage>(true);
same<Message["status"], MessageStatus>(true);
same<ContactPage["data"], Contact[]>(true);
same<ContactPage["next_cursor"], string | null>(true);
same<Webhook["disabled_reason"], "manual" | "gone" | "failing" | null>(true);
same<PersonalData["messages"], Message[]>(true);
same<PersonalData["events"], Event[]>(true);
same<Job["result"]["created"], number | undefined>(true);
same<Job["errors"][number]["line"], number | undefined>(true);
same<Contact["custom_fields"][string], string | number | boolean | null>(true);

export const condition: SequenceStep["condition"] = { all: [{ field: "tag", op: "is", value: "vip" }] };
// @ts-expect-error there is no such op
export const wrongOp: SequenceStep["condition"] = { field: "stage", op: "equals", value: "won" };
// @ts-expect-error with what?
export const noValue: SequenceStep["condition"] = { any: [{ field: "tag", op: "is" }] };

export function explain(problem: Problem): string {
  // @ts-expect-error there is no such code
  if (problem.code === "not_fund") return "";
  return problem.errors?.map((each) => `${each.field}: ${each.detail}`).join() ?? problem.detail;
}
