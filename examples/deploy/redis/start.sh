#!/bin/sh
# Starts a Redis or a Sentinel of these examples:
#
#   start.sh alone      the only Redis, which stores nothing
#   start.sh watched    one of those that Sentinels watch
#   start.sh sentinel
#   start.sh cluster    one of a Redis Cluster
#
# The password comes from a file and goes into a configuration that nobody else
# can read: no command line has it. It has no quotes and no backslashes.
#
# The others know this server by the name of its host with $DOMAIN behind it.
#
# FIRST      the master before there has been another one, NAME:PORT
# SENTINELS  all of them, NAME:PORT ...
# PEERS      all servers of the cluster
set -eu
umask 077

settings=$(cd "$(dirname "$0")" && pwd)
data=${DATA:-/data}
name=${NAME:-$(hostname)${DOMAIN:-}}
port=${PORT:-6379}
REDISCLI_AUTH=$(cat "${PASSWORD_FILE:-/run/secrets/redis}")
export REDISCLI_AUTH

# The master by the word of the first Sentinel that answers, as NAME PORT.
master() {
  for sentinel in $SENTINELS; do
    found=$(timeout 2 redis-cli -e -h "${sentinel%:*}" -p "${sentinel##*:}" \
      sentinel get-master-addr-by-name atrium 2>/dev/null) || continue
    echo "$found" | tr '\n' ' '
    return
  done
  echo "${FIRST%:*} ${FIRST##*:} "
}

# Tells the others in the cluster where this server is. While all were away, all
# may have got other addresses, and those that they remember lead nowhere.
introduce() {
  until redis-cli -e -p "$port" ping >/dev/null 2>&1; do
    kill -0 $$ || return # the server has ended
    sleep 1
  done
  for peer in $PEERS; do
    address=$(getent hosts "${peer%:*}" | cut -d ' ' -f 1)
    [ -z "$address" ] ||
      redis-cli -p "$port" cluster meet "$address" "${peer##*:}" >/dev/null
  done
}

of_redis() {
  echo "port $port"
  echo "dir $data"
  echo "requirepass \"$REDISCLI_AUTH\""
  echo "masterauth \"$REDISCLI_AUTH\""
  for file in "$@"; do cat "$settings/$file"; done
}

case $1 in
alone)
  of_redis redis.conf >"$data/redis.conf"
  ;;
watched)
  {
    of_redis redis.conf kept.conf watched.conf
    echo "replica-announce-ip $name"
    echo "replica-announce-port $port"
    master=$(master)
    [ "$master" = "$name $port " ] || echo "replicaof $master"
  } >"$data/redis.conf"
  ;;
cluster)
  {
    of_redis redis.conf kept.conf cluster.conf
    echo "cluster-announce-ip ${ADDRESS:-$(hostname -i | cut -d ' ' -f 1)}"
  } >"$data/redis.conf"
  # Before create-cluster.sh it knows itself and nobody else.
  if grep -qsv -e myself -e vars "$data/nodes.conf"; then introduce & fi
  ;;
sentinel)
  # What it has learned stands in the same file.
  if ! [ -e "$data/sentinel.conf" ]; then
    {
      echo "port $port"
      echo "dir $data"
      echo "requirepass \"$REDISCLI_AUTH\""
      sed "s/FIRST/${FIRST%:*} ${FIRST##*:}/" "$settings/sentinel.conf"
      echo "sentinel announce-ip $name"
      echo "sentinel announce-port $port"
      echo "sentinel sentinel-pass $REDISCLI_AUTH"
      echo "sentinel auth-pass atrium $REDISCLI_AUTH"
    } >"$data/new.conf"
    mv "$data/new.conf" "$data/sentinel.conf"
  fi
  unset REDISCLI_AUTH
  exec redis-server "$data/sentinel.conf" --sentinel
  ;;
esac
unset REDISCLI_AUTH
exec redis-server "$data/redis.conf"
