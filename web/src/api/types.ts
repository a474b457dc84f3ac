// The nouns of the REST interface under the names the pages use. Their shape is generated from ../api/openapi.json into
// schema.d.ts (`npm run gen:api`); here are only names, and the few shapes the document does not name.
import type { components } from "./schema";

type Schemas = components["schemas"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** Failures also come from proxies and from no network at all: then there is no id and no type. */
export type Problem = Omit<Schemas["Problem"], "detail" | "request_id" | "type" | "context"> & {
  type?: string;
  detail: string;
  request_id?: string;
  violations?: Violation[];
  context?: Record<string, unknown>;
};

export interface Violation {
  pointer: string;
  slug: string;
  detail: string;
}

/** Why a record failed. */
export type Failure = Schemas["ProblemRecord"];
export type Owner = Schemas["Ref"];

export type Info = Schemas["Info"];
export type User = Schemas["User"];
export type UserRole = User["role"];
export type UserState = User["state"];
export type Session = Schemas["Session"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["IssuedToken"];

export type Bucket = Schemas["Bucket"];
export type BucketObject = Schemas["BucketObject"];
export type Upload = Schemas["Upload"];

export type Dataset = Schemas["Dataset"];
export type DatasetState = Dataset["state"];
export type DatasetLabel = Schemas["LabelRef"];
export type SourceKind = Schemas["DatasetSource"]["kind"];
export type NewDataset = Schemas["CreateDataset"];
export type DatasetSample = Schemas["Sample"];
export type Reject = Schemas["Reject"];

export type ClassCount = Schemas["ClassTotal"];
export type LabelCount = Schemas["LabelTotal"];
export type LabelStats = Schemas["LabelStats"];

export type FormattedSet = Schemas["FormattedSet"];
export type FormattedSetRef = Schemas["SetRef"];
export type FormattedSetState = FormattedSet["state"];
export type Split = FormattedSet["split"];
export type Format = Schemas["FormatInfo"];
export type NewFormatBatch = Schemas["FormatRequest"];
export type FormatBatch = Schemas["FormatBatch"];
export type Importer = Schemas["ImporterInfo"];
export type Verification = Schemas["Verification"];
export type VerifyProblem = Schemas["VerifyProblem"];

export type ContainerImage = Schemas["ContainerImage"];
/** What is left out of a request, the answer has. */
export type Resources = Schemas["Resources"] & Required<Pick<Schemas["Resources"], "cpu_cores" | "memory_bytes" | "gpu_count">>;
export type Training = Omit<Schemas["Training"], "resources"> & { resources: Resources };
export type TrainingState = Training["state"];
export type NewTraining = Schemas["CreateTraining"];
export type LogChunk = Schemas["LogText"];

export type Run = Schemas["Run"];
export type RunState = Run["state"];
export type MetricSummary = Schemas["RunMetric"];
/** step, time in ms since 1970, value */
export type MetricPoint = [number, number, number];
export type MetricSeries = Omit<Schemas["CurveSeries"], "points"> & { points: MetricPoint[] };
export interface RunMetrics {
  series: MetricSeries[];
}

export type Model = Schemas["Model"];
export type ModelOrigin = Model["origin"];

export type Job = Schemas["Job"];
export type JobState = Job["state"];
