-- For each match and category: tickets that were sold after the backup.
BEGIN;
UPDATE matches SET version = version + 1 WHERE match_number = :match;
UPDATE stock SET foreign_sold = foreign_sold + :tickets, available = available - :tickets
    WHERE match_number = :match AND category = :category;
COMMIT;
