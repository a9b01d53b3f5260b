#!/usr/bin/env bash
# kcat (librdkafka) against a broker.   run.sh list | run.sh CASE HOST:PORT
set -euo pipefail

codecs="none gzip snappy lz4 zstd"
cases() {
  for codec in $codecs; do for acks in 1 all; do echo "produce-consume-$codec-acks-$acks"; done; done
  printf '%s\n' acks-0 metadata idempotent-producer keys-and-headers null-value offset-by-time tail-last-records consumer-group group-resumes \
    two-members-share-a-group large-message too-large-message unknown-topic-without-auto-creation
}
[ "${1:-}" = list ] && { cases; exit 0; }

case=$1 broker=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
topic="kcat-$case-$$"
produce() { timeout 30 kcat -b "$broker" -P -t "$topic" "$@"; }
consume() { timeout 30 kcat -b "$broker" -C -t "$topic" -o beginning -e -q "$@"; }
fail() { echo "$case: $*" >&2; exit 1; }
# Librdkafka's consumer reads all partitions at once: order holds within a partition only.
same() { sort "$1" >"$work/a"; sort "$2" >"$work/b"; cmp -s "$work/a" "$work/b" || fail "what was read differs from what was written: $(diff "$work/a" "$work/b" | head -3)"; }

case $case in
  produce-consume-*)
    codec=${case#produce-consume-}; acks=${codec#*-acks-}; codec=${codec%%-acks-*}
    seq -f "record %g with some text that compresses well" 5000 >"$work/in"
    produce -z "$codec" -X acks="$acks" <"$work/in"; consume >"$work/out"; same "$work/in" "$work/out" ;;
  acks-0)
    seq 1000 >"$work/in"; produce -X acks=0 <"$work/in"
    for _ in $(seq 50); do consume >"$work/out"; [ "$(wc -l <"$work/out")" = 1000 ] && break; sleep 0.1; done; same "$work/in" "$work/out" ;;
  metadata)
    echo x | produce; kcat -b "$broker" -L -t "$topic" >"$work/out"; grep -q "topic \"$topic\" with" "$work/out" || fail "no topic in: $(cat "$work/out")"
    grep -q "partition 0, leader" "$work/out" || fail "no leader in: $(cat "$work/out")" ;;
  idempotent-producer)
    seq 20000 >"$work/in"; produce -p 0 -X enable.idempotence=true -X linger.ms=0 -X batch.num.messages=10 <"$work/in"
    consume -p 0 >"$work/out"; cmp -s "$work/in" "$work/out" || fail "order or number differs: $(wc -l <"$work/out") of 20000" ;;
  keys-and-headers)
    echo "k1:v1" | produce -K: -H colour=blue -H empty=
    out=$(consume -f '%k=%s %h\n'); [ "$out" = "k1=v1 colour=blue,empty=" ] || fail "got '$out'" ;;
  null-value)
    echo "k1:" | produce -K: -Z; out=$(consume -f '%k %S\n'); [ "$out" = "k1 -1" ] || fail "got '$out'" ;;
  offset-by-time)
    seq 10 | produce -p 0; sleep 0.3; now=$(date +%s%3N); sleep 0.3; seq 11 20 | produce -p 0
    out=$(timeout 30 kcat -b "$broker" -C -t "$topic" -p 0 -o "s@$now" -e -q | head -1); [ "$out" = 11 ] || fail "first record after the time is '$out'" ;;
  tail-last-records)
    seq 100 | produce -p 0; out=$(timeout 30 kcat -b "$broker" -C -t "$topic" -p 0 -o -5 -e -q | tr '\n' ' '); [ "$out" = "96 97 98 99 100 " ] || fail "got '$out'" ;;
  consumer-group)
    seq 500 >"$work/in"; produce <"$work/in"
    timeout 60 kcat -b "$broker" -X auto.offset.reset=earliest -q -c 500 -G "$topic-group" "$topic" >"$work/out"; same "$work/in" "$work/out" ;;
  group-resumes)
    seq 100 | produce -p 0
    timeout 60 kcat -b "$broker" -X auto.offset.reset=earliest -q -c 100 -G "$topic-group" "$topic" >/dev/null
    seq 101 200 >"$work/in"; produce -p 0 <"$work/in"
    timeout 60 kcat -b "$broker" -X auto.offset.reset=earliest -q -c 100 -G "$topic-group" "$topic" >"$work/out"; same "$work/in" "$work/out" ;;
  two-members-share-a-group)
    echo 0 | produce -p 0
    for member in 1 2; do
      timeout 40 kcat -b "$broker" -X auto.offset.reset=latest -X session.timeout.ms=6000 -u -G "$topic-group" "$topic" >"$work/out$member" 2>"$work/log$member" &
    done
    for _ in $(seq 300); do grep -q assigned "$work/log1" 2>/dev/null && grep -q assigned "$work/log2" 2>/dev/null && break; sleep 0.1; done
    for _ in $(seq 100); do
      seq -f "r%g" 200 | produce; sort -u "$work/out1" >"$work/s1"; sort -u "$work/out2" >"$work/s2"
      [ -s "$work/s1" ] && [ -s "$work/s2" ] && break; sleep 0.2
    done
    kill %1 %2 2>/dev/null || true; wait || true
    [ -s "$work/s1" ] && [ -s "$work/s2" ] || fail "one member got nothing: $(tail -2 "$work/log1" "$work/log2")" ;;
  large-message)
    head -c 900000 /dev/zero | tr '\0' x >"$work/in"; timeout 30 kcat -b "$broker" -P -t "$topic" "$work/in"; consume >"$work/out"
    [ "$(tr -d '\n' <"$work/out" | wc -c)" = 900000 ] || fail "got $(wc -c <"$work/out") bytes" ;;
  too-large-message)
    head -c 3000000 /dev/urandom | base64 -w0 >"$work/in"
    if timeout 30 kcat -b "$broker" -P -t "$topic" -X message.max.bytes=10000000 "$work/in" 2>"$work/log"; then fail "accepted"; fi
    grep -qi "too large" "$work/log" || fail "another error: $(cat "$work/log")"
    echo ok | produce; [ "$(consume)" = ok ] || fail "the broker did not go on" ;;
  unknown-topic-without-auto-creation)
    if timeout 30 kcat -b "$broker" -C -t "$topic" -e -X allow.auto.create.topics=false >/dev/null 2>"$work/log"; then fail "no error"; fi
    grep -qi "unknown topic" "$work/log" || fail "another error: $(cat "$work/log")" ;;
  *) fail "unknown case" ;;
esac
