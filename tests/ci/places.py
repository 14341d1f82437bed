"""Tries the places where people put the tool:  places.py action|hook|completions|recipe PROGRAM"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

HOUSE = pathlib.Path(__file__).resolve().parents[2]
MODELS = HOUSE / 'fixtures/two_branch'


def said(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)


def action(program, folder):
    """Annotations, a summary and SARIF from one call; the exit status is the check's."""
    text = (HOUSE / 'action.yml').read_text()
    inputs = re.findall(r'^  (\w+):$', text.split('\nruns:')[0], re.M)
    given = dict(re.findall(r'^        (\w+): \$\{\{ inputs\.(\w+) \}\}$', text, re.M))
    assert sorted(given.values()) == sorted(inputs), (given, inputs)
    assert 'using: composite' in text and re.search(r'run: \$\{\{ github\.action_path \}\}/scripts/action\.sh\n', text)
    environment = dict(os.environ, MODELS=f'{MODELS}/scr*.pt\n{MODELS}/traced.pt', ARGUMENTS='--ignore random-op',
                       PROGRAM=str(program), SARIF=f'{folder}/a.sarif', GITHUB_STEP_SUMMARY=f'{folder}/summary.md')
    ran = said(HOUSE / 'scripts/action.sh', env=environment, cwd=folder)
    assert ran.returncode == 1, ran
    assert ran.stdout.startswith('::error file='), ran.stdout
    assert (folder / 'summary.md').read_text().startswith('## graphwitness\n')
    assert len(json.loads((folder / 'a.sarif').read_text())['runs'][0]['artifacts']) == 2


def hook(program, folder):
    """The entry is a command that works, and its pattern takes models."""
    text = (HOUSE / '.pre-commit-hooks.yaml').read_text()
    entry = re.search(r'^  entry: graphwitness (.*)$', text, re.M).group(1).split()
    files = re.search(r'^  files: (.*)$', text, re.M).group(1)
    assert all(re.search(files, name) for name in ('a.pt', 'b/c.onnx')) and not re.search(files, 'a.py')
    assert said(program, *entry, MODELS / 'scripted.pt', cwd=folder).returncode == 1


def completions(program, folder):
    """bash offers every command, every option of each, formats and rules. zsh is tried where it is installed."""
    link = folder / 'graphwitness'
    link.symlink_to(program)

    def offered(*words):
        line = ' '.join(f"'{word}'" for word in words)
        script = (f'source {HOUSE}/completions/graphwitness.bash; COMP_WORDS=({link} {line}); COMP_CWORD={len(words)};'
                  ' _graphwitness; printf "%s\\n" "${COMPREPLY[@]}"')
        return set(said('bash', '-c', script).stdout.split())

    help_text = said(program, '--help').stdout
    commands = set(re.findall(r'^  (\w+) ', help_text.split('commands:')[1].split('\n\n')[0], re.M))
    assert len(commands) >= 7 and offered('') == commands, (commands, offered(''))
    for command in commands:
        options = set(re.findall(r'^ +(?:-\w \[ )?(--[a-z-]+)', said(program, command, '--help').stdout, re.M))
        assert options and offered(command, '--') == options, (command, options ^ offered(command, '--'))
    assert offered('check', '--format', '') == {'text', 'json', 'sarif', 'junit', 'github', 'markdown'}
    rules = {line.split()[0] for line in said(program, 'rules').stdout.splitlines()}
    assert offered('check', '--ignore', '') == rules
    assert offered('explain', 'data-dependent-b') == {'data-dependent-branch'}
    if said('bash', '-c', 'command -v zsh').returncode == 0:
        assert said('zsh', '-n', HOUSE / 'completions/_graphwitness').returncode == 0


def recipe(program, folder):
    """The recipe of docs/ci.md runs as it is printed, and fails for the module whose trace loses an arm."""
    page = (HOUSE / 'docs/ci.md').read_text()
    code = page.split('<!-- tests/ci runs this -->\n```python\n')[1].split('```')[0]
    os.environ['GRAPHWITNESS'] = str(program)
    sys.path.insert(0, str(MODELS))
    warnings.simplefilter('ignore')
    names = {}
    exec(compile(code, 'recipe', 'exec'), names)
    try:
        names['test_export_loses_nothing'](folder)
    except AssertionError as error:
        assert 'data-dependent-branch' in str(error), error
    else:
        raise SystemExit('the recipe found nothing')


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as work:
        globals()[sys.argv[1]](pathlib.Path(sys.argv[2]), pathlib.Path(work))
