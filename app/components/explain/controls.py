"""What is explained, and how: the class, the class it is held against, methods, layer."""

from app.explain.asked import Asked
from core.explain.methods import DEFAULT
from core.explain.values import Target
from core.inference.batch import Case
from core.models.bundle import Bundle


def show(case: Case, bundle: Bundle) -> Asked:
    """Draw the controls, all of them in the address.

    Args:
        case: The slice and its answer.
        bundle: The model that answered it.
    """
    return Asked(case, bundle, Target(case.prediction.top[0]), (DEFAULT,))
