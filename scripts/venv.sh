#!/usr/bin/env bash
# Create the virtual environment and install the packages of requirements.lock, of which each file must have one of the
# hashes that are pinned there: scripts/venv.sh FOLDER
set -euo pipefail
venv=${1:?folder}
shipped=3.13 # that of the Dockerfile
newest=14    # of those on which the tests have run

minor() { # PYTHON: the 13 of 3.13; nothing if this does not run, or is another Python than 3
    "$1" -c 'import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else "")' 2>/dev/null || true
}

is_new_enough() { # PYTHON
    local minor
    minor=$(minor "$1")
    [ "${minor:-0}" -ge 11 ]
}

has_pip() { # PYTHON: Debian's comes without
    "$1" -c 'import ensurepip' >/dev/null 2>&1
}

pick_python() {
    local candidate candidates=(python$shipped python3.14 python3.12 python3.11 python3)
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    for candidate in "${candidates[@]}"; do
        if is_new_enough "$candidate" && has_pip "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    for candidate in "${candidates[@]}"; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "needs Python 3.11 or newer on the PATH, or as PYTHON=/path/to/python" >&2
    return 1
}

make_venv() {
    # Without ensurepip `venv` fails; a pip that is there can install another one.
    "$python" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv" >/dev/null 2>&1 &&
        "$python" -m pip --python "$venv/bin/python" install --quiet --require-hashes -r requirements-build.lock && return
    rm -rf "$venv"
    echo "$python cannot create a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2
    return 1
}

is_usable() { # PYTHON: of the environment that is there
    is_new_enough "$1" && { [ -z "${PYTHON:-}" ] || [ "$(minor "$1")" = "$(minor "$PYTHON")" ]; }
}

if [ -n "${PYTHON:-}" ] && ! is_new_enough "$PYTHON"; then
    echo "PYTHON=$PYTHON does not run, or is older than Python 3.11" >&2
    exit 1
fi
if ! is_usable "$venv/bin/python"; then
    python=$(pick_python)
    if [ "$(minor "$python")" -gt $newest ]; then
        echo "warning: the tests have run on Python 3.11 to 3.$newest, and $python is newer" >&2
    fi
    echo "creating $venv with $("$python" --version) (once, a minute or so)"
    rm -rf "$venv"
    make_venv
fi
echo "installing the packages of requirements.lock"
install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes)
"${install[@]}" -r requirements-build.lock
# Otherwise pip would build packages with the newest setuptools, whatever that is.
"${install[@]}" --no-build-isolation -r requirements.lock
