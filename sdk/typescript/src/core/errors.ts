/** The errors of the client. None holds an API key. */

import type { Problem, Proposal } from "../generated/types.js";

export class CrmSolidError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The client or the call cannot be made as it was asked for. Nothing was sent. */
export class ConfigurationError extends CrmSolidError {}

/** A job, or a file that is still being fetched, takes longer than you wanted to wait. */
export class WaitTimeoutError extends CrmSolidError {}

/** A webhook is not signed with the secret. Answer 401. */
export class WebhookVerificationError extends CrmSolidError {}

/** An event that is not as the API documents it. Whoever reads a list or a stream has moved past it already. */
export class UnreadableEvent extends CrmSolidError {
  /** Its id and type, as far as they can be read. */
  readonly id: string | null;
  readonly type: string | null;
  /** Its JSON as it came. */
  readonly raw: string;

  constructor(raw: string, value: unknown, cause: string) {
    const told = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
    const id = typeof told["id"] === "string" ? told["id"] : null;
    super(`the event ${id ?? "without an id"} cannot be read: ${cause}`);
    this.id = id;
    this.type = typeof told["event"] === "string" ? told["event"] : null;
    this.raw = raw;
  }
}

/** What every error of a call that was sent has. */
export class CallError extends CrmSolidError {
  /** The key of a write. Repeat the call with it, and nothing can happen twice. */
  readonly idempotencyKey: string | null;
  readonly requestId: string | null;

  constructor(message: string, call: { idempotencyKey: string | null; requestId?: string | null }, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.idempotencyKey = call.idempotencyKey;
    this.requestId = call.requestId ?? null;
  }

  /** Whether the same call, with the same idempotency key, may succeed later. */
  get isRetryable(): boolean {
    return false;
  }
}

/** There was no whole answer after all attempts. */
export class APIConnectionError extends CallError {
  /** False if no request has reached the server. */
  readonly mayHaveHappened: boolean;

  constructor(
    message: string,
    call: { idempotencyKey: string | null; requestId?: string | null },
    mayHaveHappened: boolean,
    cause?: unknown,
  ) {
    super(message, call, cause);
    this.mayHaveHappened = mayHaveHappened;
  }

  override get isRetryable(): boolean {
    return true;
  }
}

/** The same, because it took too long. */
export class APITimeoutError extends APIConnectionError {}

/** The caller's signal has ended the call. Its `name` is that of the signal's reason, `AbortError` or `TimeoutError`. A
 * write may have been done. */
export class CanceledError extends CallError {
  constructor(reason: unknown, idempotencyKey: string | null) {
    super("the call was canceled", { idempotencyKey }, reason);
    this.name = reason instanceof Error ? reason.name : "AbortError";
  }

  override get isRetryable(): boolean {
    return true;
  }
}

/** The answer is not as the API documents it. A write may have been done. */
export class UnexpectedAnswerError extends CallError {
  readonly status: number;

  constructor(message: string, call: { idempotencyKey: string | null; requestId: string | null; status: number }) {
    super(message, call);
    this.status = call.status;
  }
}

/** The write waits until a member approves it in the panel, and nothing was done yet. `proposal` says why and until when;
 * `crm.proposals.get(error.proposal.id)` tells what became of it. Do not send it another way. */
export class ApprovalPendingError extends CallError {
  readonly proposal: Proposal;
  readonly status = 202;

  constructor(proposal: Proposal, call: { idempotencyKey: string | null; requestId: string | null }) {
    const request = call.requestId ? ` (request ${call.requestId})` : "";
    super(`this waits for an approval as ${proposal.id}, and nothing was done yet${request}`, call);
    this.proposal = proposal;
  }
}

/** One invalid field of a request: its path such as `all[0].value`, a stable code, a sentence. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly detail: string;
}

/** A code of the API; later versions may have others. */
export type ErrorCode = NonNullable<Problem["code"]> | (string & {});

/** What an error answer says. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly requestId: string | null;
  /** Seconds. */
  readonly retryAfter: number | null;
  readonly requiredScope: string | null;
  readonly idempotencyKey: string | null;
  /** Its other members. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** The API refused. `code` says why; each code is explained in the API's guide. */
export class APIError extends CallError implements Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly retryAfter: number | null;
  readonly requiredScope: string | null;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(refusal: Refusal) {
    const fields = refusal.errors.map((each) => `; ${each.field}: ${each.detail}`).join("");
    const request = refusal.requestId ? ` (request ${refusal.requestId})` : "";
    super(`${refusal.status} ${refusal.code || "error"}: ${refusal.detail}${fields}${request}`, refusal);
    this.status = refusal.status;
    this.code = refusal.code;
    this.title = refusal.title;
    this.detail = refusal.detail;
    this.errors = refusal.errors;
    this.retryAfter = refusal.retryAfter;
    this.requiredScope = refusal.requiredScope;
    this.extra = refusal.extra;
  }

  override get isRetryable(): boolean {
    return isRepeated(this.status, this.code);
  }
}

export class BadRequestError extends APIError {}
export class UnauthorizedError extends APIError {}
export class ForbiddenError extends APIError {}
export class NotFoundError extends APIError {}
export class ConflictError extends APIError {}
export class GoneError extends APIError {}
export class PreconditionFailedError extends APIError {}
export class ValidationError extends APIError {}
export class TooManyRequestsError extends APIError {}
export class ServerError extends APIError {}

const BY_STATUS: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  412: PreconditionFailedError,
  422: ValidationError,
  429: TooManyRequestsError,
};

/** The error of the class of its status. */
export function errorOf(refusal: Refusal): APIError {
  const kind = BY_STATUS[refusal.status] ?? (refusal.status >= 500 ? ServerError : APIError);
  return new kind(refusal);
}

const REPEATED_STATUSES = [408, 429, 500, 502, 503, 504];
const REPEATED_CODES: readonly string[] = ["idempotency_in_progress", "rate_limited"];
// They last for up to a day.
const NEVER_REPEATED_CODES: readonly string[] = ["account_daily_limit", "key_budget"];

export function isRepeated(status: number, code: string): boolean {
  if (NEVER_REPEATED_CODES.includes(code)) return false;
  return REPEATED_STATUSES.includes(status) || REPEATED_CODES.includes(code);
}
