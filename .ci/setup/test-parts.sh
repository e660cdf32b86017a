#!/usr/bin/env bash
# Finds what only the tests need from the system, PostgreSQL's server and Chromium, and installs what is missing.
# The search itself is tests/services/machine.py, so that set-up and tests can never disagree about it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/python.sh

has() { .venv/bin/python tests/services/machine.py "$1" >/dev/null; }

apt_updated=
apt_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  export DEBIAN_FRONTEND=noninteractive
  quiet=(-qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 -o Acquire::http::Timeout=60 -o Acquire::https::Timeout=60)
  if [ -z "$apt_updated" ]; then
    # A third-party source that does not answer must not keep Debian's own packages from us.
    timeout 300 apt-get "${quiet[@]}" update || say "apt-get update reported a problem; going on with what it has"
    apt_updated=yes
  fi
  say "installing $* with apt-get (this may take some minutes)"
  timeout 900 apt-get "${quiet[@]}" install --yes --no-install-recommends "$@" >/dev/null
}

if ! has postgresql; then
  apt_install postgresql || true
  has postgresql || die "the tests need PostgreSQL's server programs (initdb, postgres). Install the package postgresql."
fi

if ! has chromium; then
  apt_install chromium || timeout 600 .venv/bin/playwright install chromium || true
  has chromium || die "the tests need Chromium. Install the package chromium, or run: .venv/bin/playwright install chromium"
fi
