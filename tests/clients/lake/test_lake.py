"""DuckDB reads the lake by analytics/sql/views.sql, as operators are told to, and sees what the lake's own reader sees.

The lakes are the fixtures of analytics/tests/lake: files of each version of the schema, with older states, doubles and an erasure, and
`expected.json`, which the tests of the crate `analytics` compare with its own reader.
"""

import datetime
import json
import pathlib
import unittest
import uuid

import duckdb

ANALYTICS = pathlib.Path(__file__).resolve().parents[3] / "analytics"
FIXTURES = ANALYTICS / "tests/lake/fixtures"
# What docs/snippets/lake shows: views.sql is this file, and the questions are asked of it.
VIEWS = ANALYTICS / "sql/views.sql"
QUESTIONS = ANALYTICS.parent / "docs/snippets/lake/questions.sql"

BOOKINGS = """
    select reservation_id, version, "at", placed_at, subject, country, match_number, category, quantity, returned, status,
        cancel_reason, unit_price_minor, channel
    from bookings order by reservation_id"""
NAMES = ("reservationId", "version", "at", "placedAt", "subject", "country", "matchNumber", "category", "quantity", "returned",
         "status", "cancelReason", "unitPriceMinor", "channel")
MATCHES = """
    select match_number, version, away_team, group_name, closed, category_1_sellable, category_2_sellable, category_3_sellable
    from matches order by match_number, version"""
SALES = 'select "partition", record_offset, site from sales order by "partition", record_offset'


def opened(folder):
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    database.execute(f"set variable lake = '{folder}'")
    database.execute(VIEWS.read_text(encoding="utf-8"))
    return database


def as_json(value):
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value))
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc)
    return value


def as_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Views(unittest.TestCase):
    def test_the_views_are_what_our_own_reader_sees(self):
        folders = [folder for folder in FIXTURES.iterdir() if folder.is_dir()]
        self.assertTrue(folders)
        for folder in folders:
            with self.subTest(folder.name):
                expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
                database = opened(folder)

                bookings = [dict(zip(NAMES, map(as_json, row))) for row in database.execute(BOOKINGS).fetchall()]
                matches = [list(row) for row in database.execute(MATCHES).fetchall()]
                sales = [list(row) for row in database.execute(SALES).fetchall()]

                for row in expected["bookings"]:
                    row["at"], row["placedAt"] = as_time(row["at"]), as_time(row["placedAt"])
                self.assertEqual(bookings, expected["bookings"])
                self.assertEqual(matches, [[row["matchNumber"], row["version"], row["awayTeam"], row["group"], row["closed"],
                                            *row["sellable"]] for row in expected["matches"]])
                self.assertEqual(sales, [[row["partition"], row["recordOffset"], row["site"]] for row in expected["sales"]])

    def test_the_files_hold_more_than_the_views(self):
        # Else the views would have nothing to leave out.
        for folder in (folder for folder in FIXTURES.iterdir() if folder.is_dir()):
            for table in ("bookings", "sales"):
                with self.subTest(f"{folder.name}: {table}"):
                    database = opened(folder)
                    rows = database.execute(f"select count(*) from read_parquet('{folder}/{table}/date=*/*.parquet')").fetchone()
                    view = database.execute(f"select count(*) from {table}").fetchone()
                    self.assertGreater(rows[0], view[0])

    def test_the_questions_of_the_documents_have_answers(self):
        for folder in (folder for folder in FIXTURES.iterdir() if folder.is_dir()):
            with self.subTest(folder.name):
                answers = opened(folder)
                for question in duckdb.extract_statements(QUESTIONS.read_text(encoding="utf-8")):
                    self.assertTrue(answers.execute(question).fetchall(), question.query)

    def test_a_date_is_a_column(self):
        for folder in (folder for folder in FIXTURES.iterdir() if folder.is_dir()):
            dates = opened(folder).execute("select distinct date from bookings").fetchall()
            self.assertTrue(all(isinstance(date, datetime.date) for (date,) in dates), dates)


if __name__ == "__main__":
    unittest.main()
