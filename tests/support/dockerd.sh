# shellcheck shell=bash
# A private dockerd for tests: own socket, data and state below one directory; no bridge, no firewall rule, no service of
# the machine touched. Sourced by tests/support/engine. Needs root, curl, jq, say.sh and engine.sh.
# Errors: functions print a sentence and return 1; a machine where dockerd cannot run is told, never passed over.

TEST_IMAGES=${AVA_TEST_IMAGES:-localhost/ava/base:bookworm}

_dockerd_program() { PATH=$PATH:/usr/sbin:/sbin command -v dockerd; }

_dockerd_api() { curl -sS --fail --unix-socket "$1/docker.sock" "${@:3}" "http://engine/v1.40$2"; }

# Print why dockerd cannot run here; nothing when it can be tried.
_dockerd_obstacle() {
  if [ "$(id -u)" != 0 ]; then echo 'dockerd needs root: run this as root'
  elif [ -z "$(_dockerd_program)" ]; then echo 'dockerd is not installed: run tools/install_deps test'
  # containerd's socket lies 33 characters deeper.
  elif [ ${#1} -gt 70 ]; then echo "the path '$1' is too long for a unix socket"
  fi
}

# Start dockerd in DIR and give it the test images.
dockerd_start() {
  local dir=$1 why tries=0
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd)
  why=$(_dockerd_obstacle "$dir")
  if [ -n "$why" ]; then say "no Docker engine for the tests: $why" >&2; return 1; fi
  if ! engine_answers "$dir/docker.sock"; then
    dockerd_stop "$dir"
    echo '{}' >"$dir/docker.json"  # the machine's own configuration is not for this one
    (
      cd "$dir" || exit 1
      exec setsid "$(_dockerd_program)" --config-file "$dir/docker.json" --data-root "$dir/data" --exec-root "$dir/exec" -H "unix://$dir/docker.sock" \
        -p "$dir/docker.pid" --iptables=false --bridge=none </dev/null >"$dir/docker.log" 2>&1
    ) &
    until engine_answers "$dir/docker.sock"; do
      tries=$((tries + 1))
      if [ "$tries" -gt 300 ] || ! kill -0 $! 2>/dev/null; then
        { say 'no Docker engine for the tests: dockerd did not start; its log ends with:'; tail -n 20 "$dir/docker.log"; } >&2
        kill $! 2>/dev/null || true
        dockerd_stop "$dir"
        return 1
      fi
      sleep 0.1
    done
  fi
  local image
  for image in $TEST_IMAGES; do _dockerd_copy_image "$dir" "$image" || { dockerd_stop "$dir"; return 1; }; done
}

# Copy one image from podman, unless the same one is there: deploy/images/build stamps what it builds.
_dockerd_copy_image() {
  local dir=$1 image=$2 stamp there reply
  stamp=$(podman image inspect --format '{{index .Labels "ava.stamp"}}' "$image" 2>/dev/null) ||
    { say "podman has no image $image to copy: run deploy/images/build --base" >&2; return 1; }
  there=$(_dockerd_api "$dir" "/images/$image/json" 2>/dev/null | jq -r '.Config.Labels["ava.stamp"] // ""')
  [ "$there" != "$stamp" ] || return 0
  reply=$(podman save "$image" 2>/dev/null |
    _dockerd_api "$dir" '/images/load?quiet=1' -X POST -H 'Content-Type: application/x-tar' -T -) &&
    [[ $reply == *'Loaded image'* ]] ||
    { say "docker did not take the image $image: ${reply:0:500}" >&2; return 1; }
}

# Stop the dockerd of DIR and its containers; images stay for the next start.
dockerd_stop() {
  local dir pid mount
  dir=$(cd "$1" 2>/dev/null && pwd) || return 0
  pid=$(cat "$dir/docker.pid" 2>/dev/null) || pid=
  if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "dockerd .*$dir/docker.sock"; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$pid" 2>/dev/null; then say "dockerd (process $pid) does not end" >&2; return 1; fi
  fi
  rm -f "$dir/docker.pid" "$dir/docker.sock"
  # What it leaves mounted would keep the directory from being deleted.
  while read -r _ mount _; do
    case $mount in "$dir"/*) umount "$mount" 2>/dev/null || true ;; esac
  done </proc/self/mounts
}

dockerd_env() { printf 'AVA_ENGINE_SOCKET=%s\n' "$(cd "$1" && pwd)/docker.sock"; }
