"""``python -m app``: serve the interface and the API on KCS_HOST and KCS_PORT."""

import os
import sys

import typer
from pydantic import ValidationError

from core.config import logs
from core.config.settings import ROOT, settings, unusable


def main() -> int:
    """Serve until a signal ends it.

    Returns:
        0 after a signal, 2 when a setting can't be used.
    """
    try:
        chosen = settings()
    except ValidationError as error:
        typer.echo(unusable(error), err=True)
        return 2
    logs.configure(chosen.log_level)
    os.chdir(ROOT)  # .streamlit/config.toml is found from here
    # numpy's matrices are small here; its threads would only fight with those of the forward pass
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _serve(chosen.host, chosen.port)
    return 0


def _serve(host: str, port: int) -> None:
    """Streamlit's own `App.run` binds a socket without TCP_NODELAY: every answer waits 40 ms for an ACK."""
    os.environ |= {"STREAMLIT_SERVER_ADDRESS": host, "STREAMLIT_SERVER_PORT": str(port)}
    import uvicorn

    from app.asgi import app

    typer.echo(f"Kidney CT Studio: http://{host}:{port}  (API: http://{host}:{port}/api)", err=True)
    uvicorn.run(app, host=host, port=port, ws="websockets-sansio", log_level="warning", access_log=False)


if __name__ == "__main__":
    sys.exit(main())
