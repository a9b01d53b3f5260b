"""confluent-kafka against a broker: `cases.py list` or `cases.py CASE HOST:PORT`. A case fails by raising."""
import inspect
import os
import sys
import time


def topic_name(case):
    return f"python-{case}-{os.getpid()}"


def admin(broker):
    from confluent_kafka.admin import AdminClient

    return AdminClient({"bootstrap.servers": broker})


def create(broker, topic, partitions=1, config=None):
    from confluent_kafka.admin import NewTopic

    client = admin(broker)  # must outlive its futures
    for future in client.create_topics([NewTopic(topic, partitions, 1, config=config or {})]).values():
        future.result(20)


def produce(broker, topic, values, partition=0, **config):
    from confluent_kafka import Producer

    errors = []
    producer = Producer({"bootstrap.servers": broker, **config})
    for value in values:
        while True:
            try:
                producer.produce(topic, value, partition=partition, on_delivery=lambda error, _: errors.append(error) if error else None)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(30) == 0, "not all delivered within 30 s"
    assert not errors, errors[0]


def consume(broker, topic, count, group, timeout=30, **config):
    from confluent_kafka import Consumer

    consumer = Consumer({"bootstrap.servers": broker, "group.id": group, "auto.offset.reset": "earliest", **config})
    consumer.subscribe([topic])
    messages, end = [], time.monotonic() + timeout
    while len(messages) < count and time.monotonic() < end:
        message = consumer.poll(0.5)
        if message is not None and not message.error():
            messages.append(message)
    assert len(messages) >= count, f"{len(messages)} of {count} within {timeout} s"
    return consumer, messages


def case_idempotent_producer_and_group(broker, topic):
    create(broker, topic)
    produce(broker, topic, [b"%d" % i for i in range(20000)], **{"enable.idempotence": True, "linger.ms": 1})
    consumer, messages = consume(broker, topic, 20000, topic)
    assert [m.value() for m in messages] == [b"%d" % i for i in range(20000)]
    assert [m.offset() for m in messages] == list(range(20000))
    consumer.close()


def case_codecs(broker, topic):
    create(broker, topic)
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    for codec in codecs:
        produce(broker, topic, [f"{codec} {i}".encode() * 20 for i in range(200)], **{"compression.type": codec})
    consumer, messages = consume(broker, topic, 1000, topic)
    for at, codec in enumerate(codecs):
        assert [m.value() for m in messages[at * 200 : at * 200 + 200]] == [f"{codec} {i}".encode() * 20 for i in range(200)], codec
    consumer.close()


def case_commit_and_resume(broker, topic):
    from confluent_kafka import TopicPartition

    create(broker, topic)
    produce(broker, topic, [b"%d" % i for i in range(100)])
    consumer, _ = consume(broker, topic, 40, topic, **{"enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(topic, 0, 40, metadata="half way")], asynchronous=False)
    committed = consumer.committed([TopicPartition(topic, 0)], 10)[0]
    assert (committed.offset, committed.metadata) == (40, "half way"), committed
    consumer.close()
    consumer, messages = consume(broker, topic, 60, topic)
    assert messages[0].value() == b"40", messages[0].value()
    consumer.close()


def rebalance(broker, topic, strategy):
    from confluent_kafka import Consumer

    create(broker, topic, 6)
    config = {"bootstrap.servers": broker, "group.id": topic, "partition.assignment.strategy": strategy, "session.timeout.ms": 6000, "heartbeat.interval.ms": 500}
    members = [Consumer(config) for _ in range(3)]

    def until(live, condition, what):
        end = time.monotonic() + 45
        while time.monotonic() < end:
            for member in live:
                member.poll(0.05)
            owned = [p.partition for member in live for p in member.assignment()]
            if condition(owned, live):
                return
        raise AssertionError(f"{what}: {[[p.partition for p in m.assignment()] for m in live]}")

    def even(owned, live):
        return sorted(owned) == list(range(6)) and all(len(member.assignment()) == 6 // len(live) for member in live)

    for count in (1, 2, 3):
        members[count - 1].subscribe([topic])
        until(members[:count], even, f"{count} members")
    members[2].close()
    until(members[:2], even, "after one left")
    for member in members[:2]:
        member.close()


def case_rebalance_eager(broker, topic):
    rebalance(broker, topic, "range")


def case_rebalance_cooperative(broker, topic):
    rebalance(broker, topic, "cooperative-sticky")


def case_static_member_keeps_its_partitions(broker, topic):
    create(broker, topic, 2)
    produce(broker, topic, [b"a"])
    config = {"group.instance.id": "one", "session.timeout.ms": 20000}
    consumer, _ = consume(broker, topic, 1, topic, **config)
    before = sorted(p.partition for p in consumer.assignment())
    consumer.close()
    produce(broker, topic, [b"b"])
    started = time.monotonic()
    consumer, _ = consume(broker, topic, 1, topic, **config)
    assert sorted(p.partition for p in consumer.assignment()) == before
    assert time.monotonic() - started < 15, "a static member that returns does not wait for the session timeout"
    consumer.close()


def case_offsets_for_times_and_watermarks(broker, topic):
    from confluent_kafka import Consumer, Producer, TopicPartition

    create(broker, topic)
    producer = Producer({"bootstrap.servers": broker})
    base = int(time.time() * 1000) - 100000
    for i in range(100):
        producer.produce(topic, b"%d" % i, partition=0, timestamp=base + i * 10)
    producer.flush(20)
    consumer = Consumer({"bootstrap.servers": broker, "group.id": topic})
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), 10) == (0, 100)
    for at, expected in ((base, 0), (base + 501, 51), (base + 990, 99)):
        assert consumer.offsets_for_times([TopicPartition(topic, 0, at)], 10)[0].offset == expected, at
    assert consumer.offsets_for_times([TopicPartition(topic, 0, base + 991)], 10)[0].offset in (-1, 100)
    consumer.close()


def case_admin_topics_and_configs(broker, topic):
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions

    client = admin(broker)
    create(broker, topic, 2, {"retention.ms": "3600000"})
    resource = ConfigResource("topic", topic)
    configs = list(client.describe_configs([resource]).values())[0].result(10)
    assert configs["retention.ms"].value == "3600000" and not configs["retention.ms"].is_default
    assert configs["segment.bytes"].is_default
    change = ConfigResource("topic", topic, incremental_configs=[ConfigEntry("retention.ms", "60000", incremental_operation=AlterConfigOpType.SET)])
    list(client.incremental_alter_configs([change]).values())[0].result(10)
    assert list(client.describe_configs([resource]).values())[0].result(10)["retention.ms"].value == "60000"
    list(client.create_partitions([NewPartitions(topic, 4)]).values())[0].result(10)
    assert len(client.list_topics(topic, 10).topics[topic].partitions) == 4
    for wrong, value in (("retention.ms", "soon"), ("retension.ms", "1")):
        bad = ConfigResource("topic", topic, incremental_configs=[ConfigEntry(wrong, value, incremental_operation=AlterConfigOpType.SET)])
        try:
            list(client.incremental_alter_configs([bad]).values())[0].result(10)
            raise AssertionError(f"{wrong}={value} was accepted")
        except KafkaException as error:
            assert wrong in str(error), error
    list(client.delete_topics([topic]).values())[0].result(10)
    assert topic not in client.list_topics(timeout=10).topics


def case_admin_groups(broker, topic):
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

    client = admin(broker)
    create(broker, topic)
    produce(broker, topic, [b"%d" % i for i in range(10)])
    consumer, _ = consume(broker, topic, 10, topic, **{"enable.auto.commit": False})
    consumer.commit(asynchronous=False)
    described = list(client.describe_consumer_groups([topic]).values())[0].result(10)
    assert described.state.name == "STABLE" and len(described.members) == 1, described.state
    assert topic in [group.group_id for group in client.list_consumer_groups().result().valid]
    consumer.close()
    offsets = list(client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(topic)]).values())[0].result(10)
    assert [(p.topic, p.offset) for p in offsets.topic_partitions] == [(topic, 10)]
    change = ConsumerGroupTopicPartitions(topic, [TopicPartition(topic, 0, 3)])
    list(client.alter_consumer_group_offsets([change]).values())[0].result(10)
    offsets = list(client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(topic)]).values())[0].result(10)
    assert offsets.topic_partitions[0].offset == 3
    list(client.delete_consumer_groups([topic]).values())[0].result(10)
    assert topic not in [group.group_id for group in client.list_consumer_groups().result().valid]


def case_headers_keys_and_nulls(broker, topic):
    from confluent_kafka import Producer

    create(broker, topic)
    producer = Producer({"bootstrap.servers": broker})
    producer.produce(topic, None, key=b"k", headers=[("a", b"1"), ("a", b"2"), ("none", None)])
    producer.produce(topic, b"", key=None)
    producer.flush(20)
    consumer, messages = consume(broker, topic, 2, topic)
    assert (messages[0].key(), messages[0].value(), messages[0].headers()) == (b"k", None, [("a", b"1"), ("a", b"2"), ("none", None)])
    assert (messages[1].key(), messages[1].value()) == (None, b"")
    consumer.close()


def case_regex_subscription(broker, topic):
    create(broker, f"{topic}-a")
    create(broker, f"{topic}-b")
    produce(broker, f"{topic}-a", [b"a"])
    produce(broker, f"{topic}-b", [b"b"])
    consumer, messages = consume(broker, f"^{topic}-.*", 2, topic)
    assert sorted(m.value() for m in messages) == [b"a", b"b"]
    consumer.close()


cases = {name[5:].replace("_", "-"): function for name, function in list(globals().items()) if name.startswith("case_") and inspect.isfunction(function)}

if __name__ == "__main__":
    if sys.argv[1:] == ["list"]:
        print("\n".join(cases))
    else:
        name, address = sys.argv[1:]
        cases[name](address, topic_name(name))
