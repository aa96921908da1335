#!/usr/bin/env bash
# Run the tests on each Python from 3.11 on that is here (on the PATH, in /usr/bin, of pyenv or uv), one after the other:
# scripts/pythons.sh [PYTEST ARGUMENT ...]. Each has a virtual environment of its own in ~/.cache/crmsolid, which stays.
set -uo pipefail
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crmsolid
pythons=() # VERSION PATH; the first of each version. The bash of macOS has no associative arrays.
shopt -s nullglob
for python in $(compgen -c python3. | sort -u) /usr/bin/python3.* "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 \
    "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/*/bin/python3; do
    # Those that cannot make an environment are left out: on Debian python3.N-venv is a package of its own.
    version=$("$python" -c 'import sys, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " ${pythons[*]-}" in *" $version "*) continue ;; esac
    [ "${version#3.}" -ge 11 ] && pythons+=("$version $python")
done
if [ ${#pythons[@]} = 0 ]; then
    echo "there is no Python from 3.11 on with venv" >&2
    exit 1
fi
failed=()
ran=()
while read -r version python <&3; do
    echo "=== Python $version ($python)"
    PYTHON=$python bash scripts/venv.sh "$cache/$version" &&
        "$cache/$version/bin/python" -m tests.plugins.suite "$@" || failed+=("$version")
    ran+=("$version")
done 3< <(printf '%s\n' "${pythons[@]}" | sort -V)
echo "=== Python: ${ran[*]}; failed: ${failed[*]:-none}"
[ ${#failed[@]} = 0 ]
