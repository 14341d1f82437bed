#!/usr/bin/env python3
"""Repeats every witness in plain PyTorch, without any of Graphwitness.

  bench/replay_witnesses.py EMITTED WITNESSES

WITNESSES/ID/ is what `bench/catalogue.py --verify --witness-dir WITNESSES` kept: a `witness.pt` at any depth holds the
arguments of one call. A witness holds when EMITTED/ID/scripted.pt and traced.pt, freshly loaded and run on it with the
same seed, return something else or leave other arguments behind: another structure, dtype, shape, or numbers beyond
the defaults of `torch.testing.assert_close`; or when one alone raises. Exit status 1 when a witness does not hold.
"""
import sys
import warnings
from pathlib import Path

import torch


def outcome(archive, witness):
    """What the model returns, with its arguments as the call leaves them, or the exception."""
    value = torch.load(witness)
    arguments = value if isinstance(value, tuple) else (value,)
    model = torch.jit.load(str(archive))
    torch.manual_seed(0)
    try:
        with torch.no_grad():
            return model(*arguments), arguments
    except Exception as error:
        return error


def difference(scripted, traced):
    """In words; None where both are the same. A named tuple is a tuple."""
    raised = [isinstance(side, Exception) for side in (scripted, traced)]
    if all(raised):
        return None
    if any(raised):
        return 'only scripted raises' if raised[0] else 'only traced raises'
    if isinstance(scripted, torch.Tensor) and isinstance(traced, torch.Tensor):
        try:
            torch.testing.assert_close(traced, scripted, equal_nan=True)
        except AssertionError as error:
            return str(error).splitlines()[0]
        return None
    if isinstance(scripted, dict) and isinstance(traced, dict):
        if scripted.keys() != traced.keys():
            return 'keys differ'
        return difference([scripted[key] for key in scripted], [traced[key] for key in scripted])
    for kind in (tuple, list):
        if isinstance(scripted, kind) and isinstance(traced, kind):
            if len(scripted) != len(traced):
                return f'lengths differ: {len(scripted)} and {len(traced)}'
            parts = [difference(*pair) for pair in zip(scripted, traced)]
            return next((part for part in parts if part), None)
    if type(scripted) is not type(traced):
        return f'{type(scripted).__name__} and {type(traced).__name__}'
    return None if scripted == traced else f'{scripted} and {traced}'


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    emitted, witnesses = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')
    held = failed = 0
    for witness in sorted(witnesses.rglob('witness.pt')):
        name = witness.relative_to(witnesses).parts[0]
        found = difference(*(outcome(emitted / name / file, witness) for file in ('scripted.pt', 'traced.pt')))
        print(f'{witness.relative_to(witnesses)}: {found or "NO DIFFERENCE"}')
        held += found is not None
        failed += found is None
    print(f'{held} hold, {failed} do not')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
