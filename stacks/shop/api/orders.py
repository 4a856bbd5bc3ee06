"""The orders: written to Postgres and through to the cache, read from the cache first."""

import json

from fastapi import APIRouter, Header, HTTPException, Path, Query, Response
from pydantic import BaseModel, Extra, conint, constr

from cache import Cache
from database import Database
from tokens import InvalidToken, Tokens

COLUMNS = "id, item, quantity, customer, created_at"
LARGEST_ID = 2**63 - 1
# Neither control characters, of which Postgres refuses NUL, nor the lone surrogates that JSON can smuggle in.
PRINTABLE = r"^[^\x00-\x1f\x7f\ud800-\udfff]+$"


class NewOrder(BaseModel, extra=Extra.forbid):
    item: constr(strip_whitespace=True, min_length=1, max_length=100, regex=PRINTABLE)
    quantity: conint(strict=True, ge=1, le=1000)


def router(database: Database, cache: Cache, tokens: Tokens) -> APIRouter:
    orders = APIRouter(prefix="/v1/orders")

    # These are plain functions because psycopg2 and redis block: FastAPI runs them in its thread pool.

    @orders.post("")
    def create(order: NewOrder, authorization: str | None = Header(None)) -> Response:
        customer = _customer(tokens, authorization)
        with database.transaction() as cursor:
            cursor.execute(
                f"INSERT INTO orders (item, quantity, customer) VALUES (%s, %s, %s) RETURNING {COLUMNS}",
                (order.item, order.quantity, customer),
            )
            row = cursor.fetchone()
        order_id, body = row[0], _json(_order(row))
        cache.put(order_id, body)
        return _respond(body, status_code=201, headers={"Location": f"/v1/orders/{order_id}"})

    @orders.get("/{order_id}")
    def read(order_id: int = Path(ge=1, le=LARGEST_ID)) -> Response:
        if (body := cache.get(order_id)) is not None:
            return _respond(body)
        with database.transaction() as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM orders WHERE id = %s", (order_id,))
            row = cursor.fetchone()
        if row is None:
            raise HTTPException(404, f"there is no order {order_id}")
        body = _json(_order(row))
        cache.put(order_id, body)
        return _respond(body)

    @orders.get("")
    def newest(limit: int = Query(20, ge=1, le=100)) -> Response:
        with database.transaction() as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM orders ORDER BY id DESC LIMIT %s", (limit,))
            rows = cursor.fetchall()
        return _respond(_json([_order(row) for row in rows]))

    return orders


def _customer(tokens: Tokens, authorization: str | None) -> str | None:
    """Who orders. Nobody in particular without a token; a token that proves nothing is refused."""
    if authorization is None:
        return None
    try:
        return tokens.subject(authorization.removeprefix("Bearer "))
    except InvalidToken as error:
        raise HTTPException(401, str(error), headers={"WWW-Authenticate": "Bearer"})


def _order(row: tuple) -> dict:
    order_id, item, quantity, customer, created_at = row
    return {
        "id": order_id,
        "item": item,
        "quantity": quantity,
        "customer": customer,
        "created_at": created_at.isoformat(),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _respond(body: bytes, **options) -> Response:
    return Response(body, media_type="application/json", **options)
