"""What a person is told where work came to nothing."""

import signal


def died(words: str, status: int) -> str:
    """The process died of it, and again when it was tried once more.

    Args:
        words: What was done, see `core.explain.pool.works.Work.words`.
        status: How it ended: an exit code, or a signal's number below 0.
    """
    if status == -signal.SIGKILL:
        return (
            f"The process that explains was killed twice during {words}, perhaps for want of memory. Close "
            "other programs and try again, or choose another method."
        )
    return (
        f"The process that explains died twice during {words}. Choose another method, or see why in "
        "explaining.log."
    )


def hung(words: str, seconds: float) -> str:
    """Nothing was heard of it for so many seconds."""
    return (
        f"{_first(words)} got no further for {seconds:g} seconds and was stopped. Try again, or choose "
        "another method."
    )


def unexpected(words: str, number: str) -> str:
    """Something that nobody expected, under its number in the log."""
    return (
        f"Something unexpected went wrong in {words} (error {number}). Try again, and give this number to "
        "whoever runs the app if it happens twice."
    )


def memory(words: str) -> str:
    """There was too little of it."""
    return f"There is too little memory for {words}. Close other programs, or choose another method."


def no_process(error: OSError) -> str:
    """The system refuses one."""
    return f"The system starts no process ({error.strerror}). Close other programs and try again."


def _first(words: str) -> str:
    return words[:1].upper() + words[1:]
