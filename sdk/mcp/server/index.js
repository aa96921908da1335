// Carries MCP between the standard streams of a desktop assistant and /mcp of a CRM Solid. One message a line.
"use strict";

const TIMEOUT = 120_000; // ms
const META = "io.modelcontextprotocol/protocolVersion";

function addressOf(text) {
  const url = new URL(text.trim());
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) throw new Error("use https");
  if (!/\/mcp\/?$/.test(url.pathname)) url.pathname = url.pathname.replace(/\/*$/, "/mcp");
  return url.href;
}

let address, problem;
try {
  address = addressOf(process.env.CRMSOLID_URL ?? "");
} catch (error) {
  problem = `The address in the settings of this extension cannot be used: ${error.message}`;
}
let revision; // of the handshake; a client without one names its revision in each message

function headersOf(message) {
  const params = message.params ?? {};
  const own = params._meta?.[META];
  const headers = {
    Authorization: `Bearer ${(process.env.CRMSOLID_KEY ?? "").trim()}`,
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
  };
  if (own ?? revision) headers["MCP-Protocol-Version"] = own ?? revision;
  if (own) headers["Mcp-Method"] = message.method;
  if (own && (params.name ?? params.uri)) headers["Mcp-Name"] = params.name ?? params.uri;
  return headers;
}

const say = (answer) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...answer }) + "\n");
const refuse = (id, message) => say({ id, error: { code: -32000, message } });

async function carry(message) {
  if (problem) throw new Error(problem);
  const response = await fetch(address, {
    method: "POST",
    headers: headersOf(message),
    body: JSON.stringify(message),
    redirect: "manual", // the key goes nowhere else
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await response.text();
  if (message.id === undefined) return;
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${address} answered HTTP ${response.status} and no JSON: is this the address of a CRM Solid?`);
  }
  if (message.method === "initialize") revision = answer.result?.protocolVersion;
  say({ ...answer, id: message.id }); // a refusal of the whole request has no id
}

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines.filter((each) => each.trim())) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      say({ id: null, error: { code: -32700, message: "not JSON" } });
      continue;
    }
    carry(message).catch((error) => {
      const cause = error.cause ? `${address} cannot be reached: ${error.cause.code ?? error.cause.message}` : "";
      if (message?.id !== undefined) refuse(message.id, cause || error.message);
    });
  }
});
