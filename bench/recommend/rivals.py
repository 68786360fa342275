"""Rivals in a simulated world: `rivals.py FOLDER…` reads what `recommend worlds` wrote and adds `rivals.json`.

Each is trained on what was booked before a window, its settings are those that are best on the fifth of the time before the test, and
it ranks what is on sale. One that knows nothing of a fan who holds nothing ranks by popularity for them.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

from factors import SETTINGS, np, sparse
from measures import of_choice, summary

DAY = 86_400_000_000
TWO_HOURS = 7_200_000_000
ITEMS = 65
BLENDS = (0.0, 0.1, 1.0)
# Choices of the window on which settings are chosen.
ENOUGH = 1_200


class World:
    def __init__(self, folder):
        self.info = json.loads((folder / "info.json").read_text())
        self.events = [(int(fan), int(item), country, int(at)) for fan, item, country, at in rows(folder / "events.csv")]
        self.prior = defaultdict(lambda: np.zeros(ITEMS))
        for country, item, log in rows(folder / "prior.csv"):
            if country not in self.prior:
                self.prior[country] = np.zeros(ITEMS)
            self.prior[country][int(item)] = float(log)
        self.begins = {int(item): int(at) for item, at in rows(folder / "facts.csv")}
        self.states = defaultdict(list)
        for item, at, is_open in rows(folder / "states.csv"):
            self.states[int(item)].append((int(at), is_open == "1"))
        self.test = [
            (int(fan), country, int(at), int(chosen), numbers(held), numbers(items))
            for fan, country, at, chosen, held, items in rows(folder / "queries.csv")
        ]
        self.valid = self.choices(self.info["validFrom"], self.info["testFrom"])

    def choices(self, since, until):
        """As `queries.csv` has them of the test; of more than enough, each so-manyth."""
        held, choices = defaultdict(list), []
        for fan, item, country, at in sorted(self.events, key=lambda event: event[3]):
            if since <= at < until:
                choices.append((fan, country, at, item, list(held[fan])))
            held[fan].append(item)
        step = -(-len(choices) // ENOUGH)
        return [(*choice, items) for choice in choices[::step] if choice[3] in (items := self.open_to(choice))]

    def open_to(self, choice):
        _, _, at, _, held = choice
        clashes = lambda other: any(abs(self.begins[other] - self.begins[mine]) < TWO_HOURS for mine in held)  # noqa: E731
        return [other for other in self.begins if self.on_sale(other, at) and not clashes(other)]

    def on_sale(self, item, at):
        known = [is_open for since, is_open in self.states[item] if since < at]
        return bool(known) and known[-1]


def rows(path):
    for line in path.read_text().splitlines()[1:]:
        yield line.split(",")


def numbers(text):
    return [int(number) for number in text.split(" ") if number]


def popularity(world, until, half_life=None):
    counts = np.ones(ITEMS) * 1e-9
    for _, item, _, at in world.events:
        if at < until:
            counts[item] += 1 if half_life is None else 0.5 ** ((until - at) / DAY / half_life)
    return counts


def by_country(world, until, strength):
    """Counts of a country, shrunk to prior × popularity."""
    popular = popularity(world, until) + 1
    counts = defaultdict(lambda: np.zeros(ITEMS))
    for _, item, country, at in world.events:
        if at < until:
            counts[country][item] += 1

    def score(fan, country, held):
        base = np.exp(world.prior[country]) * popular
        return counts[country] + strength * base / base.sum()

    return score


def of_counts(counts):
    return lambda fan, country, held: counts


def matrix_of(world, until):
    fans = 1 + max(fan for fan, *_ in world.events)
    pairs = {(fan, item) for fan, item, _, at in world.events if at < until}
    return sparse.csr_matrix((np.ones(len(pairs)), tuple(zip(*pairs))), shape=(fans, ITEMS), dtype=np.float32)


def blended(score, popular, blend):
    """Ranked by popularity where nothing is held; `blend` is how much the logarithm of popularity counts where something is."""
    return lambda fan, country, held: score(fan, held) + blend * np.log(popular) if held else popular


def tuned(world, build, settings):
    """What is best for those who hold something on the window before the test: the setting, and how much popularity is added."""
    since = world.info["validFrom"]
    choices, matrix, popular = [choice for choice in world.valid if choice[4]], matrix_of(world, since), popularity(world, since) + 1
    worth = {}
    for at, setting in enumerate(settings):
        model = build(matrix, setting)
        scores = {(fan, tuple(held)): model(fan, held) for fan, _, _, _, held, _ in choices}
        for blend in BLENDS:
            values = judged(choices, blended(lambda fan, held: scores[fan, tuple(held)], popular, blend))[0]
            worth[at, blend] = np.mean(values) if values else 0.0
    at, blend = max(worth, key=worth.get)
    return settings[at], blend


def judged(choices, score):
    values = [of_choice(score(fan, country, held)[items], items.index(chosen)) for fan, country, _, chosen, held, items in choices]
    return values, [not held for *_, held, _ in choices], [fan for fan, *_ in choices]


def best(world, settings, build):
    """The setting that is best on the window before the test."""

    def worth(setting):
        return float(np.mean(judged(world.valid, build(world.info["validFrom"], setting))[0]))

    return max(settings, key=worth)


def figures(world, score):
    values, firsts, fans = (np.array(column) for column in judged(world.test, score))
    firsts = firsts.astype(bool)
    return {"cold": summary(values[firsts], fans[firsts]), "warm": summary(values[~firsts], fans[~firsts])}


def compare(folder):
    world = World(folder)
    test = world.info["testFrom"]
    told = {"popularity on sale": figures(world, of_counts(popularity(world, test)))}
    half_life = best(world, [0.5, 1, 2, 4, 8, 16, 32], lambda until, half_life: of_counts(popularity(world, until, half_life)))
    told["decayed popularity"] = figures(world, of_counts(popularity(world, test, half_life))) | {"setting": half_life}
    strength = best(world, [3, 10, 30, 100, 300, 1000], lambda until, strength: by_country(world, until, strength))
    told["country rates"] = figures(world, by_country(world, test, strength)) | {"setting": strength}
    for name, (build, settings) in SETTINGS.items():
        setting, blend = tuned(world, build, settings)
        score = blended(build(matrix_of(world, test), setting), popularity(world, test) + 1, blend)
        told[name] = figures(world, score) | {"setting": [setting, blend]}
    # What a list would be worth that does not look at the stock: what is gone stays in it.
    gone = popularity(world, test)
    values = [of_choice(gone, chosen) for _, _, _, chosen, _, _ in world.test]
    told["popularity, sold out too"] = {"all": summary(values, [fan for fan, *_ in world.test])}
    (folder / "rivals.json").write_text(json.dumps(told, indent=1))
    print(folder, {name: [round(row[part]["ndcg"], 3) for part in ("cold", "warm") if part in row] for name, row in told.items()}, flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compare(Path(name))
