#!/usr/bin/env bash
# Makes .venv, the environment of the service: what requirements.lock names, and the project itself in place.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/python.sh

stamp=.venv/.set-up
inputs=(requirements.lock pyproject.toml .ci/setup/uv.lock.txt .ci/setup/service.sh)

if unchanged $stamp "${inputs[@]}" && .venv/bin/python -I -c '' 2>/dev/null; then
  exit 0
fi

if ! python_fits .venv/bin/python 3.11; then
  python=$(find_python 3.11 python3.11 python3.12 python3.13 python3 python) ||
    die "no Python 3.11 or newer was found. Install one (with venv), put it on PATH, and run make setup again."
  say "making .venv with $python"
  rm -rf .venv
  "$python" -m venv .venv || die "$python cannot make an environment; install its venv module."
fi
rm -f $stamp

locks=(requirements.lock)
# A uv on PATH serves; without one the pinned uv comes into .venv and counts as part of the lock,
# so that the next sync does not remove it.
if ! uv --version >/dev/null 2>&1; then
  locks+=(.ci/setup/uv.lock.txt)
  if ! .venv/bin/uv --version >/dev/null 2>&1; then
    say "installing uv"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps \
      -r .ci/setup/uv.lock.txt ||
      die "uv could not be installed with pip. Check the network, or install uv yourself, and run make setup again."
  fi
fi
uv=$(find_uv)

say "installing the service's packages"
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes "${locks[@]}" ||
  die "the packages of requirements.lock could not be installed (see above)."
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e . ||
  die "the project could not be installed into .venv (see above)."

cksum "${inputs[@]}" >$stamp
