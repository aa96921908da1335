/** The client over real connections: what its runtime's `fetch` does with them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { APIConnectionError, type APITimeoutError, CanceledError, CrmSolid } from "../src/index.js";
import { MESSAGE, QUEUED } from "./fake.js";
import { answer, bodyOf, type Handler, serve, type Server } from "./server.js";

async function withServer(handle: Handler, use: (server: Server) => Promise<void>): Promise<void> {
  const server = await serve(handle);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

test("a call is made", () =>
  withServer(async (request, response) => {
    const { authorization, "content-type": type } = request.headers;
    answer(response, { ...QUEUED, authorization, type, body: JSON.parse((await bodyOf(request)).toString()) });
  }, async ({ crm }) => {
    const got: unknown = await crm().messages.send(MESSAGE);
    const authorization = "Bearer cs_live_a4f9_thesecretpartofthekey";
    assert.deepEqual(got, { ...QUEUED, authorization, type: "application/json", body: MESSAGE });
  }));

test("a fetch that follows redirects is an error", () =>
  withServer((request, response) => {
    if (request.url === "/other") answer(response, QUEUED);
    else response.writeHead(302, { location: "/other" }).end();
  }, async ({ crm }) => {
    const following = crm({ fetch: (url, request) => fetch(url, { ...request, redirect: "follow" } as RequestInit) });
    await assert.rejects(following.messages.send(MESSAGE), /followed a redirect/);
  }));

test("a connection that is reset or refused is an error of the connection", async () => {
  let url = "";
  await withServer((request) => void request.socket.destroy(), async (server) => {
    url = server.url;
    const error = await server.crm({ retryFor: 0 }).messages.send(MESSAGE).catch((each: APIConnectionError) => each);
    assert.ok(error instanceof APIConnectionError && error.mayHaveHappened && error.idempotencyKey, String(error));
  });
  const crm = new CrmSolid({ apiKey: "k", baseUrl: url, retryFor: 0 });
  const error = await crm.messages.send(MESSAGE).catch((each: APIConnectionError) => each);
  assert.ok(error instanceof APIConnectionError && !error.mayHaveHappened, String((error as Error).message));
});

test("a server that is silent times out, and a signal ends a call", () =>
  withServer(() => undefined, async ({ crm }) => {
    const error = await crm({ retryFor: 0 }).messages.send(MESSAGE, { timeout: 0.2 }).catch((each: APITimeoutError) =>
      each
    );
    assert.equal((error as Error).name, "APITimeoutError");
    const signal = AbortSignal.timeout(100);
    await assert.rejects(
      crm().messages.send(MESSAGE, { signal }),
      (each) => each instanceof CanceledError && each.name === "TimeoutError",
    );
  }));

test("uploads are forms that are read in parts, the same in each attempt", () => {
  const bodies: string[] = [];
  return withServer(async (request, response, number) => {
    const type = request.headers["content-type"] ?? "";
    bodies.push((await bodyOf(request)).toString().replaceAll(type.split("boundary=")[1]!, "BOUNDARY"));
    if (number % 2 === 1) answer(response, { code: "service_unavailable" }, 503);
    else answer(response, { id: "fil_1" });
  }, async ({ crm }) => {
    const content = "Оферта\n".repeat(20_000);
    const bytes = new TextEncoder().encode(content);
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 77_777);
      yield bytes.subarray(77_777);
    }
    for (const file of [new Blob([bytes], { type: "text/plain" }), bytes, () => new Blob([bytes]).stream(), parts]) {
      bodies.length = 0;
      await crm().files.upload(file, { name: 'оферта "1".txt' });
      const [first, second] = bodies;
      assert.equal(first, second);
      assert.match(
        first!,
        /^--BOUNDARY\r\nContent-Disposition: form-data; name="file"; filename="оферта %221%22.txt"\r\nContent-Type: (text\/plain(;charset=utf-8)?|application\/octet-stream)\r\n\r\n/,
      );
      assert.ok(first!.endsWith(`${content}\r\n--BOUNDARY--\r\n`));
    }
    bodies.length = 0;
    await assert.rejects(crm().files.upload(parts(), { idempotencyKey: "once" }), {
      status: 503,
      idempotencyKey: "once",
    });
    assert.equal(bodies.length, 1);
    bodies.length = 0;
    await crm().contacts.importFile(new Blob(["a\n"]), { mapping: { a: "name" }, dryRun: true }).catch(() => undefined);
    assert.ok(bodies[0]!.includes('name="mapping"\r\n\r\n{"a":"name"}\r\n'));
  });
});

test("an upload may take longer than the timeout, and ends once nothing moves", () =>
  withServer(async (request, response) => {
    await bodyOf(request);
    answer(response, { id: "fil_1" });
  }, async ({ crm }) => {
    async function* slow(pauses: number[]): AsyncGenerator<Uint8Array> {
      for (const pause of pauses) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        yield new Uint8Array(10);
      }
    }
    const options = { timeout: 0.5, retryFor: 0 };
    assert.equal((await crm().files.upload(() => slow([200, 200, 200, 200, 200]), options)).id, "fil_1");
    await assert.rejects(crm().files.upload(() => slow([100, 2000]), options), { name: "APITimeoutError" });
  }));

test("a stream is read as it comes, and leaves no connection when it ends", () => {
  let open = 0;
  return withServer((request, response) => {
    open += 1;
    response.on("close", () => (open -= 1));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`id: p1\ndata: {"event": "ping", "id": "evt_1", "data": {}}\n\n`);
    void request;
  }, async ({ crm }) => {
    for await (const event of crm().messages.stream()) {
      assert.equal(event.id, "evt_1");
      break;
    }
    for (let turn = 0; open > 0 && turn < 100; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(open, 0);
  });
});

test("a download of a file goes on where it broke off", () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  return withServer((request, response, number) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (number === 1) return answer(response, { state: "on_demand" }, 202, { "retry-after": "0" });
    assert.equal(request.headers["if-range"], from > 0 ? '"e"' : undefined);
    const range = from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"e"',
      "content-length": String(content.length - from),
      ...range,
    });
    if (number < 4) {
      response.write(content.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 50));
    } else response.end(content.subarray(from));
  }, async ({ crm, requests }) => {
    assert.deepEqual(Buffer.from(await crm().files.content("fil_1").bytes()), content);
    assert.equal(requests.length, 4);
  });
});

test("an export that breaks off never ends as if it were complete", () =>
  withServer((_, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write('{"id": "con_1"}\r\n{"id": "con_2"}\n', () => setTimeout(() => response.destroy(), 50));
  }, async ({ crm }) => {
    const lines: string[] = [];
    const read = async (): Promise<void> => {
      for await (const line of crm().contacts.export({ format: "ndjson" }).lines()) lines.push(line);
    };
    await assert.rejects(read(), /broke off/);
    assert.deepEqual(lines, ['{"id": "con_1"}', '{"id": "con_2"}']);
    await assert.rejects(new Response(crm().contacts.export().stream()).text());
  }));

test(
  "a file of 50 MB is read in parts",
  { skip: !("gc" in globalThis) && "node --expose-gc" },
  () =>
    withServer((request, response) => {
      request.resume();
      request.on("end", () => answer(response, { id: "fil_1" }));
    }, async ({ crm }) => {
      const collect = (globalThis as unknown as { gc: () => void }).gc;
      const used = (): number => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return (heapUsed + external) / 1e6;
      };
      const part = new Uint8Array(65_536);
      let [before, most] = [0, 0];
      async function* parts(): AsyncGenerator<Uint8Array> {
        for (let number = 0; number < 800; number++) {
          if (number === 2) before = used();
          if (number % 10 === 9) most = Math.max(most, used());
          yield part.slice();
        }
      }
      await crm().files.upload(parts);
      assert.ok(most - before < 5, `${most - before} MB`);
    }),
);
