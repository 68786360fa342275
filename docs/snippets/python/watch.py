import asyncio
import secrets

from gql import Client, GraphQLRequest, gql
from gql.transport.httpx import HTTPXAsyncTransport

from live import follow
from session import Session

SITE = "http://127.0.0.1:8000"

RESERVE = gql("""
    mutation Reserve($input: ReserveInput!) {
      reserve(input: $input) { reservation { id reference } }
    }
""")
RESERVATION = gql("""
    subscription Reservation($id: ID!) {
      reservation(id: $id) { status expiresAt version }
    }
""")
AVAILABILITY = gql("""
    subscription Availability($since: [VersionInput!]) {
      availability(since: $since) { matchNumber version categories { category sellable status } }
    }
""")


async def watch_hold(session, reservation):
    async for result in follow(SITE, RESERVATION, lambda: {"id": reservation["id"]}, session):
        state = result["reservation"]
        print("hold", reservation["reference"], state["status"], state["version"], flush=True)


async def watch_matches():
    versions = {}

    def since():
        return {"since": [{"matchNumber": number, "version": version} for number, version in versions.items()]}

    async for result in follow(SITE, AVAILABILITY, since):
        match = result["availability"]
        versions[match["matchNumber"]] = match["version"]
        sellable = [category["sellable"] for category in match["categories"]]
        print("match", match["matchNumber"], match["version"], sellable, flush=True)


async def main():
    session = Session(SITE)
    await session.sign_up(f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(16))

    async with Client(transport=HTTPXAsyncTransport(url=f"{SITE}/graphql", auth=session)) as client:
        attempt = {"matchNumber": 1, "category": 1, "quantity": 2, "idempotencyKey": secrets.token_hex(16)}
        reserved = await client.execute(GraphQLRequest(RESERVE, variable_values={"input": attempt}))

    await asyncio.gather(watch_matches(), watch_hold(session, reserved["reserve"]["reservation"]))


asyncio.run(main())
