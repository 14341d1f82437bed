#!/usr/bin/env python3
"""Feeds the whole program broken models, and counts what becomes of them.

  bench/mutations.py [--program build/release/bin/graphwitness] [--count N] [--kind onnx|torchscript] [--seed N]

Real archives and ONNX files of fixtures/ are damaged: bytes flipped, pieces cut out, repeated or zeroed; in archives also
inside of one entry, with a correct checksum, and in ONNX files field by field, with correct lengths. Each must be checked or refused with one line: no crash, no more than 10 s of
processor time, no more than 1 GB. A worker that LibTorch brings down is an error of its model, and counted apart. What
breaks a promise is kept in --keep, and the exit status is 1.
"""
import argparse
import collections
import io
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

import google.protobuf.message
import onnx

HOUSE = pathlib.Path(__file__).resolve().parent.parent
SECONDS, BYTES = 10, 1 << 30
BATCH = {'onnx': 100, 'torchscript': 50}


def damaged(data, rng):
    """The bytes with one to three things done to them."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not data:
            break
        at, size = rng.randrange(len(data)), rng.choice((1, 2, 4, 16, 64, 256, 1024))
        how = rng.choice(('flip', 'flip', 'set', 'cut', 'repeat', 'zero', 'end'))
        if how == 'flip':
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif how == 'set':
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif how == 'cut':
            del data[at:at + size]
        elif how == 'repeat':
            data[at:at] = data[at:at + size] * rng.choice((1, 2, 50))
        elif how == 'zero':
            data[at:at + size] = bytes(len(data[at:at + size]))
        else:
            del data[at:]
    return bytes(data)


def damaged_inside(data, rng):
    """An archive with one damaged entry under a correct checksum; as it is when it is no archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, 'w') as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = old.read(name)
            new.writestr(name, damaged(content, rng) if name == chosen else content)
    return out.getvalue()


def fields(message):
    """Every field that is set, of the message and of those in it, with the message it belongs to."""
    found, pending = [], [message]
    while pending:
        at = pending.pop()
        for field, value in at.ListFields():
            found.append((at, field))
            if field.type == field.TYPE_MESSAGE:
                pending.extend(value if field.label == field.LABEL_REPEATED else [value])
    return found


def other_value(field, value, rng):
    if field.cpp_type == field.CPPTYPE_STRING:
        if field.type == field.TYPE_BYTES:
            return damaged(value, rng)
        return rng.choice(('', value[:-1], value + 'x', value[::-1], '../' + value, 'x' * 10_000))
    if field.cpp_type in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return rng.choice((0.0, -1.0, float('nan'), float('inf')))
    most = 2 ** 31 - 1 if field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_ENUM) else 2 ** 63 - 1
    return rng.choice((0, 1, -1, 7, 16, 1000, 2 ** 31 - 1, most, -most - 1, most // 8))


def damaged_fields(data, rng):
    """An ONNX model that is framed well, with other values, missing, repeated and exchanged parts."""
    model = onnx.ModelProto.FromString(data)
    for _ in range(rng.randint(1, 4)):
        message, field = rng.choice(fields(model))
        value = getattr(message, field.name)
        is_message = field.type == field.TYPE_MESSAGE
        if rng.random() < 0.15:
            message.ClearField(field.name)
        elif field.label == field.LABEL_REPEATED:
            i, j = rng.randrange(len(value)), rng.randrange(len(value))
            how = rng.choice(('drop', 'repeat', 'exchange', 'change'))
            if how == 'drop':
                del value[i]
            elif how == 'repeat':
                value.extend([value[i]] * rng.choice((1, 2, 50)))
            elif is_message:
                value[i].CopyFrom(type(value[j]).FromString(value[j].SerializeToString()))
            else:
                value[i] = value[j] if how == 'exchange' else other_value(field, value[j], rng)
        elif not is_message:
            setattr(message, field.name, other_value(field, value, rng))
    return model.SerializeToString()


def seeds(kind):
    suffixes = ('.onnx',) if kind == 'onnx' else ('.pt', '.ptl')
    files = sorted(path for path in (HOUSE / 'fixtures').rglob('*') if path.suffix in suffixes)
    return [path.read_bytes() for path in files if 0 < path.stat().st_size < 200_000]


def mutant(kind, models, rng):
    data = rng.choice(models)
    if kind == 'torchscript' and rng.random() < 0.7 and data.startswith(b'PK'):
        try:
            return damaged_inside(data, rng)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, IndexError):
            pass
    if kind == 'onnx' and rng.random() < 0.7:
        try:
            return damaged_fields(data, rng)
        except (google.protobuf.message.Error, IndexError, ValueError):
            pass
    return damaged(data, rng)


class Outcome:
    def __init__(self, status, usage, error):
        self.status, self.error = status, error
        self.seconds = usage.ru_utime + usage.ru_stime
        self.bytes = usage.ru_maxrss * 1024

    def broken(self, models):
        """What promise was not kept; '' when all were."""
        if self.status not in (0, 1, 2):
            return f'ended with status {self.status}'
        if self.seconds > SECONDS * models:
            return f'took {self.seconds:.1f} s'
        if self.bytes > BYTES:
            return f'took {self.bytes >> 20} MB'
        return ''


def check(program, files):
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([program, 'check', '-q', '--config', os.devnull, '-j', '1', '--timeout', '60', '--format', 'json', '-o',
                                    os.devnull, *map(str, files)], stdout=subprocess.DEVNULL, stderr=errors,
                                   stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 120 * len(files)  # other work may keep the processors busy
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.002)
        process.returncode = status
        errors.seek(0)
        return Outcome(os.waitstatus_to_exitcode(status), usage, errors.read().decode(errors='replace'))


def run(program, kind, count, seed, keep):
    rng, models, counts = random.Random(f'{kind} {seed}'), seeds(kind), collections.Counter()
    most_seconds, most_bytes, broken = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, count, BATCH[kind]):
            files = []
            for i in range(start, min(count, start + BATCH[kind])):
                files.append(pathlib.Path(folder) / f'{kind}-{seed}-{i}')
                files[-1].write_bytes(mutant(kind, models, rng))
            outcome = check(program, files)
            singles = [(path, check(program, [path])) for path in files] if outcome.broken(1) else []
            for path, single in singles:
                why = single.broken(1)
                if not why:
                    continue
                broken += 1
                keep.mkdir(parents=True, exist_ok=True)
                (keep / path.name).write_bytes(path.read_bytes())
                print(f'{path.name}: {why}; kept in {keep}', file=sys.stderr)
            refused = sum(line.startswith('error: ') for line in outcome.error.splitlines())
            counts['workers that LibTorch brought down'] += outcome.error.count('was killed by SIG')
            counts['refused with a line'] += refused
            counts['checked'] += len(files) - refused
            most_seconds = max(most_seconds, *(single.seconds for _, single in singles), outcome.seconds / len(files))
            most_bytes = max(most_bytes, outcome.bytes)
            for path in files:
                path.unlink()
    print(f'{kind}: {count} files, {broken} broke a promise; ' + ', '.join(f'{n} {what}' for what, n in sorted(counts.items())) +
          f'; at most {most_seconds:.2f} s (mean of a batch) and {most_bytes >> 20} MB')
    return broken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=HOUSE / 'build/release/bin/graphwitness')
    parser.add_argument('--count', type=int, default=10_000, help='of each kind')
    parser.add_argument('--kind', choices=('onnx', 'torchscript'), action='append')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--keep', type=pathlib.Path, default=HOUSE / 'build/mutations')
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kinds = chosen.kind or ['onnx', 'torchscript']
    sys.exit(1 if sum(run(chosen.program, kind, chosen.count, chosen.seed, chosen.keep) for kind in kinds) else 0)


if __name__ == '__main__':
    main()
