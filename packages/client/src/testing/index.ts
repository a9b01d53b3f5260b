/** For tests and benchmarks: a real Apache Kafka, and a broker that says what a test tells it to. */
export { type ApacheKafka, type ApacheKafkaOptions, kafkaClasspath, startApacheKafka } from "./apache-kafka.ts"
export { kafkaVersion } from "./kafka-files.ts"
export { frameOf, type Reply, type ScriptedBroker, startScriptedBroker } from "./scripted-broker.ts"
