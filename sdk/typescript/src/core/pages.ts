/** Lists, whose pages are requested as they are needed. */

import { ApiPromise } from "./answers.js";

export interface AnyPage {
  data: unknown[];
  next_cursor?: string | null;
}

export type RowOf<Page extends AnyPage> = Page["data"][number];

/** Each iteration starts at the beginning. `limit` of the list is the size of a page, not how many objects follow. */
export class Pages<Page extends AnyPage> implements AsyncIterable<RowOf<Page>> {
  readonly #load: (cursor?: string) => ApiPromise<Page>;
  readonly #isEndless: boolean;

  constructor(load: (cursor?: string) => ApiPromise<Page>, isEndless = false) {
    this.#load = load;
    this.#isEndless = isEndless;
  }

  /** The first page alone. Its `next_cursor`, given as `cursor` to the same list, leads to the next one. */
  page(): ApiPromise<Page> {
    return this.#load();
  }

  /** The pages one after the other. */
  async *pages(): AsyncGenerator<Page, void, void> {
    let cursor: string | undefined;
    do {
      const page = await this.#load(cursor);
      yield page;
      // Any list may have an empty page in between. One that never ends has a cursor even then, to poll with.
      if (this.#isEndless && page.data.length === 0) return;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RowOf<Page>, void, void> {
    for await (const page of this.pages()) yield* page.data as Awaited<RowOf<Page>>[];
  }
}

/** What has changed since an instant. */
export class Changes<Page extends AnyPage & { synced_until?: string | null }> extends Pages<Page> {
  /** Once the iteration has come to its end, the instant to come back with; until then the one that was given. */
  syncedUntil: string | null;

  constructor(load: (cursor?: string) => ApiPromise<Page>, since: string | null) {
    super(load);
    this.syncedUntil = since;
  }

  override async *pages(): AsyncGenerator<Page, void, void> {
    for await (const page of super.pages()) {
      yield page;
      this.syncedUntil = page.synced_until ?? this.syncedUntil;
    }
  }
}
