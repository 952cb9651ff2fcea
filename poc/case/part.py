"""What every section of poc.yaml is: frozen, and nothing that it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A section, or a part of one. A field's description and first example make its lines in `byoc poc init`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
