"""What the environment tells the API, read once at startup."""

import os
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    redis_url: str
    database_url: str
    version: str
    jwt_keys: tuple[str, ...]
    started_at: float


def load() -> Settings:
    return Settings(
        redis_url=_required("REDIS_URL"),
        database_url=_required("DATABASE_URL"),
        version=os.environ.get("APP_VERSION", "unknown"),
        # Newest first, separated by commas, so that tokens signed before a rotation stay valid during its overlap.
        jwt_keys=tuple(key for key in os.environ.get("JWT_SECRET", "").split(",") if key),
        started_at=time.monotonic(),
    )


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set; the API needs it to start")
    return value
