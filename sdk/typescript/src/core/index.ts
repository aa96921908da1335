/** The client without a runtime of its own: it is given `fetch`, `sleep`, a clock, random numbers and UUIDs. */

export { ApiPromise, type ResponseInfo, type WithResponse } from "./answers.js";
export { CrmSolidCore, type RawRequest } from "./client.js";
export type { CallOptions, CoreOptions, RetryOptions, WriteOptions } from "./config.js";
export { Download, FileDownload } from "./downloads.js";
export { EndlessEvents, type StreamOptions } from "./endless.js";
export * from "./errors.js";
export { EventFollower, type FollowOptions, type PositionStore } from "./follow.js";
export { Changes, Pages } from "./pages.js";
export type { Fetch, HttpRequest, HttpResponse, Logger, Runtime } from "./runtime.js";
export { MessageStream, type MessageStreamOptions } from "./stream.js";
export type { UploadSource } from "./uploads.js";
export type { Answer, Body, Event, EventType, Item, models, OperationId, Query } from "../types.js";
