"""The errors a person may see: each is one sentence that says what, which, and what now."""


class StudioError(Exception):
    """Root of every error whose text is fit for a screen or an HTTP body.

    Attributes:
        code: A short, stable, machine-readable name (``"too-large"``, ``"bundle-newer"``).
        sentence: What went wrong, with what, and what to do now.
    """

    def __init__(self, sentence: str, code: str = "error") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class InputError(StudioError):
    """A file or a value that a person gave can't be used."""


class LimitError(InputError):
    """An input passes a cap (bytes, pixels, files, expansion); found before the cost is paid."""


class BundleError(StudioError):
    """A model bundle is missing, damaged, or of a format this version can't read."""


class DataError(StudioError):
    """A data set can't be ingested, grouped or split as asked."""


class SettingsError(StudioError):
    """A setting or a parameter has a value that can't work."""


class StorageError(StudioError):
    """Something can't be written: the disk is full, or a folder refuses it."""
