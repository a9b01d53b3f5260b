#!/usr/bin/env bash
# Python's confluent-kafka (current librdkafka) against a broker.   run.sh list | run.sh CASE HOST:PORT
# PYTHON: an interpreter that has confluent-kafka.
set -euo pipefail
exec "${PYTHON:-python3}" "$(dirname "$0")/cases.py" "$@"
