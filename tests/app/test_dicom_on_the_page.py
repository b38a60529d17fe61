"""A real DICOM series in Review: ordered by position, windowed, the answer untouched by the view."""

import zipfile

import pytest

from core.config.settings import settings
from tests.app.conftest import Studio

SERIES = settings().shared_data / "dicom-ct.zip"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not SERIES.is_file(), reason=f"no real DICOM series: {SERIES.name} is missing"),
]


@pytest.fixture
def page(studio: Studio) -> Studio:
    with zipfile.ZipFile(SERIES) as archive:
        names = [name for name in archive.namelist() if "3slices" in name and name.endswith(".dcm")]
        files = [(name.rpartition("/")[2], archive.read(name)) for name in names]
    return studio.go("review").upload(*files).sound()


def test_slices_of_a_series_follow_their_position(page: Studio) -> None:
    assert len(page.session.cases) == 3
    walked = []
    for number in (1, 2, 3):
        page.at.slider(key="slice").set_value(number).run()
        scans = {case.scan.digest: case.scan for case in page.session.cases}
        walked.append(scans[page.session.chosen].position)
    assert walked == sorted(walked)


def test_the_window_changes_the_view_and_not_the_answer(page: Studio) -> None:
    before = [case.prediction.probabilities for case in page.session.cases]
    help_text = page.at.selectbox(key="preset").help
    assert "not the answer" in help_text
    page.at.selectbox(key="preset").set_value("Bone").run()
    assert (page.session.view.window.center, page.session.view.window.width) == (400, 1800)
    page.at.selectbox(key="preset").set_value("Free").run()
    page.at.slider(key="center").set_value(100).run()
    page.at.slider(key="width").set_value(250).run()
    assert (page.session.view.window.center, page.session.view.window.width) == (100, 250)
    assert [case.prediction.probabilities for case in page.sound().session.cases] == before


def test_the_free_window_is_there_after_another_page(page: Studio) -> None:
    page.at.selectbox(key="preset").set_value("Free").run()
    page.at.slider(key="center").set_value(-200).run()
    page.go("home").go("review").sound()
    assert page.at.selectbox(key="preset").value == "Free"
    assert page.at.slider(key="center").value == -200
