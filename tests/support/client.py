"""A synchronous client of an ASGI application in this process; what the app lets through is raised."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx


class Client:
    def __init__(self, app: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://test", timeout=60
        )

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._http.request(method, path, **how))

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.request("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.request("POST", path, **how)

    def together(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            return await asyncio.gather(*(self._http.request(m, p, **how) for m, p, how in requests))

        return self._loop.run_until_complete(all_of_them())

    def close(self) -> None:
        self._loop.run_until_complete(self._http.aclose())
        self._loop.close()


@contextmanager
def client(app: Any) -> Iterator[Client]:
    made = Client(app)
    try:
        yield made
    finally:
        made.close()
