"""What an operator says about language models: which one answers what, where it runs, and what it may cost."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from pipeline.prompt import Role

ROLES: tuple[Role, ...] = ("classify", "draft", "draft_complex", "summary", "qa")
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+/\S+$")]
"""A provider and its model: "openai/gpt-4o-mini", "anthropic/claude-haiku-5-5", or "<server>/<model>" for one under [models.servers]."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]


class ServerSettings(BaseModel):
    """One `[models.servers.<name>]` table: a server that speaks OpenAI's chat API (Ollama, vLLM, llama.cpp)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    base_url: Url
    """With its path: http://127.0.0.1:11434/v1."""
    key_env: str = ""
    """The environment variable that holds its key; most need none."""
    in_house: bool = False
    """It is ours although its address is not private: mail may go there under local_only, and its tokens cost nothing."""


class ModelsSettings(BaseModel):
    """The `[models]` table of triage.toml. A role that names no model gets those whose keys are set; the first that can answer does."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    classify: tuple[ModelName, ...] | None = None
    draft: tuple[ModelName, ...] | None = None
    draft_complex: tuple[ModelName, ...] | None = None
    """Who rewords a letter that answers a long mail, or one that asks for several things; without it, `draft` does."""
    summary: tuple[ModelName, ...] | None = None
    qa: tuple[ModelName, ...] | None = None
    servers: Mapping[str, ServerSettings] = Field(default_factory=dict)
    local_only: bool = False
    """No mail may be read outside: hosted providers are refused at start-up."""
    openai_url: Url = "https://api.openai.com/v1"
    anthropic_url: Url = "https://api.anthropic.com"
    timeout_seconds: float = Field(default=15.0, gt=0, le=600)
    """The longest that one call may last."""
    deadline_seconds: float = Field(default=30.0, gt=0, le=600)
    """The longest that a mail waits for an answer, with all retries and fallbacks."""
    concurrency: int = Field(default=16, ge=1, le=1000)
    """Calls to one provider at a time, of this process."""
    daily_dollars: float = Field(default=5.0, ge=0)
    """What all calls of a UTC day may cost together; then people read the mail."""
    sender_calls_day: int = Field(default=40, ge=2)
    """Calls that one sender's mails may cause within 24 hours."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for name in ("openai", "anthropic"):
            if name in self.servers:
                raise ValueError(f'a server cannot be called "{name}": that is the hosted provider. Give it another name')
        return self

    def named(self, role: Role) -> tuple[ModelName, ...] | None:
        """What the operator chose for a role, in the order to ask; None where the default holds."""
        chosen: dict[Role, tuple[ModelName, ...] | None] = {
            "classify": self.classify,
            "draft": self.draft,
            "draft_complex": self.draft_complex,
            "summary": self.summary,
            "qa": self.qa,
        }
        return chosen[role]


class ModelKeys(BaseModel):
    """The keys of the hosted providers, and those that servers' `key_env` names."""

    model_config = ConfigDict(frozen=True)
    openai: SecretStr | None = None
    anthropic: SecretStr | None = None
    servers: Mapping[str, SecretStr] = Field(default_factory=dict)
