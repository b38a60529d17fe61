"""The log: on stderr, without the names of uploads, and with an id for what nobody expected."""

import logging
import secrets
import warnings

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(level: str) -> None:
    """Send this process's log to stderr; a second call only changes the level.

    Args:
        level: A name that `logging` knows; an unknown one means INFO.
    """
    root = logging.getLogger()
    if not any(getattr(handler, "studio", False) for handler in root.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_FORMAT))
        handler.addFilter(_names_nobody)
        handler.studio = True  # type: ignore[attr-defined]
        root.addHandler(handler)
    chosen = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.getLogger("core").setLevel(chosen)
    logging.getLogger("app").setLevel(chosen)
    warnings.simplefilter("ignore", UserWarning)  # pydicom says everything this way too


def _names_nobody(record: logging.LogRecord) -> bool:
    """False for pydicom's warnings: they quote header values, and those may name a person."""
    return not record.name.startswith("pydicom")


def incident(error: BaseException, where: str) -> str:
    """Log an unexpected error with its traceback.

    Args:
        error: What was caught.
        where: What was being done, without anything a person sent.

    Returns:
        The id it was logged under, for the sentence that the person sees.
    """
    number = secrets.token_hex(4)
    logging.getLogger("core.incident").error("error %s in %s", number, where, exc_info=error)
    return number
