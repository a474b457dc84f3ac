// The preprocessing graph and what the server answers about it, in the shapes of docs/design/graph.md.
import { queryOptions } from "@tanstack/react-query";
import { http, request } from "./client";
import type { components } from "./schema";
import type { Dataset, Job } from "./types";

type Schemas = components["schemas"];

export type Setting = number | [number, number] | string | string[];

/** One operation as a graph holds it: `op`, `probability` and `ops` (members of a set), every other key is a parameter. */
export interface OperationSpec {
  op: string;
  probability?: number;
  ops?: OperationSpec[];
  [parameter: string]: Setting | OperationSpec[] | undefined;
}

export interface BoxBounds {
  min_width?: number;
  max_width?: number;
  min_height?: number;
  max_height?: number;
  min_area?: number;
  max_area?: number;
}

export interface InputNode {
  id: string;
  type: "input";
  list?: string;
}

/** A comparison about a row; docs/design/graph.md has the fields. */
export interface Term {
  field: string;
  is: "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "starts_with";
  value: number | string | boolean;
}

export interface FilterNode {
  id: string;
  type: "filter";
  label?: string;
  values: string[];
  mode: "include" | "exclude";
  unlabelled?: boolean;
  box?: BoxBounds;
  where?: Term[];
}

export interface LabelRules {
  min_area?: number;
  min_visibility?: number;
  hull?: boolean;
  mirrored_landmarks?: [number, number][];
}

export interface MultipleCondition {
  label: string;
  values: Record<string, number>;
}

export interface AugmentNode {
  id: string;
  type: "augment";
  operations: OperationSpec[];
  multiple: number;
  conditions?: MultipleCondition[];
  count_mode: "total" | "new";
  keep_source: boolean;
  seed?: number;
  labels?: LabelRules;
}

export interface OutputNode {
  id: string;
  type: "output";
  name: string;
  description: string;
  picture?: { kind: "same" | "jpg" | "png"; quality?: number };
}

export type FlowNode = InputNode | FilterNode | AugmentNode | OutputNode;
export type NodeType = FlowNode["type"];
export type Edge = [from: string, to: string];
export type Place = [x: number, y: number];

export interface Graph {
  version: 1;
  nodes: FlowNode[];
  edges: Edge[];
  layout?: Record<string, Place>;
}

export type OperationParameter = Schemas["OperationParameter"];
export type Operation = Schemas["OperationInfo"];

export interface GraphProblem {
  slug: string;
  severity: "error" | "warning";
  node?: string | null;
  edge?: Edge | null;
  message: string;
}

export interface GraphCounts {
  edges: { from: string; to: string; items: number; classes?: Record<string, number> }[];
  nodes: { id: string; in: number; out: number; duplicates: number }[];
  output: number;
}

export interface GraphCheck {
  problems: GraphProblem[];
  counts: GraphCounts | null;
}

export interface DrawnLabel {
  label: string;
  class: string;
  /** Outline; empty when there are only landmarks. */
  points: number[][];
  landmarks?: number[][];
}

export interface PreviewItem {
  url: string;
  before: string;
  after: string;
  width: number;
  height: number;
  after_width: number;
  after_height: number;
  before_labels: DrawnLabel[];
  after_labels: DrawnLabel[];
  ops: string;
  /** Slug of why there are no pictures. */
  error?: string | null;
}

/** The document calls a graph any object; readGraph() says whether it is one. */
export type GraphTemplate = Schemas["GraphTemplate"];
export type Lineage = Schemas["Lineage"];

export interface NewPreprocess {
  graph: Graph;
  name: string;
  description?: string;
  seed?: number;
}

export const templatesKey = ["graph-templates"] as const;

export const operationsQuery = queryOptions({
  queryKey: ["operations"],
  queryFn: () => http.get<{ items: Operation[] }>("/operations"),
  staleTime: Infinity,
});

export const templatesQuery = queryOptions({
  queryKey: templatesKey,
  queryFn: () => http.get<{ items: GraphTemplate[] }>("/graph-templates"),
});

/** `text` is the graph as JSON: the same graph is asked about once. */
export const graphCheckQuery = (datasetId: string, text: string) =>
  queryOptions({
    queryKey: ["preprocess-check", datasetId, text],
    queryFn: ({ signal }) => request<GraphCheck>("POST", `/datasets/${datasetId}/preprocess/check`, { body: { graph: JSON.parse(text) as Graph }, signal }),
    staleTime: 60_000,
  });

export const previewQuery = (datasetId: string, text: string, node: string | undefined, seed: number, count: number) =>
  queryOptions({
    queryKey: ["preprocess-preview", datasetId, text, node, seed, count],
    queryFn: ({ signal }) =>
      request<{ items: PreviewItem[] }>("POST", `/datasets/${datasetId}/preprocess/preview`, { body: { graph: JSON.parse(text) as Graph, seed, count, node }, signal }),
    staleTime: 60_000,
    gcTime: 30_000,
  });

export const startPreprocess = (datasetId: string, wanted: NewPreprocess) =>
  http.post<{ dataset: Dataset; job: Job }>(`/datasets/${datasetId}/preprocess`, wanted);
