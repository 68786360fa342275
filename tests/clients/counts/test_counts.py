"""The lake's counts by DuckDB: what `analytics/sql/counts.sql` says must be what the program itself counts, of random rows.

Needs `cargo build -p analytics --example counts`; run with `python -m unittest`.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[3]
COUNTER = Path(os.environ.get("COUNTS_BIN", ROOT / "target/debug/examples/counts"))

# As the lake's files have them: ids are 16 bytes, times are in UTC.
BOOKINGS = """
CREATE TABLE bookings AS
SELECT * REPLACE (unhex(replace(reservation_id, '-', '')) AS reservation_id, unhex(replace(subject, '-', '')) AS subject)
FROM read_csv('{folder}/bookings.csv', types = {{
    'reservation_id': 'VARCHAR', 'subject': 'VARCHAR', 'country': 'VARCHAR', 'cancel_reason': 'VARCHAR',
    'at': 'TIMESTAMPTZ', 'placed_at': 'TIMESTAMPTZ'}})
"""
MATCHES = """
CREATE TABLE matches AS SELECT * FROM read_csv('{folder}/matches.csv', types = {{
    'at': 'TIMESTAMPTZ', 'kick_off': 'TIMESTAMPTZ', 'group_name': 'VARCHAR', 'venue': 'VARCHAR', 'closed': 'BOOLEAN',
    'category_1_sellable': 'BOOLEAN', 'category_2_sellable': 'BOOLEAN', 'category_3_sellable': 'BOOLEAN'}}, quote = '"', escape = '"')
"""


def counter(folder, seed, rows):
    ran = subprocess.run([COUNTER, folder, str(seed), str(rows)], capture_output=True, text=True, timeout=120, check=False)
    return ran.returncode, ran.stdout, ran.stderr


class Counts(unittest.TestCase):
    def test_duckdb_counts_what_the_program_counts(self):
        self.assertTrue(COUNTER.exists(), f"{COUNTER}: cargo build -p analytics --example counts")
        for seed, rows in ((1, 300), (2, 5_000), (3, 1)):
            with self.subTest(seed=seed, rows=rows), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(counter(folder, seed, rows), (0, "", ""))
                statement = (ROOT / "analytics/sql/counts.sql").read_text(encoding="utf-8")
                engine = Path(folder, "engine")
                engine.mkdir()
                with duckdb.connect() as database:
                    database.execute("SET TimeZone = 'UTC'")
                    database.execute(BOOKINGS.format(folder=folder))
                    database.execute(MATCHES.format(folder=folder))
                    database.execute(f"COPY ({statement}) TO '{engine}/counts.json' (FORMAT json)")

                # The same rows are counted again, and what DuckDB counted is read as the same.
                code, out, error = counter(folder, seed, rows)

                self.assertEqual((code, error), (0, ""))
                self.assertRegex(out, r"^the same: \d+ choices\n$")


if __name__ == "__main__":
    unittest.main()
