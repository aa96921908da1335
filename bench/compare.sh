#!/bin/sh
# Requests/s and CPU per request of one server process: bench/compare.sh COMMAND... (serving on $PORT).
# Needs wrk. CPU is the server's user and system time from /proc, so the load generator's does not count.
PORT=${PORT:-8765}
"$@" >/tmp/bench_server.log 2>&1 &
server=$!
until curl -fs "http://127.0.0.1:$PORT/trivial" >/dev/null; do kill -0 $server || { cat /tmp/bench_server.log; exit 1; }; done
ticks() { cat /proc/$server/stat $(for c in $(pgrep -P $server); do echo /proc/$c/stat; done) | awk '{s += $14 + $15} END {print s}'; }
wrk -t1 -c8 -d2s "http://127.0.0.1:$PORT/trivial" >/dev/null
before=$(ticks)
wrk -t1 -c8 -d"${SECONDS_EACH:-6}s" --latency "http://127.0.0.1:$PORT/trivial" >/tmp/bench_wrk.log
after=$(ticks)
awk -v t=$((after - before)) '/99%/ {p=$2} /requests in/ {n=$1} /Requests\/sec/ {r=$2} /Non-2xx/ {e=$NF}
  END {printf "%8.0f requests/s  p99 %s  %.3f ms CPU/request  errors %d\n", r, p, t * 10 / n, e}' /tmp/bench_wrk.log
kill $server; wait $server 2>/dev/null; true
