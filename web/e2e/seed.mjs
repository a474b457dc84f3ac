// A server full of everything a page can show: datasets that worked, failed and have no labels, long and Chinese names, formatted
// batches, a finished and a failed training with curves and a model, people who wait for approval. Answers the addresses of the pages.
import { gzipSync } from "node:zlib";
import { signIn, upload, waitFor } from "./api.mjs";

/** What the manual shows has plain names; the gallery has some that are harder to place. */
export const names = (plain) => (plain ? { dataset: "digits", training: "digits-first" } : { dataset: "手写数字", training: "数字-第一次训练" });

const longName = "a-very-long-name-that-nobody-would-type-but-a-program-does-0123";
const emptyTar = Buffer.alloc(1024);
export const password = "gallery-密码-2026";

// Curves as a training makes them, in the time a container needs to start: enough points that the server has to thin them.
const curves = `exec python3 - <<'PY'
import math, random, ava
random.seed(1)
with ava.start_run(params={"epochs": 12, "batch_size": 32, "learning_rate": 0.004, "optimizer": "sgd", "augment": True}) as run:
    for step in range(1800):
        fade = math.exp(-step / 350.0)
        run.log(step=step, epoch=step // 150, loss=2.3 * fade + 0.04 + 0.06 * random.random(), learning_rate=0.004 * (1 - step / 1800.0), speed=900 + 90 * random.random())
        if step % 150 == 149:
            run.log(step=step, epoch=step // 150, val_loss=2.1 * fade + 0.07, val_accuracy=0.99 - 0.85 * fade)
            print("epoch %d  loss %.4f  val_accuracy %.4f" % (step // 150, 2.3 * fade + 0.04, 0.99 - 0.85 * fade), flush=True)
    open("best.txt", "w").write("weights")
    run.save_model("best.txt", name="best", epoch=11)
PY`;
const broken = `exec python3 - <<'PY'
import ava
with ava.start_run(params={"epochs": 3}) as run:
    run.log(step=1, epoch=0, loss=2.3)
    raise ValueError("the network has 10 outputs, but the training set has 12 classes")
PY`;

async function seedDatasets(call, pictures, plain) {
  const archive = await upload(call, plain ? "digits.tar" : "数字.tar", { file: pictures });
  const make = async (name, description, source, more = {}) => (await call("POST", "/datasets", { name, description, source, ...more })).id;
  const ids = { full: await make(names(plain).dataset, "手写数字 0–9 · handwritten digits", { kind: "upload", upload_id: archive }) };
  if (plain) return waitFor(call, `/datasets/${ids.full}`, (one) => one.state === "success").then(() => ids);
  Object.assign(ids, {
    long: await make(longName, "One sentence after another about where these pictures come from, who labelled them, and why nobody should use them for anything else.", { kind: "upload", upload_id: archive }),
  });
  const full = await waitFor(call, `/datasets/${ids.full}`, (one) => one.state !== "creating");
  const samples = (await call("GET", `/datasets/${ids.full}/samples?limit=20`)).items.map((sample) => sample.url);
  const bare = samples.map((url) => JSON.stringify({ url, type: "image" })).join("\n");
  const faulty = [bare, "{not json", '{"type":"image"}', '{"url":"qiniu:///nowhere/0.png","type":"image"}', '{"url":"ftp://example.org/1.png","type":"image"}'].join("\n");
  ids.bare = await make("未标注图片", "", { kind: "upload", upload_id: await upload(call, "bare.jsonlist", { data: bare }) });
  ids.faulty = await make("half-usable", "Some lines of the list are wrong.", { kind: "upload", upload_id: await upload(call, "half.jsonlist", { data: faulty }) });
  ids.failed = await make("broken-list", "", { kind: "upload", upload_id: await upload(call, "broken.jsonlist", { data: "{not json\n" }) }, { on_error: "fail" });
  for (const id of Object.values(ids)) await waitFor(call, `/datasets/${id}`, (one) => one.state !== "creating");
  if (full.state !== "success") throw new Error(`the pictures were not imported: ${JSON.stringify(full.error)}`);
  return ids;
}

async function seedSets(call, dataset, plain) {
  const done = async (body) => {
    const batch = await call("POST", `/datasets/${dataset}/formatted-sets`, body);
    return Promise.all(batch.items.map((set) => waitFor(call, `/formatted-sets/${set.id}`, (one) => one.state !== "creating")));
  };
  const sets = await done({ formats: ["recordio", "lmdb"], splits: { train: 70, val: 30, test: 0 }, seed: 1 });
  if (!plain) await done({ formats: ["raw"], splits: { train: 80, val: 10, test: 10 }, resize: "32x32" });
  const one = (split) => sets.find((set) => set.format === "recordio" && set.split === split).id;
  return { train: one("train"), val: one("val") };
}

async function seedTrainings(call, sets, image, plain) {
  const start = async (name, command, more = {}) => (await call("POST", "/trainings", {
    name, command, image, train_set_id: sets.train, val_set_id: sets.val, resources: { cpu_cores: 2, memory_bytes: 3 * 1024 ** 3, gpu_count: 0 }, ...more,
  })).id;
  const ids = {
    done: await start(names(plain).training, plain ? "python3 /workspace/examples/pytorch/train.py" : curves, { params: { epochs: 12, learning_rate: 0.004 } }),
    failed: await start("wrong-classes", broken),
  };
  if (!plain) ids.missing = await start(longName, "true", { image: "localhost/a/very/long/name/of/an/image/that/is/not/there:2026-11-23-build-4711" });
  for (const id of Object.values(ids)) await waitFor(call, `/trainings/${id}`, (one) => ["done", "failed"].includes(one.state), 600);
  const runOf = async (id) => (await call("GET", `/trainings/${id}/runs`)).items[0]?.id;
  return { ...ids, run: await runOf(ids.done), failedRun: await runOf(ids.failed) };
}

async function seedPeople(call) {
  for (const name of ["li-na", "王小明", "m".repeat(40)]) await call("POST", "/users", { name, password: `of-${name}-2026` });
  const first = (await call("GET", "/users")).items.find((user) => user.name === "li-na");
  await call("PATCH", `/users/${first.id}`, { state: "active" });
  await call("POST", "/tokens", { name: "nightly-build", expires_in_seconds: 86_400 * 30 });
  await call("POST", "/tokens", { name: longName });
}

/** Fill an empty server; `plain` as the manual shows it, with a real training. `bucket` is the file URI of an empty folder, `pictures` a tar with a folder per class. */
export async function seed({ url, user, oneTime, bucket, pictures, image, plain = false }) {
  const call = await signIn(url, user, oneTime, password);
  if ((await call("GET", "/buckets")).items.length > 0) throw new Error("the server is not empty");
  await call("POST", "/buckets", { name: "pictures", uri: bucket, is_default: true });
  await seedPeople(call);
  const datasets = await seedDatasets(call, pictures, plain);
  const sets = await seedSets(call, datasets.full, plain);
  await call("POST", "/models", { name: "baseline-上传", upload_id: await upload(call, "weights.tar.gz", { data: gzipSync(emptyTar) }) });
  const trainings = await seedTrainings(call, sets, image, plain);
  return { call, datasets, sets, trainings };
}
