import type { Answer, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import { type CallOptions, checkedNumber, type WriteOptions } from "../config.js";
import type { Download } from "../downloads.js";
import { CanceledError, WaitTimeoutError } from "../errors.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

const ENDED: readonly string[] = ["done", "failed", "canceled"];
const LONGEST_PAUSE = 10_000;

export interface WaitOptions extends CallOptions {
  /** Seconds after which waiting ends with a WaitTimeoutError, 600 by default. The job goes on then. */
  waitFor?: number;
}

/** Work that goes on after the call that began it was answered. */
export class Jobs extends Resource {
  /** The jobs that the key's scopes could have begun, newest first. */
  list(query?: Query<"list_jobs">, options?: CallOptions): Pages<Answer<"list_jobs">> {
    return this.pages("list_jobs", query, options);
  }

  get(jobId: string, options?: CallOptions): ApiPromise<Answer<"get_job">> {
    return this.call("get_job", { ids: [jobId], options });
  }

  /** The job once its `state` is done, failed or canceled. */
  async wait(jobId: string, options: WaitOptions = {}): Promise<Answer<"get_job">> {
    const { runtime } = this.transport;
    const { waitFor = 600, ...others } = options;
    const endsAt = runtime.now() + checkedNumber("waitFor", waitFor) * 1000;
    for (let pause = 250;; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const job = await this.get(jobId, others);
      if (ENDED.includes(job.state)) return job;
      const left = endsAt - runtime.now();
      if (left <= 0) throw new WaitTimeoutError(`${jobId} is still ${job.state} after ${waitFor} s`);
      await runtime.sleep(Math.min(pause, left), options.signal);
      if (options.signal?.aborted) throw new CanceledError(options.signal.reason, null);
    }
  }

  /** End a job before it is done. What it has done stays. */
  cancel(jobId: string, options?: WriteOptions): ApiPromise<Answer<"cancel_job">> {
    return this.call("cancel_job", { ids: [jobId], options });
  }

  /** The rows of an import that were refused, as a CSV file: their own columns, their line, and the reason. */
  failedRows(jobId: string, options?: CallOptions): Download {
    return this.download("get_failed_rows", { ids: [jobId], accept: "text/csv", options });
  }
}
