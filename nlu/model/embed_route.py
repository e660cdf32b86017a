"""A route of our own on Rasa's server: the embeddings of texts, so that the service needs no second model.

    POST /model/embed?token=…   {"texts": ["do you take delta?", …]}
    200   {"dimension": 384, "embeddings": ["<base64 of 384 little-endian float16, of length one>", …]}

A text that was parsed or embedded just before is remembered: asking for its embedding costs the way alone.
"""

import base64
from http import HTTPStatus

from components.minilm import WIDTH, encoder
from rasa.server import ErrorResponse, requires_auth
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

MOST_TEXTS = 64
"""In one call; some 4 ms each, during which nobody else is answered."""

LONGEST_TEXT = 5000


def add_to(app: Sanic, token: str) -> None:
    """Adds the route to the server, behind the same token as Rasa's own."""
    encode = encoder().embed

    @app.post("/model/embed")
    @requires_auth(app, token)
    async def embed(request: Request) -> HTTPResponse:
        texts = _texts(request)
        found = encode(texts).astype("<f2")
        return response.json(
            {"dimension": WIDTH, "embeddings": [base64.b64encode(row.tobytes()).decode() for row in found]}
        )


def _texts(request: Request) -> list[str]:
    """The texts asked for; 400 for anything else."""
    body = request.json
    texts = body.get("texts") if isinstance(body, dict) else None
    usable = isinstance(texts, list) and all(isinstance(t, str) and len(t) <= LONGEST_TEXT for t in texts)
    if not usable or len(texts) > MOST_TEXTS:
        raise ErrorResponse(
            HTTPStatus.BAD_REQUEST,
            "BadRequest",
            f'The body must be {{"texts": […]}} with at most {MOST_TEXTS} texts of {LONGEST_TEXT} letters.',
        )
    return texts
