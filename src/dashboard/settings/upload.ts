/** Sends files to be imported, and tells how far they are. */

import { type Failure, failureOf } from "../failures.ts";

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
    // An answer that cannot be read was cut off on its way.
    request.onload = () => resolve(outcomeOf(request).catch(() => ({ failure: { kind: "offline" as const } })));
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

async function outcomeOf(request: XMLHttpRequest): Promise<{ imported: Imported } | { failure: Failure }> {
  const { status, statusText, responseText } = request;
  const retryAfter = request.getResponseHeader("Retry-After");
  const headers = retryAfter === null ? {} : { "Retry-After": retryAfter };
  const response = new Response(responseText, { status, statusText, headers });
  return response.status === 200 ? { imported: await response.json() } : { failure: await failureOf(response) };
}
