import shutil
import time

import pytest

from core.config.settings import Settings
from core.errors import InputError
from core.jobs import records
from tests.jobs.conftest import ID, write


def test_a_thousand_finished_jobs_are_read_once_each(settings: Settings) -> None:
    place = write(settings, state="succeeded")
    for number in range(1000):
        other = place.with_name(f"{ID[:-4]}{number:04x}")
        other.mkdir(exist_ok=True)
        (other / records.FILE).write_bytes((place / records.FILE).read_bytes())
    before = time.monotonic()
    first = records.listing(settings)
    again = time.monotonic()
    assert len(first) == 1000
    assert again - before < 2.0
    assert records.listing(settings) == first
    assert time.monotonic() - again < 0.3


def test_a_finished_job_whose_record_changes_is_read_again(settings: Settings) -> None:
    place = write(settings, state="succeeded")
    found = records.read(ID, settings)
    records.keep(place, found.model_copy(update={"reason": "an other end"}))
    assert records.read(ID, settings).reason == "an other end"
    (place / records.FILE).write_text("{")
    assert "is damaged" in records.read(ID, settings).reason
    shutil.rmtree(place)
    with pytest.raises(InputError, match="There is no job"):
        records.read(ID, settings)
