#!/usr/bin/env bash
# Run ruff, deptry, mypy and all tests, or some tests alone: scripts/test.sh [PYTEST ARGUMENT ...]. As root on Debian, the
# programs that some tests need are installed first; elsewhere tests without their program are left out and listed at
# the end. With CI=true nothing may be left out but the .NET tests. mypy takes the time that the tests leave it.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
if [ $# -gt 0 ]; then exec "$bin/python" -m tests.plugins.suite "$@"; fi
bash scripts/test_tools.sh || echo "some programs could not be installed" >&2
types=$(mktemp)
trap 'rm -f "$types"' EXIT
failed=0
nice "$bin/mypy" . >"$types" 2>&1 &
mypy=$!
echo "--- ruff"
"$bin/ruff" check . || failed=1
echo "--- deptry"
"$bin/deptry" . || failed=1
echo "--- tests"
"$bin/python" -m tests.plugins.suite || failed=1
wait $mypy || failed=1
echo "--- mypy"
cat "$types"
exit $failed
