/** A server on this machine that does what a test says. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CrmSolid, type CrmSolidOptions } from "../src/index.js";
import { KEY } from "./fake.js";

export type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

export interface Server {
  url: string;
  requests: string[];
  crm(options?: CrmSolidOptions): CrmSolid;
  close(): Promise<void>;
}

export async function serve(handle: Handler): Promise<Server> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    request.on("error", () => undefined); // the client has ended it
    requests.push(`${request.method} ${request.url}`);
    handle(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const crm = (options: CrmSolidOptions = {}): CrmSolid => new CrmSolid({ apiKey: KEY, baseUrl: url, ...options });
  return { url, requests, crm, close };
}

/** Never comes if the client breaks off. */
export function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve) => request.on("end", () => resolve(Buffer.concat(parts))));
}

export function answer(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
