import asyncio

from gql import Client, GraphQLRequest, gql
from gql.transport.httpx import HTTPXAsyncTransport

SITE = "http://127.0.0.1:8000"

MATCHES = gql("""
    query Matches($first: Int!) {
      matches(first: $first) {
        totalCount
        nodes { matchNumber homeTeam awayTeam dateUtc categories { category sellable price { amount currency } } }
      }
    }
""")


async def main():
    async with Client(transport=HTTPXAsyncTransport(url=f"{SITE}/graphql")) as client:
        result = await client.execute(GraphQLRequest(MATCHES, variable_values={"first": 3}))
    for match in result["matches"]["nodes"]:
        cheapest = min(match["categories"], key=lambda category: float(category["price"]["amount"]))
        price = cheapest["price"]
        print(f'{match["homeTeam"]} v {match["awayTeam"]}: from {price["amount"]} {price["currency"]}')


asyncio.run(main())
