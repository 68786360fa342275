import asyncio

from matchday_client import Client


async def main():
    async with Client(url="http://127.0.0.1:8000/graphql") as client:
        answer = await client.matches(first=1)
    match = answer.matches.nodes[0]
    price = match.categories[0].price
    print(f"{match.date_utc:%d %B %Y}: {price.amount * 2} {price.currency} for two")


asyncio.run(main())
