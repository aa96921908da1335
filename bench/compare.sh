#!/bin/sh
# Requests, requests/s and times in ms of one server process, and its CPU: bench/compare.sh COMMAND... (serving on $PORT).
# CPU is the server's user and system time from /proc, so the load generator's does not count.
PORT=${PORT:-8765}
"$@" >/tmp/bench_server.log 2>&1 &
server=$!
until curl -fs "http://127.0.0.1:$PORT/trivial" >/dev/null; do kill -0 $server || { cat /tmp/bench_server.log; exit 1; }; done
ticks() { cat /proc/$server/stat $(for c in $(pgrep -P $server); do echo /proc/$c/stat; done) | awk '{s += $14 + $15} END {print s}'; }
load() { # for so many seconds
  echo '{"kind": "get", "path": "/trivial", "connections": 8, "port": '"$PORT"', "seconds": '"$1"'}' |
    "${PYTHON:-.venv/bin/python}" -m bench.http_load
}
load 2 >/dev/null
before=$(ticks)
load "${SECONDS_EACH:-6}"
echo "CPU of the server: $(($(ticks) - before)) hundredths of a second"
kill $server; wait $server 2>/dev/null; true
