-- What `matchday train --counts` takes, counted by an engine of the lake's readers: one statement for DuckDB, Spark and Trino, over the
-- tables `bookings` and `matches` of the lake. The time zone of the session must be UTC. Write its result as JSON, an object a line,
-- into a folder: files `*.json` and `*.jsonl` in it are read.
--
-- The same is counted by `analytics::model::Counter`, and a test compares them. 12 bookings of a subject count (MOST_OF_SUBJECT), and
-- of more than 50,000 fans (MOST_FANS) each so-manyth is in the sample.
WITH states AS (
    SELECT bookings.*, row_number() OVER (PARTITION BY reservation_id ORDER BY version DESC) AS age FROM bookings
),
booked AS (
    SELECT
        reservation_id, placed_at, subject, country, match_number, unit_price_minor,
        status = 'RESERVED' AND returned < quantity AS sold,
        channel = 'STOCK' AS stock
    FROM states WHERE age = 1
),
-- Of each subject one booking a match, a paid one before others.
of_match AS (
    SELECT
        booked.*,
        row_number() OVER (
            PARTITION BY subject, match_number ORDER BY CASE WHEN sold THEN 0 ELSE 1 END, placed_at, reservation_id
        ) AS nth_of_match
    FROM booked
),
of_subject AS (
    SELECT of_match.*, row_number() OVER (PARTITION BY subject ORDER BY placed_at, reservation_id) AS nth
    FROM of_match WHERE subject IS NULL OR nth_of_match = 1
),
counted AS (
    SELECT * FROM of_subject WHERE subject IS NULL OR nth <= 12
),
fans AS (
    SELECT subject, row_number() OVER (ORDER BY placed_at, reservation_id) - 1 AS fan
    FROM counted WHERE subject IS NOT NULL AND nth = 1
),
steps AS (
    SELECT greatest(CAST(ceil(count(*) / 50000.0) AS BIGINT), 1) AS step FROM fans
),
sampled AS (
    SELECT fans.subject, fans.fan FROM fans CROSS JOIN steps WHERE fans.fan % steps.step = 0
),
of_countries AS (
    SELECT DISTINCT subject, country FROM counted WHERE subject IS NOT NULL AND country IS NOT NULL
),
match_states AS (
    SELECT matches.*, row_number() OVER (PARTITION BY match_number, version ORDER BY match_number) AS age FROM matches
)
SELECT
    'all' AS kind, NULL AS fan, min(placed_at) AS moment, max(placed_at) AS until, NULL AS country, NULL AS match_number,
    NULL AS other_match, count(*) AS counted, NULL AS held, NULL AS price_minor, NULL AS sold, NULL AS stock, NULL AS version,
    NULL AS round_number, NULL AS kick_off, NULL AS venue, NULL AS home_team, NULL AS away_team, NULL AS group_name, NULL AS closed,
    NULL AS category_1_sellable, NULL AS category_1_price_minor, NULL AS category_2_sellable, NULL AS category_2_price_minor,
    NULL AS category_3_sellable, NULL AS category_3_price_minor
FROM booked
UNION ALL
SELECT
    'taken', NULL, date_trunc('hour', placed_at), NULL, country, match_number,
    NULL, count(CASE WHEN sold THEN 1 END), count(CASE WHEN NOT sold THEN 1 END), NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted WHERE stock GROUP BY date_trunc('hour', placed_at), country, match_number
UNION ALL
SELECT
    'people', NULL, NULL, NULL, NULL, NULL,
    NULL, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM fans HAVING count(*) > 0
UNION ALL
SELECT
    'people', NULL, NULL, NULL, country, NULL,
    NULL, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM of_countries GROUP BY country
UNION ALL
SELECT
    'people', NULL, NULL, NULL, NULL, match_number,
    NULL, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted WHERE subject IS NOT NULL GROUP BY match_number
UNION ALL
SELECT
    'people', NULL, NULL, NULL, country, match_number,
    NULL, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted WHERE subject IS NOT NULL AND country IS NOT NULL GROUP BY country, match_number
UNION ALL
SELECT
    'buyers', NULL, date_trunc('day', placed_at), NULL, NULL, match_number,
    NULL, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted WHERE subject IS NOT NULL GROUP BY date_trunc('day', placed_at), match_number
UNION ALL
SELECT
    'pair', NULL, date_trunc('day', greatest(one.placed_at, other.placed_at)), NULL, NULL, one.match_number,
    other.match_number, count(*), NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted AS one JOIN counted AS other ON one.subject = other.subject AND one.match_number < other.match_number
GROUP BY date_trunc('day', greatest(one.placed_at, other.placed_at)), one.match_number, other.match_number
UNION ALL
SELECT
    'choice', sampled.fan, counted.placed_at, NULL, counted.country, counted.match_number,
    NULL, NULL, NULL, counted.unit_price_minor, counted.sold, counted.stock, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM counted JOIN sampled ON counted.subject = sampled.subject
UNION ALL
SELECT
    'state', NULL, match_states.at, NULL, NULL, match_number,
    NULL, NULL, NULL, NULL, NULL, NULL, version,
    round_number, kick_off, venue, home_team, away_team, group_name, closed,
    category_1_sellable, category_1_price_minor, category_2_sellable, category_2_price_minor,
    category_3_sellable, category_3_price_minor
FROM match_states WHERE age = 1
