#!/bin/sh
# In Temporal's admin-tools image: makes the namespace `default` once the server answers. Histories
# of ended runs are kept for 90 days, as metrics are.
set -eu

waited=0
until temporal operator cluster health >/dev/null 2>&1; do
  waited=$((waited + 1))
  if [ "$waited" -gt 60 ]; then
    echo "namespace: no Temporal server answers at $TEMPORAL_ADDRESS" >&2
    exit 1
  fi
  sleep 2
done
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
  temporal operator namespace create --namespace default --retention 90d
