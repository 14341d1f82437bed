#!/usr/bin/env python3
"""How many of the hazards that only an export to ONNX has are named:  bench/onnx_hazards.py [OPTIONS] EMITTED

EMITTED is what bench/catalogue.py describes, with `model.onnx` (and `model_script.onnx`) beside the archives. Looked at are
the modules whose `only` begins with "onnx", in five runs: `check` of each archive with --target, of each export, and of the
archive against its export. A hazard is named by a warning or an error of any run; noted when there are but notes of the
rules that speak of exports, or of a rule on what the exporter changes. Controls of the whole catalogue are run with --target, and
each with its export, to see what they would be blamed for."""
import argparse
import collections
import json
from pathlib import Path

import catalogue

EXPORT_RULES = {'export-loss', 'export-semantics', 'unsupported-op', 'frozen-shape', 'frozen-tensor', 'data-dependent-shape'}


def runs_of(folder, opset):
    target = ['--target', f'onnx:{opset}']
    for archive in ('scripted.pt', 'traced.pt'):
        if (folder / archive).exists():
            yield archive, [*target, folder / archive]
            if (folder / 'model.onnx').exists():
                yield archive + ' + model.onnx', [folder / archive, '--against', folder / 'model.onnx']
    for export in ('model.onnx', 'model_script.onnx'):
        if (folder / export).exists():
            yield export, [folder / export]


def look(program, folder, opset):
    findings, errors = [], []
    for run, words in runs_of(folder, opset):
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
    return 'noted' if any(finding['rule'] in EXPORT_RULES for _, finding in findings) else 'missed'


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
    for name, row in index.items():
        is_wanted = not row['hazard'] if arguments.controls else str(row.get('only') or '').startswith('onnx')
        if not is_wanted or (wanted and name not in wanted):
            continue
        findings, errors = look(arguments.program, arguments.emitted / name, arguments.opset)
        result = standing(findings)
        counts[result] += 1
        print(f'{name} {result}: {row["title"]}')
        print(*summary(findings, catalogue.COUNTED if result == 'named' else ('note',)), *errors, sep='\n')
    print(dict(counts))


main()
