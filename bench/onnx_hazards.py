#!/usr/bin/env python3
"""How many of the hazards that only an export to ONNX has are named:  bench/onnx_hazards.py [OPTIONS] EMITTED

EMITTED is what bench/catalogue.py describes, with `model.onnx` (and `model_script.onnx`) beside the archives. Looked at are
the modules whose `only` begins with "onnx": `check` of each archive with --target, of each export, and of each archive
against the export. Whether it is a hazard of this exporter is measured by `compare` on `differ.pt`: outputs that differ,
one side that raises, or no export at all. A hazard is named by a warning or an error of any run, and noted by a note of
`export-semantics` alone, where it takes inputs on which the module itself is of no use.

With --controls the healthy modules instead: the traced archives, which a plain `check` is silent about."""
import argparse
import collections
import json
import subprocess
from pathlib import Path

import catalogue

def runs_of(folder, opset, archives):
    target = ['--target', f'onnx:{opset}']
    for archive in archives:
        if (folder / archive).exists():
            yield archive, [*target, folder / archive]
            if (folder / 'model.onnx').exists():
                yield archive + ' + model.onnx', [folder / archive, '--against', folder / 'model.onnx']
    for export in ('model.onnx', 'model_script.onnx'):
        if (folder / export).exists():
            yield export, [folder / export]


def look(program, folder, opset, archives):
    findings, errors = [], []
    for run, words in runs_of(folder, opset, archives):
        report, error = catalogue.run_json([program, 'check', '-q', '-j', '1', '--format', 'json', *words], 120)
        errors += [f'{run}: {error}'] if error else []
        for model in report['models'] if report else []:
            if model['status'] != 'ok':
                errors.append(f'{run}: {model["error"]}')
            findings += [(run, finding) for finding in model['findings']]
    return findings, errors


def standing(findings):
    if any(finding['severity'] in catalogue.COUNTED for _, finding in findings):
        return 'named'
    return 'noted' if any(finding['rule'] == 'export-semantics' for _, finding in findings) else 'missed'


def is_hazard(program, folder):
    """What `compare` says of the module and its export on the input that was chosen to part them."""
    archive = next((folder / name for name in ('scripted.pt', 'traced.pt') if (folder / name).exists()), None)
    exports = [folder / name for name in ('model.onnx', 'model_script.onnx') if (folder / name).exists()]
    if not exports:
        return 'refused by the exporter'
    words = [program, 'compare', '-q', archive, *exports, '--inputs', folder / 'differ.pt']
    code = subprocess.run([str(word) for word in words], capture_output=True, timeout=120).returncode
    return {0: 'agrees', 1: 'differs'}.get(code, 'does not run')


def summary(findings, severities):
    rules = collections.OrderedDict()
    for run, finding in findings:
        if finding['severity'] in severities:
            rules.setdefault(f'{finding["severity"]} {finding["rule"]}: {finding["message"]}', []).append(run)
    return [f'    {text}  [{", ".join(dict.fromkeys(runs))}]' for text, runs in rules.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('emitted', type=Path)
    parser.add_argument('--program', type=Path, default=catalogue.DEFAULT_PROGRAM)
    parser.add_argument('--opset', type=int, default=13)
    parser.add_argument('--only', default='', metavar='ID,...')
    parser.add_argument('--controls', action='store_true', help='the controls instead of the hazards')
    arguments = parser.parse_args()
    index = json.loads((arguments.emitted / 'index.json').read_text())
    wanted = {name for name in arguments.only.split(',') if name}
    counts = collections.Counter()
    archives = ['traced.pt'] if arguments.controls else ['scripted.pt', 'traced.pt']
    for name, row in index.items():
        is_wanted = not row['hazard'] if arguments.controls else str(row.get('only') or '').startswith('onnx')
        if not is_wanted or (wanted and name not in wanted):
            continue
        findings, errors = look(arguments.program, arguments.emitted / name, arguments.opset, archives)
        result = standing(findings)
        truth = 'control' if arguments.controls else is_hazard(arguments.program, arguments.emitted / name)
        counts[truth, result] += 1
        print(f'{name} {truth}, {result}: {row["title"]}')
        print(*summary(findings, catalogue.COUNTED if result == 'named' else ('note',)), *errors, sep='\n', flush=True)
    for (truth, result), count in sorted(counts.items()):
        print(f'{count:3} {truth}, {result}')


main()
