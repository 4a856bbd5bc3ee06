"""Three questions: is the process alive, may it get traffic, and how is everything it depends on."""

import asyncio
import time
from dataclasses import dataclass
from typing import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

import log
from settings import Settings

TIMEOUT = 0.8  # seconds; a prober that allows one second still gets an answer, and the reason


@dataclass(frozen=True)
class Finding:
    up: bool
    latency_ms: float
    error: str | None = None

    def describe(self) -> dict:
        found = {"status": "up" if self.up else "down", "latency_ms": self.latency_ms}
        return found if self.error is None else found | {"error": self.error}


class Check:
    """One dependency. However many probers ask at once, a single thread does, so one that hangs costs no more."""

    def __init__(self, name: str, ping: Callable[[], None]):
        self.name = name
        self._ping = ping
        self._asking: asyncio.Task | None = None
        self._was_up = True

    async def find(self) -> Finding:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(self._ask))
        try:
            return await asyncio.wait_for(asyncio.shield(self._asking), TIMEOUT)
        except asyncio.TimeoutError:
            return Finding(up=False, latency_ms=TIMEOUT * 1000, error="timeout")

    def _ask(self) -> Finding:
        started = time.perf_counter()
        error = None
        try:
            self._ping()
        except Exception as reason:
            error = reason
        self._log_change(error)
        # Only the kind of error leaves the process: its text names hosts and users, and belongs into the log.
        latency = round((time.perf_counter() - started) * 1000, 2)
        return Finding(error is None, latency, error and type(error).__name__)

    def _log_change(self, error: Exception | None) -> None:
        if (error is None) == self._was_up:
            return
        self._was_up = error is None
        if self._was_up:
            log.write("dependency up", dependency=self.name)
        else:
            log.write("dependency down", dependency=self.name, error=str(error).strip())


def router(settings: Settings, redis: Check, postgres: Check) -> APIRouter:
    health = APIRouter()

    async def find_all() -> tuple[Finding, Finding]:
        return await asyncio.gather(redis.find(), postgres.find())

    @health.get("/healthz")
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @health.get("/readyz")
    async def ready() -> JSONResponse:
        missing = [check.name for check, found in zip((redis, postgres), await find_all()) if not found.up]
        if missing:
            return JSONResponse({"status": "not ready", "waiting_for": missing}, status_code=503)
        return JSONResponse({"status": "ready"})

    @health.get("/health")
    async def overall() -> JSONResponse:
        redis_found, postgres_found = await find_all()
        if not postgres_found.up:
            status = "unhealthy"
        elif not redis_found.up:
            status = "degraded"  # Reads are slower, nothing else is lost.
        else:
            status = "healthy"
        report = {
            "status": status,
            "version": settings.version,
            "uptime_seconds": round(time.monotonic() - settings.started_at, 1),
            "checks": {redis.name: redis_found.describe(), postgres.name: postgres_found.describe()},
        }
        return JSONResponse(report, status_code=503 if status == "unhealthy" else 200)

    return health
