"""What is known of a job."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class Job(BaseModel):
    """A job as it stands. Times are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="sorts by time of creation; fit for an address")
    worker: str = Field(description="the module that does it")
    request: dict[str, Any] = Field(default_factory=dict, description="what is to be done")
    queue: str = Field("", description="whose slots it waits for; empty: it starts at once")
    state: State = "queued"
    created: float = 0.0
    started: float | None = Field(None, description="when the worker took it up")
    ended: float | None = None
    heartbeat: float | None = Field(None, description="when the worker was last heard of")
    pid: int | None = Field(
        None, description="of the worker, also while that waits; leads its own process group"
    )
    birth: str = Field("", description="the process's start, by which a recycled pid is told")
    machine: str = Field("", description="the machine, its boot and pid namespace that pid is of")
    pulse: float = Field(0.0, description="heartbeat on that machine's monotonic clock, s")
    phase: str = Field("", description="what is being done, a few words")
    share: float = Field(0.0, ge=0, le=1, description="how much of all is done")
    words: str = Field("", description="the phase in detail")
    facts: dict[str, Any] = Field(
        default_factory=dict, description="what its worker tells of itself on the way: epoch, run_id, ..."
    )
    attempts: int = Field(0, description="workers it was given since a person last started it")
    lost: bool = Field(False, description="its worker vanished: killed, or its machine restarted")
    reason: str = Field("", description="why it failed or was cancelled, a sentence")
    result: dict[str, Any] = Field(default_factory=dict, description="what came out")

    @property
    def finished(self) -> bool:
        """Nothing more will happen to it."""
        return self.state not in ("queued", "running")
