-- kind: contacts | contacts_plain | send | list ; token, accounts from the environment
-- With a protocol (a revision of MCP), send and list are calls of a tool.
local kind, token = os.getenv("BENCH_KIND"), os.getenv("BENCH_TOKEN")
local accounts = tonumber(os.getenv("BENCH_ACCOUNTS") or "1")
local first = tonumber(os.getenv("BENCH_FIRST_ACCOUNT") or "1")
local scheme = os.getenv("BENCH_SCHEME") or "Bearer"
local run, counter, thread_id = os.getenv("BENCH_RUN"), 0, 0
local threads = 0
local protocol = os.getenv("BENCH_PROTOCOL") or ""

function setup(thread)
  threads = threads + 1
  thread:set("thread_id", threads)
end

-- The revision of 2026 repeats method and tool in headers, and what the handshake said in `_meta`.
local function call(headers, tool, arguments)
  local meta = ""
  headers["Accept"] = "application/json, text/event-stream"
  headers["MCP-Protocol-Version"] = protocol
  if protocol >= "2026" then
    headers["Mcp-Method"], headers["Mcp-Name"] = "tools/call", tool
    meta = string.format(', "_meta": {"io.modelcontextprotocol/protocolVersion": "%s", '
      .. '"io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"}, '
      .. '"io.modelcontextprotocol/clientCapabilities": {}}', protocol)
  end
  local body = string.format('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "%s", "arguments": %s%s}}',
    tool, arguments, meta)
  return wrk.format("POST", "/mcp", headers, body)
end

function request()
  counter = counter + 1
  local mark = run .. "_" .. thread_id .. "_" .. counter
  local headers = { ["Authorization"] = scheme .. " " .. token, ["Content-Type"] = "application/json" }
  if kind == "list" and protocol ~= "" then
    return call(headers, "list_contacts", '{"limit": 50}')
  end
  if kind == "list" then
    return wrk.format("GET", "/v1/contacts?limit=50", headers)
  end
  if kind == "send" then
    local account = first + (counter + thread_id * 7) % accounts
    if protocol ~= "" then
      return call(headers, "send_message", string.format(
        '{"account_id": %d, "to": "@bench_%d", "text": "Hey {first_name|there}, your invite is ready", "idempotency_key": "%s"}',
        account, counter % 500, mark))
    end
    headers["Idempotency-Key"] = mark
    local body = string.format('{"account_id": %d, "to": "@bench_%d", "text": "Hey {first_name|there}, your invite is ready"}',
      account, counter % 500)
    return wrk.format("POST", "/v1/messages/send", headers, body)
  end
  headers["Idempotency-Key"] = mark
  local body = string.format(
    '{"username": "@b%s", "name": "Sarah Miller", "email": "b%s@example.com", "tags": ["trial", "webinar-2026-06"]}', mark, mark)
  return wrk.format("POST", "/v1/contacts", headers, body)
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %d %d %.6f %.6f\n", summary.requests, failed, summary.duration / 1e6, latency:percentile(99) / 1000))
end
