/** The names of the generated types that the client shows. Only this file and `generated` depend on those of the document. */

import type { Operations } from "./generated/operations.js";
import type * as types from "./generated/types.js";

export type { Operations } from "./generated/operations.js";
export type * as models from "./generated/types.js";

export type OperationId = keyof Operations;
export type Query<O extends OperationId> = Operations[O]["query"];
export type Body<O extends OperationId> = Operations[O]["body"];
export type Answer<O extends OperationId> = Operations[O]["answer"];
/** The object of a list. */
export type Item<O extends OperationId> = Answer<O> extends { data: Array<infer Row> } ? Row : never;

/** An event: `event` says of which type it is, and so what `data` holds. */
export type Event = types.Event;
export type EventType = Event["event"];
