"""What the log says, and what it must not."""

import logging
import subprocess
import sys

import pytest

from core.config import logs
from core.config.settings import ROOT


def test_an_incident_is_logged_with_its_traceback_under_its_id(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("the cause")
    except RuntimeError as error:
        number = logs.incident(error, "a test")
    assert len(number) == 8
    assert f"error {number} in a test" in caplog.text
    assert "the cause" in caplog.text
    assert "Traceback" in caplog.text


def test_no_two_incidents_share_an_id() -> None:
    assert len({logs.incident(ValueError(), "a test") for _ in range(50)}) == 50


def in_a_process(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import logging, warnings\nfrom core.config import logs\n{script}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


def test_it_goes_to_stderr_once_however_often_it_is_configured() -> None:
    done = in_a_process(
        "logs.configure('INFO'); logs.configure('info')\n"
        "logging.getLogger('core.x').info('said'); logging.getLogger('core.x').debug('kept back')"
    )
    assert done.stdout == ""
    assert done.stderr.count("said") == 1
    assert "kept back" not in done.stderr


def test_an_unknown_level_means_info() -> None:
    done = in_a_process("logs.configure('loud'); print(logging.getLogger('core').level)")
    assert int(done.stdout) == logging.INFO


def test_header_values_that_pydicom_warns_about_stay_out() -> None:
    done = in_a_process(
        "logs.configure('DEBUG')\n"
        "from pydicom.dataset import Dataset\n"
        "d = Dataset(); d.PatientBirthDate = 'DOE^JOHN born 1950'; d.StudyInstanceUID = 'DOE^JANE'"
    )
    assert "DOE" not in done.stderr
