"""The provider as the bench has it: a process of its own that accepts every text at once and keeps nothing.

`python conversing_provider.py PORT`. The simulator does far more for each text, and would be measured too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from urllib.parse import parse_qs

_numbers = count(1)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: request after request until the other side closes it."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = next(
                (int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length")),
                0,
            )
            form = parse_qs((await reader.readexactly(length)).decode())
            writer.write(_answer(form))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _answer(form: dict[str, list[str]]) -> bytes:
    accepted = {
        "sid": f"SM{next(_numbers):032d}",
        "status": "queued",
        "to": form.get("To", [""])[0],
        "from": form.get("From", [""])[0],
        "body": form.get("Body", [""])[0],
        "date_created": "Thu, 05 Mar 2026 15:00:00 +0000",
        "error_code": None,
        "num_segments": "1",
    }
    body = json.dumps(accepted).encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def main(port: int) -> None:
    """Until the process is ended."""
    listening = await asyncio.start_server(serve, "127.0.0.1", port)
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
