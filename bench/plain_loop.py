#!/usr/bin/env python3
"""Are the means of `graphwitness bench` those of a plain loop?

  /usr/bin/python3 bench/plain_loop.py BUILD_FOLDER LIBONNXRUNTIME [RUNS [TURNS [MODEL...]]]     (build `onnx_loop` first)

BERT-base of `ninja fixtures`, traced, scripted and as ONNX. For each model, bench and a loop of its own process (Python for TorchScript,
onnx_loop.cc for ONNX) take turns, and every turn is as many runs (20) after as many that do not count (5). Prints the mean of both and their
ratio, which is the median of the turns' ratios: the machine may be busier in one turn than in another. With one thread, since two that wait
for each other measure what else the machine does; and both rest between runs, as a process that never does gets less of a busy machine.
"""
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

WARM_UP = 5
LOOP = '''
import sys, time, torch
path, inputs, warm_up, runs = sys.argv[1:]
model = torch.jit.load(path)
arguments = torch.load(inputs)
torch.set_num_threads(1)
with torch.no_grad():
    for run in range(int(warm_up) + int(runs)):
        start = time.perf_counter()
        model(*arguments)
        seconds = time.perf_counter() - start
        if run >= int(warm_up):
            print(seconds)
        time.sleep(0.05)
'''


def lines(command):
    return [float(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def main():
    build, library = Path(sys.argv[1]), sys.argv[2]
    runs = sys.argv[3] if len(sys.argv) > 3 else '20'
    turns = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    fixtures = Path(os.environ.get('GRAPHWITNESS_FIXTURE_DIR', build.parent / 'fixtures'))
    inputs = str(fixtures / 'bert_inputs.pt')
    for name in sys.argv[5:] or ('bert_traced.pt', 'bert_scripted.pt', 'bert.onnx'):
        path = str(fixtures / name)
        loop = [sys.executable, '-c', LOOP, path, inputs, str(WARM_UP), runs]
        if name.endswith('.onnx'):
            loop = [str(build / 'bench/onnx_loop'), library, path, '1 14', str(WARM_UP), runs]
        bench = [str(build / 'bin/graphwitness'), 'bench', '--format', 'json', '--threads', '1', '--warmup', str(WARM_UP),
                 '--runs', runs, '--inputs', inputs, path]
        pairs = []
        for _ in range(turns):
            report = json.loads(subprocess.run(bench, check=True, capture_output=True, text=True).stdout)
            pairs.append((statistics.mean(report['models'][0]['seconds']), statistics.mean(lines(loop))))
        ours, plain = (statistics.median(pair[side] for pair in pairs) for side in range(2))
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        print(f'{name}: bench {1000 * ours:.1f} ms, plain loop {1000 * plain:.1f} ms, ratio {ratio:.3f} (turns: '
              + ', '.join(f'{mine / theirs:.2f}' for mine, theirs in pairs) + ')', flush=True)


main()
