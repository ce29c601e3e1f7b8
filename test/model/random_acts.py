"""The randomised test: many people, several connections, two sealers, every kind of act, every fault; and after every few
steps verify(), replay() and the model agree.

    COMMUNE_SEED=n     run this seed alone, as a failure printed it
    COMMUNE_STEPS=n    steps a run (the same for the same run)
    COMMUNE_SOAK=1     run at length: new seeds for COMMUNE_SECONDS (1200)"""
import collections
import os
import random
import sys
import time

from trial.run import DOCUMENTED, Failure, Run

SOAK = bool(os.environ.get("COMMUNE_SOAK"))
STEPS = int(os.environ.get("COMMUNE_STEPS", 1200 if SOAK else 300))
SECONDS = float(os.environ.get("COMMUNE_SECONDS", 1200 if SOAK else 0))
RUNS = 3


def seeds():
    if "COMMUNE_SEED" in os.environ:
        yield int(os.environ["COMMUNE_SEED"])
        return
    until, done = time.time() + SECONDS, 0
    while done < RUNS or time.time() < until:
        done += 1
        yield random.SystemRandom().randrange(10 ** 6)


refusals, verdicts, polls = collections.Counter(), collections.Counter(), collections.Counter()
acts, blocks, runs = 0, 0, []
for seed in seeds():
    print("seed %d, %d steps" % (seed, STEPS), flush=True)
    try:
        with Run(seed, STEPS) as run:
            run.go()
    except Failure as failure:
        print("%s\n\nCOMMUNE_SEED=%d COMMUNE_STEPS=%d repeats this run" % (failure, seed, STEPS))
        sys.exit(1)
    refusals.update(run.refusals)
    verdicts.update(run.mirror.verdicts.values())
    for poll in run.mirror.state.polls:
        if poll.status == "closed":
            counted = poll.count()
            polls.update(closed=1, voters=counted.direct, represented=counted.represented, tied=counted.tied, won=bool(counted.winners))
    acts, blocks, runs = acts + len(run.mirror.acts), blocks + run.mirror.block, runs + [seed]

print("refused at submit: " + ", ".join("%s %d" % item for item in sorted(refusals.items())))
print("refused in the fold: " + ", ".join("%s %d" % item for item in sorted(verdicts.items())))
print("polls: " + ", ".join("%d %s" % (number, what) for what, number in polls.items()))
missing = DOCUMENTED - set(refusals)
if missing:
    print("never met at submit: " + ", ".join(sorted(missing)))
    sys.exit(1)
print("%d runs, %d acts in %d blocks, %d refused at submit, %d in the fold" % (
    len(runs), acts, blocks, sum(refusals.values()), sum(verdicts.values())))
