#!/bin/bash
# What the GitHub Action (action.yml) runs: marks the lines of a pull request, writes the job's summary and, when asked, SARIF.
set -euo pipefail
read -r -d '' -a models <<<"$MODELS" || true
read -r -d '' -a arguments <<<"${ARGUMENTS-}" || true
program=${PROGRAM:-graphwitness}
if ! command -v "$program" >/dev/null; then
  home=$(dirname "$(dirname "$0")")
  "$home/setup.sh" --build-only >&2
  program=$home/build/release/bin/graphwitness
fi
reports=()
[ -z "${GITHUB_STEP_SUMMARY-}" ] || reports+=(--report "markdown=$GITHUB_STEP_SUMMARY")
[ -z "${SARIF-}" ] || reports+=(--report "sarif=$SARIF")
exec "$program" check --format github "${reports[@]}" "${arguments[@]}" -- "${models[@]}"
