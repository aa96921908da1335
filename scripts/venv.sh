#!/usr/bin/env bash
# Make the virtual environment with what requirements.lock pins: scripts/venv.sh FOLDER
set -euo pipefail
venv=${1:?folder}

fits() { # whether this Python is one we run on
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

pick_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "needs Python 3.11, 3.12 or 3.13 on the PATH, or as PYTHON=/path/to/python" >&2
    return 1
}

make_venv() {
    # Debian's python3 comes without ensurepip, so `venv` alone may fail; a pip from elsewhere can stand in.
    "$python" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 &&
        "$python" -m pip --python "$venv/bin/python" install --quiet pip && return
    rm -rf "$venv"
    local tool
    tool=$(mktemp -d)
    "$python" -m pip install --quiet --target "$tool" virtualenv &&
        PYTHONPATH="$tool" "$python" -m virtualenv --quiet "$venv" && rm -rf "$tool" && return
    rm -rf "$tool" "$venv"
    echo "$python can make no virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2
    return 1
}

if ! fits "$venv/bin/python"; then
    python=$(pick_python)
    echo "making $venv with $("$python" --version) (once, a minute or so)"
    rm -rf "$venv"
    make_venv
fi
echo "installing what requirements.lock pins"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.lock
