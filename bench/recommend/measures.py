"""What rivals are judged by: NDCG@10 over everything that can be had, as the model is."""

import numpy as np

PLACES = 10
GAINS = 1 / np.log2(np.arange(2, PLACES + 2))


def of_choice(scores, chosen):
    """Of one thing that was taken. Things that score alike share their places."""
    better = int((scores > scores[chosen]).sum())
    alike = int((scores == scores[chosen]).sum())
    return float(GAINS[better : better + alike].sum() / alike) if better < PLACES else 0.0


def of_user(scores, wanted):
    """Of a user's list, where several things are to be found. `scores` is -inf for what they had."""
    order = np.argsort(-scores, kind="stable")[:PLACES]
    found = np.isin(order, list(wanted))
    return float((GAINS * found).sum() / GAINS[: min(PLACES, len(wanted))].sum())


def summary(values, fans):
    """Mean, and its standard error over fans."""
    values, fans = np.asarray(values), np.asarray(fans)
    mean = values.mean() if len(values) else 0.0
    _, places = np.unique(fans, return_inverse=True)
    sums = np.bincount(places, values - mean) if len(values) else np.zeros(1)
    return {"ndcg": float(mean), "error": float(np.sqrt((sums**2).sum()) / max(len(values), 1)), "choices": len(values)}
