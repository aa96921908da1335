#!/usr/bin/env bash
# Compare requirements.lock with the advisories of the package index. Exits with 0 if every package was compared and none
# has a known vulnerability, with 1 if one has, and with 2 if the advisories of some package could not be read: then
# nothing is known of it, and the run counts as failed.
set -euo pipefail
lock=${1:-requirements.lock}
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool/venv"
"$tool/venv/bin/pip" install --quiet --disable-pip-version-check pip-audit
status=0
"$tool/venv/bin/pip-audit" --disable-pip --no-deps --progress-spinner off --format json --output "$tool/report.json" \
    --requirement "$lock" || status=$?
if [ ! -s "$tool/report.json" ]; then
    echo "audit: pip-audit wrote no report (exit status $status): nothing was compared" >&2
    exit 2
fi
.venv/bin/python - "$tool/report.json" <<'PYTHON'
import json
import sys

packages = json.load(open(sys.argv[1]))["dependencies"]
unread = [f"{package['name']}: {package['skip_reason']}" for package in packages if "skip_reason" in package]
found = [
    f"{package['name']} {package['version']}: {each['id']}, fixed in {', '.join(each['fix_versions']) or 'no version yet'}"
    for package in packages
    for each in package.get("vulns", [])
]
for line in found:
    print(f"audit: known vulnerability: {line}")
for line in unread:
    print(f"audit: not compared: {line}", file=sys.stderr)
print(f"audit: {len(packages) - len(unread)} of {len(packages)} packages compared, {len(found)} known vulnerabilities")
raise SystemExit(1 if found else 2 if unread or not packages else 0)
PYTHON
