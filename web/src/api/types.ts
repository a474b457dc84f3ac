// The nouns of the REST interface, as the server sends them. One name here per schema name of the server.

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail: string;
  slug: string;
  request_id?: string;
  hint?: string;
  pointer?: string;
  violations?: Violation[];
  context?: Record<string, unknown>;
}

export interface Violation {
  pointer: string;
  slug: string;
  detail: string;
}

export interface Failure {
  slug: string;
  detail: string;
  hint?: string | null;
}

export interface Info {
  version: string;
  name: string;
  needs_password_change: boolean;
  sign_up: boolean;
  languages: string[];
  suggested_bucket_uri: string;
  engine: { kind: string; available: boolean; name: string; detail: string };
  max_upload_bytes: number;
}

export type UserRole = "admin" | "member";
export type UserState = "pending" | "active" | "disabled";

export interface User {
  id: string;
  name: string;
  role: UserRole;
  state: UserState;
  must_change_password: boolean;
  created_at: string;
}

export interface Session {
  user: User;
  expires_at: string;
}

export interface Token {
  id: string;
  name: string;
  created_at: string;
  expires_at?: string | null;
  last_used_at?: string | null;
}

export interface NewToken {
  token: Token;
  secret: string;
}

export interface Owner {
  id: string;
  name: string;
}

export interface Bucket {
  id: string;
  name: string;
  uri: string;
  kind: string;
  is_default: boolean;
  created_at: string;
}

export interface BucketObject {
  key: string;
  size_bytes: number;
  is_prefix: boolean;
}

export interface Upload {
  id: string;
  filename: string;
  size_bytes: number;
  sha256: string;
  kind: "list" | "archive" | "picture" | "other";
  created_at: string;
  expires_at: string;
}

export type DatasetState = "creating" | "success" | "failed";
export type SourceKind = "upload" | "uri" | "archive" | "prefix" | "copy";

export interface DatasetLabel {
  key: string;
  type: string;
  name: string;
}

export interface Dataset {
  id: string;
  name: string;
  display_name?: string;
  description: string;
  state: DatasetState;
  labelled: boolean;
  media: string;
  source: { kind: SourceKind; uri: string; filename?: string };
  list_uri: string;
  item_count: number;
  reject_count: number;
  byte_count: number;
  labels: DatasetLabel[];
  error?: Failure | null;
  job_id?: string | null;
  owner: Owner;
  created_at: string;
  completed_at?: string | null;
}

export interface NewDataset {
  name: string;
  description?: string;
  source: { kind: "upload"; upload_id: string } | { kind: "uri"; uri: string } | { kind: "prefix"; uri: string };
  on_error?: "list" | "fail";
  url_prefix?: string;
}

export interface ClassCount {
  class: string;
  count: number;
}

export interface LabelCount {
  key: string;
  type: string;
  name: string;
  total: number;
  images: number;
  unlabelled: number;
  count: ClassCount[];
}

export interface LabelStats {
  file_count: number;
  labels: LabelCount[];
  face?: { total: number; max: number; min: number } | null;
  total_image_bytes: number;
}

export interface Reject {
  line: number;
  column?: number | null;
  url: string;
  slug: string;
  detail: string;
  hint?: string | null;
}

export interface DatasetSample {
  index: number;
  url: string;
  labels: { key: string; class: string }[];
  picture_url: string;
}

export type Split = "train" | "val" | "test";
export type FormattedSetState = "creating" | "done" | "failed";

export interface FormattedSet {
  id: string;
  dataset: { id: string; name: string };
  batch: string;
  format: string;
  split: Split;
  percent: number;
  shuffle: boolean;
  seed: number;
  resize: string;
  quality: number;
  label: string;
  state: FormattedSetState;
  progress: number;
  sample_count: number;
  class_count: number;
  byte_count: number;
  uri: string;
  counterpart_id?: string | null;
  error?: Failure | null;
  job_id?: string | null;
  owner: Owner;
  created_at: string;
  completed_at?: string | null;
}

export interface Format {
  name: string;
  title: string;
  description: string;
  options_schema?: unknown;
}

export interface NewFormatBatch {
  formats: string[];
  label?: string;
  splits: { train: number; val: number; test: number };
  shuffle?: boolean;
  seed?: number;
  stratify?: boolean;
  resize?: string;
  quality?: number;
  min_per_class?: number;
  max_per_class?: number;
  max_reject_ratio?: number;
  options?: Record<string, Record<string, string>>;
}

export interface FormatBatch {
  batch: string;
  job_id: string;
  items: FormattedSet[];
}

export interface VerifyReport {
  ok: boolean;
  root: string;
  problems: string[];
}

export interface ContainerImage {
  name: string;
  id: string;
  size_bytes: number;
  created_at: string;
}

export type TrainingState = "queued" | "creating" | "running" | "done" | "failed";

export interface Resources {
  cpu_cores: number;
  memory_bytes: number;
  gpu_count: number;
  gpu_model?: string | null;
}

export interface FormattedSetRef {
  id: string;
  format: string;
  batch: string;
  dataset: { id: string; name: string };
}

export interface Training {
  id: string;
  name: string;
  description: string;
  state: TrainingState;
  state_reason?: { slug: string; detail: string } | null;
  exit?: { code: number; signal?: string | number | null; oom: boolean; words: string } | null;
  train_set: FormattedSetRef;
  val_set?: FormattedSetRef | null;
  image: string;
  command: string;
  params: Record<string, unknown>;
  resources: Resources;
  job_id: string;
  run_count: number;
  owner: Owner;
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
}

export interface NewTraining {
  name: string;
  description?: string;
  train_set_id: string;
  val_set_id?: string;
  image: string;
  command: string;
  code_upload_id?: string;
  env?: Record<string, string>;
  params?: Record<string, unknown>;
  resources: Resources;
}

export interface LogChunk {
  text: string;
  offset: number;
  next_offset: number;
  eof: boolean;
}

export type RunState = "running" | "done" | "failed";

export interface MetricSummary {
  name: string;
  count: number;
  last: number;
  min: number;
  max: number;
}

export interface Run {
  id: string;
  training: { id: string; name: string };
  state: RunState;
  params: Record<string, unknown>;
  error_message?: string | null;
  epoch?: number | null;
  step?: number | null;
  started_at: string;
  ended_at?: string | null;
  metrics: MetricSummary[];
}

/** step, time in ms since 1970, value */
export type MetricPoint = [number, number, number];

export interface MetricSeries {
  name: string;
  total_points: number;
  points: MetricPoint[];
  gaps?: unknown;
}

export interface RunMetrics {
  series: MetricSeries[];
}

export type ModelOrigin = "public" | "produced" | "uploaded";

export interface Model {
  id: string;
  name: string;
  origin: ModelOrigin;
  file_uri: string;
  file_name: string;
  size_bytes: number;
  sha256: string;
  run_id?: string | null;
  training?: { id: string; name: string } | null;
  epoch?: number | null;
  metrics?: Record<string, number> | null;
  owner: Owner;
  created_at: string;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: string;
  kind: string;
  state: JobState;
  progress: { done: number; total: number; unit: "items" | "bytes"; message?: string | null };
  attempts: number;
  max_attempts: number;
  /** What a queued job waits for. */
  waiting?: Failure | null;
  error?: Failure | null;
  subject: { type: string; id: string; name: string };
  created_at: string;
  started_at?: string | null;
  ended_at?: string | null;
}
