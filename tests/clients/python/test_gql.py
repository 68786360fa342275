"""Matchday's edge, spoken to by the Python client gql. Needs MATCHDAY_URL; run with `python -m unittest`."""

import asyncio
import json
import os
import random
import unittest
import uuid
from pathlib import Path

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed, TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

URL = os.environ["MATCHDAY_URL"].rstrip("/") + "/graphql"
SOCKET_URL = "ws" + URL.removeprefix("http")
OPERATIONS = json.loads((Path(__file__).parent.parent / "operations.json").read_text())
PATIENCE_SECONDS = 15


def ask(name, variables=None):
    return GraphQLRequest(OPERATIONS[name], variable_values=variables or {})


def bearer(token):
    return {"authorization": f"Bearer {token}"} if token else {}


def http(token=None, transport=AIOHTTPTransport):
    return Client(transport=transport(url=URL, headers=bearer(token)))


def sockets(token=None):
    """Every socket transport of gql, with every subprotocol that it knows and we do."""
    current, legacy = WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL, WebsocketsTransport.APOLLO_SUBPROTOCOL
    for transport in (WebsocketsTransport, AIOHTTPWebsocketsTransport):
        yield f"{transport.__name__} by its defaults", transport(url=SOCKET_URL, init_payload=bearer(token))
        for subprotocol in (current, legacy):
            yield (
                f"{transport.__name__} with {subprotocol}",
                transport(url=SOCKET_URL, subprotocols=[subprotocol], init_payload=bearer(token)),
            )


async def fan():
    variables = {"input": {"email": f"{uuid.uuid4()}@example.test", "password": str(uuid.uuid4())}}
    async with http() as session:
        return (await session.execute(ask("signUp", variables)))["signUp"]["accessToken"]


async def reserve(token, match_number):
    variables = {"input": {"matchNumber": match_number, "category": 1, "quantity": 1}}
    async with http(token) as session:
        return await session.execute(ask("reserve", variables))


def pending(availability):
    return next(part["pending"] for part in availability["categories"] if part["category"] == 1)


class Sockets(unittest.IsolatedAsyncioTestCase):
    async def test_a_fan_watches_a_number_change(self):
        for name, transport in sockets():
            with self.subTest(name):
                await asyncio.wait_for(self.watch(transport), PATIENCE_SECONDS)

    async def watch(self, transport):
        token, match_number = await fan(), random.randint(1, 64)
        async with Client(transport=transport) as session:
            before = None
            async for result in session.subscribe(ask("availability", {"matchNumbers": [match_number]})):
                state = result["availability"]
                self.assertEqual(state["matchNumber"], match_number)
                if before is None:
                    before = state
                    await reserve(token, match_number)
                elif state["version"] > before["version"]:
                    self.assertGreater(pending(state), pending(before))
                    return

    async def test_queries_run_as_who_the_socket_says_it_is(self):
        token = await fan()
        for name, transport in sockets(token):
            with self.subTest(name):
                async with Client(transport=transport) as session:
                    self.assertIsNotNone((await session.execute(ask("me")))["me"]["id"])
                    self.assertEqual(len((await session.execute(ask("matches")))["matches"]["edges"]), 5)

    async def test_an_operation_that_is_not_valid_is_told_so_and_the_socket_stays(self):
        for name, transport in sockets():
            with self.subTest(name):
                async with Client(transport=transport) as session:
                    # Not assertRaises: it clears the frames of the traceback, gql's own receiving task among them.
                    try:
                        await session.execute(ask("invalid"))
                        self.fail("it was executed")
                    except TransportQueryError as refused:
                        self.assertIn("thereIsNoSuchField", str(refused))
                    self.assertEqual(len((await session.execute(ask("matches")))["matches"]["edges"]), 5)

    async def test_a_token_that_is_not_ours_is_refused(self):
        for name, transport in sockets("bad"):
            with self.subTest(name):
                with self.assertRaises((TransportError, TransportClosed, TransportConnectionFailed)):
                    async with Client(transport=transport) as session:
                        await session.execute(ask("me"))


class Http(unittest.IsolatedAsyncioTestCase):
    async def test_queries_and_mutations(self):
        token = await fan()
        for transport in (AIOHTTPTransport, HTTPXAsyncTransport):
            with self.subTest(transport.__name__):
                async with http(token, transport) as session:
                    self.assertEqual(len((await session.execute(ask("matches")))["matches"]["edges"]), 5)
                    self.assertIsNotNone((await session.execute(ask("me")))["me"]["id"])
                    with self.assertRaises(TransportQueryError):
                        await session.execute(ask("invalid"))
        reserved = await reserve(token, random.randint(1, 64))
        self.assertEqual(reserved["reserve"]["reservation"]["quantity"], 1)


if __name__ == "__main__":
    unittest.main()
