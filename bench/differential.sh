#!/usr/bin/env bash
# Random cases without difference, at full length: the fold's kernels, twin and map; windows of maps; the search for
# disguises and its twin; the whole filter, its plain twins, and a slow obvious annotator. Every test run does the same
# for some thousands. Each line tells its seed; a difference ends the run.
#
#   bench/differential.sh [CASES]      10,000,000 each by default
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
for target in fold map lattice annotate; do
  printf '%s: ' "$target"
  build/tests/fuzz_"$target" --cases "${1:-10000000}" tests/fuzz/corpus/"$target" | paste -sd ' '
done
