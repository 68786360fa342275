"""The parts of scripts/check-wording."""
