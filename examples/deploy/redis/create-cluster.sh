#!/bin/sh
# Makes a Redis Cluster of the servers in PEERS, NAME:PORT each, unless it is one:
# half of them masters, a copy for each. Ends when the cluster is ready.
set -eu

REDISCLI_AUTH=$(cat "${PASSWORD_FILE:-/run/secrets/redis}")
export REDISCLI_AUTH

addresses=
for peer in $PEERS; do
  until redis-cli -e -h "${peer%:*}" -p "${peer##*:}" ping >/dev/null 2>&1; do
    sleep 1
  done
  # CLUSTER MEET takes no names.
  address=$(getent hosts "${peer%:*}" | cut -d ' ' -f 1)
  addresses="$addresses $address:${peer##*:}"
done

first=${PEERS%% *}
info() {
  redis-cli -h "${first%:*}" -p "${first##*:}" cluster info
}
if ! info | grep -q 'cluster_slots_assigned:16384'; then
  # shellcheck disable=SC2086 # a list of words
  redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
fi
until info | grep -q 'cluster_state:ok'; do sleep 1; done
