/** Sends files to be imported, and tells how far they are. */

import type { Failure } from "../api.ts";

/** What became of an import, as `POST /api/v1/sites/:domain/import` answers. */
export interface Imported {
  id: number;
  source: string;
  from: string;
  to: string;
  days: number;
  visitors: number;
  pageviews: number;
  tables: string[];
  ignored?: string[];
  skipped: { from: string; to: string; days: number } | null;
  created_at: string;
  unchanged?: boolean;
}

export type Progress =
  /** 0 to 1. */
  | { kind: "sending"; share: number }
  /** All has arrived; how long counting takes nobody knows. */
  | { kind: "counting" };

export interface Upload {
  /** Never rejects. */
  result: Promise<{ imported: Imported } | { failure: Failure } | "aborted">;
  abort: () => void;
}

/** Sends one file as it is, several as a form. A request of `fetch` tells nothing of what has been sent. */
export function upload(domain: string, files: readonly File[], onProgress: (progress: Progress) => void): Upload {
  const request = new XMLHttpRequest();
  const [only] = files;
  const path = `/api/v1/sites/${encodeURIComponent(domain)}/import`;
  const isAlone = files.length === 1 && only !== undefined;
  request.open("POST", isAlone ? `${path}?filename=${encodeURIComponent(only.name)}` : path);
  request.upload.onprogress = ({ loaded, total }) => onProgress({ kind: "sending", share: total ? loaded / total : 0 });
  request.upload.onload = () => onProgress({ kind: "counting" });
  const result = new Promise<Awaited<Upload["result"]>>((resolve) => {
    request.onerror = () => resolve({ failure: { kind: "offline" } });
    request.onabort = () => resolve("aborted");
    request.onload = () => resolve(outcomeOf(request));
  });
  if (isAlone) request.send(only);
  else request.send(formOf(files));
  return { result, abort: () => request.abort() };
}

function formOf(files: readonly File[]): FormData {
  const form = new FormData();
  for (const [index, file] of files.entries()) form.append(`file${index}`, file, file.name);
  return form;
}

function outcomeOf(request: XMLHttpRequest): { imported: Imported } | { failure: Failure } {
  const { status } = request;
  const answer: unknown = parsed(request.responseText);
  if (status === 200) return { imported: answer as Imported };
  const { error } = Object(answer);
  const message = typeof error === "string" ? error : request.statusText;
  if (status === 401) return { failure: { kind: "login" } };
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = Number(request.getResponseHeader("Retry-After")) || null;
    return { failure: { kind: "busy", message, retryAfterSeconds } };
  }
  return { failure: { kind: "refused", status, message } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
