// How clients connect, for copying. No secrets: where a password belongs stands a word.

export interface ClientSecurity {
  tls: boolean
  saslMechanism: string | null
}

export interface Snippet {
  id: string
  title: string
  language: "shell" | "properties" | "python" | "java" | "javascript"
  text: string
}

export function snippets(servers: string, security: ClientSecurity): Snippet[] {
  return [
    { id: "kcat", title: "kcat", language: "shell", text: kcat(servers, security) },
    { id: "properties", title: "Java console tools", language: "properties", text: properties(servers, security) },
    { id: "python", title: "Python, confluent-kafka", language: "python", text: python(servers, security) },
    { id: "java", title: "Java", language: "java", text: java(servers, security) },
  ]
}

function protocolOf({ tls, saslMechanism }: ClientSecurity): string {
  return `${saslMechanism === null ? "" : "SASL_"}${tls ? "SSL" : "PLAINTEXT"}`
}

/** librdkafka's names. */
function settings(servers: string, security: ClientSecurity): [string, string][] {
  const login: [string, string][] =
    security.saslMechanism === null
      ? []
      : [
          ["sasl.mechanism", security.saslMechanism],
          ["sasl.username", "USER"],
          ["sasl.password", "PASSWORD"],
        ]
  const protocol: [string, string][] = protocolOf(security) === "PLAINTEXT" ? [] : [["security.protocol", protocolOf(security)]]
  return [["bootstrap.servers", servers], ...protocol, ...login]
}

function kcat(servers: string, security: ClientSecurity): string {
  const options = settings(servers, security)
    .slice(1)
    .map(([name, value]) => ` -X ${name}=${value}`)
    .join("")
  return [
    `kcat -b ${servers}${options} -L`,
    `echo hello | kcat -b ${servers}${options} -P -t TOPIC`,
    `kcat -b ${servers}${options} -C -t TOPIC -o beginning -e`,
  ].join("\n")
}

function properties(servers: string, security: ClientSecurity): string {
  const login =
    security.saslMechanism === null
      ? []
      : [
          `sasl.mechanism=${security.saslMechanism}`,
          'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="USER" password="PASSWORD";',
        ]
  return [`bootstrap.servers=${servers}`, `security.protocol=${protocolOf(security)}`, ...login].join("\n")
}

function python(servers: string, security: ClientSecurity): string {
  const entries = settings(servers, security).map(([name, value]) => `    "${name}": "${value}",`)
  return [
    "from confluent_kafka import Consumer",
    "",
    "consumer = Consumer({",
    ...entries,
    '    "group.id": "GROUP",',
    '    "auto.offset.reset": "earliest",',
    "})",
    'consumer.subscribe(["TOPIC"])',
  ].join("\n")
}

function java(servers: string, security: ClientSecurity): string {
  const lines = [
    "var props = new java.util.Properties();",
    `props.put("bootstrap.servers", "${servers}");`,
    ...(protocolOf(security) === "PLAINTEXT" ? [] : [`props.put("security.protocol", "${protocolOf(security)}");`]),
    ...(security.saslMechanism === null ? [] : [`props.put("sasl.mechanism", "${security.saslMechanism}");`]),
    "var serializer = new org.apache.kafka.common.serialization.StringSerializer();",
    "var producer = new org.apache.kafka.clients.producer.KafkaProducer<>(props, serializer, serializer);",
  ]
  return lines.join("\n")
}
