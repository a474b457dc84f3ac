// Every page and dialog with the data of seed.mjs, and the states a page can be in: empty, loading, refused, away, under way.
// A view is { name, path, ready, act?, answers?, signedOut? }: `answers` maps part of an API path to what the page is told instead.

const page = (items) => ({ items, next_cursor: null });
const away = { status: 0 };
const slow = { delay: 60_000 };
const refused = { status: 503, body: { type: "about:blank", slug: "db.busy", status: 503, title: "Service Unavailable", detail: "the database is busy", request_id: "01m84ey2fbeyrszjh7rska1k8z" } };

/** The job of an object, as it looks half way. */
const jobUnderWay = (id, subject, state, more = {}) => ({
  id, kind: "dataset.import", state, progress: { done: 2_345_678, total: 9_876_543, unit: "items", message: "" }, attempts: 1, max_attempts: 3,
  subject, created_at: "2026-11-23T11:50:56.123Z", started_at: "2026-11-23T11:50:57.123Z", ended_at: null, error: null, waiting: null, ...more,
});

function lists() {
  return [
    ["datasets", "/datasets", { "/datasets?": page([]) }],
    ["trainings", "/trainings", { "/trainings?": page([]) }],
    ["models", "/models", { "/models?": page([]) }],
    ["jobs", "/jobs", { "/jobs?": page([]) }],
    ["tokens", "/settings/tokens", { "/tokens?": page([]) }],
  ].map(([name, path, answers]) => ({ name: `empty-${name}`, path, answers, ready: ".ant-empty" }));
}

function states({ datasets, trainings, data }) {
  const at = (noun, id) => ({ path: `/${noun}/${id}` });
  const training = (state, more) => ({ [`/trainings/${trainings.done}`]: { ...data.training, state, exit: null, ended_at: null, ...more } });
  return [
    { name: "storage-none", path: "/datasets", answers: { "/buckets": page([]) }, ready: '[data-testid="bind-step"]' },
    { name: "loading-list", path: "/datasets", answers: { "/datasets?": slow }, ready: ".ant-table-wrapper .ant-spin-spinning" },
    { name: "loading-detail", ...at("datasets", datasets.full), answers: { [`/datasets/${datasets.full}`]: slow }, ready: ".ant-skeleton" },
    { name: "refused-list", slow: true, path: "/trainings", answers: { "/trainings?": refused }, ready: '[data-testid="error"]', wait: 10_000 },
    { name: "away-start", slow: true, path: "/datasets", answers: { "*": away }, ready: '[data-testid="error"]', wait: 10_000 },
    { name: "connection-lost", slow: true, path: "/jobs", ready: '[data-testid="live"]', act: async (p) => {
      await p.hangUp();
      await p.at("connection-lost").waitFor();
    } },
    { name: "away-later", slow: true, path: "/datasets", ready: '[data-testid="dataset-link"]', act: async (p) => {
      await p.cut();
      await p.page.getByTestId("menu-jobs").or(p.page.getByTestId("open-menu")).first().click();
      await p.page.getByTestId("menu-jobs").click();
      await p.page.locator('[data-testid="error"]').first().waitFor({ timeout: 15_000 });
    } },
    { name: "missing-page", path: "/nowhere", ready: ".ant-result" },
    { name: "missing-dataset", path: "/datasets/ds_01m84ey2fbeyrszjh7rska1k8z", ready: '[data-testid="error"]' },
    { name: "importing", ...at("datasets", datasets.full), ready: '[data-testid="job-progress"]', answers: {
      [`/datasets/${datasets.full}`]: { ...data.dataset, state: "creating", item_count: 0, job_id: "jb_1", completed_at: null, list_uri: "" },
      "/jobs/jb_1": jobUnderWay("jb_1", { type: "dataset", id: datasets.full, name: data.dataset.name }, "running"),
    } },
    { name: "jobs-under-way", path: "/jobs", ready: ".ant-table-row", answers: { "/jobs?": page([
      jobUnderWay("jb_1", { type: "dataset", id: datasets.full, name: data.dataset.name }, "running"),
      jobUnderWay("jb_2", { type: "training", id: trainings.done ?? "", name: data.training?.name ?? "" }, "queued", { kind: "training", waiting: { slug: "training.waits_for_resources", detail: "2 of 2 CPU cores are in use" } }),
      jobUnderWay("jb_3", { type: "dataset", id: datasets.long, name: "a-very-long-name-that-nobody-would-type-but-a-program-does-0123" }, "cancelled", { kind: "dataset.format", ended_at: "2026-11-23T11:59:57.123Z" }),
    ]) } },
    { name: "training-queued", ...at("trainings", trainings.done), answers: training("queued", { started_at: null, state_reason: { slug: "training.waits_for_resources", detail: "2 of 2 CPU cores are in use" } }), ready: '[data-state="queued"]' },
    { name: "training-running", ...at("trainings", trainings.done), answers: training("running"), ready: '[data-state="running"]' },
  ];
}

function people() {
  return [
    { name: "login", path: "/", signedOut: true, ready: '[data-testid="login-submit"]' },
    { name: "login-wrong", path: "/", signedOut: true, ready: '[data-testid="login-submit"]', act: async ({ at, page: tab }) => {
      await at("login-submit").click();
      await at("login-name").fill("admin");
      await at("login-password").fill("certainly-not-the-password");
      await at("login-submit").click();
      await tab.getByTestId("error").waitFor();
    } },
    { name: "sign-up", path: "/", signedOut: true, ready: '[data-testid="login-submit"]', act: async ({ at }) => {
      await at("switch-mode").click();
      await at("signup-submit").click();
    } },
    { name: "users", path: "/users", ready: ".ant-table-row" },
    { name: "settings", path: "/settings", ready: ".ant-segmented" },
    { name: "settings-password", path: "/settings/password", ready: '[data-testid="old-password"]' },
    { name: "settings-tokens", path: "/settings/tokens", ready: ".ant-table-row" },
    { name: "settings-about", path: "/settings/about", ready: 'a[href$="openapi.json"]' },
    { name: "token-new", path: "/settings/tokens", ready: '[data-testid="new-token"]', act: ({ at }) => at("new-token").click() },
    { name: "storage", path: "/storage", ready: ".ant-table-row" },
    { name: "storage-browse", path: "/storage", ready: ".ant-table-row", act: async ({ page: tab }) => {
      await tab.locator(".ant-table-row .anticon-folder-open").first().click();
      await tab.locator(".ant-drawer .ant-table-row").first().waitFor();
    } },
    { name: "storage-bind", path: "/storage", ready: ".ant-table-row", act: ({ at }) => at("bind-more").click() },
    { name: "menu", path: "/models", ready: "h1", act: async ({ at, page: tab }) => {
      if (await at("open-menu").isVisible()) await at("open-menu").click();
      else await at("account").click();
      await tab.waitForTimeout(300);
    } },
  ];
}

function datasetPages({ datasets }) {
  const one = (name, id, act, ready = ".ant-descriptions") => ({ name, path: `/datasets/${datasets[id]}`, ready, act });
  return [
    { name: "datasets", path: "/datasets", ready: '[data-testid="dataset-link"]' },
    { name: "dataset-new", path: "/datasets/new", ready: '[data-testid="create-submit"]', act: ({ at }) => at("create-submit").click() },
    { name: "dataset-new-set", path: "/datasets/new", ready: '[data-testid="create-submit"]', act: async ({ at }) => {
      await at("kind-formatted").click();
      await at("create-submit").click();
    } },
    one("dataset", "full", ({ page: tab }) => tab.locator(".set-row").first().waitFor()),
    one("dataset-samples", "full", async ({ at }) => {
      await at("tab-samples").click();
      await at("sample").first().waitFor();
    }),
    one("dataset-stats", "full", async ({ at }) => {
      await at("view-stats").click();
      await at("class-bars").waitFor();
    }),
    one("dataset-format", "full", ({ at }) => at("format").click()),
    one("dataset-copy", "full", ({ at }) => at("copy-dataset").click()),
    one("dataset-delete", "full", ({ at }) => at("delete-dataset").click()),
    one("dataset-refused", "full", async ({ at }) => {
      await at("delete-dataset").click();
      await at("delete-confirm").click();
      await at("refusals").waitFor();
    }),
    one("dataset-long", "long"),
    one("dataset-bare", "bare", async ({ at }) => {
      await at("view-stats").click();
      await at("stats-no-labels").waitFor();
    }),
    one("dataset-rejects", "faulty", async ({ at, page: tab }) => {
      await at("tab-rejects").click();
      await tab.locator(".ant-tabs-tabpane-active .ant-table-row").first().waitFor();
    }),
    { name: "preprocess", path: `/datasets/${datasets.full}/preprocess`, ready: '[data-testid="count-in"]' },
    { name: "preprocess-bare", path: `/datasets/${datasets.bare}/preprocess`, ready: '[data-testid="node-input"]', act: ({ at }) => at("add-filter").click() },
    { name: "preprocess-menu", path: `/datasets/${datasets.full}/preprocess`, ready: '[data-testid="count-in"]', act: async ({ at }) => {
      await at("graph-menu").click();
      await at("start-over").hover();
    } },
    { name: "preprocess-graph", path: `/datasets/${datasets.full}/preprocess`, ready: '[data-testid="count-in"]', act: async ({ at }) => {
      for (const press of ["add-filter", "class-all", "add-augment", "quick-rotate", "open-rotate", "add-output"]) await at(press).click();
      await at("preview-pair").first().waitFor();
    } },
    { name: "preprocess-refused", path: `/datasets/${datasets.full}/preprocess`, ready: '[data-testid="error"]', answers: { [`/datasets/${datasets.full}/preprocess/check`]: refused }, wait: 10_000, slow: true },
    one("dataset-failed", "failed", undefined, '[data-testid="failure"]'),
  ];
}

function trainingPages({ trainings, data }) {
  const one = (name, id, act, ready = '[data-testid="training-progress"]') => ({ name, path: `/trainings/${trainings[id]}`, ready, act });
  const wizard = async ({ at, page: tab }, steps) => {
    await at("training-name").fill("night-run-7");
    await at("name-confirm").click();
    await at("picker-dataset").first().waitFor();
    const set = at("pick-recordio-train").first();
    if (!(await set.isVisible().catch(() => false))) await at("picker-dataset").getByText(data.dataset.name, { exact: true }).click();
    await set.click();
    await at("pair-take").waitFor();
    if (steps === 0) return;
    await at("pair-take").click();
    await at("image-input").waitFor();
    if (steps === 1) return;
    await at("image-input").fill("localhost/ava/torch:bookworm");
    await at("wizard-next").click();
    await at("command").fill("python3 /workspace/examples/pytorch/train.py");
    await tab.waitForTimeout(200);
  };
  return [
    { name: "trainings", path: "/trainings", ready: '[data-testid="training-link"]' },
    { name: "training-name", path: "/trainings/new", ready: '[data-testid="training-name"]', act: ({ at }) => at("name-confirm").click() },
    { name: "wizard-pair", path: "/trainings/new", ready: '[data-testid="training-name"]', act: (p) => wizard(p, 0) },
    { name: "wizard-image", path: "/trainings/new", ready: '[data-testid="training-name"]', act: (p) => wizard(p, 1) },
    { name: "wizard-resources", path: "/trainings/new", ready: '[data-testid="training-name"]', act: (p) => wizard(p, 2) },
    one("training", "done"),
    one("training-log", "done", async ({ at, page: tab }) => {
      await at("tab-log").click();
      await tab.waitForTimeout(600);
    }),
    one("training-models", "done", async ({ at, page: tab }) => {
      await at("tab-models").click();
      await tab.locator(".ant-tabs-tabpane-active .ant-table-row").first().waitFor();
    }),
    one("training-delete", "done", ({ at }) => at("training-delete").click()),
    one("training-failed", "failed"),
    one("training-missing", "missing"),
    { name: "run", path: `/runs/${trainings.run}`, ready: '[data-testid="curve"] canvas' },
    { name: "run-failed", path: `/runs/${trainings.failedRun}`, ready: '[data-testid="run-page"]' },
    { name: "models", path: "/models", ready: "h1", act: async ({ at }) => {
      await at("models-produced").click();
      await at("model-download").first().waitFor();
    } },
    { name: "model-new", path: "/models", ready: "h1", act: async ({ at }) => {
      await at("models-uploaded").click();
      await at("new-model").click();
    } },
    { name: "jobs", path: "/jobs", ready: ".ant-table-row", act: async ({ page: tab }) => {
      await tab.locator(".ant-table-row-expand-icon-collapsed").first().click();
    } },
  ];
}

/** `seeded` is what seed() answers, with `data` = { dataset, training } as the server tells them. */
export function allViews(seeded) {
  return [...people(), ...datasetPages(seeded), ...trainingPages(seeded), ...lists(), ...states(seeded)];
}
