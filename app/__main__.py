"""``python -m app``: serve the interface and the API on KCS_HOST and KCS_PORT."""

import os
import sys

import typer
from pydantic import ValidationError

from core.config import logs
from core.config.settings import ROOT, settings


def main() -> int:
    """Serve until a signal ends it.

    Returns:
        0 after a signal, 2 when a setting can't be used.
    """
    try:
        chosen = settings()
    except ValidationError as error:
        bad = error.errors()[0]
        name = "_".join(str(part) for part in bad["loc"]).upper()
        typer.echo(f"The setting KCS_{name} can't be used: {bad['msg']}. See docs/operations.md.", err=True)
        return 2
    logs.configure(chosen.log_level)
    os.chdir(ROOT)  # .streamlit/config.toml is found from here
    # numpy's matrices are small here; its threads would only fight with those of the forward pass
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from app.asgi import app

    app.run(config={"server.address": chosen.host, "server.port": chosen.port, "server.headless": True})
    return 0


if __name__ == "__main__":
    sys.exit(main())
