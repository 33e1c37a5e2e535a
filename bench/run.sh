#!/usr/bin/env bash
# All figures in one run: the fold, the engine and the whole way of a text against a plain scan, and the pipeline against a
# pass-through copy on a real Kafka. Ratios count; the machine line says what they were taken on.
#
#   bench/run.sh [--words FILE] [--chat FILE.tsv] [--messages N] [--no-kafka]
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
words=../shared/data/terms_65k.txt chat=../shared/data/jd_chat.tsv messages=1000000 kafka=1
while [[ $# -gt 0 ]]; do
  case $1 in
    --words) words=$2 && shift 2 ;;
    --chat) chat=$2 && shift 2 ;;
    --messages) messages=$2 && shift 2 ;;
    --no-kafka) kafka= && shift ;;
    *) sed -n '2,6p' "$0" >&2 && exit 64 ;;
  esac
done
[[ -f $words ]] || words= # the programs make up words and chat where there are none
[[ -f $chat ]] || chat=

simd=$(grep -o -w -m1 -E 'avx512_?vbmi|avx512f|avx2' /proc/cpuinfo | sort -r | head -n 1 || true)
echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), ${simd:-no AVX2};" \
  "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
build/bench/bench_fold ${chat:+"$chat"}
build/bench/bench_engine ${words:+"$words"} ${chat:+"$chat"}
build/bench/bench_text ${words:+"$words"} ${chat:+"$chat"}
build/bench/bench_load ${words:+"$words"}
[[ $kafka ]] || exit 0

broker="tests/broker/kafka --name bench"
trap '$broker stop --wipe >/dev/null 2>&1' EXIT
$broker start --fresh --port 39092 >/dev/null
brokers=$($broker bootstrap)
for topic in bench.in bench.annotated bench.dead bench.copy; do $broker topic create $topic 8 >/dev/null; done
build/bin/chatsieve generate --count "$messages" --format protobuf | build/bench/bench_fill "$brokers" bench.in 8
# Taken in turn, so that a busy machine disturbs both alike. A new group reads the topic from its start.
for round in 1 2 3 4 5; do
  build/bench/bench_passthrough --brokers "$brokers" --input bench.in --output bench.copy --deadletter bench.dead \
    --group "copy.$round" --count "$messages" --workers 2 | head -n 1
  build/bench/bench_passthrough --pad --brokers "$brokers" --input bench.in --output bench.copy --deadletter bench.dead \
    --group "pad.$round" --count "$messages" --workers 2 | head -n 1
  build/bench/bench_pipeline --brokers "$brokers" --input bench.in --output bench.annotated --deadletter bench.dead \
    --group "pipe.$round" --count "$messages" --workers 2
done
