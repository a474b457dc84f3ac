# shellcheck shell=bash
# A rootless Podman for tests: a user of its own, made at start and deleted at stop, whose images, state and socket lie
# below one directory. Sourced by tests/support/engine. Needs root (to become that user), say.sh and engine.sh.
# Errors: functions print a sentence and return 1; a machine where it cannot run is told, never passed over.

TEST_IMAGES=${AVA_TEST_IMAGES:-localhost/ava/base:bookworm}

# Name of the user of DIR: two runs side by side have two.
_rootless_name() { printf 'ava-test-%s\n' "$(printf %s "$1" | cksum | cut -d' ' -f1)"; }

# Run a command as the user of DIR, with nothing of root's environment.
rootless_run() {
  local dir=$1
  shift
  local variables=(HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" TMPDIR=/tmp LANG=C.UTF-8 PATH="$PATH"
    CONTAINERS_STORAGE_CONF="$dir/storage.conf" AVA_ENGINE_SOCKET="$dir/run/podman.sock")
  if [ -f "$dir/containers.conf" ]; then variables+=(CONTAINERS_CONF="$dir/containers.conf"); fi
  (cd "$dir/home" && exec runuser -u "$(_rootless_name "$dir")" -- env -i "${variables[@]}" "$@")
}

# Make the user with a range of subordinate ids, which useradd gives to ordinary users.
_rootless_user() {
  local dir=$1 user
  user=$(_rootless_name "$dir")
  if ! getent passwd "$user" >/dev/null; then
    useradd --no-create-home --home-dir "$dir/home" --shell /usr/sbin/nologin "$user" || return 1
  fi
  grep -q "^$user:" /etc/subuid || { say "the user $user has no line in /etc/subuid" >&2; return 1; }
  chmod 711 "$dir"
  install -d -m 700 -o "$user" "$dir/home" "$dir/run"
  runuser -u "$user" -- test -x "$dir/home" ||
    { say "the user $user cannot reach '$dir': choose a directory below /tmp" >&2; return 1; }
}

# Start `podman system service` of the user in DIR and give it the test images.
rootless_start() {
  local dir=$1 tries=0 image
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd)
  if [ "$(id -u)" != 0 ]; then say 'no rootless engine for the tests: only root can become another user' >&2; return 1; fi
  engine_answers "$dir/run/podman.sock" && return 0
  _rootless_user "$dir" || { rootless_stop "$dir"; return 1; }
  engine_config "$dir" >/dev/null
  printf '[storage]\ndriver = "overlay"\n' >"$dir/storage.conf"  # Debian's default without root is vfs: full copies
  for image in $TEST_IMAGES; do
    podman save "$image" 2>/dev/null | rootless_run "$dir" podman load >"$dir/load.log" 2>&1 ||
      { { say "rootless podman did not take the image $image:"; tail -n 5 "$dir/load.log"; } >&2; rootless_stop "$dir"; return 1; }
  done
  rootless_run "$dir" setsid podman system service --time=0 "unix://$dir/run/podman.sock" </dev/null >"$dir/podman.log" 2>&1 &
  until engine_answers "$dir/run/podman.sock"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 $! 2>/dev/null; then
      { say 'rootless podman did not start; its log ends with:'; tail -n 20 "$dir/podman.log"; } >&2
      rootless_stop "$dir"
      return 1
    fi
    sleep 0.1
  done
}

# End the service and its containers; delete its images, and the user when rootless_start made it.
rootless_stop() {
  local dir pid user
  dir=$(cd "$1" 2>/dev/null && pwd) || return 0
  user=$(_rootless_name "$dir")
  [ "$(id -u)" = 0 ] && getent passwd "$user" >/dev/null || return 0
  rootless_run "$dir" podman rm --all --force --time 0 >/dev/null 2>&1 || true
  for pid in $(pgrep -u "$user" -f "system service --time=0 unix://$dir/run/podman.sock"); do kill "$pid" 2>/dev/null || true; done
  rootless_run "$dir" podman system migrate >/dev/null 2>&1 || true  # ends the process that keeps its name space
  for _ in $(seq 50); do pgrep -u "$user" -r R,S,D >/dev/null || break; sleep 0.1; done
  # --force: a container's last process may wait for a reaper that a sandbox does not have.
  userdel --force "$user" 2>/dev/null || say "the user $user was not deleted" >&2
  umount "$dir/home/.local/share/containers/storage/overlay" 2>/dev/null || true
  rm -rf -- "${dir:?}/home" "$dir/run"
}

rootless_env() { printf 'AVA_ENGINE_SOCKET=%s\n' "$(cd "$1" && pwd)/run/podman.sock"; }
