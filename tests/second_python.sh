#!/usr/bin/env bash
# The tests on a second Python: that of another Debian, which debootstrap unpacks into a folder.
# Needs root and `apt-get install debootstrap`. tests/second_python.sh [FOLDER] [RELEASE]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-build/second}
release=${2:-trixie}  # its Python is 3.13
mkdir -p "$folder"
folder=$(realpath "$folder")
# The packages come from where this machine's own come from.
mirror=$(find /etc/apt -name '*.list' -o -name '*.sources' | sort | xargs grep -hv '^ *#' |
  grep -oE 'https?://[^ ]+/debian/?( |$)' | sed -n 1p)
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
export http_proxy=${http_proxy:-}

[ -x "$folder/usr/bin/python3" ] || debootstrap --variant=minbase \
  --include=python3,python3-venv,git,make,ca-certificates "$release" "$folder" "$mirror" >"$folder.log" ||
  { cat "$folder.log"; exit 1; }

leave() {
  mountpoint -q "$folder/dev" && umount -R "$folder/dev"
  mountpoint -q "$folder/proc" && umount "$folder/proc"
  return 0
}
trap leave EXIT
mountpoint -q "$folder/proc" || mount -t proc proc "$folder/proc"
mountpoint -q "$folder/dev" || { mount --rbind /dev "$folder/dev" && mount --make-rslave "$folder/dev"; }

# What this machine knows of networks, certificates and registries.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt "$HOME/.config/pip/pip.conf"; do
  [ ! -f "$file" ] || { mkdir -p "$(dirname "$folder$file")" && cp -L "$file" "$folder$file"; }
done

rm -rf "$folder/src/nbflow" "$folder/src/tests"
mkdir -p "$folder/src"
git ls-files -z | tar --null -c -T - | tar -x -C "$folder/src"

chroot "$folder" /bin/bash -euo pipefail -c '
  cd /src
  unset PYTHONDONTWRITEBYTECODE
  export NBFLOW_WARM=0
  export VIRTUAL_ENV=/src/.venv
  python3 --version
  [ -x .venv/bin/uv ] || { python3 -m venv .venv && .venv/bin/pip install -q uv; }
  .venv/bin/uv pip install -q --compile-bytecode -e ".[example]" --group test
  .venv/bin/nbflow run notebooks
  .venv/bin/pytest -q -n 2 -p no:cacheprovider @tests/other_versions.txt
'
