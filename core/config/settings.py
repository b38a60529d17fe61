"""Where things are and how much is allowed, from the environment (prefix ``KCS_``).

What a model is trained with is not here but in params.yaml (`core.config.params`).
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
MB = 1024 * 1024


class Limits(BaseSettings):
    """Caps on what a person may hand in, checked before pixels are decoded."""

    model_config = SettingsConfigDict(env_prefix="KCS_LIMIT_", frozen=True)

    file_bytes: int = Field(64 * MB, gt=0, description="one file, packed")
    pixels: int = Field(40_000_000, gt=0, description="one slice, width x height")
    frames: int = Field(2_000, gt=0, description="slices in one multi-frame file")
    batch_files: int = Field(2_000, gt=0, description="files in one upload or zip")
    batch_bytes: int = Field(1024 * MB, gt=0, description="a whole upload or zip, unpacked")
    expansion: float = Field(200.0, gt=1, description="unpacked size over packed size in a zip")


class Settings(BaseSettings):
    """Where the app reads and writes, and what it listens on."""

    model_config = SettingsConfigDict(env_prefix="KCS_", frozen=True)

    var: Path = Field(ROOT / "var", description="every byte written at run time lies below")
    assets: Path = Field(ROOT / "assets", description="logo, samples, the shipped bundle")
    shared_data: Path = Field(ROOT.parent / "shared" / "data", description="the real data sets")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8501, ge=1, le=65535)
    threads: int = Field(2, ge=1, le=64, description="threads of one forward pass")
    slots: int = Field(1, ge=1, le=16, description="jobs of one queue, trainings say, that run at once")
    model_name: str = Field("kidney-ct", min_length=1, description="the model's name in MLflow's registry")
    log_level: str = Field("INFO")
    limits: Limits = Field(default_factory=Limits)

    @property
    def shipped_bundle(self) -> Path:
        return self.assets / "model"

    @property
    def samples(self) -> Path:
        return self.assets / "samples"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def unusable(error: ValidationError) -> str:
    """Which variable of the environment can't be used, and why: what `settings` raised, as a sentence."""
    bad = error.errors()[0]
    prefix = Limits.model_config["env_prefix"] if error.title == Limits.__name__ else "KCS_"
    name = prefix + "_".join(map(str, bad["loc"])).upper()
    return f"The setting {name} can't be used: {bad['msg']}. See docs/operations.md."
