"""A slice on which nothing speaks for any class."""

from dataclasses import replace

import numpy as np

from tests.app.explain.conftest import Explain


def arrive(page: Explain, view: str) -> Explain:
    """Come to a view with one slice whose maps are flat."""
    page.open("a.png", e_view="This model")
    now = page.session
    now.cases[:] = [
        replace(case, prediction=replace(case.prediction, maps=np.zeros_like(case.prediction.maps)))
        for case in now.cases
    ]
    page.at.segmented_control(key="e_view").set_value(view).run()
    page.sound()
    return page
