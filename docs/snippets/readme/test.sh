scripts/test
