# Sourced by the set-up scripts: one voice for messages, and the search for a Python that really runs.

# uv trusts whom the machine trusts, as pip does: without it nobody gets past a company's proxy. Older versions of
# uv know the second name only.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1

say() { printf '%s\n' "setup: $*"; }

die() {
  printf '%s\n' "setup: $*" >&2
  exit 1
}

# Whether this candidate starts at all and is of the wanted version. A pyenv shim may exist and exit 127,
# so nothing is trusted before it has run. $1 = command, $2 = "3.11" (that or newer) or "=3.10" (just that).
python_fits() {
  "$1" -I - "$2" >/dev/null 2>&1 <<'PY'
import sys
wanted = sys.argv[1]
version = tuple(map(int, wanted.lstrip("=").split(".")))
fits = sys.version_info[:2] == version if wanted.startswith("=") else sys.version_info[:2] >= version
import ensurepip, venv  # Debian ships Pythons that cannot make an environment
sys.exit(not fits)
PY
}

# Prints the full path of the first Python that fits: PATH first, then pyenv's versions. $1 as $2 above,
# the other arguments are the names to try.
find_python() {
  wanted=$1
  shift
  for name in "$@"; do
    if python_fits "$name" "$wanted"; then
      "$name" -I -c 'import sys; print(sys.executable)'
      return 0
    fi
  done
  for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python; do
    if [ -x "$candidate" ] && python_fits "$candidate" "$wanted"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Prints a uv that runs: the one of `make setup`, else one on PATH.
find_uv() {
  for candidate in .venv/bin/uv uv; do
    if "$candidate" --version >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Whether stamp file $1 still describes the files that follow.
unchanged() {
  stamp=$1
  shift
  [ -f "$stamp" ] && cksum "$@" 2>/dev/null | cmp -s - "$stamp"
}
