"""Live subscriptions that go on after a restart of the site and after the end of a token."""

import asyncio
import random

import httpx
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import WebSocketException

from session import Refused

# Refusals that a later try can change.
PASSING = {"RATE_LIMITED", "SERVICE_UNAVAILABLE"}


async def follow(site, request, variables=dict, session=None):
    """Yields what a subscription sends, for ever. `variables()` is asked again for each connection."""
    tries = 0
    while True:
        try:
            async with Client(transport=await transport(site, session)) as client:
                async for result in client.subscribe(GraphQLRequest(request, variable_values=variables())):
                    tries = 0
                    yield result
            return  # `complete`: the subscription has ended.
        except TransportQueryError as refused:
            # UNAUTHENTICATED: the token ended on the way. The next try has a new one, or the session has ended.
            if code(refused) not in PASSING | {"UNAUTHENTICATED"}:
                raise
        except Refused as refused:
            if refused.code not in PASSING:
                raise
        except (TransportError, WebSocketException, httpx.TransportError, OSError):
            pass
        # The site restarts, the token has ended or the network is away.
        await asyncio.sleep(min(0.5 * 2**tries, 15) * random.uniform(0.5, 1))
        tries += 1


async def transport(site, session):
    # Asked for each connection, so that each has a token that is not over.
    payload = {"authorization": f"Bearer {await session.token()}"} if session else {}
    return WebsocketsTransport(
        url=f"ws{site.removeprefix('http')}/graphql",
        init_payload=payload,
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        ping_interval=20,  # A dead network is noticed within 30 seconds.
        pong_timeout=10,
    )


def code(refused):
    return (refused.errors or [{}])[0].get("extensions", {}).get("code")
