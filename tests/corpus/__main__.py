"""`python -m tests.corpus`: 1 where a wrong figure, or a right one under a wrong name, would have reached the lake."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from tests.corpus import __doc__ as about
from tests.corpus.score import CORPUS, Score, score_all


def main() -> int:
    parser = argparse.ArgumentParser("tests.corpus", description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--verbose", action="store_true", help="also the documents that are all right")
    args = parser.parse_args()
    scores = score_all(args.corpus)
    for score in scores:
        if score.faults or args.verbose:
            print(f"{score.doc_id:8} {score.outcome:11} {score.file}", *score.faults, sep="\n         ")
    print(f"documents {len(scores)}  all right {sum(not score.faults for score in scores)}")
    for field in fields(Score):
        if field.type == "int":
            print(f"{field.name.replace('_', ' ')} {sum(getattr(score, field.name) for score in scores)}")
    return 1 if any(score.silent for score in scores) else 0


if __name__ == "__main__":
    sys.exit(main())
