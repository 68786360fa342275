"""Collaborative filtering of the package `implicit`, and kNN and EASE by hand, behind one form: what `held` says for every item."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import scipy.sparse as sparse  # noqa: E402
from implicit.als import AlternatingLeastSquares  # noqa: E402
from implicit.bpr import BayesianPersonalizedRanking  # noqa: E402


def als(matrix, setting):
    model = AlternatingLeastSquares(
        factors=setting["factors"], regularization=setting["l2"], alpha=setting["alpha"], iterations=15, random_state=1, num_threads=2
    )
    model.fit(matrix, show_progress=False)
    return Folded(model)


class Folded:
    """ALS knows a fan by what they hold alone, as it is at the moment of the choice."""

    def __init__(self, model):
        self.model = model
        self.items = np.asarray(model.item_factors)

    def __call__(self, user, held):
        row = sparse.csr_matrix((np.ones(len(held)), (np.zeros(len(held), int), held)), shape=(1, len(self.items)))
        return self.items @ np.asarray(self.model.recalculate_user(0, row)).ravel()


def bpr(matrix, setting):
    model = BayesianPersonalizedRanking(
        factors=setting["factors"], learning_rate=setting["rate"], regularization=setting["l2"], iterations=100, random_state=1, num_threads=2
    )
    model.fit(matrix, show_progress=False)
    items, users = np.asarray(model.item_factors), np.asarray(model.user_factors)
    known = np.diff(matrix.indptr) > 0

    def score(user, held):
        # BPR can't fold in: of a user that it was not trained on, the mean of what they hold stands for them.
        if user is not None and user < len(users) and known[user]:
            return items @ users[user]
        mean = items[held].mean(axis=0)
        mean[-1] = 1
        return items @ mean

    return score


def knn(matrix, setting):
    gram = np.asarray((matrix.T @ matrix).todense(), float)
    sizes = np.sqrt(np.diag(gram))
    similar = gram / (np.outer(sizes, sizes) + setting["shrink"])
    np.fill_diagonal(similar, 0)
    if setting["k"] < len(similar):
        least = -np.partition(-similar, setting["k"], axis=0)[setting["k"]]
        similar[similar < least] = 0
    return lambda user, held: similar[held].sum(axis=0)


def ease(matrix, setting):
    gram = np.asarray((matrix.T @ matrix).todense(), float)
    inverse = np.linalg.inv(gram + setting["l2"] * np.eye(len(gram)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda user, held: weights[held].sum(axis=0)


SETTINGS = {
    "ALS": (als, [{"factors": factors, "l2": l2, "alpha": alpha} for factors in (8, 32) for l2 in (0.1, 10.0) for alpha in (1.0, 10.0)]),
    "BPR": (bpr, [{"factors": factors, "rate": 0.05, "l2": l2} for factors in (8, 32) for l2 in (0.01, 0.1)]),
    "item-kNN": (knn, [{"k": k, "shrink": shrink} for k in (10, 64, 200) for shrink in (0.0, 20.0, 100.0)]),
    "EASE": (ease, [{"l2": l2} for l2 in (20.0, 100.0, 500.0, 2000.0)]),
}
