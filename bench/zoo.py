#!/usr/bin/env python3
"""Every command on the torchvision models of `ninja fixtures`, scripted and traced.

  /usr/bin/python3 bench/zoo.py GRAPHWITNESS FOLDER [--run]     (FOLDER: build/fixtures/zoo)

Each archive is inspected, checked and drawn; with --run each pair is compared on generated inputs, too, and verified. Prints a line a model
with what each command said (an exit status of 2 is an error), what `missing-op` names, and in the end how many did well. The
archives may be those of another PyTorch than the program's LibTorch.
"""
import collections
import json
import subprocess
import sys
from pathlib import Path

SIDES = ('scripted', 'traced')


def run(program, *words):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, errors='replace')


def main():
    program, folder, runs = sys.argv[1], Path(sys.argv[2]), '--run' in sys.argv[3:]
    counts, missing = collections.Counter(), collections.Counter()
    names = sorted(path.name.removesuffix('_scripted.pt') for path in folder.glob('*_scripted.pt'))
    for name in names:
        said = []
        for side in SIDES:
            archive = folder / f'{name}_{side}.pt'
            inspected = run(program, 'inspect', archive)
            checked = run(program, 'check', '--format', 'json', archive)
            drawn = run(program, 'render', '-T', 'svg', archive)
            for command, result in (('inspect', inspected), ('check', checked), ('render', drawn)):
                counts[command, result.returncode < 2] += 1
                if result.returncode == 2:
                    said.append(f'{side}: {command}: {result.stderr.strip()}')
            for finding in json.loads(checked.stdout)['models'][0]['findings'] if checked.returncode < 2 else ():
                if finding['rule'] == 'missing-op':
                    missing[finding['message']] += 1
                    said.append(f"{side}: {finding['message']}")
        if runs:
            pair = [folder / f'{name}_{side}.pt' for side in SIDES]
            shape = 'float32[1,3,299,299]' if name.startswith('inception') else 'float32[1,3,224,224]'
            compared = run(program, 'compare', '--samples', '2', '--input', shape, *pair)
            counts['compare', compared.returncode < 2] += 1
            verified = run(program, 'verify', '--budget', '5', '--format', 'json', '--input', shape, *pair)
            counts['verify', verified.returncode < 2] += 1
            said.append('outputs ' + ('agree', 'differ', compared.stderr.strip())[compared.returncode])
            if verified.returncode < 2:
                report = json.loads(verified.stdout)
                said += [f"{scope} {report['verdict'][scope]}" for scope in ('same_shapes', 'other_shapes')]
            else:
                said.append('verify: ' + verified.stderr.strip())
        print(f'{name}: {"; ".join(said) or "well"}', flush=True)
    print(', '.join(f"{command} {counts[command, True]} of {counts[command, True] + counts[command, False]}"
                    for command in dict.fromkeys(command for command, _ in counts)))
    for message, count in missing.items():
        print(f'missing-op, {count} times: {message}')


main()
