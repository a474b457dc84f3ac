// Downloads are plain links: the browser streams the answer to disk and the session cookie goes along.
import { apiUrl } from "./client";

export const downloadUrl = {
  datasetList: (id: string) => apiUrl(`/datasets/${id}/list`),
  trainingLog: (id: string) => apiUrl(`/trainings/${id}/log/file`),
  model: (id: string) => apiUrl(`/models/${id}/file`),
};
