#!/usr/bin/env bash
# Create the virtual environment and install the packages of requirements.lock, of which each file must have one of the
# hashes that are pinned there: scripts/venv.sh FOLDER
set -euo pipefail
venv=${1:?folder}

is_supported() { # PYTHON
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

pick_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "needs Python 3.11 to 3.14 on the PATH, or as PYTHON=/path/to/python" >&2
    return 1
}

make_venv() {
    # Debian's python3 comes without ensurepip, so that `venv` may fail; a pip that is there can install another one.
    "$python" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 &&
        "$python" -m pip --python "$venv/bin/python" install --quiet --require-hashes -r requirements-build.lock && return
    rm -rf "$venv"
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
install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes)
"${install[@]}" -r requirements-build.lock
# Otherwise pip would build packages with the newest setuptools, whatever that is.
"${install[@]}" --no-build-isolation -r requirements.lock
