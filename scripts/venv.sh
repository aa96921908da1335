#!/usr/bin/env bash
# Create the virtual environment and install the packages of requirements.lock: scripts/venv.sh FOLDER
set -euo pipefail
venv=${1:?folder}

is_supported() { # PYTHON
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

pick_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "needs Python 3.11, 3.12 or 3.13 on the PATH, or as PYTHON=/path/to/python" >&2
    return 1
}

make_venv() {
    # Debian's python3 comes without ensurepip, so that `venv` may fail; another pip or virtualenv can replace it.
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
    echo "$python cannot create a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2
    return 1
}

if ! is_supported "$venv/bin/python"; then
    python=$(pick_python)
    echo "creating $venv with $("$python" --version) (once, a minute or so)"
    rm -rf "$venv"
    make_venv
fi
echo "installing the packages of requirements.lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.lock
