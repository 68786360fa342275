-- Once, before the first start of a restored site.
UPDATE matches SET version = version + 1000000;
UPDATE reservations SET version = version + 1000000;
UPDATE listings SET version = version + 1000000;
