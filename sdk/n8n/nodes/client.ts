/** The client on top of n8n's HTTP requests and timers. */

import { createHash, randomUUID } from "node:crypto";
import type {
  IExecuteFunctions,
  IHookFunctions,
  IHttpRequestMethods,
  ILoadOptionsFunctions,
  IWebhookFunctions,
  JsonObject,
} from "n8n-workflow";
import { NodeApiError, NodeOperationError, sleepWithAbort } from "n8n-workflow";

import { APIError, ApprovalPendingError, CallError, CrmSolidCore, type HttpRequest, type HttpResponse } from "../client/core/index.js";

export const CREDENTIAL = "crmSolidApi";

type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions;

export async function clientOf(context: Context): Promise<CrmSolidCore> {
  const { apiKey, baseUrl, allowHttp } = await context.getCredentials(CREDENTIAL);
  const options = { apiKey: String(apiKey), baseUrl: String(baseUrl), allowHttp: allowHttp === true };
  try {
    return new CrmSolidCore(options, {
      fetch: (url, request) => send(context, url, request),
      sleep: (milliseconds, signal) => sleepWithAbort(milliseconds, signal).catch(() => undefined),
      now: () => performance.now(),
      random: Math.random,
      uuid: randomUUID,
      sendsStreams: false,
    });
  } catch (error) {
    throw shownError(context, error);
  }
}

/** n8n adds the key, and goes through its proxy. */
async function send(context: Context, url: string, request: HttpRequest): Promise<HttpResponse> {
  const { headers, body } = request;
  delete headers["authorization"];
  const answer = await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, {
    method: request.method as IHttpRequestMethods,
    url,
    headers,
    ...(body !== undefined && { body: body instanceof Blob ? Buffer.from(await body.arrayBuffer()) : body }),
    abortSignal: request.signal as never, // it is one; n8n's type is that of axios
    encoding: "arraybuffer",
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    disableFollowRedirect: true,
  });
  const isEmpty = [204, 205, 304].includes(answer.statusCode);
  const told = Object.entries(answer.headers as Record<string, unknown>).map(([name, value]) => [name, String(value)]);
  return new Response(isEmpty ? null : answer.body, {
    status: answer.statusCode,
    headers: Object.fromEntries(told) as Record<string, string>,
  });
}

/** The same for each attempt of the node at this item, another one for anything else. */
export function defaultKey(context: IExecuteFunctions, item: number): string {
  const node = createHash("sha256").update(context.getNode().name).digest("hex").slice(0, 12);
  // In a loop the node runs several times in the same execution.
  const run = context.getWorkflowDataProxy(item).$runIndex as number;
  return ["n8n", context.getWorkflow().id ?? "", context.getExecutionId(), node, run, item].join("-");
}

/** The error as n8n shows it, with what support needs to know. */
export function shownError(context: Context, error: unknown, itemIndex?: number): NodeApiError | NodeOperationError {
  const item = itemIndex === undefined ? {} : { itemIndex };
  if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
  if (!(error instanceof CallError)) return new NodeOperationError(context.getNode(), error as Error, item);
  const message = error instanceof APIError ? error.detail || error.title : error.message;
  const description = Object.entries(details(error)).map(([name, value]) => `${name}: ${value}`).join(", ");
  const httpCode = error instanceof APIError ? { httpCode: String(error.status) } : {};
  return new NodeApiError(context.getNode(), { message } as JsonObject, { message, description, ...httpCode, ...item });
}

/** What an error says beside its sentence. */
export function details(error: unknown): Record<string, string> {
  const told: Record<string, string> = {};
  if (error instanceof APIError) {
    told["code"] = error.code;
    if (error.requiredScope) told["required_scope"] = error.requiredScope;
    if (error.retryAfter !== null) told["retry_after"] = String(error.retryAfter);
    for (const each of error.errors) told[each.field] = each.detail;
  }
  if (error instanceof ApprovalPendingError) told["proposal"] = error.proposal.id;
  if (error instanceof CallError) {
    if (error.requestId) told["request_id"] = error.requestId;
    if (error.idempotencyKey) told["idempotency_key"] = error.idempotencyKey;
  }
  return told;
}
