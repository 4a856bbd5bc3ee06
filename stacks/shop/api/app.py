"""The shop's API: orders in Postgres, cached in Redis. Start it with `uvicorn app:app`."""

import gc

import psycopg2
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

import health
import log
import metrics
import orders
import settings
from cache import Cache
from database import Database
from health import Check
from tokens import Tokens

config = settings.load()
database = Database(config.database_url)
cache = Cache(config.redis_url)

app = FastAPI(title="shop", version=config.version)
app.add_middleware(metrics.Measure)
app.include_router(metrics.router)
app.include_router(health.router(config, redis=Check("redis", cache.ping), postgres=Check("postgres", database.ping)))
app.include_router(orders.router(database, cache, Tokens(config.jwt_keys)))


@app.get("/version")
async def version() -> JSONResponse:
    """Depends on nothing and costs next to nothing: what load tests call."""
    return JSONResponse({"version": config.version})


@app.on_event("startup")
def start() -> None:
    log.write("started", version=config.version)
    database.open()
    # What is loaded by now stays for good: no collection needs to walk it again while requests wait.
    gc.collect()
    gc.freeze()


@app.on_event("shutdown")
def stop() -> None:
    """Called when the last request in flight has been answered."""
    database.close()
    cache.close()
    log.write("stopped", version=config.version)


@app.exception_handler(psycopg2.Error)
async def database_unavailable(request: Request, error: psycopg2.Error) -> JSONResponse:
    """Input is validated before it gets there, so an error of the database is the database's."""
    log.write("request failed", method=request.method, path=request.url.path, error=str(error).strip())
    return JSONResponse({"detail": "the database is unavailable"}, status_code=503, headers={"Retry-After": "1"})
