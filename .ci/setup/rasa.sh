#!/usr/bin/env bash
# Makes nlu/model/.venv, Rasa's own environment (Python 3.10), and trains the model where its inputs changed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/python.sh

stamp=nlu/model/.venv/.set-up
inputs=(nlu/model/requirements.lock .ci/setup/rasa.sh)

if ! unchanged $stamp "${inputs[@]}" || ! nlu/model/.venv/bin/python -I -c '' 2>/dev/null; then
  uv=$(find_uv) || die "uv is missing: run make setup, which brings it."
  if ! python_fits nlu/model/.venv/bin/python =3.10; then
    python=$(find_python =3.10 python3.10) || {
      say "no Python 3.10 here, fetching one with uv"
      "$uv" python install --quiet 3.10 >/dev/null 2>&1 && python=$("$uv" python find 3.10 2>/dev/null)
    } || die "Rasa needs Python 3.10, and neither PATH nor pyenv has it. Install it (for instance: pyenv install 3.10) and run make setup again."
    say "making nlu/model/.venv with $python"
    rm -rf nlu/model/.venv
    "$uv" venv --quiet --python "$python" nlu/model/.venv || die "$python cannot make an environment."
  fi
  rm -f $stamp
  say "installing Rasa (some 2.7 GB on disk)"
  "$uv" pip sync --quiet --python nlu/model/.venv/bin/python --require-hashes nlu/model/requirements.lock ||
    die "the packages of nlu/model/requirements.lock could not be installed (see above)."
  cksum "${inputs[@]}" >$stamp
fi

nlu/model/.venv/bin/python nlu/model/train.py || die "the language model could not be trained (see above)."
