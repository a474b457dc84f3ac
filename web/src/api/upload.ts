// Send one file or Blob to POST /uploads, raw, with progress. XMLHttpRequest because fetch reports no upload progress.
import { ApiError, apiUrl, newIdempotencyKey, problemOf } from "./client";
import type { Upload } from "./types";

export interface UploadProgress {
  sent: number;
  total: number;
}

export function uploadFile(
  body: Blob,
  filename: string,
  onProgress: (progress: UploadProgress) => void,
  signal?: AbortSignal,
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", apiUrl("/uploads", { filename }));
    xhr.setRequestHeader("Content-Type", "application/octet-stream");
    xhr.setRequestHeader("Accept", "application/json");
    xhr.setRequestHeader("Idempotency-Key", newIdempotencyKey());
    xhr.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: event.total || body.size });
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(JSON.parse(xhr.responseText) as Upload);
      else reject(new ApiError(problemOf(xhr.status, xhr.responseText)));
    };
    xhr.onerror = () => reject(new ApiError(problemOf(0, "")));
    xhr.onabort = () => reject(new DOMException("upload stopped", "AbortError"));
    signal?.addEventListener("abort", () => xhr.abort());
    xhr.send(body);
  });
}
