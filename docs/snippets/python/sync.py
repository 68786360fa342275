"""Keeps a table of what is left of each match, for a back office. Start it again whenever you like."""

import asyncio
import sqlite3
import sys

from gql import gql

from live import follow

SITE = "http://127.0.0.1:8000"

AVAILABILITY = gql("""
    subscription Availability($since: [VersionInput!]) {
      availability(since: $since) {
        match { matchNumber version homeTeam awayTeam dateUtc categories { category available pending sellable status } }
      }
    }
""")
TABLES = """
    CREATE TABLE IF NOT EXISTS match (number INTEGER PRIMARY KEY, version INTEGER, home TEXT, away TEXT, date_utc TEXT);
    CREATE TABLE IF NOT EXISTS stock (number INTEGER, category INTEGER, available INTEGER, pending INTEGER,
        sellable INTEGER, status TEXT, PRIMARY KEY (number, category));
"""


async def main(file):
    with sqlite3.connect(file) as books:
        books.executescript(TABLES)

    def since():
        rows = books.execute("SELECT number, version FROM match")
        return {"since": [{"matchNumber": number, "version": version} for number, version in rows]}

    async for result in follow(SITE, AVAILABILITY, since):
        keep(books, result["availability"]["match"])


def keep(books, match):
    """Writes one state of one match whole; a version that is not newer changes nothing."""
    with books:
        written = books.execute(
            "INSERT INTO match VALUES (:matchNumber, :version, :homeTeam, :awayTeam, :dateUtc) "
            "ON CONFLICT (number) DO UPDATE SET version = excluded.version, home = excluded.home, "
            "away = excluded.away, date_utc = excluded.date_utc WHERE excluded.version > match.version",
            match,
        )
        if written.rowcount == 0:
            return
        rows = [{"number": match["matchNumber"], **category} for category in match["categories"]]
        books.executemany(
            "INSERT OR REPLACE INTO stock VALUES (:number, :category, :available, :pending, :sellable, :status)", rows
        )
    print("kept", match["matchNumber"], match["version"], flush=True)


asyncio.run(main(sys.argv[1]))
