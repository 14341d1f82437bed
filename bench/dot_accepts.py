#!/usr/bin/env python3
"""Whether Graphviz takes every picture: draws each model twice as DOT, compares the bytes, and has `dot` read them.

  bench/dot_accepts.py [OPTIONS] FILE|FOLDER...

A FOLDER means every .pt, .jit and .onnx in it. A model that the program cannot read is counted, not an error.
`--every N` takes each Nth file of a folder.
"""
import argparse
import subprocess
import sys
from pathlib import Path

DEFAULT_PROGRAM = Path(__file__).resolve().parent.parent / 'build/release/bin/graphwitness'
SUFFIXES = ('.pt', '.jit', '.onnx')
SECONDS = 120


def models(names, every):
    for name in names:
        files = [file for file in sorted(name.rglob('*')) if file.suffix in SUFFIXES] if name.is_dir() else [name]
        yield from files[::every]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', type=Path, nargs='+')
    parser.add_argument('--program', type=Path, default=DEFAULT_PROGRAM)
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--option', action='append', default=[], help='for `render`, such as --option=--findings')
    arguments = parser.parse_args()
    drawn, unread, refused, unstable = 0, 0, [], []
    for file in models(arguments.names, arguments.every):
        command = [arguments.program, 'render', '-q', *arguments.option, file]
        pictures = [subprocess.run(command, capture_output=True, timeout=SECONDS) for _ in range(2)]
        if pictures[0].returncode == 2:
            unread += 1
            continue
        drawn += 1
        if pictures[0].stdout != pictures[1].stdout:
            unstable.append(file)
        done = subprocess.run(['dot', '-Tsvg'], input=pictures[0].stdout,
                              capture_output=True, timeout=SECONDS)
        if done.returncode != 0 or b'rror' in done.stderr:
            refused.append((file, done.stderr.decode(errors='replace')[:200]))
    print(f'{drawn} drawn, {unread} could not be read, {len(refused)} not taken by dot, {len(unstable)} not repeatable')
    for file, said in refused:
        print(f'    not taken: {file}: {said}')
    for file in unstable:
        print(f'    not repeatable: {file}')
    sys.exit(1 if refused or unstable or not drawn else 0)


if __name__ == '__main__':
    main()
