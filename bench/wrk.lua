-- kind: contacts | contacts_plain | send | list ; token, accounts from the environment
local kind, token = os.getenv("BENCH_KIND"), os.getenv("BENCH_TOKEN")
local accounts = tonumber(os.getenv("BENCH_ACCOUNTS") or "1")
local first = tonumber(os.getenv("BENCH_FIRST_ACCOUNT") or "1")
local scheme = os.getenv("BENCH_SCHEME") or "Bearer"
local run, counter, thread_id = os.getenv("BENCH_RUN"), 0, 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_id", threads)
end

function request()
  counter = counter + 1
  local mark = run .. "_" .. thread_id .. "_" .. counter
  local headers = { ["Authorization"] = scheme .. " " .. token, ["Content-Type"] = "application/json" }
  if kind == "list" then
    return wrk.format("GET", "/v1/contacts?limit=50", headers)
  end
  headers["Idempotency-Key"] = mark
  if kind == "send" then
    local account = first + (counter + thread_id * 7) % accounts
    local body = string.format('{"account_id": %d, "to": "@bench_%d", "text": "Hey {first_name|there}, your invite is ready"}',
      account, counter % 500)
    return wrk.format("POST", "/v1/messages/send", headers, body)
  end
  local body = string.format(
    '{"username": "@b%s", "name": "Sarah Miller", "email": "b%s@example.com", "tags": ["trial", "webinar-2026-06"]}', mark, mark)
  return wrk.format("POST", "/v1/contacts", headers, body)
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %d %d %.6f %.6f\n", summary.requests, failed, summary.duration / 1e6, latency:percentile(99) / 1000))
end
