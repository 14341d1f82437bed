#!/usr/bin/env python3
"""How much of what tracing lost `diff` names with its Python line, and how often it names what is not lost.

  bench/diff_catalogue.py [OPTIONS] EMITTED [--faithful FOLDER]

EMITTED is as bench/catalogue.py describes it. Counted are the hazards that have both archives: tracing lost something
there, and `diff scripted.pt traced.pt` names it when a difference that is not minor stands on a line of the module.
Controls lost nothing, and must have no such difference.

FOLDER holds pairs NAME_scripted.pt, NAME_traced.pt of other models; their differences are listed, by kind.
"""
import argparse
import collections
from pathlib import Path

from catalogue import DEFAULT_PROGRAM, FAMILIES, in_parallel, load, percent, run_json

SECONDS = 120


def differences(program, scripted, traced):
    report, error = run_json([program, 'diff', '-q', '-j', '1', '--format', 'json', scripted, traced], SECONDS)
    if error or report['status'] != 'ok':
        return [], error or report['error']
    return [change for change in report['changes'] if not change['minor']], None


def lines_of(change):
    places = [change['location'], *change['occurrences']]
    return [place.get('line', 0) for place in places]


def text_of(change):
    line = change['location'].get('line')
    return f'{change["kind"]} line {line or "-"} [{change.get("rule", "-")}]: {change["message"]}'


def named_inside(module):
    first, last = module.row['lines']
    return any(first <= line <= last for change in module.changes for line in lines_of(change))


def measure_catalogue(arguments):
    modules = [module for module in load(arguments.emitted, arguments.only, None) if module.has_pair()]

    def work(module):
        module.changes, module.error = differences(arguments.program, module.file('scripted.pt'),
                                                   module.file('traced.pt'))

    def show(module):
        print(f'{module.name} {"hazard" if module.hazard else "control"}: {module.row["title"]}')
        for text in [module.error] if module.error else map(text_of, module.changes):
            print('    ' + text)

    in_parallel(arguments.jobs, work, show, modules)
    hazards = [module for module in modules if module.hazard and not module.row.get('only')]
    controls = [module for module in modules if not module.hazard and module.family != 'MX']
    print('\nnot named with a line:', ' '.join(module.name for module in hazards if not named_inside(module)) or 'none')
    print('controls with a difference:', ' '.join(module.name for module in controls if module.changes) or 'none')
    print('\nfamily   named with a line     controls with a difference')
    for family in [*FAMILIES, 'all']:
        ours, theirs = ([module for module in group if family in (module.family, 'all')]
                        for group in (hazards, controls))
        if ours or theirs:
            print(f'{family:6}   {percent(sum(map(named_inside, ours)), len(ours))}   '
                  f'{percent(sum(bool(module.changes) for module in theirs), len(theirs))}')


def measure_faithful(arguments):
    print('\nmodels')
    for scripted in sorted(arguments.faithful.glob('*_scripted.pt')):
        name = scripted.name.removesuffix('_scripted.pt')
        changes, error = differences(arguments.program, scripted, scripted.with_name(name + '_traced.pt'))
        kinds = collections.Counter(f'{change["kind"]} [{change.get("rule", "-")}]' for change in changes)
        print(f'{name:24} ' + (error or ', '.join(f'{count} {kind}' for kind, count in kinds.items()) or 'nothing lost'))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('emitted', type=Path)
    parser.add_argument('--program', type=Path, default=DEFAULT_PROGRAM)
    parser.add_argument('--only', type=lambda text: set(text.split(',')), default=set(), help='ID,...')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--faithful', type=Path, metavar='FOLDER')
    arguments = parser.parse_args()
    measure_catalogue(arguments)
    if arguments.faithful:
        measure_faithful(arguments)


if __name__ == '__main__':
    main()
