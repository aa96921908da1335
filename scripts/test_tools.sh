#!/usr/bin/env bash
# As root on Debian, install the programs that the tests need beside Python and that are not there.
set -euo pipefail
browser=chromium-headless-shell
declare -A packages=([$browser]=$browser [node]=nodejs [npm]=npm [nginx]=nginx-light [caddy]=caddy [faketime]=faketime
    [ip]=iproute2 [uuidgen]=uuid-runtime [curl]=curl [git]=git)
missing=()
for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
if [ ${#missing[@]} = 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if ! apt-cache show $browser >/dev/null 2>&1; then missing=("${missing[@]/$browser/chromium}"); fi
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
