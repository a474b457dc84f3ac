# shellcheck shell=bash
# The main job as the shell does it: start a server, sign in, bring pictures, import, format, train, report. Sourced by quickstart.
# Needs say.sh, and the variables AVA (the program), IMAGE (the training image), AVA_ENGINE_SOCKET.

# --- how the program is called: the only lines that know its command line --------------------------------------------------
# Every command answers one JSON object on standard output with --json; words for people go to standard error.
ava_serve()     { exec setsid "$AVA" server --data "$1" --listen "127.0.0.1:$2" --engine-socket "$AVA_ENGINE_SOCKET" --storage-root "$3"; }
ava_login()     { "$AVA" login --server "$1" --user "$2" --password-file "$3" --new-password-file "$4"; }
ava_whoami()    { "$AVA" whoami --json; }
ava_buckets()   { "$AVA" bucket list --json; }
ava_bind()      { "$AVA" bucket bind "$1" "$2" --default --json; }
ava_import()    { "$AVA" dataset import "$1" "$2" --wait --json; }
ava_format()    { "$AVA" dataset format "$1" --to "$2" --train 80 --val 20 --seed 1 --wait --json; }
ava_train()     { "$AVA" training create "$1" --train-set "$2" --val-set "$3" --image "$IMAGE" --command "$4" --cpu 2 --memory 3GiB --json; }
ava_follow()    { "$AVA" training wait "$1"; }
ava_training()  { "$AVA" training show "$1" --json; }
ava_log()       { "$AVA" training log "$1"; }
ava_runs()      { "$AVA" run list --training "$1" --json; }
ava_models()    { "$AVA" model list --training "$1" --json; }
# --- end of the program's command line -------------------------------------------------------------------------------------

# The training: an ordinary PyTorch script, mounted into every container.
readonly TRAIN_COMMAND='python3 /workspace/examples/pytorch/train.py'

_alive() { [ -n "${1:-}" ] && [ "$(readlink "/proc/$1/exe" 2>/dev/null)" != '' ] && kill -0 "$1" 2>/dev/null; }

# True when something listens on a TCP port of 127.0.0.1.
_port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

_server_pid() { cat "$1/server.pid" 2>/dev/null || true; }

_ready() { curl -sf --max-time 3 "$1/readyz" >/dev/null 2>&1; }

# Start the server of HOME, or keep the running one when it is this build's.
server_start() {
  local home=$1 port=$2 pid url tries=0
  pid=$(_server_pid "$home")
  url=$(cat "$home/server.url" 2>/dev/null || true)
  if _alive "$pid" && [ "$(readlink "/proc/$pid/exe")" = "$AVA" ] && [ -n "$url" ] && _ready "$url"; then
    say "running since before at $url"
    return 0
  fi
  server_stop "$home"
  while _port_taken "$port"; do
    say "port $port is taken, trying the next"
    port=$((port + 1))
    [ "$port" -le 65535 ] || die 'no free port'
  done
  url=http://127.0.0.1:$port
  echo "$url" >"$home/server.url"
  mkdir -p "$home/data" "$home/logs" "$home/bucket"
  chmod 700 "$home/data"
  # The server outlives this terminal (setsid in ava_serve), under the id of this subshell.
  (ava_serve "$home/data" "$port" "$home/bucket" </dev/null >>"$home/logs/server.log" 2>&1) &
  echo $! >"$home/server.pid"
  until _ready "$url"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ] || { [ "$tries" -gt 5 ] && ! _alive "$(_server_pid "$home")"; }; then
      tail -n 25 "$home/logs/server.log" >&2
      die "the server did not start; the whole log is $home/logs/server.log"
    fi
    sleep 0.1
  done
  say "AVA answers at $url"
}

# Ask the server of HOME to end, and wait: it finishes what it is writing.
server_stop() {
  local home=$1 pid
  pid=$(_server_pid "$home")
  if _alive "$pid" && [[ $(readlink "/proc/$pid/exe") == */ava* ]]; then
    kill -TERM "$pid"
    for _ in $(seq 200); do _alive "$pid" || break; sleep 0.1; done
    if _alive "$pid"; then kill -KILL "$pid"; fi
  fi
  rm -f "$home/server.pid"
}

# Sign in as the first admin. The server wrote a one-time password at its first start; it is changed to a random one, which
# HOME/password keeps for the person at this machine. The program keeps a token.
sign_in() {
  local home=$1 url name password
  export AVA_CONFIG_DIR=$home/cli
  mkdir -p "$AVA_CONFIG_DIR"
  url=$(cat "$home/server.url")
  if [ "$(cat "$home/cli/url" 2>/dev/null)" = "$url" ] && ava_whoami >/dev/null 2>&1; then say 'signed in from before'; return 0; fi
  read -r name password < <(first_admin "$home") || true
  if [ ! -s "$home/password" ]; then
    [ -n "${password:-}" ] || die "the server wrote no password to $home/data/first-admin, and $home/password is missing"
    (umask 077 && printf '%s\n' "$password" >"$home/cli/one-time" && random_password >"$home/password.new")
    ava_login "$url" "$name" "$home/cli/one-time" "$home/password.new" || die 'signing in with the one-time password did not work'
    rm -f "$home/cli/one-time"
    mv "$home/password.new" "$home/password"
  else
    ava_login "$url" "${name:-admin}" "$home/password" "$home/password" ||
      die "signing in did not work; if you changed the admin's password, write the new one to $home/password"
  fi
  echo "$url" >"$home/cli/url"
}

random_password() { head -c 64 /dev/urandom | base64 | tr -dc 'a-km-zA-HJ-NP-Z2-9' | head -c 14; echo; }

# Print "name password" of the first admin, as the server wrote it: one line each.
first_admin() { paste -sd ' ' "$1/data/first-admin" 2>/dev/null; }

# Run a command in the training image, with the engine AVA itself uses; DIR is mounted at /out, the examples at /examples.
in_image() {
  local dir=$1
  shift
  local mounts=(-v "$dir:/out" -v "$PWD/sdk/python:/sdk:ro" --network none --ulimit nofile=1024:4096 --ulimit nproc=4096:4096)
  if [[ $AVA_ENGINE_SOCKET == *docker* ]]; then
    docker -H "unix://$AVA_ENGINE_SOCKET" run --rm "${mounts[@]}" "$IMAGE" "$@"
  else
    podman --remote --url "unix://$AVA_ENGINE_SOCKET" run --rm "${mounts[@]}" "$IMAGE" "$@"
  fi
}

# Pack what a folder holds, without hidden files, following links; whole or not at all.
pack() {
  find "$1" -mindepth 1 -maxdepth 1 -not -name '.*' -printf '%P\0' |
    tar -C "$1" --null --dereference -cf "$2.part" -T - && mv "$2.part" "$2"
}

# Leave HOME/pictures.tar: the handwritten digits, or a person's own folder.
make_pictures() {
  local home=$1 data=$2 folder
  if [ -n "$data" ]; then
    say "packing $data ..."
    pack "$data" "$home/pictures.tar"
    basename "$(cd "$data" && pwd)" | tr -s ' \t/:\\' '-' >"$home/pictures.name"
    return 0
  fi
  folder=$home/digits
  if [ ! -f "$folder/.complete" ]; then
    say 'writing 1,797 handwritten digits (UCI optdigits) as PNG files ...'
    rm -rf "$folder" && mkdir -p "$folder"
    quietly "$home/logs/digits.log" in_image "$folder" python3 /sdk/examples/datasets/optdigits.py /out || die 'the digits were not written'
    touch "$folder/.complete"
  fi
  pack "$folder" "$home/pictures.tar"
  printf 'digits\n' >"$home/pictures.name"
  say "$(find "$folder" -name '*.png' | wc -l) pictures in $folder"
}

# Import, format and train, under names no earlier run used; leaves HOME/result.json.
run_main_job() {
  local home=$1 name dataset batch train val training state
  name=$(cat "$home/pictures.name")-$(date +%m%d-%H%M%S)
  mkdir -p "$home/bucket"
  if [ "$(ava_buckets | jq '.items | length')" = 0 ]; then
    ava_bind quickstart "file://$home/bucket" >/dev/null || die 'the storage folder was not bound'
  fi
  say "import $name ..."
  dataset=$(ava_import "$name" "$home/pictures.tar") || die 'the import failed'
  jq -r '"  \(.item_count) pictures, \(.reject_count) rejected"' <<<"$dataset"
  say 'format as recordio and lmdb, 80 % for training, 20 % for validation ...'
  batch=$(ava_format "$(jq -r .id <<<"$dataset")" recordio,lmdb) || die 'formatting failed'
  jq -r '.items[] | "  \(.format) \(.split): \(.sample_count) samples in \(.class_count) classes"' <<<"$batch"
  train=$(jq -r '[.items[] | select(.split == "train" and .format == "recordio")][0].id' <<<"$batch")
  val=$(jq -r '[.items[] | select(.split == "val" and .format == "recordio")][0].id' <<<"$batch")
  say 'train in a container ...'
  training=$(ava_train "$name" "$train" "$val" "$TRAIN_COMMAND") || die 'the training was not started'
  training=$(jq -r .id <<<"$training")
  ava_follow "$training" || true
  state=$(ava_training "$training" | jq -r .state)
  if [ "$state" != "done" ]; then
    ava_training "$training" | jq -r '"state: \(.state)  \(.state_reason.detail // "")  \(.exit.words // "")"' >&2
    ava_log "$training" | tail -n 25 >&2
    die 'the training failed'
  fi
  jq -n --argjson runs "$(ava_runs "$training")" --argjson models "$(ava_models "$training")" --arg training "$training" --arg name "$name" \
    '{name: $name, training: $training, run: $runs.items[0], models: $models.items}' >"$home/result.json"
}

# Say what came out, and where to look at it.
report() {
  local home=$1 url name password
  url=$(cat "$home/server.url")
  jq -r '"Training \(.name) is done.",
    (.run.metrics[]? | select(.name | test("acc")) | "  \(.name): \(.last * 10000 | round / 100) %  (best \(.max * 10000 | round / 100) %)"),
    (.models[]? | "  model: \(.name)  \(.file_uri)  \(.size_bytes) bytes")' "$home/result.json"
  jq -e '.models | length > 0' "$home/result.json" >/dev/null || die 'the training left no model'
  say "  storage folder: $home/bucket"
  read -r name password < <(first_admin "$home") || true
  say "Look at it all in a browser: ${BOLD}$url${PLAIN}"
  say "  user: ${name:-admin}    password: $(cat "$home/password")"
}
