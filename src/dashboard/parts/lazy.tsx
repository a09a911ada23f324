import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { speakToOwners, t } from "../texts.ts";

/** A component whose code is loaded when it is first shown. Where that fails it says so, with a way to try again. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Loaded: ComponentType<Props> | null = null;
  return (props) => {
    const [state, setState] = useState<"loading" | "loaded" | "failed">(Loaded ? "loaded" : "loading");
    useEffect(() => {
      if (state !== "loading") return;
      load().then(
        (component) => {
          Loaded = component;
          setState("loaded");
        },
        () => setState("failed"),
      );
    }, [state]);
    if (Loaded) return <Loaded {...props} />;
    const { common, states } = t.value;
    if (state === "loading") return <p class="waiting">{common.loading}</p>;
    return (
      <div class="notice" role="alert">
        <p>{states.failed}</p>
        <button type="button" onClick={() => location.reload()}>
          {common.tryAgain}
        </button>
      </div>
    );
  };
}

/** The same of what only owners see, which has words of its own. */
export function lazyOwnersPart<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  return lazyPart(async () => (await Promise.all([load(), speakToOwners()]))[0]);
}
