# To be sourced. start_postgres and start_redis use the service that answers or start one for the test run, and set
# postgres_url and redis_url; where they fail they set reason. stop_services stops what was started.
postgres_url=${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/crmsolid}
redis_url=${TEST_REDIS_URL:-redis://127.0.0.1:6379/15}
reason=
postgres_folder=
redis_pid=

start_postgres() {
    if "$bin/python" -m tests.plugins.service_is_up "$postgres_url"; then return 0; fi
    start_own_postgres
}

start_own_postgres() {
    local tools
    tools=$(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$tools" ] || tools=$(dirname "$(command -v initdb || echo .)")
    if [ ! -x "$tools/initdb" ]; then
        reason="no PostgreSQL answers at ${postgres_url##*@}, and none is installed"
        return 1
    fi
    postgres_folder=$(mktemp -d)
    postgres_tools=$tools
    local port
    port=$(free_port)
    if [ "$(id -u)" = 0 ]; then chown postgres "$postgres_folder"; fi
    as_postgres "$tools/initdb" -D "$postgres_folder/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null &&
        as_postgres "$tools/pg_ctl" -D "$postgres_folder/data" -w -l "$postgres_folder/log" \
            -o "-p $port -k $postgres_folder -h 127.0.0.1 -c fsync=off -c max_connections=200" start >/dev/null || {
        reason="the installed PostgreSQL did not start"
        return 1
    }
    postgres_url=postgres://postgres@127.0.0.1:$port/crmsolid
}

as_postgres() { # PostgreSQL refuses to run as root
    if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi
}

start_redis() {
    if "$bin/python" -m tests.plugins.service_is_up "$redis_url"; then return 0; fi
    if ! command -v redis-server >/dev/null; then
        local address=${redis_url#*//}
        reason="no Redis answers at ${address##*@}, and none is installed"
        return 1
    fi
    local port
    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$scratch" >/dev/null &
    redis_pid=$!
    redis_url=redis://127.0.0.1:$port/15
    for _ in $(seq 50); do
        if "$bin/python" -m tests.plugins.service_is_up "$redis_url"; then return 0; fi
        sleep 0.1
    done
    reason="the installed Redis did not start"
    return 1
}

free_port() {
    "$bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

stop_services() {
    if [ -n "$redis_pid" ]; then kill "$redis_pid" 2>/dev/null; fi
    if [ -n "$postgres_folder" ]; then
        as_postgres "$postgres_tools/pg_ctl" -D "$postgres_folder/data" -m immediate stop >/dev/null 2>&1
        rm -rf "$postgres_folder"
    fi
}
