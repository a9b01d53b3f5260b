#!/usr/bin/env bash
# Apache Kafka's own command-line tools and verifiable clients against a broker.   run.sh list | run.sh CASE HOST:PORT
# KAFKA_CLASSPATH: jars of kafka-tools with a log4j2 binding.
set -euo pipefail

cases() {
  printf '%s\n' topics-create-describe-alter-delete configs-set-and-delete verifiable-producer-and-consumer console-codecs consumer-groups \
    consumer-groups-reset get-offsets log-dirs delete-topic-then-recreate performance-tools bad-config configs-of-brokers configs-of-groups \
    leader-election reassign-partitions metadata-quorum features transactions-list delete-records
}
[ "${1:-}" = list ] && { cases; exit 0; }

case=$1 broker=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
topic="java-$case-$$"
fail() { echo "$case: $*" >&2; exit 1; }
java_tool() { timeout 90 java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$KAFKA_CLASSPATH" -Dlog4j2.configurationFile="file:$here/log4j2.properties" "$@"; }
here=$(cd "$(dirname "$0")" && pwd)
topics() { java_tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$broker" "$@"; }
configs() { java_tool kafka.admin.ConfigCommand --bootstrap-server "$broker" "$@"; }
groups() { java_tool org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server "$broker" "$@"; }
expect() { grep -qE -- "$1" "$2" || fail "no '$1' in: $(cat "$2")"; }

case $case in
  topics-create-describe-alter-delete)
    topics --create --topic "$topic" --partitions 3 --replication-factor 1 --config retention.ms=3600000 >"$work/out"; expect "Created topic" "$work/out"
    topics --describe --topic "$topic" >"$work/out"; expect "PartitionCount: 3" "$work/out"; expect "retention.ms=3600000" "$work/out"; expect "Partition: 2.*Leader: [0-9]+" "$work/out"
    topics --alter --topic "$topic" --partitions 5 >"$work/out"; topics --describe --topic "$topic" >"$work/out"; expect "PartitionCount: 5" "$work/out"
    if topics --alter --topic "$topic" --partitions 2 >"$work/out" 2>&1; then fail "fewer partitions were accepted"; fi
    if topics --create --topic "$topic" >"$work/out" 2>&1; then fail "created twice"; fi; expect "already exists" "$work/out"
    topics --list >"$work/out"; expect "^$topic\$" "$work/out"
    topics --delete --topic "$topic"; topics --list >"$work/out"; ! grep -q "^$topic\$" "$work/out" || fail "still listed" ;;
  configs-set-and-delete)
    topics --create --topic "$topic" >/dev/null
    configs --alter --entity-type topics --entity-name "$topic" --add-config retention.ms=60000,max.message.bytes=2000 >/dev/null
    configs --describe --entity-type topics --entity-name "$topic" >"$work/out"; expect "retention.ms=60000" "$work/out"; expect "max.message.bytes=2000" "$work/out"
    configs --describe --all --entity-type topics --entity-name "$topic" >"$work/out"; expect "segment.bytes=1073741824.*DEFAULT_CONFIG" "$work/out"
    configs --alter --entity-type topics --entity-name "$topic" --delete-config retention.ms >/dev/null
    configs --describe --entity-type topics --entity-name "$topic" >"$work/out"; ! grep -q retention.ms "$work/out" || fail "not deleted" ;;
  verifiable-producer-and-consumer)
    topics --create --topic "$topic" --partitions 4 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 5000 --acks -1 >"$work/out"
    expect '"sent":5000,"acked":5000|"acked":5000.*"sent":5000' "$work/out"
    java_tool org.apache.kafka.tools.VerifiableConsumer --bootstrap-server "$broker" --topic "$topic" --group-id "$topic" --max-messages 5000 --reset-policy earliest >"$work/out"
    read=$(grep -o '"name":"records_consumed".*' "$work/out" | grep -oE '"count":[0-9]+' | awk -F: '{s+=$2}END{print s+0}'); [ "$read" = 0 ] && read=$(grep records_consumed "$work/out" | grep -oE '"count":[0-9]+' | head -10000 | awk -F: '{s+=$2}END{print s+0}')
    [ "$read" -ge 5000 ] || fail "read $read of 5000" ;;
  console-codecs)
    topics --create --topic "$topic" >/dev/null
    for codec in none gzip snappy lz4 zstd; do seq -f "$codec %g" 500 | java_tool org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$broker" --topic "$topic" --compression-codec "$codec"; done
    java_tool org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$broker" --topic "$topic" --from-beginning --max-messages 2500 --timeout-ms 20000 >"$work/out" 2>/dev/null
    for codec in none gzip snappy lz4 zstd; do [ "$(grep -c "^$codec " "$work/out")" = 500 ] || fail "$codec: $(grep -c "^$codec " "$work/out") of 500"; done ;;
  consumer-groups)
    topics --create --topic "$topic" --partitions 2 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 100 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableConsumer --bootstrap-server "$broker" --topic "$topic" --group-id "$topic" --max-messages 100 --reset-policy earliest >/dev/null
    groups --list >"$work/out"; expect "^$topic\$" "$work/out"
    groups --describe --group "$topic" >"$work/out" 2>&1; expect "$topic +$topic +[01] +[0-9]+ +[0-9]+ +0" "$work/out"; expect "no active members" "$work/out"
    groups --describe --state --group "$topic" >"$work/out" 2>&1; expect "Empty" "$work/out"
    groups --delete-offsets --group "$topic" --topic "$topic" >"$work/out" 2>&1; expect "Successful" "$work/out"
    groups --delete --group "$topic" >"$work/out" 2>&1; expect "successful" "$work/out"
    groups --list >"$work/out"; ! grep -q "^$topic\$" "$work/out" || fail "still listed" ;;
  consumer-groups-reset)
    topics --create --topic "$topic" --partitions 1 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 50 >/dev/null
    groups --reset-offsets --group "$topic" --topic "$topic" --to-offset 20 --execute >"$work/out" 2>&1; expect "$topic +$topic +0 +20" "$work/out"
    groups --describe --group "$topic" >"$work/out" 2>&1; expect "$topic +$topic +0 +20 +50 +30" "$work/out"
    groups --reset-offsets --group "$topic" --topic "$topic" --to-latest --execute >"$work/out" 2>&1; expect "$topic +$topic +0 +50" "$work/out" ;;
  get-offsets)
    topics --create --topic "$topic" --partitions 2 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 100 >/dev/null
    java_tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$broker" --topic "$topic" --time -1 >"$work/out"
    [ "$(awk -F: '{s+=$3}END{print s}' "$work/out")" = 100 ] || fail "latest: $(cat "$work/out")"
    java_tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$broker" --topic "$topic" --time -2 >"$work/out"; [ "$(awk -F: '{s+=$3}END{print s}' "$work/out")" = 0 ] || fail "earliest: $(cat "$work/out")"
    java_tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$broker" --topic "$topic" --time -3 >"$work/out"; expect "$topic:[01]:[0-9]+" "$work/out" ;;
  log-dirs)
    topics --create --topic "$topic" >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 100 >/dev/null
    java_tool org.apache.kafka.tools.LogDirsCommand --bootstrap-server "$broker" --describe --topic-list "$topic" >"$work/out"; expect "\"partition\":\"$topic-[0-9]+\",\"size\":[1-9]" "$work/out" ;;
  delete-topic-then-recreate)
    topics --create --topic "$topic" >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 10 >/dev/null
    topics --delete --topic "$topic"
    for _ in $(seq 50); do topics --create --topic "$topic" >"$work/out" 2>&1 && break; sleep 0.2; done
    java_tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$broker" --topic "$topic" --time -1 >"$work/out"; expect "$topic:0:0" "$work/out" ;;
  performance-tools)
    topics --create --topic "$topic" >/dev/null
    java_tool org.apache.kafka.tools.ProducerPerformance --topic "$topic" --num-records 20000 --record-size 200 --throughput -1 --bootstrap-server "$broker" >"$work/out"; expect "20000 records sent" "$work/out"
    java_tool org.apache.kafka.tools.ConsumerPerformance --bootstrap-server "$broker" --topic "$topic" --num-records 20000 --hide-header --timeout 20000 >"$work/out"; expect ", 2[0-9]{4}, " "$work/out" ;;
  bad-config)
    topics --create --topic "$topic" >/dev/null
    if configs --alter --entity-type topics --entity-name "$topic" --add-config retention.ms=soon >"$work/out" 2>&1; then fail "accepted"; fi; expect "retention.ms" "$work/out"
    if topics --create --topic "$topic-2" --config retension.ms=1 >"$work/out" 2>&1; then fail "accepted an unknown config"; fi ;;
  configs-of-brokers)
    id=$(java_tool org.apache.kafka.tools.BrokerApiVersionsCommand --bootstrap-server "$broker" | grep -oE '\(id: [0-9]+' | grep -oE '[0-9]+')
    configs --alter --entity-type brokers --entity-name "$id" --add-config log.retention.ms=7200000 >/dev/null
    configs --alter --entity-type brokers --entity-default --add-config log.retention.ms=3600000 >/dev/null
    configs --describe --entity-type brokers --entity-name "$id" >"$work/out"; expect "log.retention.ms=7200000 .*DYNAMIC_BROKER_CONFIG.*DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=3600000" "$work/out"
    configs --describe --entity-type brokers --entity-default >"$work/out"; expect "log.retention.ms=3600000" "$work/out"
    configs --alter --entity-type brokers --entity-name "$id" --delete-config log.retention.ms >/dev/null
    configs --alter --entity-type brokers --entity-default --delete-config log.retention.ms >/dev/null
    configs --describe --all --entity-type brokers --entity-name "$id" >"$work/out"; expect "node.id=$id " "$work/out"; ! grep -q "log.retention.ms=7200000" "$work/out" || fail "not deleted" ;;
  configs-of-groups)
    configs --alter --entity-type groups --entity-name "$topic" --add-config consumer.session.timeout.ms=50000,consumer.heartbeat.interval.ms=6000 >/dev/null
    configs --describe --entity-type groups --entity-name "$topic" >"$work/out"; expect "consumer.session.timeout.ms=50000 .*DYNAMIC_GROUP_CONFIG" "$work/out"; expect "consumer.heartbeat.interval.ms=6000" "$work/out"
    configs --describe --entity-type groups >"$work/out"; expect "$topic" "$work/out"
    if configs --alter --entity-type groups --entity-name "$topic" --add-config consumer.session.timeout.ms=1 >"$work/out" 2>&1; then fail "accepted"; fi; expect "consumer.session.timeout.ms" "$work/out"
    configs --alter --entity-type groups --entity-name "$topic" --delete-config consumer.session.timeout.ms,consumer.heartbeat.interval.ms >/dev/null
    configs --describe --entity-type groups --entity-name "$topic" >"$work/out"; ! grep -q "DYNAMIC_GROUP_CONFIG" "$work/out" || fail "not deleted" ;;
  leader-election)
    topics --create --topic "$topic" --partitions 2 >/dev/null
    for kind in preferred unclean; do
      java_tool org.apache.kafka.tools.LeaderElectionCommand --bootstrap-server "$broker" --election-type "$kind" --topic "$topic" --partition 1 >"$work/out" 2>&1; expect "Valid replica already elected for partitions $topic-1" "$work/out"
    done
    java_tool org.apache.kafka.tools.LeaderElectionCommand --bootstrap-server "$broker" --election-type preferred --all-topic-partitions >"$work/out" 2>&1
    if java_tool org.apache.kafka.tools.LeaderElectionCommand --bootstrap-server "$broker" --election-type preferred --topic "$topic" --partition 7 >"$work/out" 2>&1; then fail "elected an unknown partition"; fi; expect "$topic-7" "$work/out" ;;
  reassign-partitions)
    reassign() { java_tool org.apache.kafka.tools.reassign.ReassignPartitionsCommand --bootstrap-server "$broker" "$@"; }
    topics --create --topic "$topic" --partitions 2 >/dev/null
    reassign --list >"$work/out"; expect "No partition reassignments found" "$work/out"
    id=$(topics --describe --topic "$topic" | grep -oE 'Leader: [0-9]+' | head -1 | grep -oE '[0-9]+')
    printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"replicas":[%s]}]}' "$topic" "$id" >"$work/plan"
    reassign --execute --reassignment-json-file "$work/plan" >"$work/out"; expect "Successfully started partition reassignment for $topic-0" "$work/out"
    reassign --verify --preserve-throttles --reassignment-json-file "$work/plan" >"$work/out"; expect "Reassignment of partition $topic-0 is completed" "$work/out"
    reassign --verify --reassignment-json-file "$work/plan" >"$work/out"; expect "Clearing topic-level throttles" "$work/out"
    if reassign --cancel --preserve-throttles --reassignment-json-file "$work/plan" >"$work/out" 2>&1; then expect "None of the specified partition reassignments are active" "$work/out"; fi ;;
  metadata-quorum)
    quorum() { java_tool org.apache.kafka.tools.MetadataQuorumCommand --bootstrap-server "$broker" describe "$@"; }
    quorum --status >"$work/out"; expect "LeaderId: +[0-9]+" "$work/out"; expect "HighWatermark: +[1-9][0-9]*" "$work/out"; expect "CurrentVoters: +\[.*[0-9]" "$work/out"; expect "CurrentObservers: +\[\]" "$work/out"
    quorum --replication >"$work/out"; expect "^[0-9]+[[:space:]].*[1-9][0-9]*[[:space:]]+0[[:space:]].*Leader" "$work/out" ;;
  features)
    java_tool org.apache.kafka.tools.FeatureCommand --bootstrap-server "$broker" describe >"$work/out"; expect "metadata.version.*FinalizedVersionLevel: 4" "$work/out"; expect "transaction.version.*FinalizedVersionLevel: 2" "$work/out" ;;
  transactions-list)
    java_tool org.apache.kafka.tools.TransactionsCommand --bootstrap-server "$broker" list >"$work/out"; expect "TransactionalId" "$work/out" ;;
  delete-records)
    topics --create --topic "$topic" --partitions 1 >/dev/null
    java_tool org.apache.kafka.tools.VerifiableProducer --bootstrap-server "$broker" --topic "$topic" --max-messages 50 >/dev/null
    printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"offset":20}]}' "$topic" >"$work/plan"
    java_tool org.apache.kafka.tools.DeleteRecordsCommand --bootstrap-server "$broker" --offset-json-file "$work/plan" >"$work/out"; expect "partition: $topic-0.*low_watermark: 20" "$work/out"
    java_tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$broker" --topic "$topic" --time -2 >"$work/out"; expect "$topic:0:20" "$work/out" ;;
  *) fail "unknown case" ;;
esac
