/** Client of the CRM Solid API.
 *
 *     const crm = new CrmSolid(); // the key comes from CRMSOLID_KEY
 *     await crm.messages.send({ account_id: 7421, to: "@sarah_miller", text: "Hi" });
 */

import { CrmSolidCore } from "./core/client.js";
import type { CoreOptions } from "./core/config.js";
import type { Fetch } from "./core/runtime.js";
import { defaultRuntime } from "./runtime.js";

export * from "./core/index.js";
export { type HeadersLike, signWebhook, type VerifyOptions, verifyWebhook } from "./webhooks.js";

export interface CrmSolidOptions extends Omit<CoreOptions, "apiKey"> {
  /** From the environment variable CRMSOLID_KEY, if it is left out. */
  apiKey?: string;
  /** From the environment variable CRMSOLID_URL, if it is left out, else `https://api.crmsolid.com`. */
  baseUrl?: string;
  /** Replaces the `fetch` of the runtime. It must not follow redirects. */
  fetch?: Fetch;
}

/** Use one client for a key: it paces itself by the rate limit. */
export class CrmSolid extends CrmSolidCore {
  constructor(options: CrmSolidOptions = {}) {
    const apiKey = options.apiKey ?? fromEnvironment("CRMSOLID_KEY") ?? "";
    const baseUrl = options.baseUrl ?? fromEnvironment("CRMSOLID_URL");
    super({ ...options, apiKey, ...(baseUrl && { baseUrl }) }, defaultRuntime(options.fetch));
  }
}

function fromEnvironment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
}
