"""`bench recommend`: the model, its rivals and what is true, in simulated worlds and on public data, as one table.

    run.py PROGRAM [--fans N]... [--only worlds|public|figures]

PROGRAM is the example `recommend` of the crate `analytics`, built for release. Packages are installed into `target/recommend/venv`; the
wheel with MovieLens-100k is downloaded, read, and left there.
"""

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path
from statistics import mean

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "target/recommend"
RECBOLE = "recbole==1.2.1"


def run(*words, **options):
    subprocess.run([str(word) for word in words], check=True, **options)


def python():
    """An interpreter with the packages that rivals need."""
    binary, copy, wanted = OUT / "venv/bin/python", OUT / "venv/installed-from", (HERE / "requirements.txt").read_text()
    if not copy.exists() or copy.read_text() != wanted:
        venv.create(OUT / "venv", with_pip=True, clear=True)
        run(binary, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt")
        copy.write_text(wanted)
    return binary


def wheel(binary):
    found = list((OUT / "wheels").glob("recbole-*.whl"))
    if not found:
        run(binary, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check", "-d", OUT / "wheels", RECBOLE)
        found = list((OUT / "wheels").glob("recbole-*.whl"))
    return found[0]


def cell(rows, part):
    """The mean over seeds, and the standard error that their own errors come to."""
    parts = [row[part] for row in rows if part in row]
    if not parts:
        return "–"
    error = sum(one["error"] ** 2 for one in parts) ** 0.5 / len(parts)
    return f"{mean(one['ndcg'] for one in parts):.3f} ± {error:.3f}"


def worlds(program, fans):
    folder = OUT / "worlds"
    run(program, "worlds", folder, *fans)
    run(python(), HERE / "rivals.py", *sorted(path for path in folder.iterdir() if path.is_dir()))
    print("\n| world, fans | | cold | warm | cold, against popularity on sale | warm |\n|---|---|---|---|---|---|")
    groups = {}
    for path in sorted(folder.iterdir()):
        kind, size, _ = path.name.split("-")
        groups.setdefault((kind, int(size)), []).append(path)
    for (kind, size), paths in sorted(groups.items()):
        ours = [json.loads((path / "ours.json").read_text()) for path in paths]
        rivals = [json.loads((path / "rivals.json").read_text()) for path in paths]
        rows = {name: [one["rows"][name] for one in ours] for name in ("model", "prior", "oracle")}
        rows |= {name: [one[name] for one in rivals] for name in rivals[0] if name != "popularity, sold out too"}
        base = {part: mean(row[part]["ndcg"] for row in rows["popularity on sale"]) for part in ("cold", "warm")}
        for name, of in rows.items():
            ratios = " | ".join(f"{mean(row[part]['ndcg'] for row in of) / base[part]:.2f}" for part in ("cold", "warm"))
            print(f"| {kind}, {size:,} | {name} | {cell(of, 'cold')} | {cell(of, 'warm')} | {ratios} |")
        sold_out = mean(one["popularity, sold out too"]["all"]["ndcg"] for one in rivals)
        gone = ", ".join(str(one["gone"]) for one in ours)
        covered = ", ".join(str(one["rows"]["model"]["covered"]) for one in ours)
        top = mean(one["rows"]["model"]["ofPopular"] for one in ours)
        print(f"| | gone: {gone} of 64; popularity with what is gone: {sold_out:.3f}; in lists: {covered} matches, {top:.0%} of places are popularity's first ten | | | | |")
        print("".join(f"| | gate: {one['gate']} | | | | |\n" for one in ours), end="")


def public(program):
    folder = OUT / "public"
    run(python(), HERE / "public.py", folder, wheel(python()))
    for path in sorted(folder.iterdir()):
        run(program, "public", path)
    print("\n| data | | NDCG@10 |\n|---|---|---|")
    for path in sorted(folder.iterdir()):
        rows = {"model": json.loads((path / "ours.json").read_text())} | json.loads((path / "rivals.json").read_text())
        for name, row in rows.items():
            print(f"| {path.name} | {name} | {row['ndcg']:.3f} ± {row['error']:.3f} |")


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("program", type=Path)
    words.add_argument("--fans", action="append", default=[])
    words.add_argument("--only", choices=["worlds", "public", "figures"])
    asked = words.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    if asked.only in (None, "figures"):
        run(asked.program, "ranking")
        run(asked.program, "training", 1_000_000)
    if asked.only in (None, "worlds"):
        worlds(asked.program, asked.fans)
    if asked.only in (None, "public"):
        public(asked.program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
