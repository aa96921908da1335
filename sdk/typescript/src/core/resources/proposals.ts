import type { Answer, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import { type CallOptions, checkedNumber, type WriteOptions } from "../config.js";
import { CanceledError, WaitTimeoutError } from "../errors.js";
import type { Pages } from "../pages.js";
import type { WaitOptions } from "./jobs.js";
import { Resource } from "./resource.js";

const LONGEST_PAUSE = 60_000;

/** Writes of this key that wait until a member approves them. */
export class Proposals extends Resource {
  /** Newest first. */
  list(query?: Query<"list_proposals">, options?: CallOptions): Pages<Answer<"list_proposals">> {
    return this.pages("list_proposals", query, options);
  }

  /** `result` is what the call has answered, `note` what whoever decided says. */
  get(proposalId: string, options?: CallOptions): ApiPromise<Answer<"get_proposal">> {
    return this.call("get_proposal", { ids: [proposalId], options });
  }

  /** The proposal once it was carried out, or will not be. `waitFor` is a day by default. */
  async wait(proposalId: string, options: WaitOptions = {}): Promise<Answer<"get_proposal">> {
    const { runtime } = this.transport;
    const { waitFor = 86_400, ...others } = options;
    const endsAt = runtime.now() + checkedNumber("waitFor", waitFor) * 1000;
    for (let pause = 1000;; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const proposal = await this.get(proposalId, others);
      const { status } = proposal;
      if (status !== "pending" && (status !== "approved" || proposal.run_at != null)) return proposal;
      const left = endsAt - runtime.now();
      if (left <= 0) throw new WaitTimeoutError(`${proposalId} is still ${status} after ${waitFor} s`);
      await runtime.sleep(Math.min(pause, left), options.signal);
      if (options.signal?.aborted) throw new CanceledError(options.signal.reason, null);
    }
  }

  /** Take back a proposal that waits. */
  cancel(proposalId: string, options?: WriteOptions): ApiPromise<Answer<"cancel_proposal">> {
    return this.call("cancel_proposal", { ids: [proposalId], options });
  }
}
