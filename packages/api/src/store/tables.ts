// One schema for SQLite and Postgres: text ids, epoch milliseconds, JSON as text. Migrations go forward only.

export interface SessionsTable {
  /** SHA-256 of the secret in the cookie. */
  secret_hash: string
  id: string
  user_name: string
  created_at: number
  last_seen_at: number
  expires_at: number
  address: string
  user_agent: string
}

export interface LoginLinksTable {
  secret_hash: string
  expires_at: number
}

export interface PreferencesTable {
  user_name: string
  data: string
  updated_at: number
}

export interface AlertEventsTable {
  id: string
  cluster: string
  rule: string
  /** Labels of the series, as canonical JSON. */
  subject: string
  state: "pending" | "firing" | "inactive"
  at: number
  /** When the condition began to hold. */
  active_since: number
  value: number
  summary: string
}

export interface MetricSeriesTable {
  id: number
  cluster: string
  metric: string
  /** Canonical JSON. */
  labels: string
}

export interface MetricChunksTable {
  series_id: number
  /** Length of a point in milliseconds: 10 000, 60 000 or 3 600 000. */
  tier_ms: number
  start_ms: number
  /** 60 averages and 60 maxima, as little-endian doubles; NaN where nothing was sampled. */
  data: Uint8Array
}

export interface Tables {
  sessions: SessionsTable
  login_links: LoginLinksTable
  preferences: PreferencesTable
  alert_events: AlertEventsTable
  metric_series: MetricSeriesTable
  metric_chunks: MetricChunksTable
}
