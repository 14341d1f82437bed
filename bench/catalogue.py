#!/usr/bin/env python3
"""How many of the modules that tracing breaks are named, and how many healthy ones are left in peace.

  bench/catalogue.py [OPTIONS] EMITTED             recall and false alarms of `check`
  bench/catalogue.py --verify [OPTIONS] EMITTED    the verdicts of `verify`

EMITTED/ID/{scripted.pt,traced.pt,example.pt} are the files of a module; those that cannot exist are absent.
EMITTED/index.json says of each ID:

  hazard      false for a control, which must stay silent and must not be refuted
  only        "onnx..." when only the ONNX export is wrong: not counted
  lines       first and last line of the module in its Python file
  truth       scripted against traced on an input chosen to part them: "eq", "both-raise" or how they part; null without
              both archives
  scope       how that input relates to the example: same_shapes, other_shapes or other (dtype, layout, structure)
  input_only  false when a mode, a context or several calls are needed to part them
  fits        optional: the rules that name this hazard; without it any rule does

A hazard is named by a warning or an error of a fitting rule in any of three runs: `check scripted.pt`, `check
traced.pt`, and `check scripted.pt --against traced.pt`. It is on a line inside when the place of such a finding is
within `lines`.
A control must get neither a warning nor an error of any rule. Controls of family MX hold a scripted function inside the
trace, so their scripted file has a live branch by construction: they are judged on the pair alone.

Archives carry the path of their Python file. To measure without the sources, emit from a copy of the Python files in a
temporary folder, and remove the folder before this program runs.
"""
import argparse
import collections
import concurrent.futures
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

FAMILIES = ['CF', 'SH', 'VA', 'TC', 'ST', 'MD', 'IO', 'MX', 'LB', 'OX']
SCOPES = ['same_shapes', 'other_shapes']
AGREE = ('eq', 'both-raise')
COUNTED = ('warning', 'error')
DEFAULT_PROGRAM = Path(__file__).resolve().parent.parent / 'build/release/bin/graphwitness'
CHECK_SECONDS = 120
"""Beyond its own `--budget`, `verify` may take this long to start, prove and save."""
VERIFY_GRACE_SECONDS = 60


def run_json(command, seconds):
    """What the program printed as JSON, or an error in words."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, f'no answer in {seconds} s'
    try:
        return json.loads(done.stdout), None
    except ValueError:
        message = done.stderr.decode(errors='replace').strip().splitlines()
        return None, f'exit {done.returncode}: {message[0] if message else "no JSON and no message"}'


def option_exists(program, command, option):
    return option in subprocess.run([str(program), command, '--help'], capture_output=True, text=True).stdout


class Module:
    def __init__(self, emitted, name, row):
        self.name, self.row, self.folder = name, row, emitted / name
        self.family = name[:2]
        self.hazard = row['hazard']
        self.findings = []  # (run, finding), warnings and errors only
        self.errors = []  # (run, message)
        self.runs = []

    def file(self, name):
        path = self.folder / name
        return path if path.exists() else None

    def has_pair(self):
        return self.file('scripted.pt') is not None and self.file('traced.pt') is not None

    def judged_runs(self):
        return ('pair',) if self.family == 'MX' and not self.hazard else ('scripted', 'traced', 'pair')

    def judged(self):
        return [(run, finding) for run, finding in self.findings if run in self.judged_runs()]

    def fitting(self):
        fits = self.row.get('fits')
        return [finding for _, finding in self.judged() if fits is None or finding['rule'] in fits]

    def inside(self, finding):
        first, last = self.row['lines']
        return first <= finding.get('location', {}).get('line', 0) <= last

    def named(self):
        return bool(self.fitting())

    def named_inside(self):
        return any(self.inside(finding) for finding in self.fitting())


def load(emitted, only, fits_file):
    index = json.loads((emitted / 'index.json').read_text())
    fits = json.loads(fits_file.read_text()) if fits_file else {}
    for name, rules in fits.items():
        if name in index:
            index[name]['fits'] = rules
    unknown = only - index.keys()
    if unknown:
        sys.exit(f'not in the index: {", ".join(sorted(unknown))}')
    modules = [Module(emitted, name, row) for name, row in index.items() if not only or name in only]
    return sorted(modules, key=lambda module: (FAMILIES.index(module.family), module.name))


def in_parallel(jobs, work, show, modules):
    """Works on several at a time, and shows each in their order as soon as it and those before it are done."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for module, _ in zip(modules, pool.map(work, modules)):
            show(module)
            sys.stdout.flush()


def percent(part, whole):
    return f'{part:3} / {whole:3} {100 * part / whole:5.1f} %' if whole else f'{part:3} / {whole:3}     - '


# ---- check


def check(program, module, with_pairs):
    scripted, traced = module.file('scripted.pt'), module.file('traced.pt')
    runs = [(run, [path]) for run, path in (('scripted', scripted), ('traced', traced)) if path]
    if with_pairs and scripted and traced:
        runs.append(('pair', [scripted, '--against', traced]))
    for run, files in runs:
        module.runs.append(run)
        report, error = run_json([program, 'check', '-q', '-j', '1', '--format', 'json', *files], CHECK_SECONDS)
        for model in report['models'] if report else []:
            if model['status'] != 'ok':
                module.errors.append((run, model['error']))
            for finding in model['findings']:
                if finding['severity'] in COUNTED and not finding.get('suppressed'):
                    module.findings.append((run, finding))
        if error:
            module.errors.append((run, error))


def finding_text(module, finding, runs):
    line = finding.get('location', {}).get('line')
    place = f'line {line}' if line else 'no line'
    outside = '' if module.inside(finding) else ' (outside)'
    fits = module.row.get('fits')
    unfit = ' (does not fit)' if module.hazard and fits is not None and finding['rule'] not in fits else ''
    return f'{finding["severity"]} {finding["rule"]} {place}{outside}{unfit} [{" ".join(runs)}]'


def print_module(module):
    """One line a place and rule, with the runs that reported it."""
    first, last = module.row['lines']
    kind = 'control' if not module.hazard else 'hazard' if not module.row.get('only') else module.row['only'] + ' only'
    print(f'{module.name} {kind} lines {first}-{last}: {module.row["title"]}')
    grouped = collections.OrderedDict()
    for run, finding in module.judged():
        key = (finding['severity'], finding['rule'], finding.get('location', {}).get('line'))
        grouped.setdefault(key, (finding, []))[1].append(run)
    for finding, runs in grouped.values():
        print('    ' + finding_text(module, finding, list(dict.fromkeys(runs))))
    for run, message in module.errors:
        print(f'    not checked [{run}]: {message}')


def print_check_table(hazards, controls):
    print('\nfamily   named               on a line inside    controls with a warning or error')
    for family in [*FAMILIES, 'all']:
        of = [[module for module in group if family in (module.family, 'all')] for group in (hazards, controls)]
        if not of[0] and not of[1]:
            continue
        named = sum(module.named() for module in of[0])
        inside = sum(module.named_inside() for module in of[0])
        alarms = sum(bool(module.judged()) for module in of[1])
        columns = percent(named, len(of[0])), percent(inside, len(of[0])), percent(alarms, len(of[1]))
        print(f'{family:6}   ' + '   '.join(columns))


def print_runs_table(hazards):
    """What each run names by itself, so that a weak one does not hide behind the others."""
    print('\nrun        hazards named, of those that have the files')
    for run in ('scripted', 'traced', 'pair'):
        of = [module for module in hazards if run in module.runs]
        named = 0
        for module in of:
            fitting = [id(finding) for finding in module.fitting()]
            named += any(id(finding) in fitting for by, finding in module.judged() if by == run)
        print(f'{run:8}   {percent(named, len(of))}')


def print_list(heading, modules, note):
    print(f'\n{heading}: {len(modules)}')
    for module in modules:
        print(f'    {module.name}  {module.row["title"]}{note(module)}')


def rules_of(module):
    rules = sorted({finding['rule'] for _, finding in module.judged()})
    return f'  [{" ".join(rules)}]' if rules else ''


def runs_of(module):
    return f'  ({" ".join(module.runs) or "no archive"})' + rules_of(module)


def check_all(arguments, modules):
    with_pairs = option_exists(arguments.program, 'check', '--against')
    in_parallel(arguments.jobs, lambda module: check(arguments.program, module, with_pairs), print_module, modules)
    hazards = [module for module in modules if module.hazard and not module.row.get('only')]
    controls = [module for module in modules if not module.hazard]
    print_list('missed', [module for module in hazards if not module.named()], runs_of)
    print_list('named, but on no line inside',
               [module for module in hazards if module.named() and not module.named_inside()], rules_of)
    print_list('false alarms', [module for module in controls if module.judged()], rules_of)
    print_list('not checked', [module for module in modules if module.errors],
               lambda module: f'  {module.errors[0][1]}')
    print_runs_table(hazards)
    print_check_table(hazards, controls)
    if not with_pairs:
        print('\n`check` has no `--against`: pairs were not judged, controls of family MX count as silent')


# ---- verify


def processor_seconds():
    """Of all that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def verify(program, module, arguments):
    command = [program, 'verify', module.file('scripted.pt'), module.file('traced.pt'), '--example',
               module.file('example.pt'), '--budget', arguments.budget, '--format', 'json']
    if arguments.witness_dir:
        command += ['--witness-dir', arguments.witness_dir / module.name]
    before, processor = time.monotonic(), processor_seconds()
    report, error = run_json(command, arguments.budget + VERIFY_GRACE_SECONDS)
    module.seconds = time.monotonic() - before
    # With several at a time it cannot be told whose it was.
    module.processor = processor_seconds() - processor if arguments.jobs == 1 else None
    module.report = report or {}
    module.verdict = module.report.get('verdict') or {}
    if error or not module.verdict:
        module.errors.append(('verify', error or str(module.report.get('error', 'no verdict'))))


def seconds_text(wall, processor):
    return f'{wall:.2f} s' + ('' if processor is None else f', {processor:.2f} s of the processor')


def print_verdict(module):
    verdict = ', '.join(f'{scope} {module.verdict.get(scope, "-")}' for scope in SCOPES)
    kind = 'hazard' if module.hazard else 'control'
    truth = f'differ.pt is of {module.row["scope"]}, truth {module.row["truth"]}'
    print(f'{module.name} {kind} ({truth}): {verdict}; {seconds_text(module.seconds, module.processor)}')
    for _, message in module.errors:
        print(f'    not verified: {message}')
    for reason in module.report.get('reasons', []):
        print('    ' + (reason if isinstance(reason, str) else json.dumps(reason, sort_keys=True)))


def print_verdict_row(name, modules, verdict_of):
    verdicts = collections.Counter(verdict_of(module) for module in modules)
    columns = '   '.join(percent(verdicts[verdict], len(modules)) for verdict in ('refuted', 'undecided', 'proved'))
    failed = len(modules) - sum(verdicts[verdict] for verdict in ('refuted', 'undecided', 'proved'))
    print(f'{name:34}   {columns}' + (f'   {failed} without a verdict' if failed else ''))


def refuted_anywhere(module):
    verdicts = [module.verdict.get(scope) for scope in SCOPES]
    return next((verdict for verdict in ('refuted', 'undecided', 'proved') if verdict in verdicts), None)


def print_verify_table(hazards, controls):
    print(f'\n{"":34}   {"refuted":19}   {"undecided":19}   proved')
    by_input = [module for module in hazards if module.row['input_only']]
    for scope in SCOPES:
        of = [module for module in by_input if module.row['scope'] == scope]
        print_verdict_row(f'hazards that part on {scope}', of, lambda module, scope=scope: module.verdict.get(scope))
    others = [module for module in hazards if module not in by_input or module.row['scope'] == 'other']
    print_verdict_row('other hazards, in either scope', others, refuted_anywhere)
    for scope in SCOPES:
        print_verdict_row(f'controls, {scope}', controls, lambda module, scope=scope: module.verdict.get(scope))


def can_be_refuted(module, scope):
    return module.row['input_only'] and module.row['scope'] == scope


def print_proofs_of_hazards(hazards):
    """A proof where the module can be refuted is wrong; elsewhere what breaks it must be among the assumptions."""
    proofs = [(module, scope) for module in hazards for scope in SCOPES if module.verdict.get(scope) == 'proved']
    wrong = sum(can_be_refuted(module, scope) for module, scope in proofs)
    print(f'\nproved, although a hazard: {len(proofs)}, of them wrong for certain: {wrong}')
    for module, scope in proofs:
        mark = 'WRONG' if can_be_refuted(module, scope) else f'parts on {module.row["scope"]}'
        if not module.row['input_only']:
            mark += ' by a mode, a context or several calls'
        print(f'    {module.name}  {scope}  {mark}  {module.row["title"]}')
        for assumption in module.report.get('assumptions', []):
            text = assumption if isinstance(assumption, str) else json.dumps(assumption, sort_keys=True)
            print(f'        assumes {text}')


def print_times(name, modules):
    if not modules:
        return
    wall = statistics.median(module.seconds for module in modules)
    one_at_a_time = all(module.processor is not None for module in modules)
    processor = statistics.median(module.processor for module in modules) if one_at_a_time else None
    print(f'median of {name}: {seconds_text(wall, processor)}; start-up and both scopes included')


def verify_all(arguments, modules):
    if not option_exists(arguments.program, 'verify', '--example'):
        sys.exit(f'`{arguments.program}` has no `verify`')
    modules = [module for module in modules if module.has_pair() and module.file('example.pt')]
    in_parallel(arguments.jobs, lambda module: verify(arguments.program, module, arguments), print_verdict, modules)
    hazards = [module for module in modules if module.hazard and module.row['truth'] not in AGREE]
    controls = [module for module in modules if not module.hazard]
    equal = [module for module in modules if module.hazard and module.row['truth'] in AGREE]
    missed = [module for module in hazards if module.row['input_only'] and module.row['scope'] in SCOPES
              and module.verdict.get(module.row['scope']) != 'refuted']
    print_list('hazards not refuted where they can be', missed,
               lambda module: f'  {module.row["scope"]} {module.verdict.get(module.row["scope"])}')
    refuted = lambda group: [module for module in group if refuted_anywhere(module) == 'refuted']
    print_list('controls refuted', refuted(controls), lambda module: '')
    print_list('refuted, though scripted and traced agree on the input that was chosen', refuted(equal),
               lambda module: '')
    print_proofs_of_hazards(hazards)
    print_verify_table(hazards, controls)
    print()
    print_times('all modules', modules)
    print_times('hazards refuted where they can be', [module for module in hazards if module not in missed and
                                                      can_be_refuted(module, module.row['scope'])])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('emitted', type=Path, help='the folder with index.json')
    parser.add_argument('--program', type=Path, default=DEFAULT_PROGRAM,
                        help='graphwitness (default: that of the release preset)')
    parser.add_argument('--jobs', type=int, default=1, metavar='N', help='modules at a time (default 1)')
    parser.add_argument('--only', default='', metavar='ID,...', help='these modules alone')
    parser.add_argument('--fits', type=Path, metavar='FILE', help='JSON object: the fitting rules of each ID')
    parser.add_argument('--verify', action='store_true', help='measure `verify` instead of `check`')
    parser.add_argument('--budget', type=int, default=10, metavar='S', help='seconds of search a module (default 10)')
    parser.add_argument('--witness-dir', type=Path, metavar='DIR', help='keep the witnesses in DIR/ID')
    arguments = parser.parse_args()
    only = {name for name in arguments.only.split(',') if name}
    modules = load(arguments.emitted.resolve(), only, arguments.fits)
    (verify_all if arguments.verify else check_all)(arguments, modules)


if __name__ == '__main__':
    main()
