import json
import platform

import pytest

from core.config.settings import Settings
from core.errors import StorageError
from core.tracking import environment, trouble
from core.tracking.trouble import sentence


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError("(sqlite3.OperationalError) database is locked"), "mlflow.db is locked by another program"),
        (OSError("attempt to write a readonly database"), "can't be written to"),
        (OSError("database or disk is full"), "the disk is full"),
        (OSError("file is not a database"), "isn't a database of runs"),
        (OSError("Detected out-of-date database schema (found version 1)"), "another version of MLflow"),
        (OSError("HTTPConnectionPool: Max retries exceeded with url"), "can't be reached"),
        (ValueError("Something\nTraceback of it"), "refuses: Something."),
        (ValueError(), "refuses: ValueError."),
    ],
)
def test_what_is_in_the_way_is_a_sentence(error: Exception, said: str, settings: Settings) -> None:
    found = sentence(error, settings)
    assert said in found and "Traceback" not in found and "\n" not in found
    assert "delivered once" in found, "and that nothing is lost"


def test_our_own_errors_speak_for_themselves(settings: Settings) -> None:
    found = sentence(StorageError("The disk is full: x can't be written."), settings)
    assert found.startswith("The disk is full: x can't be written. Everything is kept")
    assert trouble.code(ValueError()) == ""


def test_the_environment_names_versions_and_nobody() -> None:
    found = environment.describe("abc-dirty")
    assert json.loads(json.dumps(found)) == found
    assert found["code_revision"] == "abc-dirty"
    assert found["python"].startswith("3.11") and found["processors"] >= found["processors_allowed"] >= 1
    assert found["packages"]["mlflow"] and found["packages"]["tensorflow"]
    assert platform.node() not in json.dumps(found)
