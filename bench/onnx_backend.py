#!/usr/bin/env python3
"""ONNX's own test data through `graphwitness compare MODEL.onnx --inputs test_data_set_0`: how many agree?

  bench/onnx_backend.py GRAPHWITNESS [FOLDER [OPTION...]]     (FOLDER: /usr/share/libonnx-testdata/data/node)

Those that ONNX Runtime itself cannot run (it says so when it loads or runs the model) are counted apart. Prints every
model that does not agree with the first line of what was reported, then the numbers.
"""
import collections
import json
import subprocess
import sys
from pathlib import Path

program = sys.argv[1]
folder = Path(sys.argv[2] if len(sys.argv) > 2 else '/usr/share/libonnx-testdata/data/node')
counts = collections.Counter()
for model in sorted(folder.glob('*/model.onnx')):
    result = subprocess.run([program, 'compare', model, '--inputs', model.parent / 'test_data_set_0', '--format', 'json', *sys.argv[3:]],
                            capture_output=True, text=True, errors='replace')
    if result.returncode == 0:
        outcome, said = 'agree', ''
    elif result.returncode == 1:
        pair = json.loads(result.stdout)['pairs'][0]
        outcome, said = 'differ', '; '.join(f"{one['name']} {one['difference']} {one['reference']} against {one['candidate']}, "
                                            f"max_abs {one['max_abs']}" for one in pair['outputs'] if not one['match'])
    else:
        said = result.stderr.strip()
        outcome = 'runtime cannot' if 'ONNX Runtime' in said else 'error'
    counts[outcome] += 1
    if outcome != 'agree':
        print(f'{outcome}: {model.parent.name}: {said}', flush=True)
can = counts['agree'] + counts['differ'] + counts['error']
print(f"{sum(counts.values())} models, {counts['runtime cannot']} that ONNX Runtime cannot run; of the other {can}: "
      f"{counts['agree']} agree ({100 * counts['agree'] / max(1, can):.1f} %), {counts['differ']} differ, {counts['error']} errors")
