"""Run the server by hand: `PYTHONPATH=tests python -m google_server [FOLDER]` prints the settings to use."""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

from google_server.fixtures import ConnectedGoogle
from google_server.server import GoogleServer

server = GoogleServer()
folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)
connected = ConnectedGoogle(server, folder)
print(f"GOOGLE_API_BASE_URL={server.url}")
print(f"GOOGLE_TOKEN_URI={server.token_uri}")
print(f"GOOGLE_SERVICE_ACCOUNT_FILE={connected.service_account_file}")
print(f"GOOGLE_CALENDAR_ID={connected.calendar_id}", flush=True)
try:
    threading.Event().wait()
except KeyboardInterrupt:
    server.close()
