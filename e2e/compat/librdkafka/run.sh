#!/usr/bin/env bash
# Tests of librdkafka's own suite that talk to a broker and are done within seconds.   run.sh list | run.sh CASE HOST:PORT
# LIBRDKAFKA: folder of its built sources with tests/test-runner. KAFKA_CLASSPATH: jars of kafka-tools, for the tests that call kafka-topics.sh.
set -euo pipefail

cases() {
  printf '%s\n' 0001_multiobj 0002_unkpart 0003_msgmaxsize 0005_order 0007_autotopic 0008_reqacks 0011_produce_batch 0012_produce_consume 0013_null_msgs \
    0014_reconsume_191 0016_client_swname 0017_compression 0019_list_groups 0021_rkt_destroy 0022_consume_batch 0029_assign_offset \
    0031_get_offsets 0034_offset_reset 0035_api_version 0036_partial_fetch 0039_event_dr 0040_io_event 0042_many_topics 0044_partition_cnt \
    0054_offset_time 0056_balanced_group_mt 0057_invalid_topic 0059_bsearch 0060_op_prio 0063_clusterid 0064_interceptors 0065_yield \
    0070_null_empty 0073_headers 0082_fetch_max_bytes 0085_headers 0090_idempotence 0099_commit_metadata 0112_assign_unknown_part \
    0118_commit_rebalance 0129_fetch_aborted_msgs 0130_store_offsets 0140_commit_metadata
}
[ "${1:-}" = list ] && { cases; exit 0; }

case=$1 broker=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
echo "bootstrap.servers=$broker" >test.conf
mkdir bin
printf '#!/bin/sh\nexec java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$KAFKA_CLASSPATH" org.apache.kafka.tools.TopicCommand "$@"\n' >bin/kafka-topics.sh
chmod +x bin/kafka-topics.sh
status=0
# -E: no emulated sockets, -L: none of the tests that need no broker. Not quick mode: that leaves parts out and calls them passed.
KAFKA_PATH=$work BROKERS=$broker TESTS=$case TEST_KAFKA_VERSION=4.3.1 LD_LIBRARY_PATH="$LIBRDKAFKA/src:$LIBRDKAFKA/src-cpp" \
  timeout "${LIBRDKAFKA_CASE_SECONDS:-90}" "$LIBRDKAFKA/tests/test-runner" -p1 -E -L >log 2>&1 || status=$?
sed -i 's/\x1b\[[0-9;]*m//g' log
if [ $status = 0 ] && grep -qE "\| $case +\| +PASSED" log; then exit 0; fi
grep -vE '^\[[^]]*\] *(Setting|Using|Test|Created)' log | tail -30
echo "exit code $status"
exit 1
