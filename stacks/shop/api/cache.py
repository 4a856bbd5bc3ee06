"""Redis in front of Postgres. It makes reads faster; losing it makes no request fail."""

import redis
from prometheus_client import Counter

TIMEOUT = 0.25  # seconds; beyond that Postgres is the faster answer
LIFETIME = 3600  # seconds

LOOKUPS = Counter("orders_cache_lookups_total", "Orders looked up in Redis, by outcome.", ["outcome"])


class Cache:
    def __init__(self, url: str):
        self._redis = redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    def close(self) -> None:
        self._redis.close()

    def ping(self) -> None:
        """Raises unless Redis answers."""
        self._redis.ping()

    def get(self, order_id: int) -> bytes | None:
        try:
            body = self._redis.get(_key(order_id))
        except redis.RedisError:
            LOOKUPS.labels("error").inc()
            return None
        LOOKUPS.labels("miss" if body is None else "hit").inc()
        return body

    def put(self, order_id: int, body: bytes) -> None:
        try:
            self._redis.set(_key(order_id), body, ex=LIFETIME)
        except redis.RedisError:
            pass  # The next read finds the order in Postgres and tries again.


def _key(order_id: int) -> str:
    return f"order:{order_id}"
