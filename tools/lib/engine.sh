# shellcheck shell=bash
# Find or start the container engine that runs trainings. Sourced by quickstart and tests/support/engine.
# AVA speaks the Docker Engine API on a unix socket; here that is Podman or Docker.
# Errors: functions print a sentence and return 1. Needs curl and say.sh.

# Answer whether an engine listens on a socket.
engine_answers() {
  [ -S "$1" ] && curl -sf --max-time 3 --unix-socket "$1" http://engine/_ping >/dev/null 2>&1
}

# Print the first socket of a running engine this user may use.
engine_find() {
  local socket
  for socket in "${AVA_ENGINE_SOCKET:-}" /run/podman/podman.sock "${XDG_RUNTIME_DIR:-/nonexistent}/podman/podman.sock" \
    /var/run/docker.sock; do
    if [ -n "$socket" ] && engine_answers "$socket"; then printf '%s\n' "$socket"; return 0; fi
  done
  return 1
}

# True when the kernel mounts cgroup v1 beside v2, which Debian's crun refuses.
_engine_hybrid_cgroup() { [ "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)" != cgroup2fs ]; }

# True when root here may not raise its own limits (CAP_SYS_RESOURCE, bit 24), as in many sandboxes.
_engine_no_sys_resource() {
  local caps
  caps=$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status)
  [ "$(id -u)" = 0 ] && [ $(((0x$caps >> 24) & 1)) = 0 ]
}

_smaller() { if [ "$1" = unlimited ] || [ "$1" -gt "$2" ]; then echo "$2"; else echo "$1"; fi; }

# Write DIR/containers.conf when this machine needs one; print its path, or nothing on an ordinary machine.
engine_config() {
  local dir=$1 hybrid=no limits=no
  _engine_hybrid_cgroup && hybrid=yes
  _engine_no_sys_resource && limits=yes
  [ "$hybrid$limits" = nono ] && return 0
  {
    if [ "$limits" = yes ]; then
      printf '[containers]\ndefault_ulimits = ["nofile=1024:%s","nproc=%s:%s"]\n' \
        "$(_smaller "$(ulimit -Hn)" 1048576)" "$(_smaller "$(ulimit -Hu)" 32768)" "$(_smaller "$(ulimit -Hu)" 32768)"
    fi
    printf '[engine]\nevents_logger = "file"\n'
    if [ "$hybrid" = yes ]; then printf 'runtime = "runc"\ncgroup_manager = "cgroupfs"\n'; fi
    printf '[network]\nnetwork_backend = "netavark"\n'
  } >"$dir/containers.conf"
  printf '%s\n' "$dir/containers.conf"
}

# Start `podman system service` with its own directory (conmon litters its working directory when a container
# runs out of memory). Containers outlive it.
engine_start() {
  local dir=$1 config tries=0
  command -v podman >/dev/null || { say 'podman is not installed: run tools/install_deps run' >&2; return 1; }
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd)
  if [ ${#dir} -gt 90 ]; then say "the path '$dir' is too long for a unix socket" >&2; return 1; fi
  engine_answers "$dir/podman.sock" && return 0
  engine_stop "$dir"
  config=$(engine_config "$dir")
  (
    cd "$dir" || exit 1
    if [ -n "$config" ]; then export CONTAINERS_CONF=$config; fi
    exec setsid podman system service --time=0 "unix://$dir/podman.sock" </dev/null >"$dir/podman.log" 2>&1
  ) &
  echo $! >"$dir/podman.pid"
  until engine_answers "$dir/podman.sock"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$(cat "$dir/podman.pid")" 2>/dev/null; then
      { say 'podman did not start; its log ends with:'; tail -n 20 "$dir/podman.log"; } >&2
      engine_stop "$dir"
      return 1
    fi
    sleep 0.1
  done
}

# Stop the service that engine_start started in DIR; running containers go on.
engine_stop() {
  local dir=$1 pid
  pid=$(cat "$dir/podman.pid" 2>/dev/null) || return 0
  if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'system service'; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -f "$dir/podman.pid" "$dir/podman.sock"
}

# Print the variables that point programs and tests at the engine of DIR.
engine_env() {
  local dir
  dir=$(cd "$1" && pwd)
  printf 'AVA_ENGINE_SOCKET=%s\n' "$dir/podman.sock"
  if [ -f "$dir/containers.conf" ]; then printf 'CONTAINERS_CONF=%s\n' "$dir/containers.conf"; fi
}
