#!/usr/bin/env python3
"""Speed and memory against what they are measured by, as ratios within this one run:  table.py BUILD_FOLDER [ROW...]

Prints a row a measurement: ours, the peer or the floor, the ratio, the bar, and whether it is met. Build the peers first
(`cmake --build BUILD_FOLDER --target bench fixtures`); run with the distribution's Python, which has torch and onnx. ROW
selects rows by the beginning of their name. Whatever is large is written into a temporary folder and removed.

Two commands that are compared take turns, and the ratio is the median of the ratios of the turns, so that a machine that
is busy for a while does not decide. Times are wall times unless a row says CPU. Memory is the largest of the process and
those it started. This is no test: the exit status is 0 whatever is met."""
import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
MIB = 1024


class Run:
    """One process: seconds of wall time, seconds of CPU time, peak memory in MiB."""

    def __init__(self, command):
        start = time.perf_counter()
        with open(os.devnull, 'wb') as nowhere:
            process = subprocess.Popen([str(word) for word in command], stdout=nowhere, stderr=nowhere)
            _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / MIB
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            sys.exit(f'{" ".join(str(word) for word in command)}: exit {process.returncode}')


def in_turns(ours, peer, turns, measures=('wall',)):
    """Medians of both, and the median ratio of each measure."""
    pairs = []
    for turn in range(turns + 1):
        pair = (Run(ours), Run(peer))
        if turn != 0:  # the first fills caches
            pairs.append(pair)
    ratios = [statistics.median(getattr(mine, measure) / getattr(theirs, measure) for mine, theirs in pairs) for measure in measures]
    return [middle([pair[side] for pair in pairs]) for side in range(2)] + ratios


def middle(runs):
    return sorted(runs, key=lambda run: run.wall)[len(runs) // 2]


class Table:
    def __init__(self, wanted):
        self.wanted = wanted
        print(f'{"what":44} {"ours":>12} {"peer or floor":>14} {"ratio":>7}  {"bar":24} met', flush=True)

    def wants(self, name):
        return not self.wanted or any(name.startswith(word) for word in self.wanted)

    def row(self, name, ours, peer, ratio, bar, met):
        shown = '' if ratio is None else f'{ratio:.2f}'
        print(f'{name:44} {ours:>12} {peer:>14} {shown:>7}  {bar:24} {"yes" if met else "NO"}', flush=True)


def seconds(value):
    return f'{value * 1000:.1f} ms' if value < 1 else f'{value:.2f} s'


class Bench:
    def __init__(self, build, table, scratch):
        self.program = build / 'bin/graphwitness'
        self.peers = build / 'bench'
        self.fixtures = Path(os.environ.get('GRAPHWITNESS_FIXTURE_DIR', build.parent / 'fixtures'))
        self.table = table
        self.scratch = scratch

    def start_up(self):
        for words in (['--version'], ['--help'], ['explain', 'data-dependent-branch']):
            name = f'start-up: {words[0]}'
            if not self.table.wants(name):
                continue
            mine, floor, ratio = in_turns([self.program, *words], [self.peers / 'empty'], 21)
            _, torch, _ = in_turns([self.peers / 'empty'], [self.peers / 'empty_torch'], 3)
            self.table.row(name, seconds(mine.wall), f'{seconds(floor.wall)}', ratio, 'at most 10 ms', mine.wall <= 0.010)
            print(f'{"":44} an empty program linked with LibTorch takes {seconds(torch.wall)}')

    def onnx_against_python(self):
        model = self.fixtures / 'resnet18.onnx'
        python = 'import onnx, onnx.checker, sys; onnx.checker.check_model(onnx.load(sys.argv[1]))'
        for command in ('inspect', 'check'):
            name = f'ONNX ResNet-18, 45 MB: {command}'
            if not self.table.wants(name):
                continue
            mine, peer, ratio = in_turns([self.program, command, model], [sys.executable, '-c', python, model], 5)
            self.table.row(name, seconds(mine.wall), seconds(peer.wall), ratio, '5 times faster', ratio <= 1 / 5)
            memory = mine.memory / peer.memory
            self.table.row(f'{name}, memory', f'{mine.memory:.0f} MiB', f'{peer.memory:.0f} MiB', memory, 'at most 0.25',
                           memory <= 0.25)

    def onnx_weights(self):
        if not self.table.wants('ONNX, 3 GB'):
            return
        import large_onnx
        models = large_onnx.write_models(self.scratch)
        for command in ('inspect', 'check'):
            for kind in ('inline', 'external'):
                mine, peer, ratio = in_turns([self.program, command, models[kind]], [self.program, command, models['none']], 15)
                self.table.row(f'ONNX, 3 GB of {kind} weights: {command}', seconds(mine.wall), seconds(peer.wall), ratio,
                               'at most 1.20, 150 MiB', ratio <= 1.2 and mine.memory <= 150)

    def torchscript_check(self):
        for model in ('two_branch', 'resnet18', 'bert'):
            name = f'TorchScript: check {model}'
            if not self.table.wants(name):
                continue
            archive = HERE.parent / 'fixtures/two_branch/scripted.pt' if model == 'two_branch' else \
                self.fixtures / f'{model}_{"traced" if model == "bert" else "scripted"}.pt'
            mine, floor, ratio = in_turns([self.program, 'check', archive], [self.peers / 'bare_import', archive], 7)
            self.table.row(name, seconds(mine.wall), seconds(floor.wall), ratio, 'at most 1.25', ratio <= 1.25)
            python = 'import torch, sys; torch.jit.load(sys.argv[1])'
            _, peer, against = in_turns([self.program, 'check', archive], [sys.executable, '-c', python, archive], 3)
            print(f'{"":44} Python\'s torch.jit.load takes {seconds(peer.wall)}, {1 / against:.1f} times as long')

    def torchscript_weights(self):
        name = 'TorchScript, 2 GB of weights: check'
        if not self.table.wants(name):
            return
        large, small = self.scratch / 'large.pt', self.scratch / 'small.pt'
        script = ('import torch, sys\n'
                  'def net(side):\n'
                  '    return torch.nn.Sequential(*[torch.nn.Linear(side, side, bias=False) for _ in range(8)]).eval()\n'
                  'torch.nn.init.kaiming_uniform_ = lambda tensor, *rest, **more: tensor\n'
                  'torch.jit.script(net(int(sys.argv[2]))).save(sys.argv[1])\n')
        for path, side in ((large, 8192), (small, 8)):
            subprocess.run([sys.executable, '-c', script, path, str(side)], check=True)
        mine, peer, ratio = in_turns([self.program, 'check', large], [self.program, 'check', small], 7)
        self.table.row(name, seconds(mine.wall), seconds(peer.wall), ratio, 'at most 1.20, 450 MiB',
                       ratio <= 1.2 and mine.memory <= 450)
        large.unlink()

    def growth(self):
        for kind in ('scripted', 'traced', 'onnx'):
            if not self.table.wants(f'all rules on a million nodes: {kind}'):
                continue
            times = []
            for nodes in (10 ** 4, 10 ** 5, 10 ** 6):
                path = self.scratch / 'large.ir'
                subprocess.run([sys.executable, HERE / 'large_ir.py', kind, str(nodes), path], check=True)
                run = min((Run([self.program, 'check', path]) for _ in range(3)), key=lambda one: one.cpu)
                times.append(run.cpu)
            exponent = math.log10(times[2] / times[1])
            self.table.row(f'all rules on a million nodes: {kind}, CPU', seconds(times[2]), f'10^5: {seconds(times[1])}',
                           None, f'5 s, 1 GB ({run.memory:.0f} MiB)', times[2] <= 5 and run.memory <= 1000)
            self.table.row('  growth from 10^5 to 10^6', f'n^{exponent:.2f}', f'10^4: {seconds(times[0])}', None,
                           'exponent at most 1.1', exponent <= 1.1)

    def comparing(self):
        name = 'compare: two ResNet-18 archives'
        if not self.table.wants(name):
            return
        models = [self.fixtures / 'resnet18_scripted.pt', self.fixtures / 'resnet18_traced.pt']
        ours = [self.program, 'compare', '--input', 'float32[1,3,224,224]', '--samples', '10', *models]
        mine, floor, wall, cpu = in_turns(ours, [self.peers / 'bare_runs', '10', '1 3 224 224', *models], 5, ('wall', 'cpu'))
        self.table.row(name, seconds(mine.wall), seconds(floor.wall), wall, 'at most 1.10', wall <= 1.1)
        self.table.row('  CPU', seconds(mine.cpu), seconds(floor.cpu), cpu, 'none: a process each', True)
        # A model that crashes must not take the other along: each has a process, as here.
        apart = [f"'{self.peers / 'bare_runs'}' 10 '1 3 224 224' '{model}'" for model in models]
        mine, floor, cpu = in_turns(ours, ['sh', '-c', '; '.join(apart)], 5, ('cpu',))
        self.table.row('  CPU, against a bare program a model', seconds(mine.cpu), seconds(floor.cpu), cpu, 'at most 1.10', cpu <= 1.1)

    def rendering(self):
        name = 'render: 10^5 nodes to DOT'
        if self.table.wants(name):
            path = self.scratch / 'render.ir'
            subprocess.run([sys.executable, HERE / 'large_ir.py', 'traced', str(10 ** 5), path], check=True)
            run = middle([Run([self.program, 'render', '-T', 'dot', '--max-nodes', '0', path]) for _ in range(3)])
            self.table.row(name, seconds(run.wall), '', None, 'at most 2 s', run.wall <= 2)
        for model in sorted((self.fixtures / 'zoo').glob('*.pt')):
            name = f'render: {model.stem}, default view to SVG'
            if not self.table.wants(name):
                continue
            run = middle([Run([self.program, 'render', '-T', 'svg', model]) for _ in range(3)])
            self.table.row(name, seconds(run.wall), '', None, 'at most 2 s', run.wall <= 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=Path)
    parser.add_argument('rows', nargs='*')
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(chosen.build.resolve(), Table(chosen.rows), Path(scratch))
        bench.start_up()
        bench.onnx_against_python()
        bench.onnx_weights()
        bench.torchscript_check()
        bench.torchscript_weights()
        bench.growth()
        bench.comparing()
        bench.rendering()


if __name__ == '__main__':
    main()
