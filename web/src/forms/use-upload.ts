// State of one upload as a form shows it: progress while it runs, and a way to stop it.
import { useRef, useState } from "react";
import { uploadFile, type UploadProgress } from "@/api/upload";
import type { Upload } from "@/api/types";

export function useUpload() {
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const abort = useRef<AbortController | null>(null);
  const send = async (body: Blob, filename: string): Promise<Upload> => {
    abort.current = new AbortController();
    setProgress({ sent: 0, total: body.size });
    try {
      return await uploadFile(body, filename, setProgress, abort.current.signal);
    } finally {
      setProgress(null);
      abort.current = null;
    }
  };
  return { progress, send, stop: () => abort.current?.abort() };
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";
