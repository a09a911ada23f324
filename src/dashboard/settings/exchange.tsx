import { useEffect, useRef, useState } from "preact/hooks";
import { ask, askJson, type Failure } from "../api.ts";
import { date, dateRange, listed, whole } from "../format.ts";
import { announce } from "../state.ts";
import { t } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { FailureText } from "./form.tsx";
import { focusSection, Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { type Imported, type Progress, type Upload, upload } from "./upload.ts";
import { useAnswer } from "./use-answer.ts";

/** Moving counts in and out. */
export function Exchange({ site: { domain } }: PartProps) {
  const path = `/api/v1/sites/${encodeURIComponent(domain)}`;
  const load = async (path: string) => (await askJson<{ imports: Imported[] }>(path)).imports;
  const { answer, failure, again } = useAnswer(`${path}/imports`, load);
  const [leaving, setLeaving] = useState<Imported | null>(null);
  const { settings, common } = t.value;
  const remove = async ({ id }: Imported) => {
    await ask(`${path}/imports/${id}`, { method: "DELETE" });
    await again();
    focusSection("exchange");
  };
  const nameOf = ({ source, from, to }: Imported) => settings.importOf(sourceOf(source), dateRange(from, to));
  return (
    <Section id="exchange" title={settings.parts.exchange}>
      <h3>{settings.export}</h3>
      <p class="soft">{settings.exportAbout}</p>
      <p>
        <a class="button" href={`${path}/export.zip`} download>
          {settings.exportButton}
        </a>
      </p>
      <h3>{settings.import}</h3>
      <p class="soft">{settings.importAbout}</p>
      <Importing domain={domain} onDone={again} />
      <FailureText failure={failure} />
      {answer && answer.length > 0 && <h3>{settings.imports}</h3>}
      <ul class="entries">
        {answer?.map((one) => (
          <li key={one.id}>
            <p class="entry-name">
              <strong>{nameOf(one)}</strong>{" "}
              <span class="soft">
                {settings.importSums(one.days, whole(one.visitors), whole(one.pageviews))} ·{" "}
                {settings.madeOn(date(one.created_at.slice(0, 10)))}
              </span>
            </p>
            <button type="button" aria-label={settings.deleteEntry(nameOf(one))} onClick={() => setLeaving(one)}>
              {common.delete}
            </button>
          </li>
        ))}
      </ul>
      {leaving && (
        <Confirm
          title={settings.deleteEntry(nameOf(leaving))}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {settings.importEnds}
        </Confirm>
      )}
    </Section>
  );
}

type State = { kind: "idle" } | Progress | { kind: "done"; imported: Imported } | { kind: "failed"; failure: Failure };

function Importing({ domain, onDone }: { domain: string; onDone: () => Promise<void> }) {
  const [state, setState] = useState<State>({ kind: "idle" });
  const [isOver, setOver] = useState(false);
  const running = useRef<Upload | null>(null);
  // Whoever leaves the page meanwhile is not told any more; what has arrived is counted all the same.
  useEffect(() => () => running.current?.abort(), []);
  const { settings, common } = t.value;
  const isBusy = state.kind === "sending" || state.kind === "counting";

  const start = async (files: readonly File[]) => {
    if (files.length === 0 || isBusy) return;
    setState({ kind: "sending", share: 0 });
    announce(settings.sending);
    const sent = upload(domain, files, (progress) => {
      if (progress.kind === "counting") announce(settings.counting);
      setState(progress);
    });
    running.current = sent;
    const result = await sent.result;
    running.current = null;
    if (result === "aborted") return setState({ kind: "idle" });
    if ("failure" in result) return setState({ kind: "failed", failure: result.failure });
    setState({ kind: "done", imported: result.imported });
    announce(settings.imported);
    await onDone();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void start([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would have a legend's place in its border
    <div
      role="group"
      aria-label={settings.import}
      class={isOver ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {isBusy ? (
        <Busy state={state} onAbort={() => running.current?.abort()} />
      ) : (
        <label class="drop-label">
          <span>{settings.chooseFiles}</span>
          <input
            type="file"
            multiple
            accept=".zip,.csv"
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // So that the same file can be chosen again.
              currentTarget.value = "";
              void start(files);
            }}
          />
        </label>
      )}
      {state.kind === "done" && <Done imported={state.imported} />}
      {state.kind === "failed" && <FailureText failure={state.failure} />}
      {isBusy && <span class="unseen">{common.loading}</span>}
    </div>
  );
}

function Busy({ state, onAbort }: { state: Progress; onAbort: () => void }) {
  const { settings, common } = t.value;
  const text = state.kind === "sending" ? settings.sending : settings.counting;
  return (
    <div class="import-busy">
      <p>{text}</p>
      <progress aria-label={text} {...(state.kind === "sending" && { value: state.share, max: 1 })} />
      {state.kind === "sending" && (
        <button type="button" onClick={onAbort}>
          {common.cancel}
        </button>
      )}
    </div>
  );
}

function Done({ imported }: { imported: Imported }) {
  const { settings } = t.value;
  const { days, visitors, pageviews, skipped, ignored, unchanged, from, to } = imported;
  return (
    <div class="import-done">
      <p>
        <strong>{unchanged ? settings.importUnchanged : settings.imported}</strong>{" "}
        {settings.importSums(days, whole(visitors), whole(pageviews))} {`(${dateRange(from, to)})`}
      </p>
      {skipped && <p>{settings.importSkipped(skipped.days, dateRange(skipped.from, skipped.to))}</p>}
      {ignored && ignored.length > 0 && <p>{settings.importIgnored(listed(ignored, "conjunction"))}</p>}
    </div>
  );
}

/** `plausible` → Plausible */
function sourceOf(source: string): string {
  return source.charAt(0).toUpperCase() + source.slice(1);
}
