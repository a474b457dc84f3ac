// What the wizard has collected, and the request it stands for.
import type { FormattedSet, NewTraining } from "@/api/types";
import { parseJsonObject } from "./rules";

export const exampleCommand = "python3 /workspace/examples/pytorch/train.py";

export interface EnvEntry {
  name: string;
  value: string;
}

export interface ResourceValues {
  kind: "cpu" | "gpu";
  cpuCores: number;
  memoryGib: number;
  gpuCount: number;
  gpuModel?: string;
  command: string;
  params: string;
  env: EnvEntry[];
}

export const initialResources: ResourceValues = {
  kind: "cpu", cpuCores: 2, memoryGib: 3, gpuCount: 1, command: exampleCommand, params: "{}", env: [],
};

export interface TrainingDraft {
  name: string;
  description: string;
  trainSet: FormattedSet | null;
  valSet: FormattedSet | null;
  image: string;
}

export function trainingRequest(draft: TrainingDraft, values: ResourceValues, codeUploadId?: string): NewTraining {
  const params = parseJsonObject(values.params);
  const resources: NewTraining["resources"] = {
    cpu_cores: values.cpuCores,
    memory_bytes: Math.round(values.memoryGib * 1024 ** 3),
    gpu_count: values.kind === "gpu" ? values.gpuCount : 0,
  };
  if (values.kind === "gpu" && values.gpuModel) resources.gpu_model = values.gpuModel;
  const request: NewTraining = {
    name: draft.name,
    description: draft.description,
    train_set_id: draft.trainSet?.id ?? "",
    image: draft.image.trim(),
    command: values.command.trim(),
    params: "value" in params ? params.value : {},
    resources,
  };
  if (draft.valSet) request.val_set_id = draft.valSet.id;
  if (codeUploadId) request.code_upload_id = codeUploadId;
  const env = values.env.filter((entry) => entry?.name);
  if (env.length > 0) request.env = Object.fromEntries(env.map((entry) => [entry.name, entry.value ?? ""]));
  return request;
}
