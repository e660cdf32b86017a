"""Serves the trained model over HTTP on loopback; runs with the Python of nlu/model/.venv.

    RASA_TOKEN=... nlu/model/.venv/bin/python nlu/model/serve.py --port 5005 [--with-parent]

This is what `rasa run --enable-api` does, with a route of our own for embeddings (embed_route.py) and less
three things: the token comes from the environment and so never shows in the list of processes, nothing but
errors is logged (no text, no address with a token), and with `--with-parent` the server ends by itself when
the process that started it is gone.
"""

import argparse
import logging
import os
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = HERE / "models" / "rekindle.tar.gz"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "ERROR",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # One text is far too little work to share between cores; more threads only get in each other's way.
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


def end_with_parent() -> None:
    """Ends this process when its parent has died, so that a killed test run leaves no server behind."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def serve(port: int, token: str, model: Path) -> None:
    """Rasa's HTTP API and our route beside it, in this process, until it is told to end."""
    from functools import partial

    import embed_route
    import straight_run
    from rasa.core.run import close_resources, configure_app, load_agent_on_start
    from rasa.core.utils import AvailableEndpoints

    straight_run.take_effect()
    endpoints = AvailableEndpoints()
    app = configure_app(auth_token=token, port=port, endpoints=endpoints)
    embed_route.add_to(app, token)
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.run(host="127.0.0.1", port=port, workers=1, access_log=False)


def main() -> int:
    """Serves until the process is told to end; 2 when it cannot start at all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", type=Path, default=MODEL, help="another model than the trained one")
    parser.add_argument("--with-parent", action="store_true", help="end when the starting process has ended")
    arguments = parser.parse_args()
    token = os.environ.get("RASA_TOKEN", "")
    if not token:
        print("RASA_TOKEN is not set: the model is never served without a token.", file=sys.stderr)
        return 2
    if not arguments.model.is_file():
        print("There is no trained model: run `make setup`.", file=sys.stderr)
        return 2
    if arguments.with_parent:
        end_with_parent()
    os.environ.update(QUIET)
    arguments.model = arguments.model.resolve()
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))

    import rasa.utils.common
    import rasa.utils.log_utils

    rasa.utils.common.configure_logging_and_warnings(
        logging.ERROR, warn_only_once=True, filter_repeated_logs=True
    )
    rasa.utils.log_utils.configure_structlog(logging.ERROR)
    serve(arguments.port, token, arguments.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
